"""Secrets: what must reach no file, log or error text, though a server may send it back."""

from __future__ import annotations

import base64
import logging
import os
import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "[key]"
SHORTEST = 8  # characters of a secret in the environment
SHORTEST_KEY = 4  # characters of the key in use
_NAMES = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|AUTHORIZATION|COOKIE)$", re.IGNORECASE)
_HEADERS = ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS")
_LOGGERS = ("openai", "anthropic", "httpx", "httpcore")


class Secrets:
    """The key in use and what else in the environment looks like one.

    Args:
        key: The key in use, "" where there is none.
    """

    def __init__(self, key: str = "") -> None:
        names: dict[str, str] = {}  # where each secret is from
        for name, value, shortest in [*_found(), ("the key", key, SHORTEST_KEY)]:
            for plain in (value.strip(), *value.split()):
                if len(plain) >= shortest:
                    coded = base64.b64encode(plain.encode(errors="surrogateescape")).decode()
                    for form in (plain, coded, quote(plain, safe="", errors="surrogateescape")):
                        names.setdefault(form, name)
        self._names = names
        self._all = _pattern(names)
        self._surely = _pattern(form for form in names if not _is_word(form))

    def source(self, text: str) -> str:
        """Return the environment variable of a secret that a text holds; "" where it holds none."""
        found = self._surely.search(text)
        return self._names[found.group()] if found else ""

    def hide(self, text: str) -> str:
        """Return an error's text with every secret replaced."""
        return self._all.sub(HIDDEN, text)

    def hide_in_answer(self, text: str) -> str:
        """Return a model's answer with every secret replaced, but for a short word, which may be an honest answer.

        Servers that need no key are often given one such as "EMPTY" or "none".
        """
        return self._surely.sub(HIDDEN, text)

    def hide_in_logs(self) -> None:
        """Keep secrets out of what HTTP libraries log; they log headers and addresses at level DEBUG."""
        names = [name for name in logging.root.manager.loggerDict if name.startswith(_LOGGERS)]
        for name in names:
            logger = logging.getLogger(name)
            for old in [one for one in logger.filters if isinstance(one, _Hiding)]:
                logger.removeFilter(old)
            logger.addFilter(_Hiding(self))


def _pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the texts, the longest first; of none, one that finds nothing."""
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _is_word(text: str) -> bool:
    return text.isalpha() and len(text) < SHORTEST


def _found() -> list[tuple[str, str, int]]:
    """Return names and values that look like secrets, of environment variables and of the headers that some hold."""
    named = list(os.environ.items())
    for name in _HEADERS:
        named += [_halves(line) for line in os.environ.get(name, "").splitlines()]
    return [(name, value, SHORTEST) for name, value in named if _NAMES.search(name)]


def _halves(line: str) -> tuple[str, str]:
    """Return the name and the value of a header."""
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


class _Hiding(logging.Filter):
    """Replaces secrets in what a logger is given."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._secrets.hide(record.getMessage()), None
        if record.exc_info:
            record.exc_text = self._secrets.hide(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True
