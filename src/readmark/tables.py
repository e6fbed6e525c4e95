"""Which rows, columns and words a table of scores has, wherever it is shown; rounded here and nowhere earlier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from readmark.metrics import HEADLINES, METRICS, is_extra
from readmark.records import Task
from readmark.results import ConditionReport, Score
from readmark.standings import Standing

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


LONGEST_NAME = 120  # characters of a name in a table; files hold the whole one


class Between(NamedTuple):
    """A difference between conditions: what it is, its ends, and whether the higher one is better."""

    about: str
    range: tuple[float, float]
    higher_is_better: bool


DIFFERENCES: dict[str, Between] = {
    "reading_gain": Between("points that the article adds to what is known without it", (-1.0, 1.0), True),
    "follows_article": Between("gives the altered article's answer where the two differ", (0.0, 1.0), True),
    "repeats_memory": Between("gives the original's answer where the altered article has another", (0.0, 1.0), False),
}


class Row(NamedTuple):
    """A model's line in the tables."""

    name: str
    is_model: bool
    conditions: Mapping[str, ConditionReport]
    derived: Mapping[str, Score] = {}
    ranks: Mapping[tuple[str, str], tuple[int, int]] = {}  # (condition, metric) → best and worst rank


class ScoreTable(NamedTuple):
    """One table: of a task under a condition.

    Attributes:
        title: What was asked, under which condition, of how many items.
        headings: Of the columns; the first is the models'.
        lines: Texts by column, the best model first; names as they are, whatever a person put into them.
        models: How many lines are of models; those after them stand apart.
        key: What the headings stand for.
    """

    title: str
    headings: list[str]
    lines: list[list[str]]
    models: int
    key: str


def make_tables(rows: Sequence[Row]) -> Iterator[ScoreTable]:
    """Yield a table for each task and condition that has scores."""
    for condition in dict.fromkeys(name for row in rows for name in row.conditions):
        for task in TITLES:
            shown = [row for row in rows if condition in row.conditions and _headline(row, condition, task)]
            if shown:
                yield _table(shown, condition, task)


def _headline(row: Row, condition: str, task: Task) -> Score | None:
    return row.conditions[condition].scores.get(HEADLINES[task])


def _table(rows: Sequence[Row], condition: str, task: Task) -> ScoreTable:
    headline = HEADLINES[task]
    n = max((score.n for row in rows if (score := _headline(row, condition, task))), default=0)
    ranked = any((condition, headline) in row.ranks for row in rows)
    ordered = sorted(rows, key=lambda row: (not row.is_model, *_order(_headline(row, condition, task)), row.name))
    lines = [_cells(row, condition, task, ranked=ranked) for row in ordered]
    headings = ["model", headline, "95 %", *(["rank"] if ranked else []), *COLUMNS[task].values()]
    bounded = any(line[-1] for line in lines)
    headings += ["bounds"] if bounded else []
    return ScoreTable(
        title=f"{TITLES[task]}, {condition}: {n} item{'s' if n != 1 else ''}",
        headings=headings,
        lines=[line[: len(headings)] for line in lines],
        models=sum(row.is_model for row in ordered),
        key=KEYS[task] + (RANKS if ranked else "") + (BOUNDS if bounded else ""),
    )


def _order(score: Score | None) -> tuple[bool, float]:
    """Return a key that puts the highest first, a missing one last; failures count as if they had gone wrong."""
    value = score.worst if score and score.worst is not None else score.value if score else None
    return (value is None, -(value or 0.0))


def _cells(row: Row, condition: str, task: Task, *, ranked: bool) -> list[str]:
    """Return a row's texts: name, headline, interval, rank, the other metrics, bounds where failures leave any."""
    scores = row.conditions[condition].scores
    score = scores[HEADLINES[task]]
    cells = [row.name, percent(score, HEADLINES[task]), span(score.low, score.high) or "–"]
    cells += [rank_text(row.ranks.get((condition, HEADLINES[task])))] if ranked else []
    cells += [percent(scores.get(name), name) for name in COLUMNS[task]]
    return [*cells, span(score.worst, score.best) if score.worst != score.best else ""]


def extra_lines(rows: Iterable[Row]) -> list[str]:
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


def derived_lines(rows: Iterable[Row]) -> list[str]:
    """Return a line for each difference between conditions."""
    return [
        f"{row.name}: {metric} {100 * (score.value or 0):{'+' if metric == 'reading_gain' else ''}.1f} "
        f"[{span(score.low, score.high).replace('–', ' to ')}] over {score.n} items"
        for row in rows
        for metric, score in row.derived.items()
    ]


def gap_lines(standings: Mapping[str, Mapping[str, Standing]]) -> list[str]:
    """Return what the ranks stand on: how many pairs of models can be told apart, and the gap that could be seen."""
    lines = []
    for condition, by_metric in standings.items():
        for metric in [name for name in HEADLINES.values() if name in by_metric]:
            standing = by_metric[metric]
            apart = sum(pair.surely != 0 for pair in standing.pairs)
            gap = standing.smallest_gap
            seen = "no gap can be seen" if gap is None else f"a gap of {100 * gap:.0f} points can be seen"
            lines.append(f"{condition}, {metric}: {apart} of {len(standing.pairs)} pairs are surely apart; {seen}")
    return lines


def ranks_of(standings: Mapping[str, Mapping[str, Standing]], name: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Return a model's ranks by condition and metric."""
    return {
        (condition, metric): standing.ranks[name]
        for condition, by_metric in standings.items()
        for metric, standing in by_metric.items()
        if name in standing.ranks
    }


def rank_text(rank: tuple[int, int] | None) -> str:
    """Return a rank as a person reads it: one number where the data tells it, else from the best to the worst."""
    if rank is None:
        return "–"
    return str(rank[0]) if rank[0] == rank[1] else f"{rank[0]}–{rank[1]}"


def span(low: float | None, high: float | None) -> str:
    """Return two ends in whole percent, with a decimal where they would look alike; "" where there are none."""
    if low is None or high is None:
        return ""
    ends = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return "–".join(ends if ends[0] != ends[1] else (f"{100 * low:.1f}", f"{100 * high:.1f}"))


def percent(score: Score | None, metric: str) -> str:
    """Return a score as a person reads it: percent for fractions, the whole number for lengths."""
    if score is None or score.value is None:
        return "–"
    return f"{100 * score.value:.1f}" if METRICS[metric].range else f"{score.value:.0f}"


def one_line(text: str) -> str:
    """Return text as one line: white space joined, and what would steer a display (also its direction) replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def shown_name(name: str, longest: int = LONGEST_NAME) -> str:
    """Return a name for a table: one line, and no more than a person reads, cut in the middle as endings tell most."""
    text = one_line(name)
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-((longest - 1) // 2) :]}"
