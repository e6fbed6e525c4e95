"""How far an answer agrees with the dates of a reference: in full, less exactly, or not at all."""

from __future__ import annotations

from typing import NamedTuple

from readmark.metrics.dates import MONTHS
from readmark.metrics.equivalence import is_number

_MONTH_FIGURES = frozenset(map(str, range(1, 13)))


class Date(NamedTuple):
    """What a text says of a date; "" is not said."""

    year: str
    month: str
    day: str


def dates_in(tokens: tuple[str, ...]) -> list[Date]:
    """Return the dates in canonical tokens, and the years that stand alone.

    Example:
        >>> dates_in(("2020", "may", "4", "1999"))
        [Date(year='2020', month='may', day='4'), Date(year='1999', month='', day='')]
    """
    found, used = [], set()
    for i, token in enumerate(tokens):
        if token in MONTHS:
            year = tokens[i - 1] if i and is_year(tokens[i - 1]) else ""
            after = tokens[i + 1] if i + 1 < len(tokens) else ""
            found.append(Date(year, token, after if after.isdigit() and len(after) <= 2 else ""))
            used |= {i - 1} if year else set()
    return found + [Date(token, "", "") for i, token in enumerate(tokens) if is_year(token) and i not in used]


def is_year(token: str) -> bool:
    """Return whether a token is a year in four digits."""
    return len(token) == 4 and token.isdigit()


def date_agreement(wanted: tuple[str, ...], said: tuple[str, ...], asked: tuple[str, ...]) -> float | None:
    """Return how far an answer agrees with a reference's dates: 1.0 in full, 0.5 less exact, 0.0 not; None without any.

    A date without a year and the year elsewhere make a date in full; so does a day alone with the question's month.
    """
    own = [date for date in dates_in(wanted) if date.month]
    if not own:
        return None
    there = [*dates_in(said), *_in_figures(said)]
    months = [date for date in dates_in(asked) if date.month and not date.day]
    if months and not set(MONTHS) & set(said):
        days = (token.removesuffix("th") for token in said if is_number(token))
        there += [Date(*months[0][:2], day) for day in days if day.isdigit() and len(day) <= 2]
    return min(_agreement(date, there) for date in own)


def _in_figures(tokens: tuple[str, ...]) -> list[Date]:
    """Return both readings of a date in figures whose order is uncertain, such as 12/08/2021."""
    found = []
    for one, other, year in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if is_year(year) and one in _MONTH_FIGURES and other in _MONTH_FIGURES:
            found += [Date(year, MONTHS[int(one) - 1], other), Date(year, MONTHS[int(other) - 1], one)]
    return found


def _agreement(date: Date, there: list[Date]) -> float:
    best = 0.0
    for other in there:
        both = [(mine, theirs) for mine, theirs in zip(date, other, strict=True) if mine and theirs]
        if both and all(mine == theirs for mine, theirs in both):
            best = max(best, 1.0 if len(both) == sum(map(bool, date)) else 0.5)
    is_split = any(one.year == date.year for one in there) and any(
        not one.year and one[1:] == date[1:] for one in there
    )
    return 1.0 if date.year and is_split else best
