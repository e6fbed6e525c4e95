"""Normalisation of answers: SQuAD's in its official order, and MLQA's for other languages."""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from readmark.errors import MetricError, Problem
from readmark.languages import Language, language_of
from readmark.text import MARKS, UNSPACED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readmark.records import Norm

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE_WORDS = frozenset({"a", "an", "the"})
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


def normalized_references(references: Sequence[str], norm: Norm, language: str = "en") -> frozenset[str]:
    """Return references as the norm compares them in a language, each once.

    Args:
        references: Accepted answers, at least one.
        norm: `squad2` drops references that normalise to nothing; none left is {""}, the unanswerable's.
        language: The answers' language.

    Raises:
        MetricError: `references` is empty.
    """
    if not references:
        raise MetricError(Problem("references", "is empty", "at least one accepted answer", 'give [""] for no answer'))
    return _references(tuple(references), norm, language)


@lru_cache(maxsize=1024)  # exact match and F1 of one item ask for the same
def _references(references: tuple[str, ...], norm: Norm, language: str) -> frozenset[str]:
    normalized = {normalize_answer(reference, language) for reference in references}
    return frozenset((normalized - {""}) or {""}) if norm == "squad2" else frozenset(normalized)


@lru_cache(maxsize=65536)  # SQuAD's development set has 45,000 answers and references
def _english(text: str) -> str:
    bare = text.lower().translate(_PUNCTUATION)
    if bare.isascii() and bare.isprintable():  # words end at spaces alone: twice as fast as the pattern
        return " ".join([word for word in bare.split(" ") if word and word not in _ARTICLE_WORDS])
    return " ".join(_ARTICLES.sub(" ", bare).split())


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
