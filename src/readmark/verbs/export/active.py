"""Which items go out: those that a run asks. What stays is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readmark.benchmark import Benchmark
from readmark.records import Item

NAMED = 5  # ids in a note


def active(benchmark: Benchmark) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Return the active items, and a note on the others.

    Raises:
        BenchmarkError: There is none.
    """
    chosen = benchmark.selected()
    rest = [item.id for item in benchmark.items if item.status != "active"]
    return chosen, left_out(rest, "item", "drafts and retired ones")


def left_out(ids: Sequence[str], what: str, why: str) -> tuple[str, ...]:
    """Return the note on what was left out, with some of the ids; nothing where nothing was."""
    return (f"left out: {counted(len(ids), what)} ({why}): {some(ids)}",) if ids else ()


def counted(number: int, what: str) -> str:
    """Return a number and what it counts.

    Example:
        >>> counted(1, "item"), counted(2, "item")
        ('1 item', '2 items')
    """
    return f"{number} {what}" + ("" if number == 1 else "s")


def some(ids: Iterable[str]) -> str:
    """Return the first ids, each once, and how many more there are."""
    listed = list(dict.fromkeys(ids))
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")
