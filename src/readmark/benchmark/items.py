"""Rows of a question file become items: every fault named with its line, none left to be found at run time."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

from readmark.decoding import decode, unknown_key, utf8
from readmark.errors import Problem, as_json, quoted
from readmark.jsonl import read_bytes, read_objects
from readmark.records import Contradiction, Fact, Item, QaItem, Span, SummaryItem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from readmark.records import Article, Evidence

Rows = list[tuple[str, dict[str, Any]]]
ITEM_TYPES: dict[str, type[QaItem] | type[SummaryItem]] = {"qa": QaItem, "summary": SummaryItem}
CSV_COLUMNS = ("id", "article", "question", "answer", "answer_type", "process", "operation", "status")
CSV_NEEDED = CSV_COLUMNS[:4]
MOST_CSV = 64 * 2**20  # bytes
NAME_LENGTH = 200
MOST_WORDS = 1_000_000
MOST_WEIGHT = 1_000_000


def read_rows(path: Path) -> tuple[Rows, list[Problem]]:
    """Read questions.jsonl, or a CSV table with a header row, as `(file:line, object)` rows."""
    return _read_csv(path) if path.suffix.lower() == ".csv" else read_objects(path, "question file")


def _read_csv(path: Path) -> tuple[Rows, list[Problem]]:
    data = read_bytes(path, "question file", MOST_CSV).removeprefix(b"\xef\xbb\xbf")  # spreadsheets write the mark
    text = utf8(data, str(path))
    if isinstance(text, Problem):
        return [], [text]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: Rows = []
    problems: list[Problem] = []
    line = 1  # where the row begins; `line_num` is where it ends
    try:
        for fields in reader:
            if not header:
                header = fields
                problems += _header_problems(header, f"{path}:{line}") if header else []
                if problems:
                    break
            elif len(fields) == len(header):
                pairs = zip(header, fields, strict=True)
                rows.append((f"{path}:{line}", {key: value for key, value in pairs if value or key in CSV_NEEDED}))
            elif fields:
                found = f"has {len(fields)} fields, the header {len(header)}"
                fix = "put fields with commas in double quotes"
                problems.append(Problem(f"{path}:{line}", found, "one field a column", fix))
            line = reader.line_num + 1
    except csv.Error as error:
        found = f"is not valid CSV: {error}"
        problems.append(Problem(f"{path}:{line}", found, "comma-separated values", "close every double quote"))
    if not rows and not problems:
        fix = "write " + ",".join(CSV_NEEDED) + " and below it the questions"
        problems.append(Problem(f"{path}:1", "holds no questions", "a header row and one question a row", fix))
    return rows, problems


def _header_problems(found: list[str], place: str) -> list[Problem]:
    wanted = "the columns " + ", ".join(CSV_NEEDED)
    missing = [name for name in CSV_NEEDED if name not in found]
    problems = [Problem(place, f"has no column '{name}'", wanted, "add it to the header") for name in missing]
    problems += [
        unknown_key(name, list(CSV_COLUMNS), place, kind="column") for name in found if name not in CSV_COLUMNS
    ]
    for name in sorted({name for name in found if found.count(name) > 1 and name in CSV_COLUMNS}):
        problems.append(Problem(place, f"names the column '{name}' twice", "each column once", "rename one of them"))
    return problems


def parse_items(rows: Rows) -> tuple[list[tuple[str, Item]], list[Problem]]:
    """Turn rows into items, `(place, item)`; checks all that needs no article."""
    items: list[tuple[str, Item]] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for place, row in rows:
        item = _parse(place, row)
        if isinstance(item, list):
            problems += item
        else:
            items.append((place, item))  # faulty ones too, so that their evidence is looked at
            problems += _faults(item, place)
        item_id = row.get("id")
        if isinstance(item_id, str):
            if item_id in seen:
                found = f"id {quoted(item_id)} stands twice, first at {seen[item_id]}"
                problems.append(Problem(place, found, "unique ids", "give every item an id of its own"))
            seen.setdefault(item_id, place)
    problems += [
        Problem(
            place,
            f"item '{item.id}' is near {quoted(item.near)}, which is no item",
            "another item's id",
            "correct 'near', or leave it out",
        )
        for place, item in items
        if isinstance(item, QaItem) and item.near and item.near not in seen
    ]
    return items, problems


def _parse(place: str, row: dict[str, Any]) -> Item | list[Problem]:
    who = f"item {quoted(row['id'])}" if isinstance(row.get("id"), str) else "the item"
    body = dict(row)
    faults = _expand_answer(body, place, who) if "answer" in body else []
    task = body.pop("task", None)
    if not isinstance(task, str) or task not in ITEM_TYPES:
        found, fix = f"{who} has the unknown task {as_json(task)}", "correct 'task'"
        if task is None:
            found, fix = (
                f"{who} has no 'task'",
                'add "task": "qa", or use the short form: id, article, question, answer',
            )
        return [*faults, Problem(place, found, "qa or summary", fix)]
    item = decode(body, ITEM_TYPES[task], place, who)
    if not faults:
        return item
    return [*faults, *item] if isinstance(item, list) else faults


def _expand_answer(body: dict[str, Any], place: str, who: str) -> list[Problem]:
    """Turn the short form's `answer` into `references`; an unanswerable question has answer_type none."""
    answer = body.pop("answer")
    body.setdefault("task", "qa")
    if "references" in body:
        return [Problem(place, f"{who} has both 'answer' and 'references'", "one of them", "keep 'references'")]
    if not isinstance(answer, str):
        return [Problem(place, f"{who} 'answer' is {as_json(answer)}", "text in quotes", "use 'references' for a list")]
    if answer.strip() and body.get("answer_type") != "none":
        body["references"] = [answer]
    elif answer.strip():
        fix = "remove the answer, or the answer_type none"
        return [Problem(place, f"{who} is unanswerable but has the answer {quoted(answer)}", "no answer", fix)]
    elif body.get("answer_type") != "none":
        fix = "add the answer, or set answer_type to none if the article does not say"
        return [Problem(place, f"{who} has an empty answer", "the answer in words", fix)]
    return []


def _faults(item: Item, place: str) -> Iterator[Problem]:
    """Yield what the types alone cannot refuse."""
    who = f"item {quoted(item.id)}"
    if not item.id.strip() or len(item.id) > NAME_LENGTH or not item.id.isprintable():
        expected = f"1 to {NAME_LENGTH} printable characters"
        yield Problem(place, f"{who} has an id that cannot be used", expected, "give it a short name")
    if isinstance(item, QaItem):
        yield from _qa_faults(item, place, who)
        return
    if not item.instruction.strip():
        yield Problem(place, f"{who} has an empty instruction", "what the summariser is asked to do", "write it")
    if item.max_words is not None and not 1 <= item.max_words <= MOST_WORDS:
        found = f"{who} has max_words {as_json(item.max_words)}"
        yield Problem(place, found, f"1 to {MOST_WORDS}", "remove it for no limit")
    yield from _empty(item.references, "a reference", place, who)
    yield from _point_faults(item, place, who)


def _qa_faults(item: QaItem, place: str, who: str) -> Iterator[Problem]:
    if not item.question.strip():
        yield Problem(place, f"{who} has an empty question", "the question in words", "write it")
    kinds = [name for name, given in (("references", item.references), ("parts", item.parts)) if given]
    if item.answer_type == "none" and kinds:
        fix = "remove them, or change answer_type; what misleads goes into 'plausible'"
        yield Problem(place, f"{who} is unanswerable but has {kinds[0]}", 'no references with answer_type "none"', fix)
    elif item.answer_type == "list" and kinds != ["parts"]:
        found = f"{who} is a list without 'parts'" if "parts" not in kinds else f"{who} has parts and references"
        fix = 'in a .jsonl file: "parts": [["first"], ["second", "2nd"]]'
        yield Problem(place, found, "'parts', a list of lists of alternatives", fix)
    elif item.answer_type not in {"none", "list"} and kinds != ["references"]:
        if "parts" in kinds:
            fix = "correct 'answer_type', or give 'references'"
            yield Problem(place, f"{who} has parts but answer_type {item.answer_type}", 'answer_type "list"', fix)
        else:
            fix = "add the answer or mark the question unanswerable"
            yield Problem(place, f"{who} has no references", 'one or more answers, or answer_type "none"', fix)
    yield from _empty(item.references, "a reference", place, who)
    yield from _empty(item.distractors, "a distractor", place, who)
    yield from _empty(item.plausible, "a plausible answer", place, who)
    yield from _part_faults(item.parts, place, who)
    if item.twin:
        yield from _empty(item.twin.references, "a reference", place, f"{who} 'twin'")
        yield from _part_faults(item.twin.parts, place, f"{who} 'twin'")


def _part_faults(parts: tuple[tuple[str, ...], ...], place: str, who: str) -> Iterator[Problem]:
    for part in parts:
        if not part:
            yield Problem(
                place, f"{who} has a part without alternatives", "one or more ways to say the part", "add one"
            )
        yield from _empty(part, "a part", place, who)


def _point_faults(item: SummaryItem, place: str, who: str) -> Iterator[Problem]:
    """Yield the faults of a summary's facts and contradictions."""
    points: list[Fact | Contradiction] = [*item.facts, *item.contradictions]
    ids = [point.id for point in points]
    for twice in sorted(one for one, count in Counter(ids).items() if count > 1):
        found = f"{who} has two facts or contradictions with the id {quoted(twice)}"
        yield Problem(place, found, "unique ids", "rename one of them")
    for point in points:
        if not point.facets or not all(point.facets):
            fix = "a list of lists: each facet with its alternatives"
            found = "an empty facet" if point.facets else "no facets"
            yield Problem(place, f"{who} {quoted(point.id)} has {found}", "at least one alternative a facet", fix)
        for facet in point.facets:
            yield from _empty(facet, f"a facet of {quoted(point.id)}", place, who)
        if isinstance(point, Fact) and not 0 < point.weight <= MOST_WEIGHT:
            found = f"{who} {quoted(point.id)} has the weight {point.weight:g}"
            yield Problem(place, found, f"a number above 0, at most {MOST_WEIGHT}", "1 is an ordinary fact's weight")


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
                reason = "out of range" if passage.start < passage.end else "which is no passage"
                found = f"{who} has evidence from {as_json(passage.start)} to {as_json(passage.end)}, {reason}"
                expected = f"0 <= start < end <= {len(article.text)}, in characters"
                problems.append(Problem(place, found, expected, "correct the offsets, or quote the passage"))
            continue
        count = article.text.count(passage) if passage.strip() else 0
        if not passage.strip():
            problems.append(Problem(place, f"{who} has empty evidence", "a passage of the article", "remove it"))
        elif count == 1:
            start = article.text.index(passage)
            spans.append((start, start + len(passage)))
        else:
            found = f"{who} has evidence that occurs {count} times in '{article.id}': {quoted(passage)}"
            fix = "copy it verbatim, quotation marks too" if not count else "quote more of it, or give start and end"
            problems.append(Problem(place, found, "a passage that occurs exactly once", fix))
    return spans, problems
