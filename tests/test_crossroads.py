"""The bundled test set: what it must hold, whoever edits it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

import readmark
from readmark.benchmark import bundled
from readmark.metrics.equivalence import canonical
from readmark.records import Operation, Prediction, QaItem, SummaryItem
from readmark.reporting import make_report
from readmark.scoring import score_rows
from readmark.verbs.author import lint
from readmark.verbs.author.whole import is_changed
from readmark.verbs.ceiling import best_answer

ROOT = Path(__file__).resolve().parents[1]
BENCHMARK = readmark.load("crossroads")
QA = [item for item in BENCHMARK.items if isinstance(item, QaItem)]
# Sentences of the article that are damaged; see seeds/README.md.
REVIEWS = bundled("benchmark") / "reviews.jsonl"
DAMAGED = "Civilians who fled the Taliban’s advances"


def test_the_article_is_the_founding_text_byte_for_byte():
    seed = ROOT / "seeds" / "000_ee5316397fad1812.txt"
    assert (bundled("benchmark") / "articles" / "crossroads.txt").read_bytes() == seed.read_bytes()


def test_lint_finds_nothing_in_the_strictest_profile():
    assert lint(BENCHMARK, "authored") == []


def test_counts():
    assert len(QA) == 88
    assert sum(not item.is_answerable for item in QA) == 20
    assert Counter(item.process for item in QA) == {"locate": 21, "infer": 25, "integrate": 23, "evaluate": 19}
    assert {item.operation for item in QA} == set(get_args(Operation))
    summaries = [item for item in BENCHMARK.items if isinstance(item, SummaryItem)]
    assert [(item.max_words, len(item.facts)) for item in summaries] == [(25, 5), (60, 12), (120, 20)]
    assert all(len(item.references) == 2 and len(item.contradictions) >= 8 for item in summaries)
    changed = [item for item in QA if item.is_answerable and is_changed(BENCHMARK, item)]
    assert len(changed) == 45


def test_blind_readers_agree_with_the_key():
    """Two readers in each of two rounds, all different; every answer is judged again as it would be in a run."""
    lines = [json.loads(line) for line in REVIEWS.read_text(encoding="utf-8").splitlines()]
    readers = {(line["round"], line["reader"]) for line in lines if line["saw"] == "article"}
    assert sorted(readers) == [(1, "a"), (1, "b"), (2, "c"), (2, "d")]
    for round_, reader in readers:
        found = {line["item"]: line for line in lines if (line["round"], line["reader"]) == (round_, reader)}
        assert set(found) == {item.id for item in QA}
        agreed = 0
        for item in QA:
            assert found[item.id]["question"] == item.question
            said = {(item.id, "reading"): Prediction(item_id=item.id, raw=found[item.id]["answer"])}
            agreed += score_rows(BENCHMARK, [item], said, ["reading"], "answer")[0].scores["answer_match"] == 1.0
        assert agreed >= 0.97 * len(QA)


def test_the_first_sentences_keep_less_than_half_of_every_reader_s_score(tmp_path):
    for reader in ("best-sentence", "sliding-window", "typed-span"):
        report = readmark.run(reader, conditions=["reading", "lead"], out=tmp_path).report
        read, lead = (report.conditions[name].scores["answer_match"].value for name in ("reading", "lead"))
        assert lead < read / 2, reader


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
    assert report.scores["fact_recall"].value >= 0.8  # of the weight: a reference leaves some of the facts out
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
