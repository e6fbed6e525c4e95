"""How far a rule's verdicts are from people's.

Agreement: the share of answers on which both say the same. Bias: the rule's mean score minus people's. Where the bias
differs from system to system, the rule puts the systems in another order; Kendall's tau-b says how far.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import NamedTuple

from evouna import SYSTEMS, Judged

from readmark.statistics import Interval, mean_interval


class Agreement(NamedTuple):
    """A rule beside people; all fractions.

    Attributes:
        tool: Whose rule it is.
        rule: Its name there.
        systems: By system, the agreement with an interval over its answers.
        low: The end of the 95 % interval of the agreement over all answers, clustered by question.
        high: The other end.
        bias: By system, the rule's mean score minus people's.
        tau: Kendall's tau-b of the rule's mean scores with people's; None where all scores are equal.
        seconds: Of the processor, for 1,000 answers; None where it was not told.
    """

    tool: str
    rule: str
    systems: dict[str, Interval]
    low: float | None
    high: float | None
    bias: dict[str, float]
    tau: float | None
    seconds: float | None

    @property
    def mean(self) -> float:
        """The mean agreement over the systems."""
        return math.fsum(one.value for one in self.systems.values()) / len(self.systems)

    @property
    def worst(self) -> float:
        """The largest bias, whichever its sign."""
        return max(map(abs, self.bias.values()))


def measure(
    tool: str, rule: str, answers: Sequence[Judged], called: Sequence[bool], seconds: float | None = None
) -> Agreement:
    """Return the agreement of a rule's verdicts, one an answer, with people's; `seconds` are those of all answers."""
    systems, score, people = {}, {}, {}
    for system in SYSTEMS:
        mine = [(bool(said), one.is_right) for said, one in zip(called, answers, strict=True) if one.system == system]
        systems[system] = mean_interval([float(said == right) for said, right in mine])
        score[system] = sum(said for said, _ in mine) / len(mine)
        people[system] = sum(right for _, right in mine) / len(mine)
    same = [float(bool(said) == one.is_right) for said, one in zip(called, answers, strict=True)]
    over_all = mean_interval(same, [one.number for one in answers])
    return Agreement(
        tool,
        rule,
        systems,
        over_all.low,
        over_all.high,
        {system: score[system] - people[system] for system in SYSTEMS},
        kendall_tau(list(score.values()), list(people.values())),
        None if seconds is None else 1000 * seconds / len(answers),
    )


def kendall_tau(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Return Kendall's tau-b, None where one side is constant."""
    from scipy.stats import kendalltau

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tau = float(kendalltau(a, b).statistic)
    return None if math.isnan(tau) else tau
