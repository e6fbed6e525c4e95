"""What is exported: a run, a leaderboard or a test set, told apart by what lies there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from readmark.benchmark import BENCHMARKS, Benchmark, load
from readmark.errors import Problem, RunError, quoted
from readmark.leaderboard import Entry, Leaderboard, Part, assemble, part_of
from readmark.leaderboard.stored import read_board, read_said, remade, test_set_of
from readmark.prompts import CONDITIONS
from readmark.runs import RunFolder, benchmark_of

Files = Mapping[str, bytes]  # contents by path, relative to the folder that is written; "" where it is one file
Kind = Literal["run", "board", "test set"]
LEADERBOARD = "leaderboard.json"
_SIGNED = ("benchmark", "version", "sha256", "norm", "extract", "prompt", "interval")  # what a recipe is made of


class Made(NamedTuple):
    """What a writer returns that has something to tell besides: the files, and what was left out of them."""

    files: Files
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A run, a board or a test set; what is read of it is read when it is asked for.

    Attributes:
        kind: Which of the three it is.
        name: As the user named it.
        named: The test set, where the user named one with -b.
        metrics: Further metrics that a board's scores may be made anew by; their code runs.
    """

    kind: Kind
    name: str
    named: str | Path | None = None
    metrics: tuple[str, ...] = ()

    @cached_property
    def leaderboard(self) -> Leaderboard:
        """The board; a run is a board of one.

        Raises:
            ReadmarkError: It cannot be read, or is not as Readmark writes one.
        """
        if self.kind == "board":
            found = read_board(self._board)
        else:
            found = assemble(self.benchmark, [part_of(RunFolder(Path(self.name)))])
        self._check(condition for entry in found.entries for condition in entry.conditions)
        if lacking := [key for key in _SIGNED if key not in found.signature]:
            told = f"has a signature without {', '.join(lacking)}"
            raise RunError(Problem(self.name, told, "a recipe to each score", "make it anew"))
        return found

    @cached_property
    def benchmark(self) -> Benchmark:
        """The test set, or that of the run or board.

        Raises:
            ReadmarkError: It cannot be found, or its content is another by now.
        """
        if self.kind == "board":
            return test_set_of(self._board, self.leaderboard, self.named, self.metrics)
        return benchmark_of(RunFolder(Path(self.name)), self.named) if self.kind == "run" else load(self.name)

    def part(self, entry: Entry) -> Part:
        """Return an entry's run with its rows: as it lies there, or made anew from the files beside the board.

        Raises:
            ReadmarkError: The files cannot be read, or are not those that the board names.
        """
        if self.kind == "run":
            found = part_of(RunFolder(Path(self.name)))
            self._check(row.condition for row in found.rows)
            return found
        said = read_said(self._board.parent, entry)
        return remade(self.benchmark, self.leaderboard, entry, said)

    @property
    def models(self) -> list[Entry]:
        """The board's entries without the references' own."""
        return [entry for entry in self.leaderboard.entries if entry.kind == "model"]

    def _check(self, conditions: Iterable[str]) -> None:
        if odd := sorted({*conditions} - CONDITIONS.keys()):
            told = f"has the condition {quoted(odd[0])}"
            raise RunError(Problem(self.name, told, f"one of {', '.join(CONDITIONS)}", "make it anew"))

    @property
    def _board(self) -> Path:
        path = Path(self.name)
        return path / LEADERBOARD if path.is_dir() else path


def source_of(name: str, named: str | Path | None = None, metrics: tuple[str, ...] = ()) -> Source:
    """Return what a name stands for: a board's file or folder, a run's folder, else a test set.

    Raises:
        RunError: There is nothing of that name, or it is not what an option is for.
    """
    path = Path(name)
    if name not in BENCHMARKS and not os.path.lexists(name):
        told = "is nothing that is here"
        raise RunError(Problem(quoted(name), told, "a run, a board or a test set", "check the path"))
    if path.name == LEADERBOARD or os.path.isfile(path / LEADERBOARD):  # noqa: PTH113 - also False for too long a name
        return Source("board", name, named, metrics)
    if metrics:
        found = "is no board, and --metric says by which modules a board's scores may be made anew"
        raise RunError(Problem(name, found, "a board, or no --metric", "leave it out"))
    if RunFolder(path).exists:
        return Source("run", name, named)
    if named is not None:
        found = "is no run and no board, and -b says which test set those are on"
        raise RunError(Problem(name, found, "a run or a board, or no -b", "check the path"))
    return Source("test set", name)
