"""Normalisation of answers: SQuAD's in its official order, and MLQA's for other languages."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache

from readmark.languages import Language, language_of
from readmark.text import MARKS, UNSPACED

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_CUTS = {"han": "[\u4e00-\u9fa5]", "scripts": f"[{UNSPACED}][{MARKS}]*+"}  # by `Language.cut`
_PREFIX = "ال"


class _Punctuation(dict[int, int | None]):
    """A table for `str.translate` that deletes Unicode's punctuation and ASCII's; it learns a character when met."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        is_mark = character in string.punctuation or unicodedata.category(character)[0] == "P"
        self[code] = None if is_mark else code
        return self[code]


_ANY_PUNCTUATION = _Punctuation()


def normalize_answer(text: str, language: str = "en") -> str:
    """Return a text as SQuAD compares it, or for other languages as MLQA does.

    English, in this order: lower case; the 32 ASCII punctuation marks deleted (not turned into spaces); `a`, `an` and
    `the` dropped as words; white space collapsed. Other languages: all of Unicode's punctuation deleted too, the
    full-width marks among it; the articles of `LANGUAGES` dropped; and scripts without spaces cut into characters, each
    a token of its own, so that `split()` gives the tokens of any language.

    Args:
        text: An answer.
        language: A BCP 47 tag; one that `LANGUAGES` does not know has no articles.

    Returns:
        The normalised text, possibly empty.

    Edge cases:
        Arabic `ال` is dropped wherever it stands, also within a word, as in the official script. Full-width letters
        and digits, Arabic vowel marks and the tatweel count, as they do there.

    Example:
        >>> normalize_answer("The  Pul-e-Khumri!")
        'pulekhumri'
        >>> normalize_answer("2008年，北京", "zh")
        '2008 年 北 京'

    Source:
        Rajpurkar et al. 2016, the official evaluation script; Lewis et al. 2020, arXiv 1910.07475, likewise.
    """
    return _english(text) if language == "en" else _normalized(text, language)


@lru_cache(maxsize=16384)
def _english(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


@lru_cache(maxsize=16384)
def _normalized(text: str, language: str) -> str:
    row = language_of(language)
    if row.name == "English":
        return _english(text)
    text = _without_articles(text.lower().translate(_ANY_PUNCTUATION), row)
    if row.cut in _CUTS:
        text = re.sub(_CUTS[row.cut], r" \g<0> ", text)
    return " ".join(text.split())


def _without_articles(text: str, row: Language) -> str:
    if row.articles == (_PREFIX,):
        return text.replace(_PREFIX, " ")
    return re.sub(rf"\b(?:{'|'.join(row.articles)})\b", " ", text) if row.articles else text
