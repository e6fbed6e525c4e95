"""What can be wrong with an input, said so that a person can mend it."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, fields
from datetime import date, time

SHOWN = 100  # problems printed before the rest is counted; all of them are in `ReadmarkError.problems`


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was found, what was expected, what to do.

    Characters that would steer a terminal, and lone surrogates, become question marks, wherever they came from.
    """

    place: str
    what: str
    expected: str = ""
    fix: str = ""

    def __post_init__(self) -> None:
        for part in fields(self):
            text = getattr(self, part.name)
            if not text.isprintable():
                object.__setattr__(self, part.name, printable(text))

    def __str__(self) -> str:
        """Return the problem as two to three lines of text."""
        lines = [f"{self.place}: {self.what}"]
        lines += [f"  expected: {self.expected}"] if self.expected else []
        lines += [f"  fix: {self.fix}"] if self.fix else []
        return "\n".join(lines)


class ReadmarkError(Exception):
    """The input is wrong and nothing was changed; carries every problem that was found, by file and line.

    Args:
        problems: At least one.
    """

    def __init__(self, *problems: Problem) -> None:
        files: dict[str, int] = {}  # in the order of their first problem
        for problem in problems:
            files.setdefault(_file_line(problem.place)[0], len(files))

        def order(problem: Problem) -> tuple[int, int]:
            file, line = _file_line(problem.place)
            return files[file], line

        self.problems = tuple(sorted(problems, key=order))
        super().__init__(*self.problems)

    def __str__(self) -> str:
        """Return all problems, the first hundred in full."""
        shown = [str(problem) for problem in self.problems[:SHOWN]]
        rest = len(self.problems) - SHOWN
        return "\n".join(
            shown + ([f"… and {rest} more problems like these (all of them with --json)"] if rest > 0 else [])
        )


class BenchmarkError(ReadmarkError):
    """A test set, or a part of one, is not as it should be."""


class PredictionsError(ReadmarkError):
    """A file of predictions cannot be read."""


class ModelError(ReadmarkError):
    """A model cannot be found or does not keep the door's contract."""


class RunError(ReadmarkError):
    """A folder of a run or of a leaderboard cannot be read, written or joined."""


class MetricError(ReadmarkError):
    """A metric was asked for something it is not defined on."""


def _file_line(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() and len(line) < 12 else (place, 0)


def quoted(value: object, limit: int = 80) -> str:
    """Return a value as short, printable text for an error message."""
    if isinstance(value, str) and len(value) < limit - 2 and value.replace("-", "").replace("_", "").isalnum():
        return f"'{value}'"  # what repr says of a plain name; messages are prepared for every item
    try:
        text = repr(value[: limit * 2] if isinstance(value, str | bytes) else value)
    except (ValueError, RecursionError):  # thousands of digits, hundreds of levels
        text = f"a very large {type(value).__name__}"
    return _cut(text, limit)


def as_json(value: object, limit: int = 80) -> str:
    """Return a parsed value as a JSON file writes it, short and printable, for an error message."""
    if isinstance(value, date | time):  # TOML has them, without quotes
        return str(value)
    try:
        text = json.dumps(value[: limit * 2] if isinstance(value, str) else value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        text = f"a very large {type(value).__name__}"
    return _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else "?" for c in short)


def printable(text: str) -> str:
    """Return text with a question mark for every character that would steer a terminal or cannot be written.

    Line breaks, tabs and all kinds of spaces stay.
    """
    return "".join(c if c.isprintable() or c in "\n\t" or unicodedata.category(c) == "Zs" else "?" for c in text)
