"""Rows of a question file become items: every fault named with its line, none left to be found at run time."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from readmark.decoding import decode
from readmark.errors import Problem, quoted
from readmark.jsonl import read_bytes, read_objects, utf8
from readmark.records import Contradiction, Fact, Item, QaItem, Span, SummaryItem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from readmark.records import Article, Evidence

Rows = list[tuple[str, dict[str, Any]]]
ITEM_TYPES: dict[str, type[QaItem] | type[SummaryItem]] = {"qa": QaItem, "summary": SummaryItem}
CSV_COLUMNS = ("id", "article", "question", "answer", "answer_type", "process", "operation", "status")
CSV_NEEDED = CSV_COLUMNS[:4]
NAME_LENGTH = 200


def read_rows(path: Path) -> tuple[Rows, list[Problem]]:
    """Read questions.jsonl, or a CSV table with a header row, as `(file:line, object)` rows."""
    return _read_csv(path) if path.suffix.lower() == ".csv" else read_objects(path, "question file")


def _read_csv(path: Path) -> tuple[Rows, list[Problem]]:
    data = read_bytes(path, "question file").removeprefix(b"\xef\xbb\xbf")  # spreadsheets write the mark
    text = utf8(data, str(path))
    if isinstance(text, Problem):
        return [], [text]
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    problems: list[Problem] = []
    try:
        problems += _header_problems(reader.fieldnames or [], str(path))
        for row in [] if problems else reader:
            place = f"{path}:{reader.line_num}"
            if None in row or None in row.values():
                found = (
                    f"has {'more' if None in row else 'fewer'} fields than the header's {len(reader.fieldnames or [])}"
                )
                problems.append(Problem(place, found, "one field a column", "put fields with commas in double quotes"))
                continue
            rows.append((place, {key: value for key, value in row.items() if value or key in CSV_NEEDED}))
    except csv.Error as error:
        problems.append(Problem(f"{path}:{reader.line_num}", f"is not valid CSV: {error}", "comma-separated values"))
    if not rows and not problems:
        problems.append(Problem(f"{path}:1", "holds no questions", "a header row and one question a row"))
    return rows, problems


def _header_problems(found: Any, path: str) -> list[Problem]:  # noqa: ANN401 - csv says Sequence | None
    place = f"{path}:1"
    wanted = "the columns " + ", ".join(CSV_NEEDED)
    problems = [Problem(place, f"has no column '{name}'", wanted) for name in CSV_NEEDED if name not in found]
    problems += [
        Problem(
            place, f"has an unknown column {quoted(name)}", "one of " + ", ".join(CSV_COLUMNS), "remove or rename it"
        )
        for name in found
        if name not in CSV_COLUMNS
    ]
    if len(set(found)) < len(found):
        problems.append(Problem(place, "names a column twice", wanted, "rename one of them"))
    return problems


def parse_items(rows: Rows) -> tuple[list[tuple[str, Item]], list[Problem]]:
    """Turn rows into items, `(place, item)`; checks all that needs no article."""
    items: list[tuple[str, Item]] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for place, row in rows:
        item = _parse(place, row)
        if not isinstance(item, list):
            found = list(_faults(item, place))
            if item.id in seen:
                fix = "give every item an id of its own"
                found.append(
                    Problem(place, f"id {quoted(item.id)} stands twice, first at {seen[item.id]}", "unique ids", fix)
                )
            seen.setdefault(item.id, place)
            items += [] if found else [(place, item)]
            item = found
        problems += item
    ids = set(seen)
    problems += [
        Problem(place, f"item '{item.id}' is near {quoted(item.near)}, which is no item", "another item's id")
        for place, item in items
        if isinstance(item, QaItem) and item.near and item.near not in ids
    ]
    return items, problems


def _parse(place: str, row: dict[str, Any]) -> Item | list[Problem]:
    who = f"item {quoted(row['id'])}" if isinstance(row.get("id"), str) else "the item"
    body = dict(row)
    if "answer" in body:
        faults = _expand_answer(body, place, who)
        if faults:
            return faults
    task = body.pop("task", None)
    if not isinstance(task, str) or task not in ITEM_TYPES:
        found = f"{who} has no 'task'" if task is None else f"{who} has the unknown task {quoted(task)}"
        fix = 'add "task": "qa", or use the short form: id, article, question, answer'
        return [Problem(place, found, "qa or summary", fix)]
    return decode(body, ITEM_TYPES[task], place, who)


def _expand_answer(body: dict[str, Any], place: str, who: str) -> list[Problem]:
    """Turn the short form's `answer` into `references`; an unanswerable question has answer_type none."""
    answer = body.pop("answer")
    body.setdefault("task", "qa")
    if "references" in body:
        return [Problem(place, f"{who} has both 'answer' and 'references'", "one of them", "keep 'references'")]
    if not isinstance(answer, str):
        return [Problem(place, f"{who} 'answer' is {quoted(answer)}", "text in quotes", "use 'references' for a list")]
    if answer.strip() and body.get("answer_type") != "none":
        body["references"] = [answer]
    elif answer.strip():
        return [Problem(place, f"{who} is unanswerable but has the answer {quoted(answer)}", "no answer", "remove one")]
    elif body.get("answer_type") != "none":
        fix = "add the answer, or set answer_type to none if the article does not say"
        return [Problem(place, f"{who} has an empty answer", "the answer in words", fix)]
    return []


def _faults(item: Item, place: str) -> Iterator[Problem]:
    """Yield what the types alone cannot refuse."""
    who = f"item {quoted(item.id)}"
    if not item.id.strip() or len(item.id) > NAME_LENGTH or not item.id.isprintable():
        yield Problem(place, f"{who} has an id that cannot be used", f"1 to {NAME_LENGTH} printable characters")
    if isinstance(item, QaItem):
        yield from _qa_faults(item, place, who)
        return
    if not item.instruction.strip():
        yield Problem(place, f"{who} has an empty instruction", "what the summariser is asked to do")
    if item.max_words is not None and item.max_words < 1:
        yield Problem(place, f"{who} has max_words {item.max_words}", "at least 1", "remove it for no limit")
    yield from _empty(item.references, "a reference", place, who)
    yield from _point_faults(item, place, who)


def _qa_faults(item: QaItem, place: str, who: str) -> Iterator[Problem]:
    if not item.question.strip():
        yield Problem(place, f"{who} has an empty question", "the question in words")
    kinds = [name for name, given in (("references", item.references), ("parts", item.parts)) if given]
    if item.answer_type == "none" and kinds:
        fix = "remove them, or change answer_type; what misleads goes into 'plausible'"
        yield Problem(place, f"{who} is unanswerable but has {kinds[0]}", 'no references with answer_type "none"', fix)
    elif item.answer_type == "list" and kinds != ["parts"]:
        found = f"{who} is a list without 'parts'" if "parts" not in kinds else f"{who} has parts and references"
        yield Problem(place, found, "'parts', a list of lists of alternatives", '[["first"], ["second", "2nd"]]')
    elif item.answer_type not in {"none", "list"} and kinds != ["references"]:
        if "parts" in kinds:
            yield Problem(place, f"{who} has parts but answer_type {item.answer_type}", 'answer_type "list"')
        else:
            fix = "add the answer or mark the question unanswerable"
            yield Problem(place, f"{who} has no references", 'one or more answers, or answer_type "none"', fix)
    yield from _empty(item.references, "a reference", place, who)
    yield from _empty(item.distractors, "a distractor", place, who)
    for part in item.parts:
        if not part:
            yield Problem(place, f"{who} has a part without alternatives", "one or more ways to say the part")
        yield from _empty(part, "a part", place, who)


def _point_faults(item: SummaryItem, place: str, who: str) -> Iterator[Problem]:
    """Yield the faults of a summary's facts and contradictions."""
    points: list[Fact | Contradiction] = [*item.facts, *item.contradictions]
    ids = [point.id for point in points]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield Problem(place, f"{who} has two facts or contradictions with the id {quoted(twice)}", "unique ids")
    for point in points:
        if not point.facets or not all(point.facets):
            fix = "a list of lists: each facet with its alternatives"
            yield Problem(
                place, f"{who} {quoted(point.id)} has an empty facet", "at least one alternative a facet", fix
            )
        for facet in point.facets:
            yield from _empty(facet, f"a facet of {quoted(point.id)}", place, who)
        if isinstance(point, Fact) and not 0 < point.weight < float("inf"):
            yield Problem(place, f"{who} {quoted(point.id)} has the weight {point.weight}", "a number above 0")


def _empty(texts: tuple[str, ...], kind: str, place: str, who: str) -> Iterator[Problem]:
    if any(not text.strip() for text in texts):
        yield Problem(place, f"{who} has {kind} that is empty", "text", "remove it")


def resolve_evidence(
    evidence: Evidence, article: Article, place: str, who: str
) -> tuple[list[tuple[int, int]], list[Problem]]:
    """Return evidence as character spans of the article, and what keeps any of it from being resolved."""
    spans: list[tuple[int, int]] = []
    problems: list[Problem] = []
    for passage in evidence:
        if isinstance(passage, Span):
            if 0 <= passage.start < passage.end <= len(article.text):
                spans.append((passage.start, passage.end))
            else:
                found = f"{who} has evidence from {passage.start} to {passage.end}, out of range"
                problems.append(Problem(place, found, f"0 <= start < end <= {len(article.text)}, in characters"))
            continue
        count = article.text.count(passage) if passage.strip() else 0
        if count == 1:
            start = article.text.index(passage)
            spans.append((start, start + len(passage)))
        else:
            found = f"{who} has evidence that occurs {count} times in '{article.id}': {quoted(passage)}"
            fix = "copy it verbatim, quotation marks too" if not count else "quote more of it, or give start and end"
            problems.append(Problem(place, found, "a passage that occurs exactly once", fix))
    return spans, problems
