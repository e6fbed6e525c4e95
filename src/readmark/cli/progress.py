"""Progress on standard error: a bar in a terminal, a plain line a model elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from readmark.verbs.run import Watch


@contextmanager
def progress(total: int) -> Iterator[Watch]:
    """Show how a run of `total` prompts, over all models, goes on."""
    if sys.stderr.isatty():
        yield from _bar(total)
    else:
        lines = _Lines()
        yield Watch(lines.begin, lines.step, lambda text: click.echo(text, err=True))


def _bar(total: int) -> Iterator[Watch]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from readmark.cli.tables import console, printable  # noqa: PLC0415

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(to_stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)

        def begin(name: str, _: int, done: int) -> None:
            bar.update(task, description=printable(name).plain[:24], advance=done)

        def step(_: bool) -> None:
            bar.advance(task)

        yield Watch(begin, step, bar.console.print)


@dataclass
class _Lines:
    """One line a model, told when its last prompt is answered."""

    name: str = ""
    left: int = 0
    failed: int = 0
    start: float = 0.0

    def begin(self, name: str, total: int, done: int) -> None:
        self.name, self.left, self.failed, self.start = name, total - done, 0, time.monotonic()
        if not self.left:
            click.echo(f"{name}: all {total} prompts were answered already", err=True)

    def step(self, has_failed: bool) -> None:
        self.left -= 1
        self.failed += has_failed
        if not self.left:
            seconds = time.monotonic() - self.start
            click.echo(f"{self.name}: done in {seconds:.2f} s, {self.failed} failed", err=True)
