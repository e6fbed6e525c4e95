"""What leaderboard.json holds."""

from __future__ import annotations

from typing import Any

from readmark.records import BenchmarkStamp, Record, RunKind, Task
from readmark.results import ConditionReport, Counts, Score

FORMAT = "readmark-leaderboard/1"


class Entry(Record, frozen=True):
    """One model's row.

    Attributes:
        kind: "upper_bound" marks the reader of the references, which stands apart from all models.
        predictions: The file beside the board that its numbers are recomputed from, and its SHA-256.
        seconds: How long asking took; hardware is not compared.
    """

    model: str
    revision: str
    adapter: str
    kind: RunKind
    parameters: dict[str, Any]
    tasks: tuple[Task, ...]
    counts: Counts
    conditions: dict[str, ConditionReport]
    derived: dict[str, Score]
    costs: dict[str, int]
    seconds: float
    predictions: str
    predictions_sha256: str


class Leaderboard(Record, frozen=True):
    """leaderboard.json: entries in alphabetical order, for the file ranks nobody; tables sort."""

    format: str
    benchmark: BenchmarkStamp
    signature: dict[str, str | int]
    notes: tuple[str, ...]
    entries: tuple[Entry, ...]
