"""Statistics load nothing heavy until a p-value is asked for."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import sys
from readmark.statistics import boards, facts, gaps, mean_interval
mean_interval([0.0, 0.5, 1.0])
assert not {"numpy", "scipy"} & set(sys.modules), sorted(sys.modules)
boards.compare_all({"one": [1.0] * 40, "other": [0.0, 0.5] * 20})
gaps.smallest_gap(50)
assert "scipy.stats" not in sys.modules
"""


def test_numpy_and_scipy_are_loaded_where_they_are_used():
    subprocess.run([sys.executable, "-c", PROBE], check=True)
