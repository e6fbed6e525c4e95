"""SQuAD's normalisation of answers, in its official order."""

from __future__ import annotations

import re
import string
from functools import lru_cache

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


@lru_cache(maxsize=16384)
def normalize_answer(text: str) -> str:
    """Return a text as SQuAD compares it.

    In this order: lower case; the 32 ASCII punctuation marks deleted (not turned into spaces); `a`, `an` and
    `the` dropped as words; white space collapsed.

    Returns:
        The normalised text, possibly empty.

    Example:
        >>> normalize_answer("The  Pul-e-Khumri!")
        'pulekhumri'

    Source:
        Rajpurkar et al. 2016, the official evaluation script.
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())
