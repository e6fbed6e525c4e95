"""Words, tokens and sentences: the cuts that prompts, metrics and lexical models share.

Conventions: text is never changed, only cut; spans are half-open offsets in characters.
The sentence rule is ours so that a score does not move when a library learns a new abbreviation.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

# Classes of a regular expression. UNSPACED: the letters of scripts that are written without spaces between words (kana,
# Han, Thai, Lao, Khmer, Myanmar); each is a token of its own. Their digits are not: a number stays one token.
UNSPACED = (
    r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
    r"\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"
    r"\u1780-\u17b3\u17d7\u17dc\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070"
    r"\u1075-\u1081\u108e\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e\uaa7f"
)
# MARKS: vowel signs, accents and joiners. They belong to the letter before them, though `\w` leaves them out: Unicode's
# Mn and Mc without variation selectors, and the two zero-width joiners. Ranges run on over letters, never over anything
# that parts tokens; a test holds them to unicodedata. Fixed here, because a score must not move with an interpreter.
_MARKS = (
    "300-36f 483-487 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-61a 64b-65f 670 6d6-6dc 6df-6e8 6ea-6ed 711-7f3 7fd "
    "816-82d 859-85b 898-8e1 8e3-963 981-9e3 9fe-a75 a81-ae3 afa-b63 b82-bd7 c00-c63 c81-c83 cbc-d4d d57-d63 "
    "d81-df3 e31 e34-e3a e47-e4e eb1 eb4-ebc ec8-ecd f18-f19 f35 f37 f39 f3e-f84 f86-fbc fc6 102b-103e 1056-1059 "
    "105e-1060 1062-1064 1067-106d 1071-1074 1082-108d 108f-109d 135d-135f 1712-1734 1752-1773 17b4-17d3 17dd "
    "1885-193b 1a17-1a1b 1a55-1a7f 1ab0-1abd 1abf-1b44 1b6b-1b73 1b80-1bf3 1c24-1c37 1cd0-1cd2 1cd4-1dff "
    "200c-200d 20d0-20dc 20e1 20e5-20f0 2cef-2cf1 2d7f-2dff 302a-302f 3099-309a a66f a674-a67d a69e-a6f1 "
    "a802-a827 a82c a880-a8c5 a8e0-a8f1 a8ff-a92d a947-a953 a980-a9c0 a9e5 aa29-aa4d aa7b-aa7d aab0-aac1 "
    "aaeb-aaef aaf5-aaf6 abe3-abea abec-abed fb1e fe20-fe2f 101fd-1037a 10a01-10a3f 10ae5-10ae6 10d24-10eac "
    "10f46-10f50 10f82-10f85 11000-11046 11070-110ba 110c2 11100-11134 11145-11173 11180-111c0 111c9-111cc "
    "111ce-111cf 1122c-11237 1123e 112df-11446 1145e-114c3 115af-115c0 115dc-11640 116ab-116b7 1171d-1172b "
    "1182c-1183a 11930-11943 119d1-119e0 119e4-11a3e 11a47-11a99 11c2f-11c3f 11c92-11ef6 16af0-16af4 16b30-16b36 "
    "16f4f-16f92 16fe4-16ff1 1da9b-1e136 1e2ae-1e2ef 1e8d0-1e94a "
)
MARKS = "".join("-".join(rf"\U{int(end, 16):08x}" for end in one.split("-")) for one in _MARKS.split())


class _Late:
    """A pattern that is compiled when one of its methods is first asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the pattern has
        compiled = re.compile(self._text, self._flags)
        for method in ("findall", "finditer", "fullmatch", "match", "search", "split", "sub"):
            setattr(self, method, getattr(compiled, method))  # from now on the pattern's own
        return getattr(compiled, name)


def late(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that is compiled when it is first used; most runs need few of ours, which take 60 ms in all."""
    return cast("re.Pattern[str]", _Late(text, flags))


_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
_LONGEST_WORD = 200  # characters
_DOTLESS = {"az", "tr"}
_RUN = re.compile(r"\S+")
_PARTS = 4  # tokens of a run of non-space that still pass for one word: "mother-in-law's"
_UNCUT = _PARTS + 1  # characters; a shorter run holds no fifth token
_LETTER = re.compile(r"[^\W_]")
# An end mark, closing quotes or brackets, then white space before something that can open a sentence;
# those of other scripts (Chinese, Japanese, Arabic, Urdu, Hindi, Burmese, Khmer, Amharic) need no white space; a line
# break always ends a sentence.
# No run of marks is entered twice, so that a model's "......" costs linear time.
_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s+[\"'“‘«(\[]*[^\W_a-zà-ÿ])"
    r"|[。！？｡؟۔।॥။៕።፧]++[.!?…]*+[”’»)\]」』）]*+|\n+"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Maj|Capt|Lt|Sgt|Sen|Rep|Gov|Pres|St|Mt|Jr|Sr|No|Nos|vs|cf|al|Inc|Ltd|Co|Corp|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Fig|Vol|approx)|(?:\b[A-Z]))\.$"
)


@cache
def _token() -> re.Pattern[str]:
    """Return the pattern of a token in any script, made when it is first needed: it takes 10 ms."""
    return re.compile(rf"[{UNSPACED}][{MARKS}]*+|(?:[^\W_{UNSPACED}]++[{MARKS}]*+)++")


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
    return [match.start() for match in _token().finditer(run)][_PARTS::_PARTS]


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
    """Return case-folded runs of letters, their marks, and digits; every other character separates.

    A Chinese, Japanese, Thai, Lao, Khmer or Burmese character is a token of its own, with its marks, since those
    scripts have no spaces. A letter and its accent are one, however they are encoded.
    On ASCII text these are rouge-score's tokens. Source of the rule: rouge-score 0.1.2, `tokenize.py`.

    Example:
        >>> tokens("Pul-e-Khumri's 1,000")
        ('pul', 'e', 'khumri', 's', '1', '000')
        >>> tokens("हिन्दी 北京")
        ('हिन्दी', '北', '京')
    """
    if text.isascii():
        return tuple(_ASCII_TOKEN.findall(text.casefold()))
    return tuple(_composed(token) for token in _token().findall(text.casefold()))


def _composed(token: str) -> str:
    """Return a token with letters and accents joined; a longer one is no word, and would cost its length squared."""
    return token if token.isascii() or len(token) > _LONGEST_WORD else unicodedata.normalize("NFC", token)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return the half-open character span of every token of a text, in any script.

    A letter that case-folding makes two characters of is still one token, so that these are the spans of `tokens`.
    """
    return [match.span() for match in _token().finditer(text)]


@lru_cache(maxsize=4096)
def _turkic_tokens(text: str) -> tuple[str, ...]:
    return tokens(text.replace("İ", "i").replace("I", "ı"))


def tokenizer_for(language: str) -> Callable[[str], tuple[str, ...]]:
    """Return the function that cuts texts in a language into tokens.

    Where tokens end depends on the script of each character, so that a Chinese name is cut the same way in an article
    of any language. The language decides on case: in Turkish and Azerbaijani, I is the capital of ı and İ of i.

    Args:
        language: A BCP 47 tag.

    Example:
        >>> tokenizer_for("tr")("IRMAK İzmir")
        ('ırmak', 'izmir')
    """
    return _turkic_tokens if language.lower().partition("-")[0] in _DOTLESS else tokens


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
