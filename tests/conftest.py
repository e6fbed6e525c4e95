"""What all tests share: fixed seeds for property tests, and the data that lies beside the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from readmark.benchmark import Benchmark, Manifest
from readmark.cli import main
from readmark.records import Article

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("readmark", derandomize=True, deadline=None, database=None)
settings.load_profile("readmark")


# What holds seconds to a tight limit, or kills processes at moments that it counts out: `make test` lets it run alone.
ALONE = {
    "metrics/test_table.py", "models/hf/test_spans.py", "models/test_ask.py", "models/test_command.py",
    "models/test_hostile.py", "models/test_pace.py", "test_compare.py", "test_durable.py", "test_run.py",
    "test_squad_board.py", "test_startup.py",
}  # fmt: skip


def pytest_collection_modifyitems(items):
    """Mark what must not share the machine with other tests."""
    for item in items:
        if item.path.relative_to(ROOT / "tests").as_posix() in ALONE:
            item.add_marker("timing")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return ../shared/data; without it the test is skipped, under CI=true it fails."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        reason = f"{folder} is absent: the data sets are other people's and not part of the project"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def test_set():
    """Return a function: items, articles' texts by id, fields of the manifest → a test set in memory."""

    def make(items, articles, **manifest):
        return Benchmark(
            manifest=Manifest(name="made on the spot", version="1", **manifest),
            articles={name: Article(id=name, title=name, text=text, sha256="") for name, text in articles.items()},
            items=tuple(items),
            lines={item.id: f"questions.jsonl:{number}" for number, item in enumerate(items, start=1)},
            evidence={},
            sha256="0" * 64,
            source="made on the spot",
        )

    return make


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys):
    """Run the command line in an empty folder; returns (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as leave:
            main(list(map(str, arguments)))
        captured = capsys.readouterr()
        return leave.value.code, captured.out, captured.err

    return call


SPEED = Path(__file__).parents[1] / "studies" / "speed"
BARE_LOOP = 0.034  # seconds, in docs/speed.md: on the two cores that the limits in seconds are for


@pytest.fixture(scope="session")
def bare_data(tmp_path_factory):
    """The study of speed's 1,000 questions over 1,000 articles of 400 words."""
    folder = tmp_path_factory.mktemp("bare") / "benchmark"
    folder.mkdir()
    article = " ".join(f"word{n % 97}" for n in range(400))
    rows = [{"id": f"q{n}", "article": f"a{n}", "question": f"Which word {n}?", "answer": "word5"} for n in range(1000)]
    for row in rows:
        (folder / f"{row['article']}.txt").write_text(f"{article} number {row['id']}.")
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder.parent


@pytest.fixture
def slowness(bare_data, tmp_path):
    """How many times slower this machine is now than the one that the limits in seconds are for; at least 1.

    Measured by the study's bare loop, which does the same work without a harness. Machines differ, and shared ones are
    at times several times slower: a bare limit in seconds would then tell of the neighbours, not of us.
    """
    command = [sys.executable, str(SPEED / "peers" / "bare_loop.py"), str(bare_data), str(tmp_path), "word5", ""]
    seconds = []
    for _ in range(3):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds.append(json.loads(done.stdout)["seconds"])
    return max(1.0, min(seconds) / BARE_LOOP)
