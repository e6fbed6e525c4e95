"""Tables for people: percent, rounded here and nowhere earlier, in 80 columns."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from readmark.metrics import HEADLINES, METRICS
from readmark.records import ConditionReport, Score, Task

WIDTH = 80
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


class Row(NamedTuple):
    """A model's line in the tables."""

    name: str
    is_model: bool
    conditions: Mapping[str, ConditionReport]


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
                out.print(_table(shown, condition, task))
    name, version, digest = (str(signature.get(key, "?")) for key in ("benchmark", "version", "sha256"))
    bench = printable(f"{name} {version} #{digest[:8]}").plain
    out.print(Text("; ".join([f"{bench}; percent, 95 % intervals", *notes]), style="dim"))


def _headline(row: Row, condition: str, task: Task) -> Score | None:
    return row.conditions[condition].scores.get(HEADLINES[task])


def _table(rows: Sequence[Row], condition: str, task: Task) -> Table:
    headline = HEADLINES[task]
    n = max((score.n for row in rows if (score := _headline(row, condition, task))), default=0)
    title = f"{TITLES[task]}, {condition}: {n} item{'s' if n != 1 else ''}"
    table = Table(title=title, caption=KEYS[task], box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left",
                  pad_edge=False, title_style="bold", caption_style="dim")  # fmt: skip
    lost = any(_lost(row, condition) for row in rows)
    table.add_column("model", overflow="ellipsis", no_wrap=True, max_width=24)
    for heading in (headline, "95 %", *COLUMNS[task].values(), *(["failed"] if lost else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    ordered = sorted(rows, key=lambda row: (not row.is_model, *_order(_headline(row, condition, task)), row.name))
    for number, row in enumerate(ordered):
        if not row.is_model and number and ordered[number - 1].is_model:
            table.add_section()
        table.add_row(*_cells(row, condition, task), *([str(_lost(row, condition))] if lost else []))
    return table


def _lost(row: Row, condition: str) -> int:
    counts = row.conditions[condition].counts
    return counts.failed + counts.missing


def _order(score: Score | None) -> tuple[bool, float]:
    """Return a key that puts the highest value first and a missing one last."""
    value = score.value if score else None
    return (value is None, -(value or 0.0))


def _cells(row: Row, condition: str, task: Task) -> list[Text]:
    report = row.conditions[condition]
    score = report.scores[HEADLINES[task]]
    ends = f"{100 * score.low:.0f}–{100 * score.high:.0f}" if score.low is not None and score.high is not None else "–"
    cells = [row.name, percent(score, HEADLINES[task]), ends]
    cells += [percent(report.scores.get(name), name) for name in COLUMNS[task]]
    return [printable(cell) for cell in cells]


def percent(score: Score | None, metric: str) -> str:
    """Return a score as a person reads it: percent for fractions, the number for lengths and ratios."""
    if score is None or score.value is None:
        return "–"
    return f"{100 * score.value:.1f}" if METRICS[metric].range else f"{score.value:.1f}"


def printable(text: str) -> Text:
    """Return text that a terminal shows as text, whatever a model or an author put into it."""
    return Text("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text))
