"""What each ROUGE variant compares of a text: its lines, as tokens or stems."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from readmark.metrics.porter import stem
from readmark.text import tokenizer_for, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

_PERL_TOKEN = re.compile(r"[A-Za-z0-9]+")
KEPT = 64  # texts; a long one takes many times its own memory


class RougeText:
    """A text as ROUGE compares it.

    Attributes:
        lines: Each line's tokens.
        tokens: All tokens in order.
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self.lines = lines
        self.tokens = tuple(chain.from_iterable(lines))


@lru_cache(maxsize=KEPT)
def read_text(text: str, language: str, *, is_perl: bool, is_stemmed: bool) -> RougeText:
    """Return a text as a variant compares it, cut into lines at line breaks only.

    Args:
        text: One sentence a line.
        language: A BCP 47 tag.
        is_perl: Read as ROUGE-1.5.5 does: in English, a token is a run of ASCII letters and digits, whatever stands
            beside it. In other languages it is a token of ours, for the script would find none or parts of words.
        is_stemmed: Compare English stems of tokens of more than three characters; words beyond ASCII stay as they are.
    """
    lines = text.split("\n")
    if is_perl:
        cut = _perl_tokens if language.lower().partition("-")[0] == "en" else tokenizer_for(language)
        found = [cut(line) for line in lines]
        return RougeText([list(map(stem, line)) for line in found] if is_stemmed else found)
    cut = tokenizer_for(language)
    if not is_stemmed:
        return RougeText(list(map(cut, lines)))
    if cut is tokens and text.isascii():
        return RougeText(list(map(_nltk_stems, lines)))
    return RougeText([_stemmed(cut(line)) for line in lines])


def _perl_tokens(line: str) -> tuple[str, ...]:
    return tuple(token.lower() for token in _PERL_TOKEN.findall(line))


def _stemmed(words: Sequence[str]) -> list[str]:
    stems = iter(_nltk_stems(" ".join(filter(str.isascii, words))))
    return [next(stems) if word.isascii() else word for word in words]


def _nltk_stems(line: str) -> list[str]:
    """Return rouge-score's stems of ASCII text: NLTK's, in its default mode."""
    from rouge_score_rs.tokenizers import DefaultTokenizer  # noqa: PLC0415 - only where stems are asked for

    found: list[str] = DefaultTokenizer(use_stemmer=True).tokenize(line)
    return found
