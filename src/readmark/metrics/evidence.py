"""How much of a reference an answer holds where it does not hold it word for word.

Conventions: tokens are `equivalence.canonical`; words are compared by their stems; a reference's own words are its words
of content that the question does not have. The weights were fitted by `studies/validity/answer_match_weights.py`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz

from readmark.metrics.equivalence import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

# Log-odds that a person calls the answer right, where no rule decides.
WEIGHTS = {"constant": -3.61, "words": 3.38, "letters": 4.8, "length": 0.17, "less_exact_date": 1.6}
SHORT = 10  # tokens of an answer in which everything is said as the answer
_SHORTEST_LIKE = 4  # letters of a word that is compared letter by letter
_LEAST_LIKENESS = 0.7
_ROOT = 6  # letters that two forms of a word share at least
_FORMS = frozenset("  s es a as ae i us um on an ans ian ians n ns ism ist ists ic ical al er ers or ors ing ed e y".split(" "))
STOPWORDS = frozenset(
    "of in on at to for from by with and or is was were are be been being as it its this that these those which who whom "
    "whose he she they his her their him them there here then than also into over under about during between when where "
    "what how why has have had do does did i we you my your our would could will can may might such some any each".split()
)
_LOWER = re.compile(r"(?<!\w)[a-zà-ÿ][\w’']*")  # what remains of a text without these has a capital or is a number
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[.,;:])(?=[A-Z])")  # "onMarch": text of pages without its tags
_HISSING = ("sses", "xes", "zes", "ches", "shes")
_ENDINGS = ("s", "ing", "ed", "ly", "e")  # off in this order


class Words(NamedTuple):
    """A text's canonical tokens, their stems, the stems with every two neighbours joined or parted, and what has a capital."""

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
    joined = (one + other for one, other in zip(stems, stems[1:], strict=False))
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


def log_odds(own: Sequence[str], reference: Words, said: Words, is_less_exact: bool) -> float:  # noqa: FBT001 - a field
    """Return the log-odds that a person takes the answer for the reference; the arguments of `evidence_features`."""
    features = evidence_features(own, reference, said, is_less_exact)
    if features is None:
        return -math.inf
    return WEIGHTS["constant"] + math.fsum(WEIGHTS[name] * value for name, value in features.items())


def evidence_features(
    own: Sequence[str], reference: Words, said: Words, is_less_exact: bool  # noqa: FBT001 - a field
) -> dict[str, float] | None:
    """Return what the weights weigh; None where there is nothing to weigh.

    words: mean over the own words of 1 where held, else of the likeness to the answer's most similar word; letters:
    likeness of the reference to its most similar stretch of the answer; both in [0, 1]. length: natural logarithm of
    the answer's tokens + 1. less_exact_date: 1 for a date without its day or month.

    Args:
        own: The reference's own words, at least one.
        reference: The reference.
        said: The answer.
        is_less_exact: Whether the answer has the reference's date without its day or month.

    Edge cases:
        The only own word of a reference must stand in a short answer, in whatever form: "Nigeria" is much like
        "Niger" and "sulphate" like "sulphite".
    """
    held = [is_held(word, said) for word in own]
    if len(own) == 1 and len(said.tokens) <= SHORT and not held[0] and not is_less_exact:
        return None
    words = math.fsum(1.0 if there else _likeness(word, said) for word, there in zip(own, held, strict=True))
    return {
        "words": words / len(own),
        "letters": fuzz.partial_ratio(" ".join(reference.stems), " ".join(said.stems)) / 100,
        "length": math.log1p(len(said.tokens)),
        "less_exact_date": float(is_less_exact),
    }


def _likeness(word: str, said: Words) -> float:
    """Return how like a word the most similar one with its first two letters is, in [0, 1]; 0 below 0.7."""
    if len(word) < _SHORTEST_LIKE or not word.isalpha():
        return 0.0
    start = word[:2]
    best = max((fuzz.ratio(word, other) / 100 for other in said.stems if other.startswith(start)), default=0.0)
    return best if best >= _LEAST_LIKENESS else 0.0
