"""Scoring: outcomes, what each is scored on, and the rows on disk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.benchmark import Edit
from readmark.errors import RunError
from readmark.metrics import METRICS
from readmark.records import Failure, Prediction, QaItem, SummaryItem
from readmark.scoring import ScoreRow, decode_rows, encode_rows, score_item, score_rows

TEXT = "Ada met Bo in Kabul on 3 May.\nBo left at noon."
WHERE = QaItem(id="q-1", article="a", question="Where did Ada meet Bo?", references=("Kabul",))
NOBODY = QaItem(id="q-2", article="a", question="Who is Cy?", answer_type="none", plausible=("Bo",), near="q-1")
SUMMARY = SummaryItem(id="s-1", article="a", instruction="Summarise.", references=("Ada met Bo in Kabul.",))
ITEMS = (WHERE, NOBODY, SUMMARY)


@pytest.fixture(scope="module")
def small(test_set):
    return test_set(ITEMS, {"a": TEXT}, twin=(Edit(find="Kabul", replace="Doha"),))


def row(small, item, raw=None, how="answer", condition="reading", **fields):
    prediction = Prediction(item_id=item.id, condition=condition, **({"raw": raw} if raw is not None else {}), **fields)
    return score_item(small, item, condition, prediction, how)


def test_an_answer_is_answered_with_its_text_rule_and_scores(small):
    found = row(small, WHERE, "Answer: “Kabul”")
    assert (found.outcome, found.text, found.rule) == ("answered", "Kabul", "equals 'Kabul'")
    assert found.scores == {"answer_match": 1.0, "exact_match": 1.0, "token_f1": 1.0, "missed_answer": 0.0}


@pytest.mark.parametrize("raw", ["", "unanswerable", "The article does not say."])
def test_an_abstention_is_abstained_without_text_and_is_scored(small, raw):
    found = row(small, WHERE, raw)
    assert (found.outcome, found.text) == ("abstained", "")
    assert found.scores == {"answer_match": 0.0, "exact_match": 0.0, "token_f1": 0.0, "missed_answer": 1.0}
    assert row(small, NOBODY, raw).scores["answer_match"] == 1.0


def test_a_failure_has_no_scores(small):
    found = row(small, WHERE, error=Failure(class_="TimeoutError", message="after 60 s"))
    assert found == ScoreRow(item_id="q-1", condition="reading", outcome="failed")


def test_no_prediction_is_missing_without_scores(small):
    assert score_item(small, WHERE, "reading", None, "answer") == ScoreRow(
        item_id="q-1", condition="reading", outcome="missing"
    )


def test_extraction_is_the_callers_choice(small):
    assert row(small, WHERE, "unanswerable", how="none").outcome == "answered"
    assert row(small, WHERE, "Answer: Kabul", how="none").scores["exact_match"] == 0.0


def test_a_summary_abstains_by_silence_alone(small):
    assert row(small, SUMMARY, "None").outcome == "answered"
    assert row(small, SUMMARY, " ").outcome == "abstained"


def test_a_summary_has_no_rule_and_no_qa_score(small):
    found = row(small, SUMMARY, "Ada met Bo in Kabul.")
    assert found.rule == ""
    assert found.scores["rougeL"] == 1.0
    assert not {"answer_match", "exact_match", "fact_recall"} & found.scores.keys()


def test_measures_that_an_empty_summary_has_not_are_absent(small):
    assert row(small, SUMMARY, "").scores.keys() & {"density", "words"} == {"words"}


def test_a_summary_is_compared_with_the_article(small):
    assert row(small, SUMMARY, "Bo left at noon.").scores["extractive_coverage"] == 1.0


def test_the_twin_is_scored_against_the_twins_answer(small):
    assert row(small, WHERE, "Doha", condition="twin").scores["answer_match"] == 1.0
    assert row(small, WHERE, "Kabul", condition="twin").scores["answer_match"] == 0.0


def test_rows_stand_by_condition_and_in_the_test_sets_order(small):
    """closed_book asks the answerable questions alone, the twin no summary."""
    rows = score_rows(small, ITEMS, {}, ["twin", "reading", "closed_book"], "answer")
    assert [(one.condition, one.item_id) for one in rows] == [
        ("twin", "q-1"), ("twin", "q-2"),
        ("reading", "q-1"), ("reading", "q-2"), ("reading", "s-1"),
        ("closed_book", "q-1"),
    ]  # fmt: skip


def test_a_prediction_counts_under_its_own_condition(small):
    said = {("q-1", "closed_book"): Prediction(item_id="q-1", condition="closed_book", raw="Kabul")}
    rows = score_rows(small, ITEMS, said, ["reading", "closed_book"], "answer")
    assert {one.condition: one.outcome for one in rows if one.item_id == "q-1"} == {
        "reading": "missing",
        "closed_book": "answered",
    }


ROWS = st.builds(
    ScoreRow,
    item_id=st.text(max_size=9),
    condition=st.sampled_from(["reading", "twin"]),
    outcome=st.sampled_from(["answered", "abstained", "failed", "missing"]),
    text=st.text(max_size=20),
    rule=st.text(max_size=20),
    scores=st.dictionaries(st.sampled_from(list(METRICS)), st.floats(0, 1e6), max_size=4),
)


@given(st.lists(ROWS, max_size=4))
def test_rows_come_back_from_their_file_as_they_were(rows):
    assert decode_rows(encode_rows(rows), "scores.jsonl") == rows


def test_a_row_is_one_flat_line_with_every_metric_by_name(small):
    assert encode_rows([row(small, NOBODY, "Bo")]).decode() == (
        '{"item_id":"q-2","condition":"reading","outcome":"answered","text":"Bo","rule":"answered, but should not",'
        '"answer_match":0.0,"exact_match":0.0,"token_f1":0.0,"false_answer":1.0}\n'
    )


@pytest.mark.parametrize(
    "line", ["", "[1]", "{", '{"item_id":"q"}', '{"item_id":"q","condition":"reading","outcome":"right"}',
             '{"item_id":"q","condition":"reading","outcome":"answered","token_f1":"high"}',
             '{"item_id":"q","condition":"reading","outcome":"answered","f1":1.0}'],
)  # fmt: skip
def test_a_line_that_is_no_row_is_refused_with_its_place(line):
    good = '{"item_id":"q","condition":"reading","outcome":"missing"}\n'
    with pytest.raises(RunError, match=r"scores\.jsonl:2"):
        decode_rows((good + line + "\n" + good).encode(), "scores.jsonl")
