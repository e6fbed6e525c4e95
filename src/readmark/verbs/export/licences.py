"""Licences in words become what catalogues know, where the words are exactly that; else they stay words."""

from __future__ import annotations

from collections.abc import Iterable

from readmark.benchmark import Benchmark

SPDX = (
    "AFL-3.0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0",
    "CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "MIT",
)  # fmt: skip
"""Identifiers of spdx.org that the Hugging Face Hub knows too, there in small letters."""


def licences_of(stated: str, benchmark: Benchmark) -> tuple[str, ...]:
    """Return the set's licence and those of its articles, each once."""
    return _distinct([stated, *(article.licence for article in benchmark.articles.values())])


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def spdx(text: str) -> str | None:
    """Return the identifier that a text is, whatever its case; None for any other text.

    Example:
        >>> spdx("cc-by-4.0"), spdx("CC-BY-4.0 for the questions")
        ('CC-BY-4.0', None)
    """
    return next((name for name in SPDX if name.lower() == text.strip().lower()), None)


def is_url(text: str) -> bool:
    """Return whether a text is an address on the web and nothing else."""
    return text.startswith(("https://", "http://")) and not any(c.isspace() for c in text)
