"""What is behind the tables: every item with its article, and what every model answered, as the page's script reads it.

Offsets are in UTF-16 units, as a browser counts them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from readmark.benchmark import Benchmark, twin_evidence, twin_text
from readmark.benchmark.items import resolve_evidence
from readmark.jsonl import decode_log
from readmark.leaderboard import Leaderboard, Part
from readmark.metrics.facts import stated_at
from readmark.prompts import CONDITIONS, asked_item
from readmark.records import Item, Prediction, QaItem, SummaryItem
from readmark.scoring import ScoreRow
from readmark.tables import shown_name
from readmark.text import first_words

LENGTHS = (4000, 2000, 1000, 500, 250, 120)  # characters of an answer that may be shown; all are in entries/
LONGEST = 4000  # characters of a question, reference or fact; of a rule a tenth
Json = dict[str, Any]


class _Run(NamedTuple):
    """A run by item and condition: its rows, and its last words on each."""

    rows: Mapping[tuple[str, str], ScoreRow]
    said: Mapping[tuple[str, str], Prediction]


def behind(leaderboard: Leaderboard, benchmark: Benchmark, parts: Sequence[Part], longest: int = LENGTHS[0]) -> Json:
    """Return models, articles, items and answers.

    Args:
        leaderboard: The board.
        benchmark: The test set.
        parts: The runs, in any order.
        longest: How many characters of an answer are shown.
    """
    by_id = {part.id: part for part in parts}
    runs = [_run(by_id[entry.id]) for entry in leaderboard.entries]
    names = [name for name in CONDITIONS if any(name in entry.conditions for entry in leaderboard.entries)]
    asked = {pair[0] for run in runs for pair in run.rows}
    items = [item for item in benchmark.items if item.id in asked]
    articles = {item.article for item in items}
    return {
        "models": [
            {"id": entry.id, "name": shown_name(entry.model), "is_model": entry.kind == "model"}
            for entry in leaderboard.entries
        ],
        "conditions": {name: CONDITIONS[name].about.partition(":")[0] for name in names},
        "articles": {name: _article(benchmark, name) for name in benchmark.articles if name in articles},
        "twins": {name: twin_text(benchmark, name) for name in sorted(articles)} if "twin" in names else {},
        "items": [
            {**_item(benchmark, item, names), "answers": _answers(benchmark, item, names, runs, longest)}
            for item in items
        ],
    }  # fmt: skip


def _run(part: Part) -> _Run:
    said = decode_log(part.log, Prediction, part.id)
    return _Run(
        {(row.item_id, row.condition): row for row in part.rows},
        {(line.item_id, line.condition): line for line in said},
    )


def _article(benchmark: Benchmark, name: str) -> Json:
    article = benchmark.articles[name]
    return {"title": shown_name(article.title or name), "text": article.text}


def _item(benchmark: Benchmark, item: Item, names: Sequence[str]) -> Json:
    """Return an item as it was asked, and as of the twin where that was asked too."""
    shown: Json = {"id": item.id, "task": item.task, "article": item.article, "process": item.process or ""}
    shown |= _asked(item)
    shown["evidence"] = _evidence(benchmark, item)
    if "twin" in names and isinstance(item, QaItem):
        twin = asked_item(benchmark, item, "twin")
        shown["twin"] = {**_asked(twin), "evidence": _twin_spans(benchmark, item)}
    return shown


def _answers(
    benchmark: Benchmark, item: Item, names: Sequence[str], runs: Sequence[_Run], longest: int
) -> dict[str, list[Any]]:
    """Return a list of answers by condition, a model each; None where a model was not asked."""
    found = {}
    for name in names:
        pair = (item.id, name)
        if any(pair in run.rows for run in runs):
            found[name] = [
                _answer(benchmark, item, run.rows[pair], run.said.get(pair), longest) if pair in run.rows else None
                for run in runs
            ]
    return found


def _asked(item: Item) -> Json:
    references = (
        [" / ".join(part) for part in item.parts] if isinstance(item, QaItem) and item.parts else item.references
    )
    shown: Json = {"references": [_cut(one, LONGEST) for one in references]}
    if isinstance(item, QaItem):
        return {"question": _cut(item.question, LONGEST), "type": item.answer_type, "ordered": item.ordered, **shown}
    return {
        "question": _cut(item.instruction, LONGEST), "max_words": item.max_words, **shown,
        "facts": [{"text": _cut(fact.text, LONGEST), "weight": fact.weight} for fact in item.facts],
        "contradictions": [_cut(one.text, LONGEST) for one in item.contradictions],
    }  # fmt: skip


def _answer(benchmark: Benchmark, item: Item, row: ScoreRow, line: Prediction | None, longest: int) -> list[Any]:
    """Return [verdict, text, rule or scores, marks, what the model said in full]; trailing nothings are left out.

    The verdict is a letter for questions: right, wrong, abstained though the article answers, failed, missing. For
    summaries it is the share of facts, or failed, missing.
    """
    verdict = _verdict(item, row)
    shown: list[Any] = [verdict, _cut(row.text, longest)]
    if isinstance(item, SummaryItem):
        shown += [row.scores, _marks(benchmark, item, row, longest)]
    else:
        shown += [_cut(row.rule, LONGEST // 10), 0]
    shown.append(_in_full(row, line, longest))
    while shown and shown[-1] in ("", 0, None):
        shown.pop()
    return shown


def _verdict(item: Item, row: ScoreRow) -> str | float:
    if row.outcome in {"failed", "missing"}:
        return row.outcome[0]
    if isinstance(item, SummaryItem):
        return round(row.scores.get("fact_recall", 0.0), 4)
    if row.scores.get("answer_match"):
        return "r"
    return "a" if row.outcome == "abstained" else "w"


def _in_full(row: ScoreRow, line: Prediction | None, longest: int) -> str:
    """Return what the model said where the answer was taken out of it, or how it failed."""
    if line is None:
        return ""
    if isinstance(line.raw, str):
        return _cut(line.raw, longest) if line.raw.strip() != row.text else ""
    return _cut(f"{line.error.class_}: {line.error.message}", longest) if line.error else ""


def _marks(benchmark: Benchmark, item: SummaryItem, row: ScoreRow, longest: int) -> Json | int:
    """Return where a summary states which fact and which contradiction, and where its budget ends; 0 for no summary.

    What is stated beyond the part that is shown has its number and no place.
    """
    if row.outcome in {"failed", "missing"}:
        return 0
    language = benchmark.recipe.language
    read = row.text if item.max_words is None else first_words(row.text, item.max_words)
    facts = [stated_at(read, fact.facets, language) for fact in item.facts]
    wrong = [stated_at(row.text, one.facets, language) for one in item.contradictions]

    def places(found: Sequence[tuple[tuple[int, int], ...]]) -> dict[int, list[list[int]]]:
        return {
            number: _units(row.text, [(start, min(end, longest)) for start, end in spans if start < longest])
            for number, spans in enumerate(found)
            if spans
        }

    marks: Json = {"facts": places(facts), "contradictions": places(wrong)}
    return {**marks, "end": _unit(row.text, len(read))} if len(read) < len(row.text) else marks


def _evidence(benchmark: Benchmark, item: Item) -> list[list[Any]]:
    """Return where the evidence stands: [start, end], and for a summary's facts their number."""
    article = benchmark.articles[item.article]
    if isinstance(item, QaItem):
        return [*_units(article.text, benchmark.evidence.get(item.id, ()))]
    return [
        [*span, str(number)]
        for number, fact in enumerate(item.facts, start=1)
        for span in _units(article.text, resolve_evidence(fact.evidence, article, "", "")[0])
    ]


def _twin_spans(benchmark: Benchmark, item: QaItem) -> list[list[int]]:
    """Return where the evidence stands in the twin, as far as each passage stands there as a whole."""
    text = twin_text(benchmark, item.article)
    places = [(text.find(passage), len(passage)) for passage in twin_evidence(benchmark, item)]
    return _units(text, [(at, at + length) for at, length in places if at >= 0])


def _units(text: str, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    if text.isascii():
        return [[start, end] for start, end in spans]
    return [[_unit(text, start), _unit(text, end)] for start, end in spans]


def _unit(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[:longest] + f" … [cut here: {len(text)} characters in all]"
