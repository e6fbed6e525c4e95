"""Files of predictions in three forms, and of no-answer probabilities: read whole, every fault named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from readmark.decoding import decode, parse_object
from readmark.errors import PredictionsError, Problem, ReadmarkError, as_json, quoted
from readmark.jsonl import read_bytes, read_objects
from readmark.prompts import CONDITIONS
from readmark.records import Prediction, Record

Placed = list[tuple[str, Prediction]]  # each with its place, for messages
Predicted = str | Path | Mapping[str, str] | Sequence[str | Path]

FORMS = 'our predictions.jsonl, JSONL of {"id", "prediction"}, or a JSON object of {id: text}'
PROBABILITIES = "a JSON object of {id: number}, higher where an answer is less likely"
LARGEST = 1e300  # there must be room below for a threshold that all are over


class ForeignPrediction(Record, frozen=True):
    """One line of a file that another tool wrote."""

    id: str
    prediction: str


def read_predictions(predictions: Predicted, condition: str) -> Placed:
    """Return all predictions with their places.

    Args:
        predictions: One or more files, or a mapping from item ids to texts.
        condition: Under which they were made, where a file does not say.

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
    return isinstance(value, str) and (value.isascii() or value.encode(errors="replace").decode() == value)


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


def read_probabilities(
    probabilities: str | Path | Mapping[str, float], needed: Iterable[str], known: Iterable[str]
) -> dict[str, float]:
    """Return the probability of each item that it has no answer, in the file's order.

    Any finite numbers do, such as the differences of scores that some systems write.

    Args:
        probabilities: A file, or a mapping from item ids to numbers.
        needed: Items that must have one.
        known: Items that may have one.

    Raises:
        PredictionsError: It cannot be read, a value is no number, an item lacks one or is unknown; all problems.
    """
    if isinstance(probabilities, Mapping):
        place, table = "no_answer", dict(probabilities)
    else:
        place = f"{probabilities}:1"
        read = parse_object(read_bytes(Path(probabilities), "file of no-answer probabilities"), place)
        if isinstance(read, Problem):
            raise PredictionsError(Problem(read.place, read.what, PROBABILITIES, read.fix))
        table = read
    problems = [
        Problem(place, f"item {quoted(key)} has the probability {as_json(value)}", "a finite number", "correct it")
        for key, value in table.items()
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST
    ]
    wanted, allowed = set(needed), set(known)
    lacking = [key for key in wanted if key not in table]
    strange = [key for key in table if key not in allowed and key not in wanted]
    if lacking:
        found = f"{len(lacking)} predicted items have no probability: {named(sorted(lacking))}"
        problems.append(Problem(place, found, "a number for every prediction", "add them"))
    if strange:
        found = f"{len(strange)} items are neither predicted nor in the test set: {named(strange)}"
        problems.append(Problem(place, found, "items of the test set", "remove them, or check -b"))
    if problems:
        raise PredictionsError(*problems)
    return {key: float(value) for key, value in table.items()}


def named(ids: Sequence[str]) -> str:
    """Return the first five ids, and how many more there are."""
    more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
    return ", ".join(map(quoted, ids[:5])) + more
