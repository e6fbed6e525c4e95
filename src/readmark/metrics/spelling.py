"""One spelling for words that are written in two ways: British and American forms, units, currencies.

Conventions: tokens without case. The result is a key to compare by, not a word to show; two different words may share
a key only where nobody would confuse them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from readmark.metrics.numerals import is_number
from readmark.text import late

_UNITS = {
    "kilometer": ("km", "kms", "kilometre"), "meter": ("m", "metre"), "centimeter": ("cm", "cms", "centimetre"),
    "millimeter": ("mm", "millimetre"), "mile": ("mi",), "foot": ("ft", "feet"), "inch": ("inches",),
    "yard": ("yd", "yds"),
    "kilogram": ("kg", "kgs", "kilo", "kilogramme"), "gram": ("g", "gm", "gramme"), "milligram": ("mg",),
    "pound": ("lb", "lbs"),
    "ounce": ("oz",), "liter": ("litre",), "milliliter": ("ml", "millilitre"), "hour": ("h", "hr", "hrs"),
    "minute": ("min", "mins"), "sec": ("second", "seconds", "secs"), "year": ("yr", "yrs"), "hectare": ("ha",),
    "acre": (),
    "tonne": ("ton",), "degree": ("°",), "day": (), "week": (), "month": (), "point": (), "knot": (),
    "watt": (), "kilowatt": ("kw",), "megawatt": ("mw",), "gigabyte": ("gb",), "megabyte": ("mb",), "kilobyte": ("kb",),
    "celsius": (), "fahrenheit": (), "kelvin": (), "dollar": ("usd",), "euro": ("eur",), "pence": ("p",), "cent": (),
    "rupee": (), "rouble": ("ruble",), "yen": ("jpy",),
}  # fmt: skip
# An abbreviation stands for its unit only behind a number; a whole word always.
_ABBREVIATIONS = {
    short: unit for unit, others in _UNITS.items() for short in others if len(short) < 4 or short == "secs"
}
_ABBREVIATIONS |= {"second": "sec", "seconds": "sec"}  # elsewhere "second" is a rank
_NAMES = {other: unit for unit, others in _UNITS.items() for other in others if other not in _ABBREVIATIONS}
_NAMES |= {f"{name}s": unit for name, unit in [*_NAMES.items(), *((unit, unit) for unit in _UNITS)] if name[-1] != "s"}
UNIT_NAMES = frozenset(_UNITS)
_COMPOUND_UNITS = [
    (late(r"\bkm/h\b|\bkmh\b|\bkph\b|\bkm per hour\b"), " kilometer per hour "),
    (late(r"\bmph\b"), " mile per hour "),
    (late(r"°\s?c\b"), " degree celsius "),
    (late(r"°\s?f\b"), " degree fahrenheit "),
    (late(r"(?<=\d)\s?(?:sq\.?|square)\s?km\b|(?<=\d)\s?km2\b"), " square kilometer "),
    (late(r"(?<=\d)\s?(?:sq\.?|square)\s?mi\b"), " square mile "),
    (late(r"\bper cent\b|\bpct\b"), "percent"),
]
_WORDS = {
    "grey": "gray", "programme": "program", "cheque": "check", "tyre": "tire", "plough": "plow", "storey": "story",
    "aluminium": "aluminum", "mould": "mold", "moustache": "mustache", "pyjamas": "pajamas", "sceptic": "skeptic",
    "sceptical": "skeptical", "yoghurt": "yogurt", "doughnut": "donut", "ageing": "aging", "artefact": "artifact",
    "judgement": "judgment", "defence": "defense", "offence": "offense", "licence": "license", "pretence": "pretense",
    "jewellery": "jewelry", "enquiry": "inquiry", "gaol": "jail", "whisky": "whiskey", "okay": "ok", "mr": "mister",
    "dr": "doctor", "prof": "professor", "st": "saint", "mt": "mount", "vs": "versus", "v": "versus", "ww1": "wwi",
    "ww2": "wwii", "gov": "governor", "gen": "general", "sen": "senator", "capt": "captain", "col": "colonel",
    "lt": "lieutenant", "sgt": "sergeant", "jr": "junior", "sr": "senior", "ce": "ad", "bce": "bc", "ltd": "limited",
    "corp": "corporation", "inc": "incorporated",
    "co": "company", "usa": "us", "uk": "uk", "tv": "television",
}  # fmt: skip
_MULTIWORD: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (late(r"\bcannot\b"), "can not"),
    (late(r"\bno one\b"), "nobody"),
    (late(r"\btwice\b"), "2 times"),
    (late(r"\bthrice\b"), "3 times"),
    (late(r"\bunited states(?: of america)?\b"), "us"),
    (late(r"\bunited kingdom\b"), "uk"),
    (late(r"\bunited nations\b"), "un"),
    (late(r"\beuropean union\b"), "eu"),
    (late(r"\b(first|second|third) world war\b"), lambda m: f"world war {'fst'.index(m[1][0]) + 1}"),
    (late(r"\bww\s?(1|2|i|ii)\b"), lambda m: f"world war {len(m[1]) if m[1].isalpha() else m[1]}"),
]
_MULTIWORD_HINT = late("united|european|cannot|no one|ice\\b|world war|ww")
_UNIT_HINT = late("km|[mk]ph|°|per cent|pct| mi")
_ENDINGS = late(
    r"(?P<our>(?<=[a-z]{3})our(?=(?:s|ed|ing|ite|ites|able|er|ers|ful|less|hood|ly|al)?$))"
    r"|(?P<ize>i[sz](?=(?:e|es|ed|ing|er|ers|ation|ations)$))|(?P<yze>(?<=l)y[sz](?=(?:e|es|ed|ing|er)$))"
    r"|(?P<re>(?<=[tb])re(?=s?$))|(?P<logue>(?<=log)ue(?=s?$))|(?P<ll>(?<=[a-z]{4})ll(?=(?:ed|ing|er|ers)$))"
)
_AMERICAN = {"our": "or", "ize": "iz", "yze": "yz", "re": "er", "logue": "", "ll": "l"}
_MAYBE = late(r"our|is[eai]|iz[eai]|ys[ei]|re(?:s)?$|logue|ll(?:ed|ing|er)|ae")
_SHORTEST = 5  # letters of a word whose ending is looked at


def phrases(text: str) -> str:
    """Return a text in which units of two parts and names of several words have one form.

    Example:
        >>> phrases("90 km/h in the united states")
        '90  kilometer per hour  in the us'
    """
    if _MULTIWORD_HINT.search(text):
        for pattern, form in _MULTIWORD:
            text = pattern.sub(form, text)
    if _UNIT_HINT.search(text):
        for unit, name in _COMPOUND_UNITS:
            text = unit.sub(name, text)
    return text


def spelled(found: list[str]) -> list[str]:
    """Return tokens with one spelling for each word.

    Example:
        >>> spelled(["colours", "5", "km", "theatre"])
        ['colors', '5', 'kilometer', 'theater']
    """
    return [_one(token, found[i - 1] if i else "") for i, token in enumerate(found)]


def _one(token: str, before: str) -> str:
    if token in _ABBREVIATIONS and before and is_number(before):
        return _ABBREVIATIONS[token]
    known = _NAMES.get(token) or _WORDS.get(token)
    if known or len(token) < _SHORTEST or not _MAYBE.search(token):
        return known or token
    return _ENDINGS.sub(lambda match: _AMERICAN[match.lastgroup or ""], token.replace("ae", "e"))
