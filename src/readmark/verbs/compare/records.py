"""What `compare` finds. A is the first run, B the second; a difference is A minus B."""

from __future__ import annotations

from typing import Any, Literal

from readmark.records import BenchmarkStamp, Record, RunKind, Task

FORMAT = "readmark-comparison/1"
Verdict = Literal["a_better", "b_better", "a_higher", "b_higher", "undecided", "too_few", "undeclared"]


class Side(Record, frozen=True):
    """One of the two runs; `run` is its folder as it was given."""

    run: str
    model: str
    revision: str
    parameters: dict[str, Any]
    kind: RunKind


class NeededItems(Record, frozen=True):
    """How many items like these show the wanted gap, and over how many articles; None beyond ten million.

    `clusters` is 1 where the test set is one article.
    """

    items: int | None
    clusters: int | None


class LeftOut(Record, frozen=True):
    """Items that the metric is defined on but that have no score in one run or in both.

    Attributes:
        items: How many.
        reasons: How many of them by reason and run, such as "failed in A"; an item may count under A and under B.
        lowest: The difference, had all failed and missing items gone against A; None where the metric has no range.
        highest: The difference, had they all gone against B.
    """

    items: int
    reasons: dict[str, int]
    lowest: float | None
    highest: float | None


class Compared(Record, frozen=True):
    """One metric under one condition, over the items that have a score in both runs.

    Attributes:
        condition: The condition.
        metric: The metric, or "facts": the share of facts stated, where summaries are compared fact by fact.
        task: Of which items.
        higher_is_better: None where neither end is.
        a: A's mean over the shared items.
        b: B's.
        value: a - b, unrounded; None where no item is shared.
        low: Lower end of its 95 % interval.
        high: Upper end.
        p: Two-sided, not corrected.
        adjusted: After Holm's correction over all verdicts of this comparison; None where none was to be reached.
        test: Its name.
        n: Shared items (facts, for "facts").
        a_higher: Items on which A's score is the higher one; of right-or-wrong scores, right only in A.
        b_higher: The same for B.
        equal: Items on which the scores are equal.
        clusters: Articles, or titles where the test set says so; for "facts" summaries.
        smallest_gap: The smallest difference that so many items show with 80 % power; None where none does.
        needed: What the wanted gap needs; None for "facts" and for a metric without a range.
        left_out: Items without a score in one run or in both.
        verdict: What the data supports; None for metrics that are shown beside the headline.
        says: The verdict in words; "" where there is none.
        a_items: With `items`, the ids of those on which A's score is the higher one.
        b_items: The same for B.
    """

    condition: str
    metric: str
    task: Task
    higher_is_better: bool | None
    a: float | None
    b: float | None
    value: float | None
    low: float | None
    high: float | None
    p: float
    adjusted: float | None
    test: str
    n: int
    a_higher: int
    b_higher: int
    equal: int
    clusters: int
    smallest_gap: float | None
    needed: NeededItems | None
    left_out: LeftOut
    verdict: Verdict | None
    says: str
    a_items: tuple[str, ...] = ()
    b_items: tuple[str, ...] = ()


class Comparison(Record, frozen=True):
    """Two runs compared.

    Attributes:
        format: Version of this form.
        a: The first run.
        b: The second run.
        benchmark: The test set of both.
        signature: What both share.
        gap: The wanted gap on a metric's scale, such as .05 for five points.
        verdicts: How many verdicts were to be reached; Holm's correction is over them.
        results: In the order of conditions, headline first.
        notes: What a reader must know.
    """

    format: str
    a: Side
    b: Side
    benchmark: BenchmarkStamp
    signature: dict[str, str | int]
    gap: float
    verdicts: int
    results: tuple[Compared, ...]
    notes: tuple[str, ...]
