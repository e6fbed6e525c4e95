"""What leaderboard.json holds."""

from __future__ import annotations

from typing import Any

from readmark.records import BenchmarkStamp, Record, RunKind, Task
from readmark.results import ConditionReport, Counts, Score, Threshold
from readmark.standings import Standing

FORMAT = "readmark-leaderboard/2"


class EntryFile(Record, frozen=True):
    """A file beside the board, from which its numbers are made anew."""

    path: str
    sha256: str


class Entry(Record, frozen=True):
    """One model's row.

    Attributes:
        id: `<model>-<8 hex>`, the hex over model, revision, parameters and the test set's content.
        kind: "upper_bound" marks the reader of the references, which stands apart from all models.
        adapter: How the model was asked; "predictions" where a file was scored.
        conditions: Every metric under every condition, with interval, count and bounds, whole and by group.
        derived: reading_gain, follows_article, repeats_memory.
        thresholds: The best thresholds on no-answer probabilities; `threshold` is the one that was used.
        costs: Tokens, as far as the model told; `cost` is theirs at `price`, units for a million in and out.
        seconds: How long asking took; hardware is not compared.
        predictions: What was said to every item.
        probabilities: No-answer probabilities, where they were used.
        notes: What a reader of its numbers must know.
        tags: The publisher's words for it, to filter by.
    """

    id: str
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
    predictions: EntryFile
    thresholds: dict[str, Threshold] = {}
    threshold: float | None = None
    probabilities: EntryFile | None = None
    price: tuple[float, float] | None = None
    cost: float | None = None
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Leaderboard(Record, frozen=True):
    """leaderboard.json: entries in alphabetical order; nobody's rank is more exact than the data.

    Attributes:
        format: Version of this file's form.
        benchmark: Name, version and content hash of the test set.
        canary: Of the test set, so that whoever trains on this file can be told.
        signature: The recipe that all entries share.
        standings: By condition and metric: ranks as sets, all pairs, the smallest gap that can be seen.
        notes: What a reader of the numbers must know, all entries' together.
        entries: The models.
        title, description: The publisher's words.
    """

    format: str
    benchmark: BenchmarkStamp
    canary: str
    signature: dict[str, str | int]
    notes: tuple[str, ...]
    standings: dict[str, dict[str, Standing]]
    entries: tuple[Entry, ...]
    title: str = ""
    description: str = ""
