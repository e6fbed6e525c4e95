"""The README's commands and files, run as a new user would, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
SETUP = ("make ",)  # CI runs these; they install things


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An empty folder with the files that the README tells a reader to save."""
    path = tmp_path_factory.mktemp("readme")
    for block in BLOCK.finditer(README):
        if block["file"]:
            file = path / block["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block["text"], encoding="utf-8")
    return path


def commands():
    return [
        line.strip()
        for block in BLOCK.finditer(README)
        if block["language"] == "sh" and not block["file"]
        for line in block["text"].splitlines()
        if line.strip() and not line.startswith(SETUP)
    ]


def test_every_command_of_the_readme_succeeds(folder):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    assert len(commands()) >= 12
    for command in commands():
        done = subprocess.run(
            command, shell=True, cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": path},
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr


def test_the_adapter_has_eight_lines(folder):
    """Blank lines apart, which only make it easier to read."""
    text = (folder / "first_words.py").read_text()
    assert len(text.splitlines()) <= 8


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target


def test_the_table_in_the_readme_is_what_the_command_prints(tmp_path):
    shown = next(block["text"] for block in BLOCK.finditer(README) if block["text"].startswith("Questions, reading"))
    command = [sys.executable, "-m", "readmark", "run", "typed-span", "lead-3"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown.splitlines()
