"""Numbers by value: words, digits, magnitudes, ordinals, fractions and Roman numerals become one form.

Conventions: everything here works on text or tokens without case (`equivalence.canonical` folds it first), except
`without_roman`, which needs the capitals. A cardinal becomes its shortest decimal ("2500000", "3.5"), an ordinal
"8th".
"""

from __future__ import annotations

import re
from decimal import Decimal

from readmark.text import late

_UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
]  # fmt: skip
_VALUES = {word: value for value, word in enumerate(_UNITS)} | {word: 10 * i for i, word in enumerate(_TENS, start=2)}
_MAGNITUDES = {
    "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_SMALL = {12, 100}  # magnitudes that multiply what stands right before them alone
_SHORT = {"k": 1000, "bn": 10**9}  # not "m", which is also metres
_ORDINAL_VALUES = (
    {word: f"{value}th" for value, word in enumerate(ORDINALS)}
    | {f"{word[:-1]}ieth": f"{10 * i}th" for i, word in enumerate(_TENS, start=2)}
    | {f"{word}th": f"{value}th" for word, value in _MAGNITUDES.items() if value not in {12}}
)
STARTS = _VALUES.keys() | _ORDINAL_VALUES.keys() | _MAGNITUDES.keys()  # words that make a text hold numbers
_BEFORE_MAGNITUDES = {"a", "half"}  # "a hundred", "half a million"
_NUMBER = late(r"\d[\d,]{,24}(?:\.\d{1,12})?$")  # longer ones are compared digit by digit

_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
_FRACTION = late(
    r"\b(one|a|two|three|four)[\s-](half|halves|third|thirds|quarter|quarters|fifth|fifths)(?=\s+of\b|\W*$)"
    r"|(?<![\d/.,])([1-4])/([2-5])(?![\d/]|[.,]\d)"
)
_FRACTION_HINT = late("[¼½¾/]|hal[fv]|third|quarter|fifth")
_HALF = late(r"\b(an?|\d+|" + "|".join(_UNITS[1:13]) + r")(?:\s+([a-z]+))?\s+and\s+a\s+half\b")
_HALF_A = late(rf"\bhalf\s+an?\s+(?!(?:{'|'.join(_MAGNITUDES)})\b)(?=[a-z])")
_MIXED = late(r"(?<![\d/.,])(\d{1,3})[\s-]([1-4])/([2-5])(?![\d/])")
_VULGAR_VALUES = {"¼": ".25", "½": ".5", "¾": ".75"}

_ROMAN = r"(?:X{0,3}(?:IX|IV|VI{0,3}|I{2,3})|X{1,3}|V|I(?=\s*(?:$|[.,;:!?)])|\s+of\b))"
_REGNAL = late(rf"\b((?:[A-Z][\w’'-]*|\d+))\s+(?:({_ROMAN})|the\s+([A-Z][a-z]+|\d{{1,2}}(?:st|nd|rd|th)))(?![\w’'])")
_ROMAN_HINT = late(r" (?:[IVX]|the [A-Z\d])")
_ROMAN_DIGITS = {"X": 10, "V": 5, "I": 1}
_CAPITAL_ORDINALS = {word.capitalize(): value for value, word in enumerate(ORDINALS)}


def is_number(token: str) -> bool:
    """Return whether a canonical token is a number or an ordinal."""
    return token[0].isdigit()


def without_roman(text: str) -> str:
    """Return a text in which a Roman numeral or "the Eighth" behind a name is a plain number.

    A lone "I" counts only where the phrase ends, for elsewhere it is the pronoun.

    Example:
        >>> without_roman("Henry VIII, Henry the Eighth, Elizabeth I.")
        'Henry 8, Henry 8, Elizabeth 1.'
    """
    return _REGNAL.sub(_regnal, text) if _ROMAN_HINT.search(text) else text


def _regnal(match: re.Match[str]) -> str:
    name, roman, ordinal = match.groups()
    if roman:
        digits = [_ROMAN_DIGITS[c] for c in roman]
        after = [*digits[1:], 0]
        return f"{name} {sum(-one if one < other else one for one, other in zip(digits, after, strict=True))}"
    value = _CAPITAL_ORDINALS.get(ordinal) if ordinal.isalpha() else int(ordinal[:-2])
    return match[0] if value is None or name.endswith("day") else f"{name} {value}"


def without_fractions(text: str) -> str:
    """Return a text in which simple fractions are decimals: "two thirds", "2/3", "2½", "an hour and a half".

    Example:
        >>> without_fractions("2½ miles, two thirds of it, 1/2")
        '2.5 miles, 0.66667 of it, 0.5'
    """
    if not _FRACTION_HINT.search(text):
        return text
    text = re.sub("[¼½¾]", lambda match: _VULGAR_VALUES[match[0]], text)
    if "half" in text:
        text = _HALF.sub(_and_a_half, text)
        text = _HALF_A.sub("0.5 ", text)
    return _FRACTION.sub(_fraction, _MIXED.sub(_mixed, text))


def _mixed(match: re.Match[str]) -> str:
    return f"{int(match[1]) + int(match[2]) / int(match[3]):.5f}".rstrip("0").rstrip(".")


def _and_a_half(match: re.Match[str]) -> str:
    count = {"a": 1, "an": 1}.get(match[1]) or _VALUES.get(match[1]) or match[1]
    return f"{count}.5 {match[2] or ''}"


def _fraction(match: re.Match[str]) -> str:
    count, part, over, under = match.groups()
    value = int(over) / int(under) if over else ({"a": 1} | _VALUES)[count] / _PARTS[part]
    return f"{value:.5f}".rstrip("0").rstrip(".")


def numbers(found: list[str]) -> list[str]:
    """Replace runs of number words and digits by their values.

    Example:
        >>> numbers(["two", "million", "five", "hundred", "thousand", "the", "eighth"])
        ['2500000', 'the', '8th']
    """
    out: list[str] = []
    i = 0
    while i < len(found):
        if found[i].isalpha() and found[i] not in STARTS and found[i] not in _BEFORE_MAGNITUDES:
            out.append(found[i])
            i += 1
            continue
        value, after = _number_at(found, i)
        if value is None:
            out.append(_single(found[i]))
            i += 1
        elif after < len(found) and found[after - 1] in _TENS and found[after] in ORDINALS[1:10]:
            out.append(f"{Decimal(value) + ORDINALS.index(found[after]):f}th")
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
        elif magnitude in _SMALL and current is not None and 0 < current < 100:
            current *= magnitude or 1
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
