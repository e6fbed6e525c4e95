"""The two runs: read, held to one recipe, and what both have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from readmark.errors import MetricError, Problem, RunError, quoted
from readmark.jsonl import read_bytes
from readmark.metrics import is_extra
from readmark.prompts import CONDITIONS
from readmark.records import RunInfo
from readmark.results import Report
from readmark.runs import RUN, SCORES, RunFolder
from readmark.scoring import ScoreRow
from readmark.signature import differing
from readmark.verbs.compare.records import Side

SAME_SET = "run both on the same test set"
SAME_SCORING = "score one of them again: readmark score RUN/predictions.jsonl -b SET -o DIR, with the other's options"
FIXES = {
    "benchmark": SAME_SET, "version": SAME_SET, "sha256": SAME_SET,
    "prompt": "run the older one again: its prompts were worded otherwise",
    "limit": "run both with the same --limit, or without",
    "drafts": "run both with --drafts, or without",
}  # fmt: skip


@dataclass(frozen=True)
class Two:
    """Two finished runs of one recipe; of each pair the first is A's."""

    folders: tuple[RunFolder, RunFolder]
    infos: tuple[RunInfo, RunInfo]
    reports: tuple[Report, Report]
    rows: tuple[list[ScoreRow], list[ScoreRow]]

    @property
    def sides(self) -> tuple[Side, Side]:
        """Which runs they are."""
        a, b = (
            Side(run=str(folder.path), model=one.model, revision=one.revision, parameters=one.parameters, kind=one.kind)
            for folder, one in zip(self.folders, self.infos, strict=True)
        )
        return a, b

    @cached_property
    def scored(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """By condition the metrics that each run has a score of."""
        a, b = map(_scored, self.rows)
        return a, b

    def conditions(self, asked: Sequence[str]) -> tuple[str, ...]:
        """Return the conditions to compare, in the order of the table: those asked for, or all that both have.

        Raises:
            RunError: One that is asked for is not in both, or none is.
        """
        a, b = self.scored
        both = [name for name in CONDITIONS if name in a and name in b]
        expected = "a condition of both runs: " + (", ".join(both) or "there is none")
        problems = []
        for name in asked:
            if name not in both:
                lacking = [letter for letter, found in (("A", a), ("B", b)) if name not in found]
                found = f"{quoted(name)} has no scores in {' and '.join(lacking)}"
                fix = f"run {' and '.join(lacking)} with -c {name}" if name in CONDITIONS else "correct it"
                problems.append(Problem("--condition", found, expected, fix))
        if not both and not asked:
            has = "; ".join(f"{letter} has {', '.join(f) or 'none'}" for letter, f in (("A", a), ("B", b)))
            problems.append(Problem(self._place, f"have no condition in common: {has}", expected, "run both alike"))
        if problems:
            raise RunError(*problems)
        return tuple(name for name in both if name in asked or not asked)

    def metrics(self, asked: Sequence[str], shown: Sequence[str], conditions: Sequence[str]) -> dict[str, list[str]]:
        """Return by condition the metrics to compare that both runs have: those asked for, or those shown by default.

        Raises:
            MetricError: One that is asked for is not in both, or none is.
        """
        a, b = self.scored
        there = {name: a[name] & b[name] for name in conditions}
        all_there = sorted(set().union(*there.values()))
        expected = "a metric of both runs: " + (", ".join(all_there) or "there is none")
        problems = [
            Problem("--metric", f"there are no scores of {quoted(name)} in both runs", expected, "correct it")
            for name in asked
            if name not in all_there
        ]
        if not all_there:
            problems.append(Problem(self._place, "have no scores of the same items", expected, "run both alike"))
        if problems:
            raise MetricError(*problems)
        wanted = list(dict.fromkeys(asked or shown))
        return {name: [metric for metric in wanted if metric in found] for name, found in there.items()}

    def notes(self, compared: Sequence[str]) -> tuple[str, ...]:
        """Return what is not compared, and why."""
        notes = []
        for letter, info, mine, other in zip("AB", self.infos, self.scored, self.scored[::-1], strict=True):
            if info.kind == "upper_bound":
                notes.append(f"{letter} is the reader of the references, no model")
            notes += [f"{name} is not compared: only {letter} has it" for name in mine if name not in other]
            for name in compared:
                extra = sorted(metric for metric in mine[name] - other[name] if not is_extra(metric))
                notes += [f"{name}: only {letter} has {', '.join(extra)}"] if extra else []
        return tuple(notes)

    @property
    def _place(self) -> str:
        return f"{self.folders[0].path} and {self.folders[1].path}"


def _scored(rows: Iterable[ScoreRow]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row.condition].update(row.scores)
    return {name: metrics for name, metrics in found.items() if metrics}


def read_two(a: str | Path, b: str | Path) -> Two:
    """Read two runs.

    Raises:
        RunError: One cannot be read, both are the same run, or their recipes differ.
    """
    first, second = RunFolder(Path(a)), RunFolder(Path(b))
    two = Two(
        (first, second),
        (first.info(), second.info()),
        (first.report(), second.report()),
        (first.rows(), second.rows()),
    )
    _check_rows(two)
    _check_not_the_same(first, second)
    _check_recipes(two)
    return two


def _check_rows(two: Two) -> None:
    """Refuse a scores.jsonl that has an item twice: which of its scores counts would be chance."""
    problems = []
    for folder, rows in zip(two.folders, two.rows, strict=True):
        counts = Counter((row.item_id, row.condition) for row in rows)
        place = str(folder.path / SCORES)
        problems += [
            Problem(place, f"has item {quoted(item)} under {condition} twice", "each once", "score the run again")
            for (item, condition), count in counts.items()
            if count > 1
        ]
    if problems:
        raise RunError(*problems)


def _check_not_the_same(first: RunFolder, second: RunFolder) -> None:
    """Refuse one run given twice, also as a copy."""

    def content(folder: RunFolder) -> tuple[bytes, bytes]:
        return read_bytes(folder.path / RUN, "file of a run"), read_bytes(folder.log, "file of predictions")

    if first.path.samefile(second.path) or content(first) == content(second):
        found = f"is the same run as {first.path}"
        raise RunError(Problem(str(second.path), found, "two runs", "give another run"))


def _check_recipes(two: Two) -> None:
    """Refuse runs whose scores do not mean the same; each differing part is named."""
    a, b = (report.signature for report in two.reports)
    problems = [
        Problem(
            str(two.folders[1].path),
            f"has {key} {b.get(key, '(none)')}, unlike {two.folders[0].path}",
            f"{key} {a.get(key, '(none)')}",
            FIXES.get(key, SAME_SCORING),
        )
        for key in differing(a, b)
    ]
    if problems:
        raise RunError(*problems)
