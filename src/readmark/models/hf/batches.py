"""Work in batches of the size that memory holds: halved where it runs out, bounded where running out would kill.

A GPU's allocator raises when memory runs out. On a CPU the kernel ends the process instead, mostly without an
exception, so there the size is bounded beforehand by an estimate of a row's bytes.
"""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

Row = TypeVar("Row")
Result = TypeVar("Result")

SHARE = 0.5  # of the memory that is free; the rest is for what an estimate misses, and for other processes
_SIGNS = (
    "out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "bad_alloc",
    "_status_alloc_failed", "invalid buffer size",
)  # fmt: skip


class Batches:
    """Runs work over rows in batches, and holds the batch size that fits.

    Args:
        size: Rows of a batch to begin with, at least 1.
        free: Returns the bytes of memory that are free, None where that is not known.

    Attributes:
        size: Rows of a batch as of now. It is halved when memory runs out and stays so, for later runs too.
    """

    def __init__(self, size: int = 32, free: Callable[[], int | None] | None = None) -> None:
        self.size = max(1, size)
        self._free = free or free_memory

    def run(
        self, rows: Sequence[Row], work: Callable[[Sequence[Row]], Sequence[Result]], row_bytes: int = 0
    ) -> Iterator[Result | Exception]:
        """Yield one result a row, in order, as soon as its batch is done.

        A batch that runs out of memory is tried again in halves. A row that runs out of memory alone has the
        exception as its result; the size then returns to what it was before the batch that held this row.

        Args:
            rows: What to work on. Rows of similar length side by side waste least.
            work: Takes a slice of `rows`, returns one result for each of them. It may be called again with some
                of the rows of a call that ran out of memory.
            row_bytes: Bytes of memory that `work` needs for each row, roughly. A batch then starts within half of
                the free memory, a single row in any case. 0 sets no bound, as on a GPU, where running out only raises.

        Raises:
            ValueError: `work` returned more or fewer results than it got rows.
            Exception: Whatever else `work` raises.
        """
        start = 0
        suspect, before = 0, self.size  # rows up to `suspect` were in a batch of `before` rows that failed
        while start < len(rows):
            size = min(self.size, self._bound(row_bytes), len(rows) - start)
            results = _attempt(work, rows[start : start + size])
            if not isinstance(results, Exception):
                yield from results
                start += size
                del results  # or two batches' results are alive while the next one is worked on
                continue
            _free_caches()
            if start >= suspect:
                suspect, before = start + size, self.size
            if size > 1:
                self.size = (size + 1) // 2
            else:
                yield results
                start += 1
                self.size = before

    def _bound(self, row_bytes: int) -> int:
        free = self._free() if row_bytes > 0 else None
        return sys.maxsize if free is None else max(1, int(free * SHARE) // row_bytes)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception says that memory ran out, a GPU's or the machine's."""
    if isinstance(error, MemoryError):
        return True
    torch = sys.modules.get("torch")
    if torch and isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def _attempt(work: Callable[[Sequence[Row]], Sequence[Result]], rows: Sequence[Row]) -> Sequence[Result] | Exception:
    """Return the results of a batch, or the exception by which it ran out of memory, holding no frame any more."""
    try:
        results = work(rows)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        _let_go(error)
        return error
    if len(results) != len(rows):
        raise ValueError(f"work returned {len(results)} results for {len(rows)} rows")
    return results


def _let_go(error: BaseException) -> None:
    """Clear the frames that an exception and its causes hold: the failed batch's tensors are their variables."""
    chain: list[BaseException | None] = [error]
    while chain:
        one = chain.pop()
        if one is not None and one.__traceback__ is not None:
            traceback.clear_frames(one.__traceback__)
            one.__traceback__ = None
            chain += [one.__cause__, one.__context__]


def _free_caches() -> None:
    """Give back what is unreachable, and what a GPU's allocator keeps for later."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def free_memory() -> int | None:
    """Return the bytes of memory that this process may still use; None where the system does not say.

    The least of what the kernel calls available and what the control groups of this process (versions 1 and 2)
    leave under their limits, file caches that can be dropped not counted as used.

    Source:
        The kernel's documentation: proc(5) on MemAvailable; cgroup-v2 on memory.max, memory.current, memory.stat.
    """
    found = [_available(Path("/proc/meminfo")), *(_left(folder) for folder in _control_groups())]
    return min((one for one in found if one is not None), default=None)


def _available(meminfo: Path) -> int | None:
    kilobytes = _field(meminfo, "MemAvailable:")
    return None if kilobytes is None else kilobytes * 1024


def _left(folder: Path) -> int | None:
    """Return the bytes left under a control group's limit; None where it sets none."""
    for limit, usage, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        most, used = _number(folder / limit), _number(folder / usage)
        if most is not None and used is not None:
            return max(0, most - used + (_field(folder / "memory.stat", cache) or 0))
    return None


def _control_groups(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> list[Path]:
    """Return the folders of the control groups that bound this process's memory, parents too."""
    folders = []
    for line in _text(own).splitlines():
        _, controllers, name = line.split(":", 2)
        top = root / "memory" if "memory" in controllers.split(",") else root
        if top == root and controllers:
            continue  # version 1's hierarchy of another resource
        group = top / name.lstrip("/")
        folders += [group, *(parent for parent in group.parents if parent.is_relative_to(top))]
    return folders


def _number(file: Path) -> int | None:
    text = _text(file).strip()
    return int(text) if text.isdecimal() else None  # "max" is no limit


def _field(file: Path, name: str) -> int | None:
    """Return the number behind a name at a line's start."""
    for line in _text(file).splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == name and words[1].isdecimal():
            return int(words[1])
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
