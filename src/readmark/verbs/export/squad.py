"""squad: a test set as a SQuAD file; a run as the predictions that SQuAD's scripts score.

A SQuAD answer is one span of its context, so this form holds less than a test set does: what has no span is left out
and counted. The file is SQuAD 2.0, or 1.1 where the test set keeps 1.1's rules and every question has an answer.

Source:
    Rajpurkar et al. 2016 and 2018, arXiv 1606.05250 and 1806.03822; the form of dev-v1.1.json and dev-v2.0.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from readmark.benchmark import Benchmark
from readmark.errors import BenchmarkError, Problem, RunError
from readmark.languages import language_of
from readmark.records import Item, QaItem
from readmark.runs import RunFolder
from readmark.verbs.export.active import active, counted, left_out
from readmark.verbs.export.source import Made, Source
from readmark.verbs.export.spans import places

Qa = dict[str, Any]  # a question as SQuAD has it


class _Told(NamedTuple):
    """What could not be said in SQuAD's form: ids of questions, texts of answers."""

    lists: list[str]
    summaries: list[str]
    spanless: list[str]
    references: list[str]
    plausible: list[str]
    guessed: list[str]


def write_squad(source: Source, with_references: bool) -> Made:  # noqa: ARG001 - the verb has asked for consent
    """Return a test set as a SQuAD file, or a run's answers as `{id: text}`.

    Raises:
        ReadmarkError: The source cannot be read, or nothing of it has SQuAD's form.
    """
    return _predictions(source) if source.kind == "run" else _test_set(source.benchmark)


def _test_set(benchmark: Benchmark) -> Made:
    items, notes = active(benchmark)
    if any(not benchmark.articles[item.article].text.strip() for item in items):
        raise _refused(benchmark, "its articles are empty, it is questions alone")
    told = _Told([], [], [], [], [], [])
    questions = [(item, qa) for item in items if (qa := _question(benchmark, item, told)) is not None]
    if not questions:
        raise _refused(benchmark, "no answer to any of its questions stands in its article word for word")
    is_2 = benchmark.manifest.norm == "squad2" or any(qa["is_impossible"] for _, qa in questions)
    if not is_2:
        for _, qa in questions:
            del qa["is_impossible"]
    form = {"version": "v2.0" if is_2 else "1.1", "data": _data(benchmark, questions)}
    if benchmark.manifest.language != "en":
        form["language"] = benchmark.manifest.language  # ours: `readmark` compares answers by it
    if is_2 and benchmark.manifest.norm == "squad1":
        notes += ("the test set keeps SQuAD 1.1's rules; with unanswerable questions the file is read by 2.0's",)
    return Made({"": _encoded(form)}, notes + _notes(told))


def _refused(benchmark: Benchmark, found: str) -> BenchmarkError:
    expected = "an answer that is a span of the article, as SQuAD's are"
    return BenchmarkError(Problem(benchmark.source, found, expected, "choose another --to"))


def _question(benchmark: Benchmark, item: Item, told: _Told) -> Qa | None:
    """Return a question in SQuAD's form; None for one that has none there, which is noted."""
    if not isinstance(item, QaItem):
        told.summaries.append(item.id)
        return None
    if item.parts:
        told.lists.append(item.id)
        return None
    text, evidence = benchmark.articles[item.article].text, benchmark.evidence.get(item.id, ())
    has_spaces = language_of(benchmark.manifest.language).cut == "spaces"
    answers: list[Qa] = []
    for reference in item.references if item.is_answerable else item.plausible:
        found = places(text, reference, evidence if item.is_answerable else (), has_spaces=has_spaces)
        answers += [{"text": reference, "answer_start": start} for start in found.starts]
        if not found.starts:
            (told.references if item.is_answerable else told.plausible).append(item.id)
        elif found.is_first_of_several:
            told.guessed.append(item.id)
    qa: Qa = {"question": item.question, "id": item.id, "answers": [], "is_impossible": not item.is_answerable}
    if not item.is_answerable:
        return {"plausible_answers": answers, **qa} if answers else qa
    if not answers:
        told.spanless.append(item.id)
        return None
    return {**qa, "answers": answers}


def _data(benchmark: Benchmark, questions: list[tuple[Item, Qa]]) -> list[dict[str, Any]]:
    """Return titles with their paragraphs, one an article, in the order of the first question on each."""
    asked: dict[str, list[Qa]] = {}
    for item, qa in questions:
        asked.setdefault(item.article, []).append(qa)
    titles = _titles(benchmark)
    entries: dict[str, list[Qa]] = {}
    for name, qas in asked.items():
        entries.setdefault(titles[name], []).append({"qas": qas, "context": benchmark.articles[name].text})
    return [{"title": title, "paragraphs": paragraphs} for title, paragraphs in entries.items()]


def _titles(benchmark: Benchmark) -> dict[str, str]:
    """Return a title for each article; articles share one only where they are one cluster, as a reader takes it."""
    titles = {name: article.title or name for name, article in benchmark.articles.items()}
    is_fit = benchmark.manifest.cluster == "title" or len(set(titles.values())) == len(titles)
    return titles if is_fit else {name: name for name in titles}


def _notes(told: _Told) -> tuple[str, ...]:
    spanless = set(told.spanless)
    further = [name for name in told.references if name not in spanless]
    first = f"{counted(len(told.guessed), 'answer')} with more than one place and no evidence"
    return (
        *left_out(told.summaries, "summary task", "SQuAD has none"),
        *left_out(told.lists, "question", "they ask for a list; a SQuAD answer is one span"),
        *left_out(told.spanless, "question", "no reference stands in the article word for word, within the evidence"),
        *left_out(further, "reference", "they do not stand there; their questions keep others"),
        *left_out(told.plausible, "tempting answer", "they do not stand in the article"),
        *([f"{first}: answer_start is the first of them"] if told.guessed else ()),
    )


def _predictions(source: Source) -> Made:
    """Return a run's answers by id, "" for an abstention; failed and missing ones are not there."""
    folder = RunFolder(Path(source.name))
    conditions = folder.info().conditions
    condition = "reading" if "reading" in conditions else conditions[0]
    if condition != "reading" and len(conditions) > 1:
        found = f"has no reading, but {', '.join(conditions)}"
        raise RunError(Problem(source.name, found, "reading, or one condition alone", "run it with -c reading"))
    rows = [row for row in folder.rows() if row.condition == condition]
    summaries = [row.item_id for row in rows if not isinstance(source.benchmark.item(row.item_id), QaItem)]
    asked = [row for row in rows if row.item_id not in set(summaries)]
    answered = {row.item_id: row.text for row in asked if row.outcome in {"answered", "abstained"}}
    if not answered:
        raise RunError(Problem(source.name, "has no answer to any question", "answers", "choose another --to"))
    failed = [row.item_id for row in asked if row.item_id not in answered]
    notes = left_out(summaries, "item", "SQuAD has no summaries") + left_out(failed, "question", "failed or not asked")
    notes += (f"the answers are those under {condition}",) if condition != "reading" else ()
    return Made({"": _encoded(answered)}, notes)


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
