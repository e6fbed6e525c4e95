"""From runs to the leaderboard's record: what `board` writes, and what `verify` makes anew to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from readmark.records import RunInfo
from readmark.reporting import money
from readmark.results import Report
from readmark.runs import run_name
from readmark.scoring import ScoreRow
from readmark.standings import make_standings
from readmark.verbs.board.records import FORMAT, Entry, EntryFile, Leaderboard

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark

ENTRIES = "entries"


class Part(NamedTuple):
    """A run as the board takes it: run.json, report, rows, and the bytes of the files that go beside the board."""

    info: RunInfo
    report: Report
    rows: Sequence[ScoreRow]
    log: bytes
    probabilities: bytes | None

    @property
    def id(self) -> str:
        """The entry's name, wherever the run's folder lies."""
        return run_name(self.info)

    @property
    def files(self) -> dict[str, bytes]:
        """The files in entries/ by their paths beside the board."""
        named = {f"{ENTRIES}/{self.id}.jsonl": self.log, f"{ENTRIES}/{self.id}.no-answer.json": self.probabilities}
        return {path: data for path, data in named.items() if data is not None}


def assemble(benchmark: Benchmark, parts: Sequence[Part]) -> Leaderboard:
    """Return the leaderboard of runs that share a recipe; their order says nothing.

    Args:
        benchmark: The test set of all.
        parts: At least one, no two of one model.
    """
    ordered = sorted(parts, key=lambda part: (part.info.kind, part.info.model, part.id))
    models = {part.id: part.rows for part in ordered if part.info.kind == "model"}
    return Leaderboard(
        format=FORMAT,
        benchmark=msgspec.structs.replace(benchmark.stamp, source=""),
        canary=benchmark.manifest.canary,
        signature={key: value for key, value in ordered[0].report.signature.items() if key != "threshold"},
        notes=tuple(sorted({note for part in ordered for note in part.report.notes})),
        standings=make_standings(benchmark, models),
        entries=tuple(map(_entry, ordered)),
    )


def _entry(part: Part) -> Entry:
    info, report = part.info, part.report
    files = [EntryFile(path=path, sha256=hashlib.sha256(data).hexdigest()) for path, data in part.files.items()]
    return Entry(
        id=part.id, model=info.model, revision=info.revision, adapter=info.adapter, kind=info.kind,
        parameters=info.parameters, tasks=info.tasks, counts=report.counts, conditions=report.conditions,
        derived=report.derived, costs=report.costs, seconds=info.seconds, predictions=files[0],
        thresholds=report.thresholds, threshold=info.threshold, probabilities=files[1] if len(files) > 1 else None,
        price=info.price, cost=money(report.costs, info.price), notes=report.notes,
    )  # fmt: skip
