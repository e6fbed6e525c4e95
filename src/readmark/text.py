"""Words, tokens and sentences: the cuts that prompts, metrics and lexical models share.

Conventions: text is never changed, only cut; spans are half-open offsets in characters.
The sentence rule is ours so that a score does not move when a library learns a new abbreviation.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+")
_WORD = re.compile(r"\S*[^\W_]\S*")
# An end mark, closing quotes or brackets, then white space before something that can open a sentence;
# the full stops of Chinese and Japanese need no white space; a line break always ends a sentence.
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]*[^\W_a-zà-ÿ])|[。！？]+[”’」』）]*|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Maj|Capt|Lt|Sgt|Sen|Rep|Gov|Pres|St|Mt|Jr|Sr|No|Nos|vs|cf|al|Inc|Ltd|Co|Corp|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Fig|Vol|approx)|(?:\b[A-Z]))\.$"
)


def words(text: str) -> list[str]:
    """Return the words of a text as a reader counts them: runs of non-space with a letter or digit.

    Example:
        >>> words("Pul-e-Khumri, 140 miles – north.")
        ['Pul-e-Khumri,', '140', 'miles', 'north.']
    """
    return _WORD.findall(text)


def first_words(text: str, count: int) -> str:
    """Return the text up to and including its `count`-th word, or all of it where it is shorter."""
    for number, match in enumerate(_WORD.finditer(text), start=1):
        if number == count:
            return text[: match.end()]
    return text


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """Return case-folded runs of letters and digits; every other character separates.

    On ASCII text these are rouge-score's tokens. Source of the rule: rouge-score 0.1.2, `tokenize.py`.

    Example:
        >>> tokens("Pul-e-Khumri's 1,000")
        ('pul', 'e', 'khumri', 's', '1', '000')
    """
    return tuple(_TOKEN.findall(text.casefold()))


@lru_cache(maxsize=1024)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open character span of every sentence, without surrounding white space.

    A sentence ends at an end mark before something that can open a sentence, or at a line break.
    Titles, single initials and months ("Dr.", "U.S.", "Aug.") end none.
    """
    spans = []
    start = 0
    for match in _END.finditer(text):
        if match[0] == "." and _ABBREVIATION.search(text, max(start, match.start() - 8), match.end()):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return tuple(trimmed for span in spans if (trimmed := _trim(text, *span)))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order.

    Example:
        >>> sentences("Dr. Who fled. “Where?” Nobody knows")
        ['Dr. Who fled.', '“Where?”', 'Nobody knows']
    """
    return [text[start:end] for start, end in sentence_spans(text)]


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    start += len(piece) - len(piece.lstrip())
    return start, start + len(stripped)
