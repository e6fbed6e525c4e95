"""A text as words to look for others in.

Conventions: tokens are `equivalence.canonical`; words are compared by their stems; a reference's own words are its
words of content that the question does not have.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from readmark.metrics.equivalence import canonical
from readmark.text import late

SHORT = 10  # tokens of an answer in which everything is said as the answer
STOPWORDS = frozenset({
    "of", "in", "on", "at", "to", "for", "from", "by", "with", "and", "or", "is", "was", "were", "are", "be", "been",
    "being",
    "as", "it", "its", "this", "that", "these", "those", "which", "who", "whom", "whose", "he", "she", "they", "his",
    "her",
    "their", "him", "them", "there", "here", "then", "than", "also", "into", "over", "under", "about", "during",
    "between",
    "when", "where", "what", "how", "why", "has", "have", "had", "do", "does", "did", "i", "we", "you", "my", "your",
    "our", "would", "could", "will", "can", "may", "might", "such", "some", "any", "each", "not", "no", "never", "very",
    "more", "most", "so", "only", "just", "all", "both", "other",
})  # fmt: skip
_ROOT = 6  # letters that two forms of a word share at least
_FORMS = frozenset(
    [
        "",
        "",
        "s",
        "es",
        "a",
        "as",
        "ae",
        "i",
        "us",
        "um",
        "on",
        "an",
        "ans",
        "ian",
        "ians",
        "n",
        "ns",
        "ism",
        "ist",
        "ists",
        "ic",
        "ical",
        "al",
        "er",
        "ers",
        "or",
        "ors",
        "ing",
        "ed",
        "e",
        "y",
    ]
)
_GLUED = late(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[.,;:])(?=[A-Z])")  # "onMarch": text of pages without its tags
_LOWER = late(r"(?<!\w)[a-zà-ÿ][\w’']*")  # what remains of a text without these has a capital or is a number
_HISSING = ("sses", "xes", "zes", "ches", "shes")
_ENDINGS = ("s", "ing", "ed", "ly", "e")  # off in this order


class Words(NamedTuple):
    """A text's canonical tokens, their stems, these with neighbours joined or parted, and what has a capital."""

    tokens: tuple[str, ...]
    stems: tuple[str, ...]
    known: frozenset[str]
    capitals: frozenset[str]

    def is_name(self, at: int) -> bool:
        """Return whether the token at a place may be a name: it has a capital, or the whole text has none."""
        return not self.capitals or self.tokens[at] in self.capitals


@lru_cache(maxsize=4096)
def read(text: str) -> Words:
    """Return a text as words to look for others in."""
    tokens = canonical(text)
    stems = tuple(map(stem, tokens))
    joined = (one + other for one, other in pairwise(stems))
    glued = canonical(_GLUED.sub(" ", text)) if _GLUED.search(text) else ()
    capitals = frozenset(canonical(_LOWER.sub(" ", text)))
    return Words(tokens, stems, frozenset({*stems, *joined, *map(stem, glued)}), capitals)


def stem(word: str) -> str:
    """Return a word without a plural's, a verb's or an adverb's ending.

    Example:
        >>> [stem(word) for word in ("cities", "captured", "captures", "grasses", "grass")]
        ['city', 'captur', 'captur', 'grass', 'grass']
    """
    if len(word) < 5 or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(_HISSING):
        return word[:-2]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
    return word


def own_words(reference: Words, question: Words) -> tuple[str, ...]:
    """Return the stems of a reference's own words; all its words of content where the question has them all."""
    content = tuple(word for word in reference.stems if word not in STOPWORDS) or reference.stems
    return tuple(word for word in content if word not in question.known) or content


def is_held(word: str, said: Words) -> bool:
    """Return whether a text has a stem, or another form of the word ("Catholic" of "Catholicism")."""
    if word in said.known:
        return True
    start = word[:_ROOT]
    return len(start) == _ROOT and any(other.startswith(start) and _is_form(word, other) for other in said.stems)


def _is_form(word: str, other: str) -> bool:
    """Return whether two words differ only in endings that leave the meaning alone."""
    at = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    return word[at:] in _FORMS and other[at:] in _FORMS
