"""Languages: how answers in each are compared, and which tags name one; a published table, `LANGUAGES`.

Conventions: a language is named by a BCP 47 tag ("zh", "pt-BR"); its first subtag chooses the row. Articles are dropped
as whole words after case and punctuation are gone, so that elided ones ("l'", "d'") never stand alone.

Source:
    Articles and cuts of ar, de, es, hi, vi, zh: Lewis et al. 2020, arXiv 1910.07475, the official MLQA script.
    Articles of da, fi, fr, hu, it, nl, no, pt, sv, and that the others have none: Longpre et al. 2021,
    arXiv 2007.15207, the official MKQA script, which lacks the closing word boundary for fr and it; here it stands.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Cut = Literal["spaces", "han", "scripts"]


class Language(NamedTuple):
    """How answers in a language are compared.

    Attributes:
        name: In English; "" for a language that is not in the table.
        articles: Words that do not count.
        cut: Where tokens end besides white space: nowhere; around each Chinese character (MLQA's rule, U+4E00 to
            U+9FA5); around each character, with its marks, of every script that is written without spaces.
    """

    name: str
    articles: tuple[str, ...] = ()
    cut: Cut = "spaces"


UNKNOWN = Language("", cut="scripts")
LANGUAGES: dict[str, Language] = {
    "ar": Language("Arabic", ("ال",)),  # a prefix; `normalize_answer` says how it is dropped
    "da": Language("Danish", ("en", "et")),
    "de": Language("German", ("ein", "eine", "einen", "einem", "eines", "einer",
                              "der", "die", "das", "den", "dem", "des")),
    "en": Language("English", ("a", "an", "the")),
    "es": Language("Spanish", ("un", "una", "unos", "unas", "el", "la", "los", "las")),
    "fi": Language("Finnish", ("se", "yks", "yksi")),
    "fr": Language("French", ("le", "la", "les", "du", "de", "des", "un", "une")),
    "he": Language("Hebrew"),
    "hi": Language("Hindi"),
    "hu": Language("Hungarian", ("a", "az", "egy")),
    "it": Language("Italian", ("il", "lo", "la", "i", "gli", "le", "del", "dello", "della", "dei", "degli", "delle",
                               "uno", "una", "un")),
    "ja": Language("Japanese", cut="scripts"),
    "km": Language("Khmer", cut="scripts"),
    "ko": Language("Korean"),
    "lo": Language("Lao", cut="scripts"),
    "ms": Language("Malay"),
    "my": Language("Burmese", cut="scripts"),
    "nl": Language("Dutch", ("de", "het", "een", "des", "der", "den")),
    "no": Language("Norwegian", ("en", "et", "ei")),
    "pl": Language("Polish"),
    "pt": Language("Portuguese", ("o", "a", "os", "as", "um", "uma", "uns", "umas")),
    "ru": Language("Russian"),
    "sv": Language("Swedish", ("en", "ett")),
    "th": Language("Thai", cut="scripts"),
    "tr": Language("Turkish"),
    "vi": Language("Vietnamese", ("của", "là", "cái", "chiếc", "những")),
    "zh": Language("Chinese", cut="han"),
}  # fmt: skip
# A language, then as they come: script, region, variants, extensions, private use (RFC 5646, section 2.1, without the
# irregular tags of old).
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*"
    r"(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)


def is_language_tag(tag: str) -> bool:
    """Return whether a text is a well-formed BCP 47 tag; that the language exists is not asked.

    Example:
        >>> is_language_tag("zh-Hant-TW"), is_language_tag("zh_TW"), is_language_tag("Chinese")
        (True, False, False)
    """
    return _TAG.fullmatch(tag) is not None


def language_of(tag: str) -> Language:
    """Return the row of a tag's language; for one that is not in the table, the neutral rule `UNKNOWN`.

    Example:
        >>> language_of("pt-BR").name
        'Portuguese'
    """
    return LANGUAGES.get(tag.lower().partition("-")[0], UNKNOWN)
