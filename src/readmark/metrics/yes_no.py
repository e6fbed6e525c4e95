"""Yes and no: said outright, or by a short sentence that affirms or denies."""

from __future__ import annotations

from readmark.metrics.equivalence import canonical
from readmark.metrics.words import STOPWORDS, stem

_POLES = {("yes",), ("no",)}
_YES = {"yes", "yeah", "yep", "correct", "right", "true", "indeed", "certainly", "absolutely", "definitely"}
_NO = {"no", "nope", "not", "never", "false", "incorrect", "wrong", "untrue", "neither", "nobody", "none"}
_NO_DENIALS = {("no", "doubt"), ("not", "only")}
_SUBJECTS = {"it", "he", "she", "they", "that", "this", "i", "we", "you"}
_VERBS = {"is", "was", "are", "were", "do", "does", "did", "has", "have", "had", "would", "could", "can", "will", "be"}
_MOST = 0.75  # of the question's words of content, said again
_SHORT = 8  # tokens of a sentence that can stand for a yes or a no


def is_pole(reference: str) -> bool:
    """Return whether a reference is yes or no."""
    return canonical(reference) in _POLES


def says_yes(text: str, question: str = "") -> bool | None:
    """Return whether an answer says yes (True) or no (False); None where it says neither or both.

    "Yes" and "no" count at the start and at the end. Without them, a word like "correct" or "never" at the start
    counts, and in a sentence of up to eight tokens that begins with a pronoun, or one that says the question's words
    again, its being denied or not.

    Example:
        >>> [says_yes(text) for text in ("Yes, it did.", "He never did.", "It did.", "Yes and no")]
        [True, False, True, None]
    """
    said = canonical(text)
    if not said:
        return None
    ends = {said[0], said[-1]} & {"yes", "no"}
    if said[:2] in _NO_DENIALS:
        return True
    if ends:
        return ends == {"yes"} if len(ends) == 1 else None
    is_sentence = len(said) <= _SHORT and (said[0] in _SUBJECTS or said[-1] in _VERBS or said[-1] in _YES | _NO)
    content = {stem(token) for token in canonical(question) if token not in STOPWORDS}
    again = content & set(map(stem, said))
    is_sentence = is_sentence or (len(said) <= 2 * _SHORT and len(again) >= _MOST * len(content) > 0)
    if not is_sentence and said[0] not in _YES | _NO:
        return None
    denials = sum(token in _NO for token in said)
    return denials % 2 == 0
