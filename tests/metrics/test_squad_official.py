"""The official values of five published SQuAD systems, met exactly, from the texts to the command line."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import pytest

from readmark.metrics.exact_match import exact_match
from readmark.metrics.token_f1 import token_f1

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "squad_official.json").read_text(encoding="utf-8"))
SYSTEMS = pytest.mark.parametrize("system", GOLDEN["systems"], ids=lambda system: Path(system["predictions"]).stem)


@cache
def _questions(path):
    """Return all questions of a SQuAD file."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [qa for entry in data for part in entry["paragraphs"] for qa in part["qas"]]


def _references(qa):
    return [answer["text"] for answer in qa["answers"]] or [""]


@SYSTEMS
def test_official_values(shared, system):
    """Under squad1 a missing id scores 0 and stays in the denominator; under squad2 it leaves it."""
    said = json.loads((shared / "squad" / system["predictions"]).read_text(encoding="utf-8"))
    questions = _questions(shared / "squad" / system["data"])
    norm = system["norm"]
    scores = [
        (
            exact_match(said[qa["id"]], _references(qa), norm=norm),
            token_f1(said[qa["id"]], _references(qa), norm=norm),
        )
        for qa in questions
        if qa["id"] in said
    ]
    total = len(questions) if norm == "squad1" else len(scores)
    found = [100 * math.fsum(column) / total for column in zip(*scores, strict=True)]
    assert found == pytest.approx([system["exact"], system["f1"]], abs=1e-9)


@SYSTEMS
def test_the_command_line_gives_the_official_values(shared, cli, system):
    """`readmark score` on the published files: exact match and F1, with and without an answer, counts, exit code."""
    folder = shared / "squad"
    code, out, err = cli("score", folder / system["predictions"], "-b", folder / system["data"], "-o", "out", "--json")
    report = json.loads(out)
    assert json.loads(Path("out/report.json").read_text(encoding="utf-8")) == report
    scores = report["scores"]
    assert 100 * scores["exact_match"]["value"] == pytest.approx(system["exact"], abs=1e-9)
    assert 100 * scores["token_f1"]["value"] == pytest.approx(system["f1"], abs=1e-9)
    assert report["signature"]["norm"] == system["norm"]
    groups = report["conditions"]["reading"]["by"]["answerable"]
    if "has_answer" in system:  # known to four decimals
        found = [100 * groups["yes"][name]["value"] for name in ("exact_match", "token_f1")]
        assert found == pytest.approx(system["has_answer"], abs=1e-4)
        found = [100 * groups["no"][name]["value"] for name in ("exact_match", "token_f1")]
        assert found == pytest.approx([system["no_answer"]] * 2, abs=1e-4)
        assert 100 * (1 - groups["no"]["false_answer"]["value"]) == pytest.approx(system["no_answer"], abs=0.05)
    missing, unknown = system.get("missing", 0), system.get("unknown", 0)
    assert (report["counts"]["missing"], report["counts"]["unknown"]) == (missing, unknown)
    assert code == int(bool(missing or unknown))
    assert bool(err) == bool(code)


def test_missing_and_unknown_ids_are_told_by_number_and_name(shared, cli):
    """The 1.1 script warns of each missing id and scores it 0; unknown ones it passes over in silence."""
    system = GOLDEN["systems"][2]
    folder = shared / "squad"
    code, out, err = cli("score", folder / system["predictions"], "-b", folder / system["data"], "-o", "out")
    said = json.loads((folder / system["predictions"]).read_text(encoding="utf-8"))
    known = {qa["id"] for qa in _questions(folder / system["data"])}
    missing = [key for key in sorted(known) if key not in said]
    assert code == 1
    assert "13 items have no prediction; 28 predictions are for unknown items" in err
    assert sum(key in err for key in missing) == 5
    assert sum(key in err for key in said if key not in known) == 5
    assert "and 8 more" in err
    assert "and 23 more" in err
    assert "40.1" in out
    assert "51.0" in out


def test_missing_ids_leave_the_denominator_under_2_0(shared, cli, tmp_path):
    """Without every third prediction the values are the means over the rest, in both groups."""
    system = GOLDEN["systems"][3]
    folder = shared / "squad"
    said = json.loads((folder / system["predictions"]).read_text(encoding="utf-8"))
    kept = dict(list(said.items())[::3])
    (tmp_path / "kept.json").write_text(json.dumps(kept))
    code, out, _ = cli("score", "kept.json", "-b", folder / system["data"], "-o", "out", "--json")
    report = json.loads(out)
    asked = [qa for qa in _questions(folder / system["data"]) if qa["id"] in kept]
    values = [exact_match(kept[qa["id"]], _references(qa), norm="squad2") for qa in asked]
    assert code == 1
    assert report["counts"]["missing"] == len(said) - len(kept)
    assert report["scores"]["exact_match"]["value"] == pytest.approx(math.fsum(values) / len(kept), abs=1e-12)
    assert report["scores"]["exact_match"]["n"] == len(kept)
