"""Reports: outcomes, policies, bounds, groups, clusters, and what conditions say together."""

from __future__ import annotations

import dataclasses
import math
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.benchmark import Edit
from readmark.metrics import METRICS
from readmark.records import Failure, Prediction, QaItem, SummaryItem
from readmark.reporting import SMALLEST_GROUP, make_report
from readmark.scoring import score_rows
from readmark.statistics import mean_interval

TEXT = "Ada met Bo in Kabul on 3 May.\nBo left at noon.\nCy wrote from Rome."
FAILED = Failure(class_="TimeoutError", message="")


def questions(count, prefix="q", article="a", **fields):
    """Return questions whose answer is "yellow"."""
    fields = {"question": "Which colour?", "references": ("yellow",), **fields}
    return [QaItem(id=f"{prefix}-{number}", article=article, **fields) for number in range(count)]


def unanswerable(count, prefix="n", article="a", **fields):
    return questions(count, prefix, article, references=(), answer_type="none", plausible=("yellow",), **fields)


def report(benchmark, said, conditions=("reading",)):
    """Return the report on `said`: item's id, or (id, condition) → text, or a failure; the others are missing."""
    found = {}
    for key, what in said.items():
        item_id, condition = key if isinstance(key, tuple) else (key, conditions[0])
        field = {"error": what} if isinstance(what, Failure) else {"raw": what}
        found[item_id, condition] = Prediction(item_id=item_id, condition=condition, **field)
    return make_report(benchmark, score_rows(benchmark, benchmark.items, found, conditions, "answer"), {"made": "here"})


# Outcomes, policies, bounds

SAID = {"q-0": "yellow", "q-1": "yellow", "q-2": "blue", "q-3": "unanswerable", "q-4": FAILED}  # q-5 is missing


@pytest.fixture
def six(test_set):
    return lambda **manifest: test_set(questions(6), {"a": TEXT}, **manifest)


def test_every_item_is_counted_under_one_outcome(six):
    found = report(six(), SAID)
    counts = {"items": 6, "answered": 3, "abstained": 1, "failed": 1, "missing": 1, "unknown": 0}
    assert msgspec.to_builtins(found.counts) == counts
    assert msgspec.to_builtins(found.conditions["reading"].counts) == counts


@pytest.mark.parametrize(
    ("policy", "value", "n", "worst", "best"),
    [
        ("bound", 2 / 4, 4, 2 / 6, 4 / 6),  # the failed and the missing item could be wrong or right
        ("drop", 2 / 4, 4, 2 / 5, 3 / 5),  # the missing item is left out
        ("zero", 2 / 5, 5, 2 / 6, 3 / 6),  # the missing item is wrong
    ],
)
def test_missing_items_follow_the_policy_and_failures_bound_the_score(six, policy, value, n, worst, best):
    found = report(six(missing=policy), SAID).scores["answer_match"]
    assert (found.value, found.n, found.worst, found.best) == (value, n, worst, best)


def test_without_a_policy_missing_items_bound_the_score(six):
    assert six().manifest.missing == "bound"


@pytest.mark.parametrize(
    ("policy", "value", "worst", "best"), [("bound", 1 / 4, 3 / 6, 1 / 6), ("zero", 2 / 5, 3 / 6, 2 / 6)]
)
def test_where_lower_is_better_the_worst_is_the_highest(six, policy, value, worst, best):
    found = report(six(missing=policy), SAID).scores["missed_answer"]
    assert (found.value, found.worst, found.best) == (value, worst, best)


def test_without_failures_the_bounds_are_the_value_to_the_last_bit(test_set):
    """Ten scores of 0.1 have a naive sum of 0.9999999999999999."""
    items = questions(10, references=("w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 " + "x " * 9,))
    found = report(test_set(items, {"a": TEXT}), {item.id: "w1" for item in items}).scores["token_f1"]
    assert found.worst == found.value == found.best == 0.1


def test_where_everything_failed_there_is_no_value_but_bounds(six):
    found = report(six(), {f"q-{number}": FAILED for number in range(6)}).scores["answer_match"]
    assert found == msgspec.structs.replace(found, value=None, low=None, high=None, n=0, worst=0.0, best=1.0)


def test_where_everything_is_dropped_there_is_nothing_at_all(six):
    found = report(six(missing="drop"), {}).scores["answer_match"]
    assert (found.value, found.n, found.worst, found.best) == (None, 0, None, None)


def test_a_value_carries_its_interval(six):
    found = report(six(), SAID).scores["answer_match"]
    assert (found.value, found.low, found.high) == mean_interval([1.0, 1.0, 0.0, 0.0])


SUMMARIES = [SummaryItem(id=f"s-{number}", article="a", instruction="Sum up.", max_words=9) for number in range(3)]


def test_a_missing_summary_has_no_measure_that_has_no_better_end(test_set):
    """`zero` scores what can be wrong; coverage and novelty cannot."""
    found = report(test_set(SUMMARIES, {"a": TEXT}, missing="zero"), {"s-0": "Bo left at noon.", "s-1": ""}).scores
    assert (found["extractive_coverage"].value, found["extractive_coverage"].n) == (1.0, 1)
    assert (found["over_budget"].value, found["over_budget"].n) == (1 / 3, 3)


def test_a_metric_without_a_range_has_no_bounds(test_set):
    found = report(test_set(SUMMARIES, {"a": TEXT}), {"s-0": "Bo left.", "s-1": "Bo", "s-2": FAILED}).scores["words"]
    assert (found.value, found.n, found.worst, found.best) == (1.5, 2, None, None)


def test_a_metric_that_applies_to_no_item_is_absent(six):
    assert set(report(six(), SAID).scores) == {"answer_match", "exact_match", "token_f1", "missed_answer"}


OUTCOMES = st.lists(st.sampled_from(["yellow", "blue", "", "yellow or blue", FAILED, None]), min_size=1, max_size=12)


@given(OUTCOMES, st.sampled_from(["zero", "drop", "bound"]))
def test_a_value_lies_in_its_interval_and_bounds_lie_around_it(test_set, outcomes, policy):
    benchmark = test_set(questions(len(outcomes)), {"a": TEXT}, missing=policy)
    said = {f"q-{number}": text for number, text in enumerate(outcomes) if text is not None}
    for name, score in report(benchmark, said).scores.items():
        if score.value is not None:
            assert 0 <= score.low <= score.value <= score.high <= 1
            assert score.low < score.high
        if score.worst is not None:
            low, high = (score.worst, score.best) if METRICS[name].higher_is_better else (score.best, score.worst)
            assert 0 <= low <= (low if score.value is None else score.value) <= high <= 1


# Groups


def grouped(test_set, *items):
    benchmark = test_set(items, {"a": TEXT})
    return report(benchmark, {item.id: "yellow" for item in items}).conditions["reading"].by


def test_groups_by_process_and_by_answerable_or_not(test_set):
    by = grouped(test_set, *questions(20, process="locate"), *unanswerable(20, process="infer"))
    assert {name: set(group) for name, group in by.items()} == {
        "process": {"locate", "infer"},
        "answerable": {"yes", "no"},
    }
    assert by["process"]["locate"]["answer_match"].value == by["answerable"]["yes"]["answer_match"].value == 1.0
    assert by["answerable"]["no"]["false_answer"].value == 1.0


def test_a_group_of_19_is_not_published(test_set):
    assert SMALLEST_GROUP == 20
    assert grouped(test_set, *questions(19, process="locate"), *unanswerable(19, process="locate")).keys() == {
        "process"
    }
    assert grouped(test_set, *questions(19)) == {}


def test_a_metric_of_fewer_than_20_items_of_a_group_is_not_published(test_set):
    by = grouped(test_set, *questions(20, process="locate"), *unanswerable(3, process="locate"))
    assert by["process"]["locate"]["answer_match"].n == 23
    assert "false_answer" not in by["process"]["locate"]
    assert by["process"]["locate"]["missed_answer"].n == 20


def test_a_group_of_20_of_which_one_failed_is_not_published(test_set):
    items = questions(20, process="locate")
    said = {item.id: "yellow" for item in items} | {"q-3": FAILED}
    assert report(test_set(items, {"a": TEXT}), said).conditions["reading"].by == {}


def test_items_without_a_process_and_summaries_are_in_no_group_of_processes(test_set):
    by = grouped(test_set, *questions(20), *SUMMARIES)
    assert by.keys() == {"answerable"}
    assert by["answerable"].keys() == {"yes"}


# Clusters and notes


def test_with_one_article_the_report_says_that_it_holds_for_this_article(six):
    assert report(six(), SAID).notes == ("conditional on this article",)


def two_articles(test_set, **manifest):
    items = [*questions(10, "a", "a"), *questions(10, "b", "b")]
    return test_set(items, {"a": TEXT, "b": TEXT + " More."}, **manifest), {f"a-{n}": "yellow" for n in range(10)} | {
        f"b-{n}": "blue" for n in range(10)
    }


def test_items_are_clustered_by_article(test_set):
    """All right on one article, all wrong on the other: two articles, not twenty items."""
    found = report(*two_articles(test_set))
    score = found.scores["answer_match"]
    assert (score.value, score.low, score.high) == mean_interval([1.0] * 10 + [0.0] * 10, "a" * 10 + "b" * 10)
    assert score.high - score.low > 0.9
    assert found.notes == ()


def test_items_are_clustered_by_title_where_the_test_set_says_so(test_set):
    benchmark, said = two_articles(test_set, cluster="title")
    articles = {name: msgspec.structs.replace(one, title="the same") for name, one in benchmark.articles.items()}
    found = report(dataclasses.replace(benchmark, articles=articles), said)
    score = found.scores["answer_match"]
    assert (score.value, score.low, score.high) == mean_interval([1.0] * 10 + [0.0] * 10)
    assert found.notes == ("conditional on this article",)


# Conditions


def test_the_report_copies_the_scores_of_reading(six):
    benchmark = six()
    said = {("q-0", "closed_book"): "blue", ("q-0", "reading"): "yellow"}
    found = report(benchmark, said, ("closed_book", "reading"))
    assert list(found.conditions) == ["reading", "closed_book"]
    assert found.scores == found.conditions["reading"].scores


def test_the_report_copies_the_scores_of_the_only_condition_and_of_none_where_reading_is_not_among_several(six):
    assert report(six(), SAID, ("lead",)).scores["answer_match"].value == 0.5
    assert report(six(), {}, ("lead", "shuffled")).scores == {}


def test_reading_gain_is_taken_over_the_items_of_both_conditions(six):
    """q-0 was known, q-1 gained, q-2 lost, q-3 failed when read, q-4 was not asked from memory."""
    said = {
        ("q-0", "reading"): "yellow",
        ("q-0", "closed_book"): "yellow",
        ("q-1", "reading"): "yellow",
        ("q-1", "closed_book"): "blue",
        ("q-2", "reading"): "blue",
        ("q-2", "closed_book"): "yellow",
        ("q-3", "reading"): FAILED,
        ("q-3", "closed_book"): "yellow",
        ("q-4", "reading"): "yellow",
    }
    gain = report(six(), said, ("reading", "closed_book")).derived["reading_gain"]
    assert (gain.value, gain.low, gain.high, gain.n) == (*mean_interval([0.0, 1.0, -1.0], bounds=(-1.0, 1.0)), 3)


def test_reading_gain_counts_no_unanswerable_question(test_set):
    items = [*questions(2), *unanswerable(2)]
    said = {(item.id, condition): "" for item in items for condition in ("reading", "closed_book")}
    found = report(test_set(items, {"a": TEXT}), said, ("reading", "closed_book"))
    assert found.derived["reading_gain"].n == 2
    assert found.conditions["closed_book"].counts.items == 2


def test_without_both_conditions_there_is_no_reading_gain(six):
    assert report(six(), SAID).derived == {}


# The twin: Kabul becomes Doha, Ada and Cy change places.

EDITS = (Edit(find="Kabul", replace="Doha"), Edit(find="Ada", replace="Cy"), Edit(find="Cy", replace="Ada"))
TWIN = [
    QaItem(id="where", article="a", question="Where did Ada meet Bo?", references=("Kabul", "in Kabul")),
    QaItem(id="when", article="a", question="When did Bo leave?", references=("noon",)),  # not changed
    QaItem(id="who", article="a", question="Who met Bo?", references=("Ada",)),  # Ada stands in the twin too
    QaItem(id="nobody", article="a", question="Who is Di?", answer_type="none"),
    QaItem(id="both", article="a", question="Which two?", answer_type="list", parts=(("Ada",), ("Bo",))),
]


@pytest.fixture
def twin(test_set):
    benchmark = test_set(TWIN, {"a": TEXT}, twin=EDITS)
    return lambda **said: report(benchmark, said, ("twin",))


@pytest.mark.parametrize(
    ("answer", "follows", "repeats"),
    [
        ("Doha", 1.0, 0.0),
        ("Kabul", 0.0, 1.0),
        ("They met in Kabul", 0.0, 1.0),
        ("Rome", 0.0, 0.0),
        ("", 0.0, 0.0),
        ("Doha or Kabul", 0.0, 0.0),
    ],
)
def test_a_twin_tells_following_the_article_from_repeating_memory(twin, answer, follows, repeats):
    derived = twin(where=answer).derived
    assert {name: (score.value, score.n) for name, score in derived.items()} == {
        "follows_article": (follows, 1),
        "repeats_memory": (repeats, 1),
    }


def test_only_changed_items_whose_old_answer_left_the_text_count(twin):
    found = twin(where="Doha", when="noon", who="Cy", nobody="", both="Cy; Bo")
    assert found.derived["follows_article"].n == 1
    assert found.scores["answer_match"].value == 1.0
    assert found.scores["answer_match"].n == 5


def test_a_failed_twin_counts_in_neither(twin):
    assert twin(where=FAILED).derived == {}


# The whole


def test_the_same_predictions_give_the_same_bytes_in_whatever_order_they_came(six):
    shuffled = dict(random.Random(0).sample(list(SAID.items()), len(SAID)))
    assert msgspec.json.encode(report(six(), SAID)) == msgspec.json.encode(report(six(), shuffled))


def test_no_number_is_rounded(test_set):
    items = questions(3)
    found = report(test_set(items, {"a": TEXT}), {"q-0": "yellow", "q-1": "yellow", "q-2": "blue"})
    assert found.scores["answer_match"].value == 2 / 3
    assert msgspec.json.decode(msgspec.json.encode(found))["scores"]["answer_match"]["value"] == 2 / 3


def test_signature_costs_and_unknown_predictions_are_passed_on(six):
    found = make_report(six(), [], {"made": "here"}, costs={"input_tokens": 7}, unknown=2)
    assert (found.signature, found.costs, found.counts.unknown) == ({"made": "here"}, {"input_tokens": 7}, 2)


def test_no_score_is_nan(six):
    for score in report(six(missing="zero"), {}).scores.values():
        assert not any(math.isnan(part) for part in (score.value, score.low, score.high))
