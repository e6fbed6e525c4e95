"""What all tests share: fixed seeds for property tests, and the data that lies beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from readmark.benchmark import Benchmark, Manifest
from readmark.cli import main
from readmark.records import Article

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("readmark", derandomize=True, deadline=None, database=None)
settings.load_profile("readmark")


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
