"""The published files keep the schemas that ship with the package."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

import readmark
from readmark.benchmark import bundled
from readmark.schemas.make import SCHEMAS, make_schema, path_of


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Each published file as a list of JSON values."""
    folder = tmp_path_factory.mktemp("published")
    finished = readmark.run("best-sentence", conditions=["reading", "closed_book"], out=folder / "runs")
    readmark.board([finished.folder], folder / "board")
    lines = (finished.folder / "predictions.jsonl").read_text().splitlines()
    return {
        "questions.jsonl": list(map(json.loads, (bundled("benchmark") / "questions.jsonl").read_text().splitlines())),
        "predictions.jsonl": list(map(json.loads, lines)),
        "run.json": [json.loads((finished.folder / "run.json").read_text())],
        "report.json": [json.loads((finished.folder / "report.json").read_text())],
        "leaderboard.json": [json.loads((folder / "board" / "leaderboard.json").read_text())],
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_shipped_schema_is_the_type_s(name):
    assert path_of(name).read_bytes() == make_schema(name), "run: python -m readmark.schemas.make"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_real_file_keeps_its_schema(name, files):
    validator = Draft202012Validator(json.loads(path_of(name).read_text()))
    for value in files[name]:
        validator.validate(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_refuses_an_unknown_key(name, files):
    validator = Draft202012Validator(json.loads(path_of(name).read_text()))
    assert not validator.is_valid({**files[name][0], "surprise": 1})
