"""The page's tables: which columns stand in them, and every cell as a person reads it and as it sorts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from readmark.leaderboard import Entry, Leaderboard
from readmark.metrics import HEADLINES, METRICS, is_extra
from readmark.prompts import CONDITIONS
from readmark.records import Task
from readmark.results import Score
from readmark.tables import DIFFERENCES, shown_name, span

TITLES: dict[Task, str] = {"qa": "Reading", "summary": "Summarising"}
COST = "all answers of the run, of both tasks and all conditions, in the currency of the price that was given"
UNREAD = "Answers without reading"


class Cell(NamedTuple):
    """One value of a table.

    Attributes:
        text: As a person reads it, rounded; "" where there is none.
        sort: What the column is sorted by; None sorts last.
        low, high: Ends of the interval in percent, where it is drawn or told.
        value: In percent, where it is drawn.
        told: The interval in words.
        n: Items it stands on; 0 where it is no mean.
    """

    text: str
    sort: float | None
    low: float | None = None
    high: float | None = None
    value: float | None = None
    told: str = ""
    n: int = 0


class Column(NamedTuple):
    """A column beside rank, model and headline.

    Attributes:
        key: As it stands in the page's address.
        heading: A word or two.
        about: What it means, in a sentence.
        cell: An entry → its cell.
        descends: Whether the first click puts the highest first.
    """

    key: str
    heading: str
    about: str
    cell: Callable[[Entry], Cell]
    descends: bool = True


class Row(NamedTuple):
    """A model's line: its rank as [best, worst] of so many, its headline, and a cell for each column."""

    id: str
    name: str
    is_model: bool
    tags: tuple[str, ...]
    rank: tuple[int, int] | None
    headline: Cell
    cells: tuple[Cell, ...]


class View(NamedTuple):
    """A table: a task under the condition that its headline is read from.

    Attributes:
        task, title, condition, headline: What it shows; `about` is the condition in words.
        n: Items of the headline.
        key: What each column means, by heading.
        ranked: Models that have ranks; where none has, `unranked_because` says why.
        smallest_gap, apart, pairs: As the standing has them.
    """

    task: Task
    title: str
    condition: str
    about: str
    headline: str
    n: int
    columns: tuple[Column, ...]
    key: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    ranked: int
    unranked_because: str
    smallest_gap: float | None
    apart: int
    pairs: int


def view_of(leaderboard: Leaderboard, task: Task) -> View | None:
    """Return the table of a task; None where nobody has a score in it."""
    headline = HEADLINES[task]
    condition = next((name for name in CONDITIONS if any(_score(e, name, headline) for e in leaderboard.entries)), None)
    if condition is None:
        return None
    entries = [e for e in leaderboard.entries if any(_score(e, name, headline) for name in e.conditions)]
    columns = tuple(column for column in _columns(task, condition, entries) if _any(column, entries))
    standing = leaderboard.standings.get(condition, {}).get(headline)
    ranks, pairs = (standing.ranks, standing.pairs) if standing else ({}, ())
    rows = [
        Row(
            entry.id, shown_name(entry.model), entry.kind == "model", entry.tags, ranks.get(entry.id),
            percent_cell(_score(entry, condition, headline)), tuple(column.cell(entry) for column in columns),
        )
        for entry in entries
    ]  # fmt: skip
    n = max(row.headline.n for row in rows)
    return View(
        task=task,
        title=TITLES[task] if CONDITIONS[condition].tests_reading else UNREAD,
        condition=condition,
        about=CONDITIONS[condition].about.partition(":")[0],
        headline=headline,
        n=n,
        columns=columns,
        key=tuple(_key(column, n, [row.cells[place] for row in rows]) for place, column in enumerate(columns)),
        rows=tuple(sorted(rows, key=_order)),
        ranked=len(ranks),
        unranked_because="" if ranks else _unranked(task, condition, rows),
        smallest_gap=standing.smallest_gap if standing else None,
        apart=sum(pair.surely != 0 for pair in pairs),
        pairs=len(pairs),
    )


def _key(column: Column, n: int, cells: Sequence[Cell]) -> tuple[str, str]:
    """Return a heading and what it means, with the number of items where it is another than the headline's."""
    items = max(cell.n for cell in cells)
    return column.heading, f"{column.about} (over {items} items)" if items not in {0, n} else column.about


def _order(row: Row) -> tuple[bool, tuple[int, int], float, str]:
    """Return a key: models by rank, those that share one by name; without ranks by score, the references' own last."""
    unranked = -(row.headline.sort or 0.0) if row.rank is None else 0.0
    return not row.is_model, row.rank or (10**9, 10**9), unranked, row.name.casefold()


def _unranked(task: Task, condition: str, rows: Sequence[Row]) -> str:
    if sum(row.is_model and row.headline.text != "" for row in rows) < 2:
        return "a rank takes two models"
    if not CONDITIONS[condition].tests_reading:
        return "a high score is no merit here"
    return (
        "summaries are ranked from 20 articles on" if task == "summary" else f"{condition} is one of several conditions"
    )


def _columns(task: Task, condition: str, entries: Sequence[Entry]) -> Iterable[Column]:
    scores = {
        "qa": (
            ("exact_match", "Exact"), ("token_f1", "F1"), ("list_f1", "Lists"), ("false_answer", "False answers"),
            ("missed_answer", "Missed answers"),
        ),
        "summary": (
            ("contradictions", "Contradicts"), ("rouge1", "ROUGE‑1"), ("rouge2", "ROUGE‑2"), ("rougeL", "ROUGE‑L"),
            ("chrf", "chrF"), ("novelty", "New wording"), ("words", "Words"), ("over_budget", "Too long"),
        ),
    }  # fmt: skip
    for name, heading in scores[task]:
        metric = METRICS[name]
        yield Column(name, heading, metric.about, _score_cell(condition, name), metric.higher_is_better is not False)
    extras = {name for entry in entries for name in _scores(entry, condition) if is_extra(name)}
    for name in sorted(name for name in extras if name.endswith("@summary") == (task == "summary")):
        yield Column(name, name.removeprefix("evaluate:"), "a module of evaluate", _score_cell(condition, name))
    yield Column("bounds", "Bounds", "the score, had all failed or missing items gone wrong, or right",
                 lambda entry: _bounds_cell(_score(entry, condition, HEADLINES[task])))  # fmt: skip
    if task == "qa":
        yield from _memory_columns(condition)
    yield Column("cost", "Cost", COST, _cost_cell, descends=False)
    yield Column("tokens", "Tokens", "pieces of text read and written, all answers of the run together",
                 _tokens_cell, descends=False)  # fmt: skip


def _memory_columns(lead: str) -> Iterable[Column]:
    headings = {
        "closed_book": ("From memory", "right without seeing the article: remembered or guessed"),
        "twin": ("Altered article", "right when names, numbers and order in the article are changed"),
        "lead": ("First sentences", "right with the first three sentences alone"),
        "shuffled": ("Shuffled", "right when the article's sentences stand in another order"),
        "no_evidence": ("Evidence removed", "right without the sentences that hold the answer; lower is better"),
        "wrong_article": ("Another article", "right with another article instead; lower is better"),
    }
    for condition, (heading, about) in headings.items():
        if condition != lead:
            descends = CONDITIONS[condition].tests_reading or condition == "closed_book"
            yield Column(condition, heading, about, _score_cell(condition, "answer_match"), descends)
    derived = {
        "reading_gain": "Gain by reading", "follows_article": "Follows article", "repeats_memory": "Repeats memory",
    }  # fmt: skip
    for name, heading in derived.items():
        found = DIFFERENCES[name]
        yield Column(name, heading, found.about, _derived_cell(name), found.higher_is_better)


def _score_cell(condition: str, name: str) -> Callable[[Entry], Cell]:
    """Return an entry → its cell of a metric: percent for a fraction, else the plain number."""
    is_fraction = name in METRICS and METRICS[name].range is not None
    shown = percent_cell if is_fraction else _plain_cell
    return lambda entry: shown(_score(entry, condition, name))


def percent_cell(score: Score | None) -> Cell:
    """Return a fraction as percent with one digit, with its interval."""
    if score is None or score.value is None:
        return Cell("", None)
    low, high = (None if end is None else 100 * end for end in (score.low, score.high))
    told = span(score.low, score.high).replace("-", "−").replace("–", " to ")
    return Cell(f"{100 * score.value:.1f}", score.value, low, high, 100 * score.value, told, score.n)


def _plain_cell(score: Score | None) -> Cell:
    if score is None or score.value is None:
        return Cell("", None)
    shown = f"{score.value:.0f}" if abs(score.value) >= 100 else f"{score.value:.3g}"
    return Cell(shown, score.value, n=score.n)


def _derived_cell(name: str) -> Callable[[Entry], Cell]:
    def cell(entry: Entry) -> Cell:
        found = percent_cell(entry.derived.get(name))
        is_gain = name == "reading_gain" and found.sort is not None
        return found._replace(text=f"{100 * (found.sort or 0):+.1f}".replace("-", "−")) if is_gain else found

    return cell


def _bounds_cell(score: Score | None) -> Cell:
    if score is None or score.worst is None or score.best is None or score.worst == score.best:
        return Cell("", None)
    return Cell(f"{100 * score.worst:.1f}–{100 * score.best:.1f}", score.worst)


def _cost_cell(entry: Entry) -> Cell:
    return Cell("", None) if entry.cost is None else Cell(f"{entry.cost:.4g}", entry.cost)


def _tokens_cell(entry: Entry) -> Cell:
    total = sum(entry.costs.values())
    return Cell(f"{total:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"), float(total)) if entry.costs else Cell("", None)


def _any(column: Column, entries: Iterable[Entry]) -> bool:
    return any(column.cell(entry).text for entry in entries)


def _scores(entry: Entry, condition: str) -> dict[str, Score]:
    return entry.conditions[condition].scores if condition in entry.conditions else {}


def _score(entry: Entry, condition: str, metric: str) -> Score | None:
    return _scores(entry, condition).get(metric)
