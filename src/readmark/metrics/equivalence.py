"""When two short answers say the same: tokens in which numbers stand by value and spelling does not count."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from readmark.text import UNSPACED

_UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
]  # fmt: skip
_VALUES = {word: value for value, word in enumerate(_UNITS)} | {word: 10 * i for i, word in enumerate(_TENS, start=2)}
_MAGNITUDES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT = {"k": 1000, "bn": 10**9}  # not "m", which is also metres
_ORDINAL_VALUES = (
    {word: f"{value}th" for value, word in enumerate(_ORDINALS)}
    | {f"{word[:-1]}ieth": f"{10 * i}th" for i, word in enumerate(_TENS, start=2)}
    | {f"{word}th": f"{value}th" for word, value in _MAGNITUDES.items()}
)
_STARTS = _VALUES.keys() | _ORDINAL_VALUES.keys() | _MAGNITUDES.keys()  # words that make a text hold numbers
_ARTICLES = {"a", "an", "the"}
_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound"}
_SINGULAR = {f"{name}s": name for name in _CURRENCIES.values()}
_SYMBOLS = {"%": " percent ", "&": " and ", "#": " "} | {mark: f" {name} " for mark, name in _CURRENCIES.items()}
_MONEY = re.compile(r"([$€£])\s?(\d[\d,]*(?:\.\d+)?)(?:\s?(hundred|thousand|million|billion|trillion|bn|k|m)\b)?")
_VULGAR = re.compile("[¼-¾⅐-⅞]")
_FRACTIONS = {"¼": ".25", "½": ".5", "¾": ".75"}
_POSSESSIVE = re.compile(r"'s\b|(?<=s)'(?!\w)")
_INITIALS = re.compile(r"(?<![^\W\d_])(?:[^\W\d_](?:\.[^\W\d_])+\b\.?|(?:[^\W\d_]\.\s?){2,})")
_MINUS = re.compile(r"(?<!\S)[-−](?=\.?\d)")
_TOKEN = re.compile(rf"#\d+|\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|[{UNSPACED}]|[^\W\d_{UNSPACED}]+")
_NUMBER = re.compile(r"\d[\d,]{,24}(?:\.\d{1,12})?$")  # longer ones are compared digit by digit


@lru_cache(maxsize=16384)
def canonical(text: str) -> tuple[str, ...]:
    """Return the tokens by which answers are compared.

    Compatibility forms, case and accents are folded; hyphens and other punctuation separate; the dots of initials
    join ("U.S." is "US"); `a an the` are dropped where other words stay, and a possessive 's always; "n't" becomes
    "not"; numbers stand by value ("400,000", "400 thousand" and "four hundred thousand" are one), "%" is "percent",
    "$5" is "5 dollars", ordinals are "8th" in words or digits. Scripts without spaces are cut into characters.

    Example:
        >>> canonical("The city’s 65% of four hundred thousand")
        ('city', '65', 'percent', 'of', '400000')
    """
    text = text.casefold() if text.isascii() else _folded(text)
    text = _POSSESSIVE.sub("", re.sub(r"n't\b", " not", text)).replace("'", "")
    if "." in text:
        text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match[0]) + " ", text)
        text = re.sub(r"(?<![\w.])\.(?=\d)", "0.", text)
    text = _MONEY.sub(_amount_first, _MINUS.sub(" minus ", text))
    for symbol, word in _SYMBOLS.items():
        text = text.replace(symbol, word)
    text = re.sub(r"\bper cent\b", "percent", text)
    text = re.sub(r"\b(\d[\d,]*)(?:st|nd|rd|th)\b", lambda match: f" #{match[1].replace(',', '')} ", text)
    found = _TOKEN.findall(text)
    if any(token in _STARTS or not token.isalpha() for token in found):
        found = _numbers(found)
    found = [_SINGULAR.get(token, token) for token in found]
    return tuple(token for token in found if token not in _ARTICLES) or tuple(found)


def _folded(text: str) -> str:
    """Return a text without case, accents, compatibility forms and typographic apostrophes."""
    text = _VULGAR.sub(lambda match: _FRACTIONS.get(match[0], " " + match[0]), text)
    text = unicodedata.normalize("NFKD", text).casefold().replace("’", "'").replace("ʼ", "'")
    return "".join(c for c in text if not unicodedata.combining(c))


def _amount_first(match: re.Match[str]) -> str:
    """Return "$3.5m" as "3.5 million dollar"; beside a currency, "m" is no metre."""
    mark, amount, magnitude = match.groups("")
    return f" {amount} {'million' if magnitude == 'm' else magnitude} {_CURRENCIES[mark]} "


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
            out.append(f"{Decimal(value) + _ORDINALS.index(found[after]):f}th")
            i = after + 1
        else:
            out.append(value)
            i = after
    return out


def _single(token: str) -> str:
    if token.startswith("#"):
        return (token[1:].lstrip("0") or "0") + "th"
    return _ORDINAL_VALUES.get(token, token)


def _number_at(found: list[str], start: int) -> tuple[str | None, int]:
    """Return the number that starts at `start` and where it ends: [digits or words] {magnitude}."""
    total = Decimal(0)
    current, i = _article_as_number(found, start)
    while i < len(found):
        token, before = found[i], found[i - 1] if i > start else ""
        part = _value(token)
        magnitude = _MAGNITUDES.get(token) or (_SHORT.get(token) if _NUMBER.match(before) else None)
        if part is not None and (current is None or _continues(current, part, before)):
            current = (current or Decimal(0)) + part
        elif magnitude == 100 and current is not None and 0 < current < 100:
            current *= magnitude
        elif magnitude and magnitude >= 1000 and current:
            total, current = total + current * magnitude, Decimal(0)
        elif magnitude and _MAGNITUDES.get(before, magnitude) < magnitude and total:  # "three thousand million"
            total *= magnitude
        elif current is None or not _joins(found, i):
            break
        i += 1
    if current is None:
        return None, start
    return f"{(total + current).normalize():f}", i


def _article_as_number(found: list[str], start: int) -> tuple[Decimal | None, int]:
    """Return the value of "a" in "a hundred" and of "half a" in "half a million", and where it ends."""
    for words, value in ((["a"], Decimal(1)), (["half", "a"], Decimal("0.5"))):
        end = start + len(words)
        if found[start:end] == words and end < len(found) and found[end] in _MAGNITUDES:
            return value, end
    return None, start


def _joins(found: list[str], i: int) -> bool:
    """Return whether the word at `i` is the "and" of "two hundred and five", not of "two hundred and five hundred"."""
    if found[i] != "and" or i + 1 >= len(found) or found[i + 1] not in _VALUES:
        return False
    before = found[i - 1]
    after = next((token for token in found[i + 2 : i + 4] if token not in _UNITS[1:10]), "")
    return before in {"hundred", "thousand"} and (after not in _MAGNITUDES or before == "hundred" != after)


def _continues(current: Decimal, part: Decimal, before: str) -> bool:
    """Return whether a further number word adds to what stands: "twenty" "five", "hundred" "ten", "thousand" "two"."""
    if before in _MAGNITUDES or before == "and":
        return current == 0 or part < 100
    return before in _TENS and 0 < part < 10


def _value(token: str) -> Decimal | None:
    if token in _VALUES:
        return Decimal(_VALUES[token])
    return Decimal(token.replace(",", "")) if _NUMBER.match(token) else None
