"""The published systems' answers to SQuAD become two boards, with official scores, clusters by title and verdicts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from readmark.verbs.board import verify

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "squad"
OFFICIAL = json.loads((Path(__file__).parent / "golden" / "squad_official.json").read_text())["systems"]
pytestmark = pytest.mark.skipif(
    not DATA.exists() and "CI" not in os.environ,
    reason="../shared/data/squad is absent",
)


def readmark(*arguments, codes=(0, 1)):
    done = subprocess.run(
        [sys.executable, "-m", "readmark", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode in codes, done.stderr
    return done.stdout


def test_five_systems_become_two_boards_in_half_a_minute(tmp_path):
    start = time.perf_counter()
    for system in OFFICIAL:
        file = DATA / system["predictions"]
        readmark("score", file, "-b", DATA / system["data"], "-o", tmp_path / system["data"] / file.stem)
    shown = {}
    for data in ("dev-v1.1.json", "dev-v2.0.json"):
        shown[data] = readmark("board", *sorted((tmp_path / data).iterdir()), "-o", tmp_path / f"board-{data}")
    assert time.perf_counter() - start < 30
    lines = [line for text in shown.values() for line in text.splitlines() if not line.startswith("written: ")]
    assert max(len(line.rstrip()) for line in lines) <= 80
    for system in OFFICIAL:
        board = json.loads((tmp_path / f"board-{system['data']}" / "leaderboard.json").read_text())
        (entry,) = [one for one in board["entries"] if one["model"] == Path(system["predictions"]).stem]
        scores = entry["conditions"]["reading"]["scores"]
        assert 100 * scores["exact_match"]["value"] == pytest.approx(system["exact"], abs=1e-9)
        assert 100 * scores["token_f1"]["value"] == pytest.approx(system["f1"], abs=1e-9)
        standing = board["standings"]["reading"]["exact_match"]
        assert board["signature"]["cluster"] == "title"
        ranks = [standing["ranks"][one["id"]] for one in board["entries"]]
        assert sorted(ranks) == [[n, n] for n in range(1, len(ranks) + 1)]  # these systems are far apart
    assert verify(tmp_path / "board-dev-v2.0.json", benchmark=DATA / "dev-v2.0.json") == []
