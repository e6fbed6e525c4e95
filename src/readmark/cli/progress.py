"""Progress on standard error: a bar in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

from readmark.models import LoadedModel
from readmark.records import Prediction
from readmark.reporting import money
from readmark.verbs.run import Watch

EACH = 10.0  # seconds between two plain lines


@contextmanager
def progress(total: int) -> Iterator[Watch]:
    """Show how a run of `total` prompts, over all models, goes on."""
    if sys.stderr.isatty():
        yield from _bar(total)
    else:
        lines = _Lines()
        yield Watch(lines.begin, lines.step, lambda text: click.echo(text, err=True))


@dataclass
class _Tally:
    """What is known of one model's run: prompts, answers of this command, tokens, failures.

    Attributes:
        total: Prompts in all; `before` of them were answered by earlier commands.
    """

    name: str = ""
    price: tuple[float, float] | None = None
    total: int = 0
    before: int = 0
    asked: int = 0
    failed: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    start: float = field(default_factory=time.monotonic)

    def add(self, line: Prediction) -> None:
        self.asked += 1
        self.failed += not isinstance(line.raw, str)
        for name in ("input_tokens", "output_tokens"):
            if (count := getattr(line, name)) is not None:
                self.tokens[name] = self.tokens.get(name, 0) + count

    @property
    def left(self) -> int:
        return self.total - self.before - self.asked

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.start

    def spent(self) -> list[str]:
        """Return tokens, cost and failures in words, as far as there are any."""
        cost = money(self.tokens, self.price)
        return [
            *([f"{sum(self.tokens.values()):,} tokens"] if self.tokens else []),
            *([f"cost {cost:.4f}"] if cost is not None else []),
            *([f"{self.failed} failed"] if self.failed else []),
        ]

    def state(self) -> list[str]:
        """Return rate, time left and what was spent in words."""
        rate = self.asked / max(self.seconds, 1e-9)
        going = [f"{rate:.3g}/s", f"{duration(self.left / rate)} left"] if self.asked else []
        return [*going, *self.spent()]


def duration(seconds: float) -> str:
    """Return a time in words of at most two units: "41 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _bar(total: int) -> Iterator[Watch]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    from readmark.cli.tables import console, printable  # noqa: PLC0415

    text = TextColumn("{task.description}", markup=False)
    state = TextColumn("{task.fields[state]}", markup=False)
    with Progress(
        text, BarColumn(), MofNCompleteColumn(), state, console=console(to_stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=total, state="")
        tally = _Tally()

        def begin(model: LoadedModel, prompts: int, done: int) -> None:
            nonlocal tally
            tally = _Tally(model.name, model.price, prompts, done)
            bar.update(task, description=printable(model.name).plain[:24], advance=done)

        def step(line: Prediction) -> None:
            tally.add(line)
            bar.update(task, advance=1, state=" · ".join(tally.state()))

        yield Watch(begin, step, lambda told: bar.console.print(printable(told)))


@dataclass
class _Lines:
    """A line each ten seconds, and one for each model when its last prompt is answered."""

    tally: _Tally = field(default_factory=_Tally)
    told: float = 0.0

    def begin(self, model: LoadedModel, total: int, done: int) -> None:
        self.tally = _Tally(model.name, model.price, total, done)
        self.told = time.monotonic()
        if not self.tally.left:
            click.echo(f"{model.name}: all {total} prompts were answered already", err=True)

    def step(self, line: Prediction) -> None:
        tally = self.tally
        tally.add(line)
        if not tally.left:
            spent = [part for part in tally.spent() if not part.endswith("failed")]
            end = [f"done in {tally.seconds:.2f} s", f"{tally.failed} failed", *spent]
            click.echo(f"{tally.name}: {', '.join(end)}", err=True)
        elif time.monotonic() - self.told >= EACH:
            self.told = time.monotonic()
            done = f"{tally.before + tally.asked:,} of {tally.total:,}"
            click.echo(f"{tally.name}: {' · '.join([done, *tally.state()])}", err=True)
