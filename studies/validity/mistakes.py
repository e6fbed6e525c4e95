"""Where answer_match errs: which rule decided, and how often people say otherwise."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from evouna import SYSTEMS, Judged

from readmark.metrics.answer_match import Verdict

_REFERENCE = re.compile(r"'.*'")
_QUOTED = re.compile(r"'(?!or').*?'(?!\w)")
_NUMBER = re.compile(r"\S*\d\S*")
RARE = 10  # verdicts; kinds with fewer are summed


class Kind(NamedTuple):
    """A kind of rule, its verdicts, and those which people contradict: in all, and by system."""

    kind: str
    is_right: bool
    verdicts: int
    wrong: int
    by_system: dict[str, int]


def kind_of(rule: str) -> str:
    """Return a verdict's rule without what it quotes and counts.

    Example:
        >>> kind_of("holds 'Kabul', but beside 'Kunduz'")
        'holds …, but beside …'
    """
    decided, but, against = rule.rpartition("', but ")
    if not but:
        return _REFERENCE.sub("…", rule)
    return _REFERENCE.sub("…", decided + "'") + ", but " + _NUMBER.sub("…", _QUOTED.sub("…", against))


def count_kinds(answers: Sequence[Judged], verdicts: Sequence[Verdict]) -> list[Kind]:
    """Return the kinds with the most contradicted verdicts first; rare ones are summed."""
    size = Counter(kind_of(verdict.rule) for verdict in verdicts)
    every: Counter[tuple[str, bool]] = Counter()
    wrong: dict[tuple[str, bool], Counter[str]] = {}
    for one, verdict in zip(answers, verdicts, strict=True):
        is_right = verdict.score > 0
        kind = kind_of(verdict.rule)
        head, but, _ = kind.partition(", but ")
        rare = f"{head}, but for other reasons" if but else "other rules"
        key = (kind if size[kind] >= RARE else rare, is_right)
        every[key] += 1
        wrong.setdefault(key, Counter())[one.system] += is_right != one.is_right
    kinds = [
        Kind(*key, every[key], found.total(), {system: found[system] for system in SYSTEMS})
        for key, found in wrong.items()
    ]
    return sorted(kinds, key=lambda kind: (not kind.is_right, -kind.wrong, kind.kind))


def sample(answers: Sequence[Judged], verdicts: Sequence[Verdict], count: int, seed: int) -> list[dict[str, object]]:
    """Return some verdicts that people contradict, with all there is to judge them by."""
    pairs = [
        (one, verdict) for one, verdict in zip(answers, verdicts, strict=True) if (verdict.score > 0) != one.is_right
    ]
    drawn = random.Random(seed).sample(pairs, min(count, len(pairs)))  # noqa: S311 — drawn to be read
    return [one._asdict() | {"answer_match": verdict.score > 0, "rule": verdict.rule} for one, verdict in drawn]
