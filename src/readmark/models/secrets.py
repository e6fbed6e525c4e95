"""Secrets: what must reach no file, log or error text, though a server may send it back."""

from __future__ import annotations

import base64
import logging
import os
import re
from urllib.parse import quote

HIDDEN = "[key]"
SHORTEST = 8  # characters; a shorter text is a placeholder such as "EMPTY", and may be an honest answer
_NAMES = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|AUTHORIZATION|COOKIE)$", re.IGNORECASE)
_HEADERS = ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS")
_LOGGERS = ("openai", "anthropic", "httpx", "httpcore")


class Secrets:
    """The key in use and what else in the environment looks like one.

    Args:
        *values: Further secrets.
    """

    def __init__(self, *values: str) -> None:
        named = list(os.environ.items())
        for name in _HEADERS:
            named += [_halves(line) for line in os.environ.get(name, "").splitlines()]
        found = [value for name, value in named if _NAMES.search(name)]
        plain = {part for value in [*values, *found] for part in (value.strip(), *value.split())}
        plain = {value for value in plain if len(value) >= SHORTEST}
        coded = {made for value in plain for made in (quote(value, safe=""), base64.b64encode(value.encode()).decode())}
        longest_first = sorted(plain | coded, key=lambda value: (-len(value), value))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def hide(self, text: str) -> str:
        """Return a text with every secret replaced."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def hide_in_logs(self) -> None:
        """Keep secrets out of what HTTP libraries log; they log headers and addresses at level DEBUG."""
        names = [name for name in logging.root.manager.loggerDict if name.startswith(_LOGGERS)]
        for name in names:
            logger = logging.getLogger(name)
            for old in [one for one in logger.filters if isinstance(one, _Hiding)]:
                logger.removeFilter(old)
            logger.addFilter(_Hiding(self))


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
