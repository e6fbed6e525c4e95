"""The verb `score`: numbers for predictions that are there already, with no model at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import readmark
from readmark.benchmark import Benchmark, load
from readmark.decoding import decode, parse_object
from readmark.errors import PredictionsError, Problem, ReadmarkError, as_json, quoted
from readmark.extraction import Extraction
from readmark.jsonl import read_bytes, read_objects
from readmark.prompts import CONDITIONS, check_conditions
from readmark.records import Item, Prediction, Record, Report
from readmark.reporting import make_report, token_costs
from readmark.runs import RunFolder
from readmark.scoring import score_rows
from readmark.signature import make_signature

if TYPE_CHECKING:
    Placed = list[tuple[str, Prediction]]

FORMS = 'our predictions.jsonl, JSONL of {"id", "prediction"}, or a JSON object of {id: text}'


class ForeignPrediction(Record, frozen=True):
    """One line of a file that another tool wrote."""

    id: str
    prediction: str


def score(
    predictions: str | Path | Mapping[str, str] | Sequence[str | Path],
    benchmark: str | Path | Benchmark = "crossroads",
    *,
    condition: str = "reading",
    out: str | Path | None = None,
    extract: Extraction | None = None,
    drafts: bool = False,
) -> Report:
    """Score predictions against a test set.

    Items without a prediction are `missing`; predictions for items that the test set lacks are counted as
    `unknown` and named in the report's notes. A task without any prediction was not asked, and the notes say so.

    Args:
        predictions: One or more files, or a mapping from item ids to texts.
        benchmark: The test set.
        condition: Under which the predictions were made, where a file does not say.
        out: Where scores.jsonl and report.json are written; None writes nothing.
        extract: `none` takes texts as they are, `answer` reads a talking model's; by default `answer` for
            predictions that a run of ours logged, and `none` for all others.
        drafts: Draft items too.

    Raises:
        ReadmarkError: An input is wrong; nothing was changed.
    """
    loaded = load(benchmark)
    check_conditions([condition], loaded)
    items = loaded.selected(drafts=drafts)
    placed = _placed(predictions, condition)
    known = {item.id for item in loaded.items}
    found = {(line.item_id, line.condition): line for _, line in placed}
    unknown = sorted({line.item_id for line in found.values() if line.item_id not in known})
    used = {line.condition for line in found.values()} or {condition}
    conditions = check_conditions([name for name in CONDITIONS if name in used], loaded)
    asked = _asked(items, found)
    is_ours = bool(placed) and all(line.key for _, line in placed)
    extract = extract or ("answer" if is_ours else "none")
    rows = score_rows(loaded, asked, found, conditions, extract)
    signature = make_signature(loaded, extract, readmark.__version__, drafts=drafts)
    used_count = sum(row.outcome != "missing" for row in rows)
    report = make_report(loaded, rows, signature, costs=token_costs(found.values()), unknown=len(unknown))
    report = msgspec.structs.replace(
        report, notes=report.notes + _notes(items, asked, unknown, len(found) - len(unknown) - used_count)
    )
    if out is not None:
        RunFolder(Path(out)).write_scores(rows, report)
    return report


def _asked(items: Sequence[Item], found: Mapping[tuple[str, str], Prediction]) -> tuple[Item, ...]:
    """Return the items of the tasks that were predicted at all; all items where none was."""
    predicted = {item_id for item_id, _ in found}
    tasks = {item.task for item in items if item.id in predicted} or {item.task for item in items}
    return tuple(item for item in items if item.task in tasks)


def _notes(items: Sequence[Item], asked: Sequence[Item], unknown: Sequence[str], unused: int) -> tuple[str, ...]:
    """Return what was left out of the scores, in words."""
    left_out = sorted({item.task for item in items} - {item.task for item in asked})
    notes = [f"no predictions for the task {task}: not scored" for task in left_out]
    if unused:
        notes.append(f"{unused} predictions are for drafts, retired items, or items that the condition does not ask")
    if unknown:
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        notes.append("not in the test set: " + ", ".join(map(quoted, unknown[:5])) + more)
    return tuple(notes)


def _placed(predictions: str | Path | Mapping[str, str] | Sequence[str | Path], condition: str) -> Placed:
    """Return all predictions with their places.

    Raises:
        PredictionsError: A file is not a form of predictions; every problem of every file.
    """
    placed: Placed = []
    problems: list[Problem] = []
    if isinstance(predictions, Mapping):
        problems += _table_faults(predictions, "predictions")
        placed += [] if problems else _of_table(predictions, "predictions", condition)
    else:
        for path in [predictions] if isinstance(predictions, str | Path) else predictions:
            try:
                more, faults = _read(Path(path), condition)
            except ReadmarkError as error:
                more, faults = [], list(error.problems)
            placed += more
            problems += faults
    problems += _repeats(placed)
    if problems:
        raise PredictionsError(*problems)
    return placed


def _read(path: Path, condition: str) -> tuple[Placed, list[Problem]]:
    if path.suffix.lower() == ".json":
        return _read_table(path, condition)
    if path.suffix.lower() != ".jsonl":
        found = f"ends in {quoted(path.suffix)}" if path.suffix else "has no ending"
        return [], [Problem(str(path), found, FORMS, "name it .jsonl or .json after what it holds")]
    rows, problems = read_objects(path, "file of predictions")
    placed: Placed = []
    for place, row in rows:
        line = _line(place, row, condition)
        if isinstance(line, list):
            problems += line
        else:
            placed.append((place, line))
    return placed, problems


def _read_table(path: Path, condition: str) -> tuple[Placed, list[Problem]]:
    table = parse_object(read_bytes(path, "file of predictions"), f"{path}:1")
    if isinstance(table, Problem):
        return [], [Problem(table.place, table.what, FORMS, "name it .jsonl if it holds an object a line")]
    faults = _table_faults(table, f"{path}:1")
    if not table:
        faults.append(Problem(f"{path}:1", "holds no prediction", "one or more ids with their texts", "add them"))
    return ([] if faults else _of_table(table, str(path), condition)), faults


def _table_faults(table: Mapping[str, Any], place: str) -> list[Problem]:
    """Name every entry of a table of predictions that is not text, or text that no file can hold."""
    return [
        Problem(place, f"item {quoted(key)} has the prediction {as_json(value)}", "text in quotes", "correct it")
        for key, value in table.items()
        if not (_is_text(key) and _is_text(value))
    ]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.encode(errors="replace").decode() == value


def _line(place: str, row: dict[str, Any], condition: str) -> Prediction | list[Problem]:
    if "item_id" not in row:
        foreign = decode(row, ForeignPrediction, place)
        if isinstance(foreign, list):
            return foreign
        return Prediction(item_id=foreign.id, condition=condition, raw=foreign.prediction)
    line = decode(row, Prediction, place)
    if isinstance(line, list):
        return line
    problems = []
    if line.condition not in CONDITIONS:
        found = f"has the unknown condition {quoted(line.condition)}"
        problems.append(Problem(place, found, "one of " + ", ".join(CONDITIONS), "correct 'condition'"))
    if isinstance(line.raw, str) == ("error" in row):
        found = "both 'raw' and 'error'" if "error" in row else "neither 'raw' nor 'error'"
        fix = "'raw' is what the model said, 'error' is why it said nothing"
        problems.append(Problem(place, f"has {found}", "one of them", fix))
    return problems or line


def _of_table(table: Mapping[str, str], place: str, condition: str) -> Placed:
    return [(place, Prediction(item_id=key, condition=condition, raw=text)) for key, text in table.items()]


def _repeats(placed: Iterable[tuple[str, Prediction]]) -> list[Problem]:
    """Name items predicted twice; within one log of ours (its lines have keys) the later line holds."""
    seen: dict[tuple[str, str], str] = {}
    problems = []
    for place, line in placed:
        key = (line.item_id, line.condition)
        if key in seen and not (line.key and seen[key].rpartition(":")[0] == place.rpartition(":")[0]):
            found = f"item {quoted(line.item_id)} has a second prediction, the first at {seen[key]}"
            problems.append(Problem(place, found, "one prediction an item", "remove one of them"))
        seen.setdefault(key, place)
    return problems
