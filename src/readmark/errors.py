"""What can be wrong with an input, said so that a person can mend it."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 100  # problems printed before the rest is counted; all of them are in `ReadmarkError.problems`


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what was found, what was expected, what to do."""

    place: str
    what: str
    expected: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """Return the problem as two to three lines of text."""
        lines = [f"{self.place}: {self.what}"]
        lines += [f"  expected: {self.expected}"] if self.expected else []
        lines += [f"  fix: {self.fix}"] if self.fix else []
        return "\n".join(lines)


class ReadmarkError(Exception):
    """The input is wrong and nothing was changed; carries every problem that was found.

    Args:
        problems: At least one.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

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


def quoted(value: object, limit: int = 80) -> str:
    """Return a value as short, printable ASCII or Latin text for an error message."""
    text = repr(value[: limit * 2] if isinstance(value, str | bytes) else value)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
