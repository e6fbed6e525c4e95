"""Where the bundled test set and baselines lie: inside an installed wheel, or beside the code in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parents[1]
BENCHMARKS = {"crossroads": "benchmark"}


def bundled(name: Literal["benchmark", "baselines"]) -> Path:
    """Return the folder of bundled data with that name."""
    installed = _PACKAGE / "_bundled" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name
