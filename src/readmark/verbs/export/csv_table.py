"""One row a number, unrounded, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from readmark.leaderboard import Entry, Leaderboard
from readmark.metrics import METRICS
from readmark.results import Counts, Score
from readmark.tables import one_line, ranks_of
from readmark.verbs.export.page import recipe_of
from readmark.verbs.export.source import Files, Source

COLUMNS = (
    "benchmark", "version", "entry", "model", "revision", "adapter", "kind", "condition", "by", "group", "metric",
    "value", "low", "high", "n", "worst", "best", "higher_is_better", "rank_best", "rank_worst", "items", "failed",
    "missing", "recipe", "canary",
)  # fmt: skip
# OWASP, "CSV Injection": what makes a spreadsheet read a cell as a formula, full-width forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Row = dict[str, str | int | float | None]


def write_csv(source: Source, _: bool) -> Files:
    """Return all scores as one CSV file: whole, by group, and differences between conditions, which have none."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    for row in _rows(source.leaderboard):
        table.writerow({name: safe(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return {"": text.getvalue().encode()}


def safe(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe before what would start one."""
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def _rows(board: Leaderboard) -> Iterator[Row]:
    recipe: Row = {"recipe": recipe_of(board.signature), "canary": board.canary}
    for entry in board.entries:
        ranks = ranks_of(board.standings, entry.id)
        same = _same(board, entry)
        for condition, report in entry.conditions.items():
            here: Row = same | {"condition": condition}
            counts = _counts(report.counts)
            for metric, score in report.scores.items():
                rank = ranks.get((condition, metric))
                ranked: Row = {"rank_best": rank[0], "rank_worst": rank[1]} if rank else {}
                yield here | _score(metric, score) | ranked | counts | recipe
            for by, groups in report.by.items():
                for group, scores in groups.items():
                    grouped: Row = here | {"by": by, "group": group}
                    for metric, score in scores.items():
                        yield grouped | _score(metric, score) | recipe
        for metric, score in entry.derived.items():
            yield same | _score(metric, score) | recipe


def _same(board: Leaderboard, entry: Entry) -> Row:
    return {
        "benchmark": board.benchmark.name, "version": board.benchmark.version, "entry": entry.id, "model": entry.model,
        "revision": entry.revision, "adapter": entry.adapter, "kind": entry.kind,
    }  # fmt: skip


def _score(metric: str, score: Score) -> Row:
    found = METRICS.get(metric)
    direction = found.higher_is_better if found else None
    return {
        "metric": metric, "value": score.value, "low": score.low, "high": score.high, "n": score.n,
        "worst": score.worst, "best": score.best,
        "higher_is_better": None if direction is None else str(direction).lower(),
    }  # fmt: skip


def _counts(counts: Counts) -> Row:
    return {"items": counts.items, "failed": counts.failed, "missing": counts.missing}
