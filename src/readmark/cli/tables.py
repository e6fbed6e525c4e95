"""Tables for people: percent, rounded here and nowhere earlier, in 80 columns."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from readmark.metrics import HEADLINES, METRICS, is_extra
from readmark.records import Task
from readmark.results import ConditionReport, Score
from readmark.standings import Standing

WIDTH = 80
GAP = 2  # columns between two columns of a table
SHORTEST_NAME = 8
COLUMNS: dict[Task, dict[str, str]] = {
    "qa": {
        "exact_match": "exact", "token_f1": "F1", "list_f1": "list", "false_answer": "false", "missed_answer": "missed",
    },
    "summary": {
        "contradictions": "contra.", "rouge1": "R-1", "rouge2": "R-2", "rougeL": "R-L", "words": "words",
    },
}  # fmt: skip
TITLES: dict[Task, str] = {"qa": "Questions", "summary": "Summaries"}
KEYS: dict[Task, str] = {
    "qa": "false: answered the unanswerable; missed: abstained from the answerable;\n"
    "lower is better for both. list: F1 over the parts of lists.",
    "summary": "contra.: contradictions stated, lower is better. R: ROUGE. words: length.",
}


RANKS = "\nrank: the best and the worst that the data allows, corrected for all pairs."
BOUNDS = "\nbounds: the headline, had all failed or missing items gone wrong, or right."


class Row(NamedTuple):
    """A model's line in the tables."""

    name: str
    is_model: bool
    conditions: Mapping[str, ConditionReport]
    derived: Mapping[str, Score] = {}
    ranks: Mapping[tuple[str, str], tuple[int, int]] = {}  # (condition, metric) → best and worst rank


def console(*, to_stderr: bool = False) -> Console:
    """Return a console as wide as the terminal, or 80 columns where there is none."""
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, width=None if stream.isatty() else WIDTH, highlight=False, markup=False)


def print_tables(rows: Sequence[Row], signature: Mapping[str, str | int], notes: Iterable[str]) -> None:
    """Print a table for each task and condition that has scores, and what a reader must know of them."""
    out = console()
    for condition in dict.fromkeys(name for row in rows for name in row.conditions):
        for task in TITLES:
            shown = [row for row in rows if condition in row.conditions and _headline(row, condition, task)]
            if shown:
                table = _table(shown, condition, task, out.width)
                out.print(table)
                shown_headings = {column.header for column in table.columns}
                key = KEYS[task] + (RANKS if "rank" in shown_headings else "")
                out.print(Text(key + (BOUNDS if "bounds" in shown_headings else ""), style="dim"))
                out.print()
    for line in _extra_lines(rows):
        out.print(printable(line))
    for row in rows:
        for metric, score in row.derived.items():
            value = (
                f"{100 * (score.value or 0):+.1f}" if metric == "reading_gain" else f"{100 * (score.value or 0):.1f}"
            )
            ends = _range(score.low, score.high).replace("–", " to ")
            out.print(printable(f"{row.name}: {metric} {value} [{ends}] over {score.n} items"))
    name, version, digest = (str(signature.get(key, "?")) for key in ("benchmark", "version", "sha256"))
    bench = printable(f"{name} {version} #{digest[:8]}").plain
    out.print(Text("; ".join([f"{bench}; percent, 95 % intervals", *notes]), style="dim"))


def _extra_lines(rows: Iterable[Row]) -> list[str]:
    """Return a line for each further metric: its plain number, for its range is not known."""
    return [
        f"{row.name}: {metric}, {condition}: {_plain(score)} over {score.n} items"
        for row in rows
        for condition, part in row.conditions.items()
        for metric, score in part.scores.items()
        if is_extra(metric)
    ]


def _plain(score: Score) -> str:
    if score.value is None or score.low is None or score.high is None:
        return "–" if score.value is None else f"{score.value:.4g}"
    return f"{score.value:.4g} [{score.low:.4g} to {score.high:.4g}]"


def _headline(row: Row, condition: str, task: Task) -> Score | None:
    return row.conditions[condition].scores.get(HEADLINES[task])


def _table(rows: Sequence[Row], condition: str, task: Task, width: int) -> Table:
    headline = HEADLINES[task]
    n = max((score.n for row in rows if (score := _headline(row, condition, task))), default=0)
    title = f"{TITLES[task]}, {condition}: {n} item{'s' if n != 1 else ''}"
    ranked = any((condition, headline) in row.ranks for row in rows)
    headings = ["model", headline, "95 %", *(["rank"] if ranked else []), *COLUMNS[task].values()]
    ordered = sorted(rows, key=lambda row: (not row.is_model, *_order(_headline(row, condition, task)), row.name))
    lines = [_cells(row, condition, task, ranked=ranked) for row in ordered]
    headings += ["bounds"] if any(line[-1] for line in lines) else []
    table = empty_table(title, headings, lines, width)
    for number, (row, line) in enumerate(zip(ordered, lines, strict=True)):
        if not row.is_model and number and ordered[number - 1].is_model:
            table.add_section()
        table.add_row(*(printable(text) for text in line[: len(headings)]))
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


def _order(score: Score | None) -> tuple[bool, float]:
    """Return a key that puts the highest first, a missing one last; failures count as if they had gone wrong."""
    value = score.worst if score and score.worst is not None else score.value if score else None
    return (value is None, -(value or 0.0))


def _cells(row: Row, condition: str, task: Task, *, ranked: bool) -> list[str]:
    """Return a row's texts: name, headline, interval, rank, the other metrics, bounds where failures leave any."""
    scores = row.conditions[condition].scores
    score = scores[HEADLINES[task]]
    cells = [row.name, percent(score, HEADLINES[task]), _range(score.low, score.high) or "–"]
    cells += [rank_text(row.ranks.get((condition, HEADLINES[task])))] if ranked else []
    cells += [percent(scores.get(name), name) for name in COLUMNS[task]]
    return [*cells, _range(score.worst, score.best) if score.worst != score.best else ""]


def rank_text(rank: tuple[int, int] | None) -> str:
    """Return a rank as a person reads it: one number where the data tells it, else from the best to the worst."""
    if rank is None:
        return "–"
    return str(rank[0]) if rank[0] == rank[1] else f"{rank[0]}–{rank[1]}"


def ranks_of(standings: Mapping[str, Mapping[str, Standing]], name: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Return a model's ranks by condition and metric."""
    return {
        (condition, metric): standing.ranks[name]
        for condition, by_metric in standings.items()
        for metric, standing in by_metric.items()
        if name in standing.ranks
    }


def print_gaps(standings: Mapping[str, Mapping[str, Standing]]) -> None:
    """Print what the ranks stand on: how many pairs of models can be told apart, and the gap that could be seen."""
    for condition, by_metric in standings.items():
        for metric in HEADLINES.values():
            if metric not in by_metric:
                continue
            standing = by_metric[metric]
            apart = sum(pair.surely != 0 for pair in standing.pairs)
            gap = standing.smallest_gap
            seen = "no gap can be seen" if gap is None else f"a gap of {100 * gap:.0f} points can be seen"
            told = f"{condition}, {metric}: {apart} of {len(standing.pairs)} pairs are surely apart; {seen}"
            console().print(Text(told, style="dim"))


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    ends = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return "–".join(ends if ends[0] != ends[1] else (f"{100 * low:.1f}", f"{100 * high:.1f}"))


def percent(score: Score | None, metric: str) -> str:
    """Return a score as a person reads it: percent for fractions, the whole number for lengths."""
    if score is None or score.value is None:
        return "–"
    return f"{100 * score.value:.1f}" if METRICS[metric].range else f"{score.value:.0f}"


def printable(text: str) -> Text:
    """Return text that a terminal shows as text, whatever a model or an author put into it."""
    return Text("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text))
