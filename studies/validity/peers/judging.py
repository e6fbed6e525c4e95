"""What all peers' runners share: read the answers, judge each by every rule, write verdicts and seconds.

A runner is called with two paths: JSON `{"answers": [[text, [reference, …]], …]}`, and where the results go.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

Rule = Callable[[str, list[str]], bool]
WARM = 20  # answers judged before the clock starts


def judge(package: str, rules: Mapping[str, Rule]) -> None:
    """Judge, counting the processor's time of judging alone."""
    source, target = map(Path, sys.argv[1:])
    answers = json.loads(source.read_text("utf-8"))["answers"]
    rows = []
    for name, rule in rules.items():
        for text, references in answers[:WARM]:
            rule(text, references)
        start = time.process_time()
        right = [bool(rule(text, references)) for text, references in answers]
        rows.append({"rule": name, "right": right, "seconds": time.process_time() - start})
    target.write_text(json.dumps({"version": importlib.metadata.version(package), "rows": rows}), "utf-8")
