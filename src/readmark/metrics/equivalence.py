"""When two short answers say the same: tokens in which numbers stand by value and spelling does not count."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
]  # fmt: skip
_VALUES = {word: value for value, word in enumerate(_UNITS)} | {word: 10 * i for i, word in enumerate(_TENS, start=2)}
_MAGNITUDES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT = {"k": 1000, "bn": 10**9}  # not "m", which is also metres
_ORDINAL_VALUES = {word: f"{value}th" for value, word in enumerate(_ORDINALS)}
_ARTICLES = {"a", "an", "the"}
_SYMBOLS = {"%": " percent ", "$": " dollar ", "€": " euro ", "£": " pound ", "&": " and "}
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?$")


@lru_cache(maxsize=16384)
def canonical(text: str) -> tuple[str, ...]:
    """Return the tokens by which answers are compared.

    Compatibility forms, case and accents are folded; hyphens and other punctuation separate; `a an the` and a
    possessive 's are dropped; "n't" becomes "not"; numbers stand by value ("400,000", "400 thousand" and
    "four hundred thousand" are one), "%" is "percent", ordinals are "8th" in words or digits.

    Example:
        >>> canonical("The city’s 65% of four hundred thousand")
        ('city', '65', 'percent', 'of', '400000')
    """
    text = unicodedata.normalize("NFKD", text).casefold().replace("’", "'").replace("ʼ", "'")
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"'s\b|(?<=s)'(?!\w)", "", re.sub(r"n't\b", " not", text)).replace("'", "")
    for symbol, word in _SYMBOLS.items():
        text = text.replace(symbol, word)
    text = re.sub(r"\bper cent\b", "percent", text)
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", r" #\1 ", text)
    found = [match[0] for match in re.finditer(rf"#\d+|{_TOKEN.pattern}", text)]
    return tuple(token for token in _numbers(found) if token not in _ARTICLES)


def is_number(token: str) -> bool:
    """Return whether a canonical token is a number or an ordinal."""
    return token[0].isdigit()


def _numbers(found: list[str]) -> list[str]:
    """Replace runs of number words and digits by their values."""
    out: list[str] = []
    i = 0
    while i < len(found):
        value, after = _number_at(found, i)
        if value is None:
            out.append(_single(found[i]))
            i += 1
        elif after < len(found) and found[after - 1] in _TENS and found[after] in _ORDINALS[1:10]:
            out.append(f"{int(value) + _ORDINALS.index(found[after])}th")
            i = after + 1
        else:
            out.append(value)
            i = after
    return out


def _single(token: str) -> str:
    return f"{int(token[1:])}th" if token.startswith("#") else _ORDINAL_VALUES.get(token, token)


def _number_at(found: list[str], i: int) -> tuple[str | None, int]:
    """Return the number that starts at `i` and where it ends: [digits or words] {magnitude}."""
    total, current, start = Decimal(0), None, i
    while i < len(found):
        token = found[i]
        part = _value(token)
        magnitude = _MAGNITUDES.get(token) or (_SHORT.get(token) if i > start and _NUMBER.match(found[i - 1]) else None)
        if part is not None and (current is None or _continues(current, part, found[i - 1])):
            current = (current or Decimal(0)) + part
        elif magnitude and current is not None:
            current *= magnitude
            if magnitude >= 1000:
                total, current = total + current, Decimal(0)
        elif not _joins(found, i, current):
            break
        i += 1
    if current is None:
        return None, start
    value = (total + current).normalize()
    return f"{value:f}", i


def _joins(found: list[str], i: int, current: Decimal | None) -> bool:
    """Return whether the word at `i` is the "and" of "two hundred and five"."""
    inside = current is not None and 0 < i < len(found) - 1
    return inside and found[i] == "and" and found[i - 1] == "hundred" and found[i + 1] in _VALUES


def _continues(current: Decimal, part: Decimal, before: str) -> bool:
    """Return whether a further number word adds to what stands: "twenty" "five", "hundred" "ten", "thousand" "two"."""
    if before in _MAGNITUDES or before == "and":
        return current == 0 or part < 100
    return before in _TENS and 0 < part < 10


def _value(token: str) -> Decimal | None:
    if token in _VALUES:
        return Decimal(_VALUES[token])
    if _NUMBER.match(token):
        try:
            return Decimal(token.replace(",", ""))
        except InvalidOperation:
            return None
    return None
