"""Tables for people, in 80 columns where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from readmark.standings import Standing
from readmark.tables import (
    COLUMNS,
    TITLES,
    Row,
    ScoreTable,
    derived_lines,
    extra_lines,
    gap_lines,
    make_tables,
    percent,
    rank_text,
    ranks_of,
)

__all__ = [
    "COLUMNS", "TITLES", "WIDTH", "Row", "console", "empty_table", "percent", "print_gaps", "print_tables", "printable",
    "rank_text", "ranks_of",
]  # fmt: skip
WIDTH = 80
GAP = 2  # columns between two columns of a table
SHORTEST_NAME = 8


def console(*, to_stderr: bool = False) -> Console:
    """Return a console as wide as the terminal, or 80 columns where there is none."""
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, width=None if stream.isatty() else WIDTH, highlight=False, markup=False)


def print_tables(rows: Sequence[Row], signature: Mapping[str, str | int], notes: Iterable[str]) -> None:
    """Print a table for each task and condition that has scores, and what a reader must know of them."""
    out = console()
    for table in make_tables(rows):
        out.print(_table(table, out.width))
        out.print(Text(table.key, style="dim"))
        out.print()
    for line in [*extra_lines(rows), *derived_lines(rows)]:
        out.print(printable(line))
    name, version, digest = (str(signature.get(key, "?")) for key in ("benchmark", "version", "sha256"))
    bench = printable(f"{name} {version} #{digest[:8]}").plain
    out.print(Text("; ".join([f"{bench}; percent, 95 % intervals", *notes]), style="dim"))


def _table(scores: ScoreTable, width: int) -> Table:
    table = empty_table(scores.title, scores.headings, scores.lines, width)
    for number, line in enumerate(scores.lines):
        if number and number == scores.models:
            table.add_section()
        table.add_row(*map(printable, line))
    return table


def empty_table(title: str, headings: Sequence[str], lines: Sequence[Sequence[str]], width: int) -> Table:
    """Return a table without rows that these lines fit: of names too long for the width, the first column's."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", padding=(0, 1, 0, 0), pad_edge=False,
                  title_style="bold")  # fmt: skip
    numbers = [max(len(text) for text in column) for column in zip(headings, *lines, strict=False)][1:]
    left = width - sum(size + GAP for size in numbers) - GAP
    table.add_column(headings[0], overflow="ellipsis", no_wrap=True, max_width=max(SHORTEST_NAME, left))
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def print_gaps(standings: Mapping[str, Mapping[str, Standing]]) -> None:
    """Print what the ranks stand on."""
    for line in gap_lines(standings):
        console().print(Text(line, style="dim"))


def printable(text: str) -> Text:
    """Return text that a terminal shows as text, whatever a model or an author put into it."""
    return Text("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text))
