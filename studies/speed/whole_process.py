"""A process from its start to its end: what it took in seconds and memory, and what it printed."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import child_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

CORES = 2
LONGEST = 3600.0  # seconds


@dataclass(frozen=True)
class Process:
    """A process that ran to its end.

    Attributes:
        seconds: From before its start to after its end.
        peak_mib: The most memory it held, as the kernel counted it. The kernel begins with what the parent held, so
            that a study must stay small itself.
        others: How many cores other processes used meanwhile, on average; None where the system does not tell.
        printed: Its standard output.
    """

    seconds: float
    peak_mib: float
    others: float | None
    printed: str

    @property
    def record(self) -> dict[str, Any]:
        """The JSON object that it printed last."""
        found: dict[str, Any] = json.loads(self.printed.splitlines()[-1])
        return found


@dataclass(frozen=True)
class Surroundings:
    """What a process finds around it.

    Attributes:
        scratch: A folder; the process runs in a new one inside.
        is_peer: Whether it must not see Readmark's own environment.
        sees_gpu: Whether it may use a GPU, and all cores.
        limit: Seconds after which it is ended.
    """

    scratch: Path
    is_peer: bool = False
    sees_gpu: bool = False
    limit: float = LONGEST

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables; no network, and two threads where there is no GPU."""
        inherited = child_environment(self.scratch, is_peer=self.is_peer)
        return inherited | ({} if self.sees_gpu else {"OMP_NUM_THREADS": str(CORES), "CUDA_VISIBLE_DEVICES": ""})


def run_process(command: Sequence[str | Path], around: Surroundings) -> Process:
    """Run a command to its end.

    Raises:
        TimeoutError: It was ended at its limit.
        SystemExit: It failed; its last words are passed on.
    """
    words = [str(word) for word in command]
    folder = Path(tempfile.mkdtemp(dir=around.scratch))
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
        before, start = busy_seconds(), time.perf_counter()
        child = subprocess.Popen(words, stdout=out, stderr=err, cwd=folder, env=around.variables)
        clock = threading.Timer(around.limit, child.kill)
        clock.daemon = True
        clock.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds, used = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
        after = busy_seconds()
        others = None if before is None or after is None else max(0.0, (after - before - used) / seconds)
        clock.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode < 0 and seconds >= around.limit:
        raise TimeoutError(f"{words[0]} took more than {around.limit:.0f} s")
    if child.returncode != 0:
        last = (folder / "stderr").read_text("utf-8", "replace")[-2000:]
        raise SystemExit(f"{shlex.join(words)} failed (exit {child.returncode}):\n{last}")
    return Process(
        seconds=seconds,
        peak_mib=usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),  # bytes there, KiB elsewhere
        others=others,
        printed=(folder / "stdout").read_text("utf-8"),
    )


def busy_seconds() -> float | None:
    """Return the seconds that all processes have used of all cores since the system started, None where not told."""
    try:
        ticks = [int(field) for field in Path("/proc/stat").read_text("ascii").split()[1:9]]
    except OSError:
        return None
    user, nice, system, _idle, _waiting, *interrupts = ticks
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def use_two_cores() -> None:
    """Keep this process, and those it starts, to two cores where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
