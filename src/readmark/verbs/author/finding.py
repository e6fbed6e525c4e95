"""What lint says: one finding, an error or a warning."""

from __future__ import annotations

from typing import Literal

from readmark.errors import Problem
from readmark.records import Record


class Finding(Record, frozen=True):
    """One thing that lint found; errors fail it, warnings are for a person to weigh."""

    severity: Literal["error", "warning"]
    place: str
    what: str
    expected: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """Return the finding as a problem with its severity."""
        return str(Problem(self.place, f"{self.severity}: {self.what}", self.expected, self.fix))


def error(place: str, what: str, expected: str = "", fix: str = "") -> Finding:
    """Return what fails a test set."""
    return Finding(severity="error", place=place, what=what, expected=expected, fix=fix)


def warning(place: str, what: str, expected: str = "", fix: str = "") -> Finding:
    """Return what a person should weigh."""
    return Finding(severity="warning", place=place, what=what, expected=expected, fix=fix)
