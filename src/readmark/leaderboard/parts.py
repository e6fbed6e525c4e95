"""A run as a leaderboard takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from readmark.jsonl import read_bytes
from readmark.records import RunInfo
from readmark.results import Report
from readmark.runs import NO_ANSWER, RunFolder, run_name
from readmark.scoring import ScoreRow

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


def part_of(folder: RunFolder) -> Part:
    """Return a run's part of a board.

    Raises:
        RunError: A file of the run cannot be read.
    """
    info, report = folder.info(), folder.report()
    probabilities = folder.path / NO_ANSWER
    return Part(
        info,
        report,
        folder.rows(),
        read_bytes(folder.log, "file of predictions"),
        read_bytes(probabilities, "file of no-answer probabilities") if info.threshold is not None else None,
    )
