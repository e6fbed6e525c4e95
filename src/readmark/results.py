"""The records of a report: scores with their doubt, counts, thresholds."""

from __future__ import annotations

from readmark.records import Record


class Score(Record, frozen=True):
    """A metric's mean over items with its doubt.

    Attributes:
        value: The mean, unrounded; None where no item was scored.
        low: Lower end of the 95 % interval; None where the data cannot give one.
        high: Upper end.
        n: Items the value stands on.
        worst: The value had every failure gone the worst way; only for metrics with a bounded range.
        best: The value had every failure gone the best way.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    worst: float | None = None
    best: float | None = None


class Counts(Record, frozen=True, omit_defaults=False):
    """How many items ended in which way."""

    items: int = 0
    answered: int = 0
    abstained: int = 0
    failed: int = 0
    missing: int = 0
    unknown: int = 0


class ConditionReport(Record, frozen=True):
    """All scores under one condition, whole and by group."""

    counts: Counts
    scores: dict[str, Score]
    by: dict[str, dict[str, dict[str, Score]]] = {}


class Threshold(Record, frozen=True):
    """The best score that a threshold on no-answer probabilities attains; items over it count as abstaining.

    Attributes:
        value: The mean score, unrounded.
        threshold: The lowest that attains it.
        n: Items the value stands on.
    """

    value: float
    threshold: float
    n: int


class Report(Record, frozen=True):
    """A run's numbers; the same predictions give the same bytes.

    Attributes:
        format: Version of this file's form.
        signature: What two scores must share before they are compared, and what else is recorded.
        counts: Outcomes over all conditions.
        conditions: A condition's report by its name.
        derived: Differences between conditions, such as reading_gain.
        costs: Tokens, where the model told them.
        scores: `reading`'s scores, or the only condition's.
        notes: What a reader of the numbers must know, such as "conditional on this article".
        thresholds: Where no-answer probabilities were given, the best attainable score by metric.
    """

    format: str
    signature: dict[str, str | int]
    counts: Counts
    conditions: dict[str, ConditionReport]
    derived: dict[str, Score]
    costs: dict[str, int]
    scores: dict[str, Score]
    notes: tuple[str, ...] = ()
    thresholds: dict[str, Threshold] = {}
