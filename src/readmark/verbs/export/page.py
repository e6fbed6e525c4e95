"""A run or a board for people to read: what its tables show and what stands under them, before a markup is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from readmark.leaderboard import Entry, Leaderboard
from readmark.tables import (
    Row,
    ScoreTable,
    derived_lines,
    extra_lines,
    gap_lines,
    make_tables,
    one_line,
    ranks_of,
    shown_name,
)


class Page(NamedTuple):
    """What is shown; every text is one line of printable characters, and not yet escaped for any markup.

    Attributes:
        tables: One a task and condition, in the terminal's order.
        lines: Further scores, differences between conditions, and what the ranks stand on.
        recipe: The signature in one line.
        notes: What a reader of the numbers must know.
        canary: Of the test set.
    """

    tables: list[ScoreTable]
    lines: list[str]
    recipe: str
    notes: list[str]
    canary: str


def page_of(board: Leaderboard, entries: Sequence[Entry] | None = None) -> Page:
    """Return a board's page, or that of some of its entries, who then have no ranks among themselves."""
    standings = board.standings if entries is None else {}
    rows = [
        Row(shown_name(entry.model), entry.kind == "model", entry.conditions, entry.derived,
            ranks_of(standings, entry.id))
        for entry in (board.entries if entries is None else entries)
    ]  # fmt: skip
    return Page(
        tables=[*make_tables(rows)],
        lines=[*extra_lines(rows), *derived_lines(rows), *gap_lines(standings)],
        recipe=one_line(recipe_of(board.signature)),
        notes=["percent, with 95 % intervals", *map(one_line, board.notes)],
        canary=one_line(board.canary),
    )


def recipe_of(signature: Mapping[str, str | int]) -> str:
    """Return a signature as one line: the test set, then everything else in its order."""
    bench = f"bench:{signature.get('benchmark')}@{signature.get('version')}#{str(signature.get('sha256'))[:8]}"
    rest = [f"{key}:{value}" for key, value in signature.items() if key not in {"benchmark", "version", "sha256"}]
    return "|".join([bench, *rest])
