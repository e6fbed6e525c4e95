"""When two short answers say the same: tokens in which numbers and dates stand by value and spelling does not count."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from readmark.metrics.dates import dates
from readmark.metrics.numerals import STARTS, is_number, numbers, without_fractions, without_roman
from readmark.metrics.spelling import phrases, spelled
from readmark.text import MARKS, UNSPACED, late

__all__ = ["canonical", "is_number"]

_ARTICLES = {"a", "an", "the"}
_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}
_SYMBOLS = {"%": " percent ", "&": " and ", "°": " degree "} | {mark: f" {name} " for mark, name in _CURRENCIES.items()}
_MONEY = late(r"(?:us)?([$€£¥₹])\s?(\d[\d,]*(?:\.\d+)?)(?:\s?(hundred|thousand|million|billion|trillion|bn|mn|k|m)\b)?")
_POSSESSIVE = late(r"'s\b|(?<=s)'(?!\w)")
_INITIALS = late(r"(?<![^\W\d_])(?:[^\W\d_](?:\.[^\W\d_])+\b\.?|(?:[^\W\d_]\.\s?){2,})")
_MINUS = late(r"(?<!\S)[-−](?=[$€£]?\.?\d)")
_TOKEN = late(
    rf"#\d+|\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+h\d\d|\d{{2,}}s(?![a-z])|\d+(?:\.\d+)?|[{UNSPACED}]|(?:[^\W\d_{UNSPACED}]|[{MARKS}])+"
)
_DIGIT = late(r"\d")
_BARE_DECIMAL = late(r"(?<![\w.])\.(?=\d)")
_ORDINAL = late(r"\b(\d[\d,]*)(?:st|nd|rd|th)\b")


@lru_cache(maxsize=16384)
def canonical(text: str) -> tuple[str, ...]:
    """Return the tokens by which answers are compared.

    Compatibility forms, case and accents are folded; hyphens and other punctuation separate; the dots of initials
    join ("U.S." is "US"); `a an the` are dropped where other words stay, and a possessive 's always; "n't" becomes
    "not"; numbers stand by value ("400,000", "400 thousand" and "four hundred thousand" are one), "%" is "percent",
    "$5" is "5 dollars", ordinals are "8th" in words or digits, Roman numerals behind a name are figures; dates are
    year, month, day; units, British and American spellings have one form. Scripts without spaces are cut into
    characters.

    Example:
        >>> canonical("The city’s 65% of four hundred thousand")
        ('city', '65', 'percent', 'of', '400000')
        >>> canonical("On Aug. 12th, 2021, Henry VIII")
        ('on', '2021', 'august', '12', 'henry', '8')
    """
    text = without_roman(text)
    text = text.casefold() if text.isascii() else _folded(text)
    if "'" in text:
        text = re.sub(r"n't\b", " not", text.replace("can't", "can not").replace("won't", "will not"))
        text = _POSSESSIVE.sub("", text).replace("'", "")
    text = without_fractions(dates(phrases(text)))
    if "." in text:
        text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match[0]) + " ", text)
    if _DIGIT.search(text):
        text = _MONEY.sub(_amount_first, _MINUS.sub(" minus ", _BARE_DECIMAL.sub("0.", text.replace("#", " "))))
        text = _ORDINAL.sub(lambda match: f" #{match[1].replace(',', '')} ", text)
    for symbol, word in _SYMBOLS.items():
        if symbol in text:
            text = text.replace(symbol, word)
    found = _TOKEN.findall(text)
    if not STARTS.isdisjoint(found) or not all(map(str.isalpha, found)):
        found = numbers(found)
    found = spelled(found)
    return tuple(token for token in found if token not in _ARTICLES) or tuple(found)


def _folded(text: str) -> str:
    """Return a text without case, accents, compatibility forms and typographic apostrophes.

    Vowel signs of other scripts stay, for they are letters; the points of Arabic and Hebrew go, as in plain print.
    """
    text = _MARK_RUN.sub(lambda match: match[0][:_MOST_MARKS], text).translate(_KEPT)
    text = unicodedata.normalize("NFKD", text).casefold().replace("’", "'").replace("ʼ", "'")
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text).translate(_BACK))


_MOST_MARKS = 8  # on one letter; normalising takes quadratic time in them
_MARK_RUN = late(f"[{MARKS}]{{{_MOST_MARKS},}}")
_ACCENTS = late("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\ufe00-\ufe0f]")
# Fractions keep their sign until `without_fractions`: their compatibility forms would run into the number before.
_FRACTION_SIGNS = {ord(sign): 0xE000 + i for i, sign in enumerate("¼½¾")}
_OTHER_FRACTIONS = {ord(sign): f" {unicodedata.normalize('NFKC', sign)}" for sign in "⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"}
_KEPT: dict[int, int | str] = {**_FRACTION_SIGNS, **_OTHER_FRACTIONS}
_PLAIN_LETTERS = {
    ord(one): two for one, two in zip("øłđðþæœı", ("o", "l", "d", "d", "th", "ae", "oe", "i"), strict=True)
}
_BACK: dict[int, str] = {to: chr(sign) for sign, to in _FRACTION_SIGNS.items()} | {0x2044: "/"} | _PLAIN_LETTERS


def _amount_first(match: re.Match[str]) -> str:
    """Return "$3.5m" as "3.5 million dollar"; beside a currency, "m" is no metre."""
    mark, amount, magnitude = match.groups("")
    return f" {amount} {'million' if magnitude in {'m', 'mn'} else magnitude} {_CURRENCIES[mark]} "
