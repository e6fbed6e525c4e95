"""The official values of five published SQuAD systems, met exactly, from the texts to the report."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import pytest

from readmark.benchmark import Benchmark, Manifest
from readmark.metrics.exact_match import exact_match
from readmark.metrics.token_f1 import token_f1
from readmark.records import Article, Prediction, QaItem
from readmark.reporting import make_report
from readmark.scoring import score_rows

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "squad_official.json").read_text(encoding="utf-8"))


@cache
def _questions(path):
    """Return (article's title, question) for all questions of a SQuAD file."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [(entry["title"], qa) for entry in data for part in entry["paragraphs"] for qa in part["qas"]]


def _references(qa):
    return [answer["text"] for answer in qa["answers"]] or [""]


@pytest.mark.parametrize("system", GOLDEN["systems"], ids=lambda system: Path(system["predictions"]).stem)
def test_official_values(shared, system):
    """Under squad1 a missing id scores 0 and stays in the denominator; under squad2 it leaves it."""
    said = json.loads((shared / "squad" / system["predictions"]).read_text(encoding="utf-8"))
    questions = _questions(shared / "squad" / system["data"])
    norm = system["norm"]
    scores = {
        qa["id"]: (
            exact_match(said[qa["id"]], _references(qa), norm=norm),
            token_f1(said[qa["id"]], _references(qa), norm=norm),
        )
        for _, qa in questions
        if qa["id"] in said
    }
    total = len(questions) if norm == "squad1" else len(scores)
    found = [100 * math.fsum(column) / total for column in zip(*scores.values(), strict=True)]
    assert found == pytest.approx([system["exact"], system["f1"]], abs=1e-9)
    if norm == "squad2":
        groups = {
            answerable: [
                scores[qa["id"]] for _, qa in questions if qa["id"] in scores and bool(qa["answers"]) == answerable
            ]
            for answerable in (True, False)
        }
        means = {
            key: [100 * sum(column) / len(rows) for column in zip(*rows, strict=True)] for key, rows in groups.items()
        }
        assert means[True] == pytest.approx(system["has_answer"], abs=1e-4)  # known to four decimals, cut
        assert means[False] == pytest.approx([system["no_answer"]] * 2, abs=1e-4)


def _report(shared, system, **policies):
    """Return the report on a system's predictions; the titles stand for the articles."""
    questions = _questions(shared / "squad" / system["data"])
    articles = {title: Article(id=title, title=title, text="x", sha256="") for title, _ in questions}
    items = tuple(
        QaItem(
            id=qa["id"], article=title, question=qa["question"],
            references=tuple(answer["text"] for answer in qa["answers"]),
            answer_type="phrase" if qa["answers"] else "none",
        )
        for title, qa in questions
    )  # fmt: skip
    manifest = Manifest(name="squad", version="1", norm=system["norm"], **policies)
    benchmark = Benchmark(manifest, articles, items, lines={}, evidence={}, sha256="", source="squad")
    table = json.loads((shared / "squad" / system["predictions"]).read_text(encoding="utf-8"))
    said = {(key, "reading"): Prediction(item_id=key, raw=text) for key, text in table.items()}
    return make_report(benchmark, score_rows(benchmark, items, said, ["reading"], "none"), {})


def test_the_report_gives_the_official_values_with_missing_and_unknown_ids(shared):
    """logistic-regression lacks 13 ids: policy `zero` scores them 0, as the 1.1 script does."""
    system = GOLDEN["systems"][2]
    report = _report(shared, system, missing="zero")
    assert report.counts.missing == 13
    assert 100 * report.scores["exact_match"].value == pytest.approx(system["exact"], abs=1e-9)
    assert 100 * report.scores["token_f1"].value == pytest.approx(system["f1"], abs=1e-9)


def test_the_report_gives_the_official_values_with_and_without_an_answer(shared):
    system = GOLDEN["systems"][3]
    report = _report(shared, system, missing="drop")
    assert 100 * report.scores["exact_match"].value == pytest.approx(system["exact"], abs=1e-9)
    assert 100 * report.scores["token_f1"].value == pytest.approx(system["f1"], abs=1e-9)
    groups = report.conditions["reading"].by["answerable"]
    assert 100 * groups["yes"]["token_f1"].value == pytest.approx(system["has_answer"][1], abs=1e-4)
    assert 100 * groups["no"]["exact_match"].value == pytest.approx(system["no_answer"], abs=1e-4)
    assert 100 * (1 - groups["no"]["false_answer"].value) == pytest.approx(system["no_answer"], abs=0.05)
