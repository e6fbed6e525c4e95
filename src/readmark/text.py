"""Words, tokens and sentences: the cuts that prompts, metrics and lexical models share.

Conventions: text is never changed, only cut; spans are half-open offsets in characters.
The sentence rule is ours so that a score does not move when a library learns a new abbreviation.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

# Kana and Han characters, as a class of a regular expression: where no spaces part words, each is a token of its own.
UNSPACED = (
    r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
)
_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_RUN = re.compile(r"\S+")
_PARTS = 4  # tokens of a run of non-space that still pass for one word: "mother-in-law's"
_UNCUT = _PARTS + 1  # characters; a shorter run holds no fifth token
_LETTER = re.compile(r"[^\W_]")
# An end mark, closing quotes or brackets, then white space before something that can open a sentence;
# the full stops of Chinese and Japanese need no white space; a line break always ends a sentence.
# No run of marks is entered twice, so that a model's "......" costs linear time.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s+[\"'“‘«(\[]*[^\W_a-zà-ÿ])|[。！？]+[”’」』）]*|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Maj|Capt|Lt|Sgt|Sen|Rep|Gov|Pres|St|Mt|Jr|Sr|No|Nos|vs|cf|al|Inc|Ltd|Co|Corp|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Fig|Vol|approx)|(?:\b[A-Z]))\.$"
)


def words(text: str) -> list[str]:
    """Return the words of a text as a reader counts them: runs of non-space with a letter or digit.

    A run of more than four tokens counts as several words, so that words joined with hyphens do not pass for one, and
    text without spaces has a length.

    Example:
        >>> words("Pul-e-Khumri, 140 miles – north.")
        ['Pul-e-Khumri,', '140', 'miles', 'north.']
        >>> words("a-city-was-taken-at-night")
        ['a-city-was-taken-', 'at-night']
    """
    found = []
    for run in text.split():
        if _LETTER.search(run):
            ends = [0, *_cuts(run), len(run)]
            found += [run[start:end] for start, end in pairwise(ends)]
    return found


def _cuts(run: str) -> list[int]:
    """Return where a run of non-space is cut into words: before its fifth token, its ninth, and so on."""
    if len(run) < _UNCUT or (run.isascii() and run.isalpha()):
        return []
    return [match.start() for match in _TOKEN.finditer(run)][_PARTS::_PARTS]


def first_words(text: str, count: int) -> str:
    """Return the text up to and including its `count`-th word, or all of it where it is shorter."""
    for match in _RUN.finditer(text) if count > 0 else ():
        if _LETTER.search(match[0]):
            ends = [*_cuts(match[0]), len(match[0])]
            if count <= len(ends):
                return text[: match.start() + ends[count - 1]]
            count -= len(ends)
    return text


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """Return case-folded runs of letters and digits; every other character separates.

    A Chinese or Japanese character is a token of its own, since those scripts have no spaces.
    On ASCII text these are rouge-score's tokens. Source of the rule: rouge-score 0.1.2, `tokenize.py`.

    Example:
        >>> tokens("Pul-e-Khumri's 1,000")
        ('pul', 'e', 'khumri', 's', '1', '000')
    """
    return tuple((_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text.casefold()))


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
