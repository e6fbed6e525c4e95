"""Dates and times in one order: year, month, day; hours from 0 to 24.

Conventions: text without case. A date keeps only what it says, so that "august 2021" is the beginning of
"2021 august 12" and "12 august" its end. Dates in figures alone are read where their order is certain.
"""

from __future__ import annotations

import re

from readmark.metrics.numerals import ORDINALS
from readmark.text import late

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = {"mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday",
             "sat": "saturday", "sun": "sunday"}  # fmt: skip
_WEEKDAY = late(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|rs|nes|r)?\.(?=\s|,|$)")
_SHORT = {name[:3]: name for name in MONTHS} | {"sept": "september"}
_NAMES = {name: name for name in MONTHS} | _SHORT
_MONTH = "(" + "|".join(sorted(_NAMES, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?<![\d.,/:-])(\d{1,2})(?:st|nd|rd|th)?\b"
_YEAR = r"(\d{4})(?![\d-]|[.,]\d)"
_WORDS = {word: value for value, word in enumerate(ORDINALS) if value} | {
    "twentieth": 20, **{f"twenty-{word}": 20 + i for i, word in enumerate(ORDINALS[1:10], start=1)},
    "thirtieth": 30, "thirty-first": 31,
}  # fmt: skip
# A text without any of these holds no date or time to turn round.
_HINT = late(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d\s?[:/.–-]\s?\d|\d0s|\d\s?(?:[ap]\.?\s?m\b|o'?clock)"
    r"|noon|midnight|midday|(?:1\d|20)\d{3}(?!\d{2})"
)
_WORD_DAY = late(rf"\b({'|'.join(sorted(_WORDS, key=len, reverse=True))})\s+of\s+(?=(?:{'|'.join(MONTHS)})\b)")
_DAY_FIRST = late(rf"{_DAY}\s+(?:day\s+)?(?:of\s+)?{_MONTH}(?:,?\s+(?:of\s+)?{_YEAR})?")
_MONTH_FIRST = late(rf"\b{_MONTH}\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:\s*,?\s+(?:of\s+)?{_YEAR})?")
_NO_DAY = late(rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}")
_YEAR_FIRST = late(rf"(?<![\d.,/-])(\d{{4}})(?:-(\d\d)-(\d\d)(?![\d-])|,\s+{_MONTH}(?:\s+(\d{{1,2}})\b)?)")
_SLASHES = late(r"(?<![\d/.-])(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?![\d/])")
# A year has four digits: what is glued to one at a sentence's end is the mark of a footnote ("in 20181.").
_NOTED = late(
    rf"((?:\b(?:in|since|until|during)|{_MONTH}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?,?)?)\s*)((?:1\d|20)\d\d)\d{{1,2}}(?=[.!?;]?(?:\s|$))"
)
_NOON = late(r"\b(?:(?:12 )?noon|midday|midnight)\b")
_DECADE = late(r"(?<![\w.])'?([3-9]0s)\b")
_TIES = {
    f"{word}ies": f"19{i}0s" for i, word in enumerate(("thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet"), 3)
}
_DECADE_WORD = late(rf"\b(?:nineteen[\s-])?({'|'.join(_TIES)})\b")
_YEARS = late(r"(?<![\d.,/-])((?:1\d|20))(\d\d)\s?[-–/]\s?(\d\d)(?![\d/–-]|[.,]\d)")  # 1979-80
_CLOCK = late(r"(?<![\d.,:])(\d{1,2})(?:[:.](\d\d))?(?:\s?o'?clock)?\s?([ap])\.?\s?m\b\.?")
_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PAST = late(rf"\b(half|(?:a\s+)?quarter)\s+(past|to)\s+({'|'.join(_HOURS)}|\d{{1,2}})\b")
_OCLOCK = late(r"(?<![\d.,:])(\d{1,2}):(\d\d)(?!:?\d)(?:\s?(?:hrs|hours|h)\b)?")


def dates(text: str) -> str:
    """Return a text with each date as year, month, day, and each time as hours and minutes joined by "h".

    Example:
        >>> dates("on aug. 12th, 2021 at 3 pm")
        'on 2021 august 12 at 15h00'
        >>> dates("12 august; 2021-08-12; august 2021")
        'august 12; 2021 august 12; 2021 august'
    """
    if " past " in text or "quarter to" in text:
        text = _PAST.sub(_past, text)
    if "ties" in text:
        text = _DECADE_WORD.sub(lambda match: _TIES[match[1]], text)
    if "." in text:
        text = _WEEKDAY.sub(lambda match: _WEEKDAYS[match[1]] + " ", text)
    if not _HINT.search(text):
        return text
    text = _NOON.sub(lambda match: "0h00" if match[0] == "midnight" else "12h00", text)
    text = _DECADE.sub(r"19\1", text)
    text = _YEARS.sub(r"\1\2 \1\3 ", text)
    text = _NOTED.sub(lambda match: f"{match[1]} {match[3]} ", text)
    text = _WORD_DAY.sub(lambda match: f"{_WORDS[match[1]]} of ", text)
    if ":" in text or "m" in text:
        text = _OCLOCK.sub(_time, _CLOCK.sub(_time, text))
    text = _SLASHES.sub(_figures, _YEAR_FIRST.sub(_year_first, text))
    text = _DAY_FIRST.sub(lambda match: _date(match[0], match[3], match[2], match[1]), text)
    text = _MONTH_FIRST.sub(lambda match: _date(match[0], match[3], match[1], match[2]), text)
    return _NO_DAY.sub(lambda match: _date(match[0], match[2], match[1], ""), text)


def _date(found: str, year: str | None, month: str, day: str) -> str:
    if day and not 1 <= int(day) <= 31:
        return found
    return " ".join(part for part in (year, _NAMES[month], str(int(day)) if day else "") if part)


def _year_first(match: re.Match[str]) -> str:
    year, month, day, name, name_day = match.groups()
    if name:
        return _date(match[0], year, name, name_day or "")
    return _date(match[0], year, MONTHS[int(month) - 1], day) if 1 <= int(month) <= 12 else match[0]


def _figures(match: re.Match[str]) -> str:
    """Return a date in figures where one of day and month is over 12 or both are equal."""
    first, _, second, year = match.groups()
    low, high = sorted((int(first), int(second)))
    if not (1 <= low <= 12 and (high > 12 or low == high)):
        return match[0]
    return _date(match[0], year, MONTHS[low - 1], str(high))


def _past(match: re.Match[str]) -> str:
    """Return "half past three" as "3:30"."""
    hour = _HOURS.index(match[3]) + 1 if match[3] in _HOURS else int(match[3])
    minutes = 30 if match[1] == "half" else 15
    total = 60 * hour + (minutes if match[2] == "past" else -minutes)
    return f"{total // 60}:{total % 60:02d}"


def _time(match: re.Match[str]) -> str:
    hours, minutes = int(match[1]), match[2] or "00"
    half = match[3] if match.re.groups == 3 else ""
    if hours > (12 if half else 24) or int(minutes) > 59:
        return match[0]
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    return f"{hours}h{minutes}"
