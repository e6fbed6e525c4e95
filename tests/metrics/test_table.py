"""Every metric of the table: its range, its determinism, what must score the top, and that no text makes it raise."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.extraction import Answer, extract
from readmark.metrics import HEADLINES, METRICS
from readmark.records import Contradiction, Fact, QaItem, Recipe, SummaryItem

NORMS = ("squad1", "squad2")
ARTICLE = "The Taliban captured Pul-e-Khumri, 140 miles north of Kabul.\nOfficials fled to Farah on Friday."
ITEMS = {
    "entity": QaItem(
        id="1",
        article="a",
        question="Which town fell?",
        references=("Pul-e-Khumri", "Pul-i-Khumri"),
        distractors=("Farah", "Kabul"),
    ),
    "number": QaItem(id="2", article="a", question="How many miles?", references=("140", "140 miles")),
    "list": QaItem(
        id="3", article="a", question="Which two?", answer_type="list", parts=(("Farah",), ("Kunduz", "Kondoz"))
    ),
    "ordered": QaItem(
        id="4", article="a", question="In order?", answer_type="list", parts=(("Farah",), ("Kunduz",)), ordered=True
    ),
    "yes_no": QaItem(id="5", article="a", question="Did it fall?", answer_type="yes_no", references=("yes",)),
    "none": QaItem(id="6", article="a", question="Who was the mayor?", answer_type="none", plausible=("Farah",)),
    "summary": SummaryItem(
        id="7",
        article="a",
        instruction="Summarise.",
        max_words=8,
        references=("The Taliban captured Pul-e-Khumri.", "Officials fled to Farah."),
        facts=(
            Fact(id="f", text="", facets=(("captured", "fled"),), weight=2),
            Fact(id="g", text="", facets=(("kabul",),)),
        ),
        contradictions=(Contradiction(id="c", text="", facets=(("Kabul",), ("fell",))),),
    ),
    "bare summary": SummaryItem(id="8", article="a", instruction="Summarise."),
}
QA = [item for item in ITEMS.values() if isinstance(item, QaItem)]
ANSWERABLE = [item for item in QA if item.is_answerable]
UNANSWERABLE = [item for item in QA if not item.is_answerable]

PIECES = st.sampled_from(
    [
        "Farah",
        "Kunduz",
        "Pul-e-Khumri",
        "140",
        "3.5",
        "or",
        "not",
        "and",
        ",",
        ";",
        "\n",
        "the",
        "<think>",
        "</think>",
        "Answer:",
        "**",
        "“",
        "unanswerable",
        "\u0000",
        "\u0301",
        "½",
        "٣",
        "²",
        "中",
        "हि",
        "ﬀ",
        "İ",
        "ß",
        "😀",
        "\u2028",
        "#1st",
    ]
)
ANY_TEXT = (
    st.text(max_size=60) | st.lists(PIECES, max_size=20).map(" ".join) | st.lists(PIECES, max_size=20).map("".join)
)


def scores(answer, item, norm="squad2", article=ARTICLE):
    return {
        name: metric.score(answer, item, article, Recipe(norm=norm))
        for name, metric in METRICS.items()
        if metric.applies(item)
    }


def said(text):
    return Answer(text, abstains=not text.strip())


def test_a_metric_stands_under_its_own_name_and_says_what_it_measures():
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.about
        assert metric.about[0].islower()


def test_every_task_has_its_headline_in_the_table():
    assert {task: METRICS[name].range for task, name in HEADLINES.items()} == {"qa": (0.0, 1.0), "summary": (0.0, 1.0)}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("entity", {"answer_match", "exact_match", "token_f1", "missed_answer"}),
        ("list", {"answer_match", "list_f1", "missed_answer"}),
        ("none", {"answer_match", "exact_match", "token_f1", "false_answer"}),
        ("bare summary", {"extractive_coverage", "density", "compression", "novelty", "words"}),
        (
            "summary",
            {
                "fact_recall",
                "contradictions",
                "rouge1",
                "rouge2",
                "rougeL",
                "rougeLsum",
                "chrf",
                "extractive_coverage",
                "density",
                "compression",
                "novelty",
                "words",
                "over_budget",
            },
        ),
    ],
)
def test_a_metric_applies_where_it_is_defined(kind, names):
    assert set(scores(said("Farah"), ITEMS[kind])) == names


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
@given(text=ANY_TEXT, how=st.sampled_from(["answer", "none"]), norm=st.sampled_from(NORMS))
def test_any_text_has_scores_in_range_and_the_same_ones_again(item, text, how, norm):
    """No unicode text raises; no score is NaN or infinite."""
    answer = extract(text, how)
    found = scores(answer, item, norm)
    for name, value in found.items():
        assert value is None or math.isfinite(value), name
        if value is not None:
            low, high = METRICS[name].range or (0.0, math.inf)
            assert low <= value <= high, name
    assert scores(extract(text, how), item, norm) == found


@given(text=ANY_TEXT, article=ANY_TEXT.filter(str.strip))
def test_any_article_can_be_summarised(text, article):
    assert all(
        value is None or math.isfinite(value)
        for value in scores(said(text), ITEMS["summary"], article=article).values()
    )


@given(reference=ANY_TEXT.filter(str.strip), norm=st.sampled_from(NORMS))
def test_a_reference_scores_the_top(reference, norm):
    """F1 has no top where nothing is left to compare: the official scripts give 0 under squad1."""
    item = QaItem(id="q", article="a", question="What?", references=(reference,))
    found = scores(Answer(reference, abstains=False), item, norm)
    assert found["answer_match"] == found["exact_match"] == 1.0
    assert found["missed_answer"] == 0.0
    assert found["token_f1"] in ({1.0} if norm == "squad2" else {0.0, 1.0})


@pytest.mark.parametrize("item", ANSWERABLE, ids=lambda item: item.answer_type)
def test_the_first_reference_scores_the_top_of_every_metric(item):
    text = "; ".join(part[0] for part in item.parts) or item.references[0]
    found = scores(said(text), item)
    assert found.pop("missed_answer") == 0.0
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize("reference", ITEMS["summary"].references)
def test_a_reference_summary_scores_the_top_of_every_overlap(reference):
    found = scores(said(reference), ITEMS["summary"])
    assert {found[name] for name in ("rouge1", "rouge2", "rougeL", "rougeLsum", "chrf")} == {1.0}


@pytest.mark.parametrize("norm", NORMS)
def test_abstaining_from_the_unanswerable_is_right_in_every_metric(norm):
    for text in ("", "unanswerable", "The article does not say."):
        assert scores(extract(text, "answer"), ITEMS["none"], norm) == {
            "answer_match": 1.0,
            "exact_match": 1.0,
            "token_f1": 1.0,
            "false_answer": 0.0,
        }


@pytest.mark.parametrize("norm", NORMS)
def test_answering_the_unanswerable_is_wrong_in_every_metric(norm):
    assert scores(said("Farah"), ITEMS["none"], norm) == {
        "answer_match": 0.0,
        "exact_match": 0.0,
        "token_f1": 0.0,
        "false_answer": 1.0,
    }


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("item", ANSWERABLE, ids=lambda item: item.id)
def test_abstaining_from_the_answerable_is_wrong_in_every_metric(item, norm):
    found = scores(extract("unanswerable", "answer"), item, norm)
    assert found.pop("missed_answer") == 1.0
    assert set(found.values()) == {0.0}


@pytest.mark.parametrize("item", ANSWERABLE, ids=lambda item: item.id)
def test_a_wrong_answer_is_not_a_missed_one(item):
    assert scores(said("Herat"), item)["missed_answer"] == 0.0


@pytest.mark.parametrize(
    ("text", "count", "over"), [("", 0, 0), ("one – two", 2, 0), ("w " * 8, 8, 0), ("w " * 9, 9, 1)]
)
def test_words_and_the_budget_of_8(text, count, over):
    found = scores(said(text), ITEMS["summary"])
    assert (found["words"], found["over_budget"]) == (count, over)


def test_fact_recall_reads_the_budget_alone_and_contradictions_everything():
    found = scores(said("One two three four five six seven eight. Kabul fell."), ITEMS["summary"])
    assert (found["fact_recall"], found["contradictions"]) == (0.0, 1.0)


def test_rougelsum_takes_a_sentence_for_a_line():
    text = "Officials fled to Farah. The Taliban captured Pul-e-Khumri."
    item = SummaryItem(
        id="s", article="a", instruction="", references=("The Taliban captured Pul-e-Khumri. Officials fled to Farah.",)
    )
    found = scores(said(text), item)
    assert found["rougeLsum"] == 1.0 > found["rougeL"]


REFERENCES = st.lists(ANY_TEXT.filter(str.strip), min_size=2, max_size=4)


@given(text=ANY_TEXT, references=REFERENCES, data=st.data(), norm=st.sampled_from(NORMS))
def test_the_order_of_references_changes_no_score(text, references, data, norm):
    other = data.draw(st.permutations(references))
    for make in (
        lambda given: QaItem(id="q", article="a", question="Which town fell?", references=tuple(given)),
        lambda given: SummaryItem(id="s", article="a", instruction="", references=tuple(given)),
    ):
        assert scores(said(text), make(references), norm) == scores(said(text), make(other), norm)


LONG_PIECES = ["The city of Farah fell on 12 August 2021, or so. ", "\u0301", "Farah; ", "中"]


@pytest.mark.parametrize("piece", LONG_PIECES)
def test_long_text_is_scored_in_near_linear_time(piece):
    """Eight times the text may take sixteen times as long; chrF, sacrebleu's, is looked at on an eighth of it."""

    def score_all(size):
        answer = extract(piece * (size // len(piece)), "answer")
        for item in ITEMS.values():
            for name, metric in METRICS.items():
                if metric.applies(item) and (name != "chrf" or size < 100_000):
                    metric.score(answer, item, ARTICLE, Recipe())

    def timed(size):
        start = time.perf_counter()
        score_all(size)
        return time.perf_counter() - start

    small = timed(60_000)
    assert timed(480_000) < 16 * small + 1.0
