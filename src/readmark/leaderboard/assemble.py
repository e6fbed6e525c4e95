"""From runs to the leaderboard's record: what `board` writes, and what `verify` makes anew to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from readmark.leaderboard.parts import Part
from readmark.leaderboard.records import FORMAT, Entry, EntryFile, Leaderboard
from readmark.reporting import money
from readmark.standings import make_standings

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark


class Labels(NamedTuple):
    """What the publisher says of a board: words for people, from which no number follows.

    Attributes:
        title: Of the board.
        description: A paragraph on it.
        tags: An entry's tags by its id.
    """

    title: str = ""
    description: str = ""
    tags: Mapping[str, tuple[str, ...]] = {}


def assemble(benchmark: Benchmark, parts: Sequence[Part], labels: Labels = Labels()) -> Leaderboard:  # noqa: B008
    """Return the leaderboard of runs that share a recipe; their order says nothing.

    Args:
        benchmark: The test set of all.
        parts: At least one, no two of one model.
        labels: Title, description and tags.
    """
    ordered = sorted(parts, key=lambda part: (part.info.kind, part.info.model, part.id))
    models = {part.id: part.rows for part in ordered if part.info.kind == "model"}
    return Leaderboard(
        format=FORMAT,
        title=labels.title,
        description=labels.description,
        benchmark=msgspec.structs.replace(benchmark.stamp, source=""),
        canary=benchmark.manifest.canary,
        signature={key: value for key, value in ordered[0].report.signature.items() if key != "threshold"},
        notes=tuple(sorted({note for part in ordered for note in part.report.notes})),
        standings=make_standings(benchmark, models),
        entries=tuple(_entry(part, labels.tags.get(part.id, ())) for part in ordered),
    )


def _entry(part: Part, tags: tuple[str, ...]) -> Entry:
    info, report = part.info, part.report
    files = [EntryFile(path=path, sha256=hashlib.sha256(data).hexdigest()) for path, data in part.files.items()]
    return Entry(
        id=part.id, model=info.model, revision=info.revision, adapter=info.adapter, kind=info.kind, tags=tags,
        parameters=info.parameters, tasks=info.tasks, counts=report.counts, conditions=report.conditions,
        derived=report.derived, costs=report.costs, seconds=info.seconds, predictions=files[0],
        thresholds=report.thresholds, threshold=info.threshold, probabilities=files[1] if len(files) > 1 else None,
        price=info.price, cost=money(report.costs, info.price), notes=report.notes,
    )  # fmt: skip
