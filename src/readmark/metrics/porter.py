"""ROUGE-1.5.5's stems: WordNet's exceptions, then Porter's rules with the departures of that script's stemmer."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble", "logi": "log",
}  # fmt: skip
STEP_3 = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
STEP_4 = {
    "al": "", "ance": "", "ence": "", "er": "", "ic": "", "able": "", "ible": "", "ant": "", "ement": "", "ou": "",
    "ism": "", "ate": "", "iti": "", "ous": "", "ive": "", "ize": "",
}  # fmt: skip
LONGEST_SUFFIX = 7


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return what ROUGE-1.5.5 compares in a word's place when it stems.

    A word of under four characters stays. One that WordNet 2.0 lists as an irregular form gives its base form as it is.
    Any other goes through the steps of Porter 1980 with these departures: in step 2, "bli" gives "ble" and "logi" gives
    "log"; in step 4, "ment" and then "ent" or "ion" are tried on what the other suffixes left.

    Args:
        word: ASCII letters in lower case, and digits, which are consonants.

    Example:
        >>> stem("mice"), stem("agreements"), stem("men")
        ('mouse', 'agreem', 'men')

    Source:
        Porter 1980, Program 14.3; the departures are those of ROUGE-1.5.5.pl, `sub stem`.
    """
    if len(word) <= 3:
        return word
    return _exceptions().get(word) or _porter(word)


@cache
def _exceptions() -> dict[str, str]:
    """Return WordNet's irregular forms with their base forms."""
    lines = files("readmark.metrics").joinpath("wordnet", "exceptions.txt").read_text("ascii").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {form: base for base, *forms in rows for form in forms}


def _porter(word: str) -> str:
    word = _step_1(word)
    word = _replaced(word, STEP_2, 0)
    word = _replaced(word, STEP_3, 0)
    word = _step_4(word)
    if word.endswith("e") and ((m := _measure(word[:-1])) > 1 or (m == 1 and not _is_short(word[:-1]))):
        word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word


def _step_1(word: str) -> str:
    if word.endswith(("sses", "ies")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("eed"):
        word = word[:-1] if _measure(word[:-3]) > 0 else word
    elif word.endswith(("ed", "ing")):
        base = word.removesuffix("ed") if word.endswith("ed") else word.removesuffix("ing")
        word = _mended(base) if "v" in _shape(base) else word
    return word[:-1] + "i" if word.endswith("y") and "v" in _shape(word[:-1]) else word


def _mended(base: str) -> str:
    """Return what "ed" or "ing" was put behind: "hop" for "hopp", "file" for "fil"."""
    if base.endswith(("at", "bl", "iz")):
        return base + "e"
    if base[-1:] == base[-2:-1] and base[-1] not in "aeiouylsz":
        return base[:-1]
    return base + "e" if _is_short(base) else base


def _step_4(word: str) -> str:
    word = _replaced(word, STEP_4, 1)
    word = _replaced(word, {"ment": ""}, 1)
    if word.endswith("ent"):
        return _replaced(word, {"ent": ""}, 1)
    return word[:-3] if word.endswith(("sion", "tion")) and _measure(word[:-3]) > 1 else word


def _replaced(word: str, suffixes: dict[str, str], above: int) -> str:
    """Return a word with the longest of the suffixes replaced, if what stands before it has a measure above a bound."""
    for size in range(LONGEST_SUFFIX, 1, -1):
        if word[-size:] in suffixes:
            base = word[:-size]
            return base + suffixes[word[-size:]] if _measure(base) > above else word
    return word


def _measure(word: str) -> int:
    """Return Porter's m: how often a consonant follows a vowel."""
    return _shape(word).count("vc")


def _is_short(word: str) -> bool:
    """Return whether a word is consonants, one vowel and one consonant that is not w, x or y."""
    shape = _shape(word)
    return shape.endswith("cvc") and shape.count("v") == 1 and word[-1] not in "wxy"


def _shape(word: str) -> str:
    """Return c for each consonant and v for each vowel; y is a vowel behind a consonant."""
    shape = ""
    for letter in word:
        is_vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if is_vowel else "c"
    return shape
