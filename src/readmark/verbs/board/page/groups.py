"""The page's table by kind of question: by process, and by whether the article answers."""

from __future__ import annotations

from typing import NamedTuple

from readmark.leaderboard import Entry, Leaderboard
from readmark.results import Score
from readmark.verbs.board.page.tables import Row, View, percent_cell


class Groups(NamedTuple):
    """Results by group: headings, and a line of cells for each model, in the order of the reading table."""

    headings: tuple[str, ...]
    keys: tuple[str, ...]
    sizes: tuple[int, ...]
    rows: tuple[Row, ...]


GROUPS = {
    ("answerable", "yes"): "Answerable", ("answerable", "no"): "Unanswerable",
    ("process", "locate"): "Locate", ("process", "infer"): "Infer", ("process", "integrate"): "Integrate",
    ("process", "evaluate"): "Evaluate",
}  # fmt: skip


def groups_of(leaderboard: Leaderboard, view: View) -> Groups | None:
    """Return the headline by process and by answerable or not; None where no group has 20 items."""
    entries = {entry.id: entry for entry in leaderboard.entries}

    def found(entry: Entry, group: tuple[str, str]) -> Score | None:
        report = entry.conditions.get(view.condition)
        return report.by.get(group[0], {}).get(group[1], {}).get(view.headline) if report else None

    shown = [group for group in GROUPS if any(found(entries[row.id], group) for row in view.rows)]
    if not shown:
        return None
    rows = tuple(
        row._replace(cells=tuple(percent_cell(found(entries[row.id], group)) for group in shown)) for row in view.rows
    )
    sizes = tuple(max((s.n for row in view.rows if (s := found(entries[row.id], group))), default=0) for group in shown)
    return Groups(tuple(GROUPS[group] for group in shown), tuple(group[1] for group in shown), sizes, rows)
