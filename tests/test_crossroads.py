"""The bundled test set: what it must hold, whoever edits it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import readmark
from readmark.benchmark import bundled
from readmark.metrics.equivalence import canonical
from readmark.records import Prediction, QaItem, SummaryItem
from readmark.reporting import make_report
from readmark.scoring import score_rows
from readmark.verbs.author import lint
from readmark.verbs.ceiling import best_answer

ROOT = Path(__file__).resolve().parents[1]
BENCHMARK = readmark.load("crossroads")
QA = [item for item in BENCHMARK.items if isinstance(item, QaItem)]
# Sentences of the article that are damaged; see seeds/README.md.
DAMAGED = "Civilians who fled the Taliban’s advances"


def test_the_article_is_the_founding_text_byte_for_byte():
    seed = ROOT / "seeds" / "000_ee5316397fad1812.txt"
    assert (bundled("benchmark") / "articles" / "crossroads.txt").read_bytes() == seed.read_bytes()


def test_lint_finds_nothing_in_the_strictest_profile():
    assert lint(BENCHMARK, "authored") == []


def test_counts():
    assert len(QA) == 48
    assert sum(not item.is_answerable for item in QA) == 11
    assert sum(isinstance(item, SummaryItem) for item in BENCHMARK.items) == 1
    assert set(Counter(item.process for item in QA)) == {"locate", "infer", "integrate", "evaluate"}


def test_no_item_leans_on_the_damaged_sentence():
    start = BENCHMARK.articles["crossroads"].text.index(DAMAGED)
    end = BENCHMARK.articles["crossroads"].text.index("\n", start)
    spans = [span for one in BENCHMARK.evidence.values() for span in one]
    assert not [span for span in spans if span[0] < end and span[1] > start]


def test_evidence_comes_from_every_tenth_of_the_article():
    text = BENCHMARK.articles["crossroads"].text
    tenths = {10 * start // len(text) for spans in BENCHMARK.evidence.values() for start, _ in spans}
    assert tenths == set(range(10))


def test_ids_do_not_tell_the_unanswerable_ones():
    """They are spread: every quarter of the file has some."""
    places = [number for number, item in enumerate(QA) if not item.is_answerable]
    assert {4 * place // len(QA) for place in places} == {0, 1, 2, 3}


@pytest.mark.parametrize("item", QA, ids=lambda item: item.id)
def test_the_question_does_not_hold_the_answer(item):
    asked = f" {' '.join(canonical(item.question))} "
    for reference in item.references:
        assert f" {' '.join(canonical(reference))} " not in asked


def test_the_references_reach_the_ceiling_of_every_headline():
    said = {
        (i.id, "reading"): Prediction(item_id=i.id, condition="reading", raw=best_answer(i)) for i in BENCHMARK.items
    }
    report = make_report(BENCHMARK, score_rows(BENCHMARK, BENCHMARK.items, said, ["reading"], "answer"), {})
    assert report.scores["answer_match"].value == 1.0
    assert report.scores["fact_recall"].value == 1.0
    assert report.scores["contradictions"].value == 0.0
    assert report.scores["over_budget"].value == 0.0


def test_every_accepted_reference_is_accepted():
    for item in QA:
        for reference in item.references:
            said = {(item.id, "reading"): Prediction(item_id=item.id, condition="reading", raw=reference)}
            row = score_rows(BENCHMARK, [item], said, ["reading"], "answer")[0]
            assert row.scores["answer_match"] == 1.0, (item.id, reference, row.rule)


def test_no_plausible_wrong_answer_or_distractor_is_accepted():
    for item in QA:
        for wrong in (*item.plausible, *item.distractors):
            said = {(item.id, "reading"): Prediction(item_id=item.id, condition="reading", raw=wrong)}
            row = score_rows(BENCHMARK, [item], said, ["reading"], "answer")[0]
            assert row.scores["answer_match"] == 0.0, (item.id, wrong)
