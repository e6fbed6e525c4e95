"""No-answer probabilities: the official thresholds' meaning, the best that is attainable, and what is refused."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readmark.benchmark import load
from readmark.errors import PredictionsError
from readmark.metrics.exact_match import exact_match
from readmark.metrics.token_f1 import token_f1
from readmark.records import QaItem
from readmark.verbs.score import score

REFERENCES = {"a": ("Bo",), "b": ("noon", "12 noon"), "c": ("the old town",), "n": (), "m": (), "o": ()}
ITEMS = tuple(
    QaItem(id=key, article="town", question=f"{key}?", references=texts, answer_type="phrase" if texts else "none")
    for key, texts in REFERENCES.items()
)
SAID = {"a": "Bo", "b": "at noon", "c": "town", "n": "Ada", "m": "", "o": "Kabul"}
METRICS = {"exact_match": exact_match, "token_f1": token_f1}


@pytest.fixture(scope="module")
def town(test_set):
    return test_set(ITEMS, {"town": "Ada met Bo in Kabul at noon."}, missing="drop")


def official(metric, said, probabilities):
    """Find a threshold as the official script's search does, written from what it is known to do.

    Begin with everybody abstaining: the score is the number of questions without an answer. Go through the items by
    rising probability, one after the other: an answerable one adds its score; an unanswerable one takes 1 away if
    anything was said. Keep the first highest sum, with the probability of the item that reached it (0 at the start).
    """
    total = best = sum(not texts for texts in REFERENCES.values())
    threshold = 0.0
    for key in sorted(probabilities, key=probabilities.get):
        if REFERENCES[key]:
            total += METRICS[metric](said[key], REFERENCES[key])
        elif said[key]:
            total -= 1
        if total > best:
            best, threshold = total, probabilities[key]
    return best / len(said), threshold


def at(metric, said, probabilities, threshold):
    """Return the mean under a threshold, as the official script scores it."""
    values = [
        float(not REFERENCES[key])
        if probabilities[key] > threshold
        else METRICS[metric](text, REFERENCES[key] or ("",))
        for key, text in said.items()
    ]
    return sum(values) / len(values)


TIED = {"a": 0.5, "b": 0.1, "c": 0.1, "n": 0.5, "m": 0.9, "o": 0.5}


def test_on_ties_the_official_search_reports_what_no_threshold_attains(town):
    """Of three items at .5 one is worth an answer; the official search lets it answer alone."""
    value, threshold = official("exact_match", SAID, TIED)
    everywhere = [at("exact_match", SAID, TIED, one) for one in (-1, *TIED.values())]
    assert (value, threshold) == (4 / 6, 0.5)
    assert max(everywhere) == 3 / 6
    assert at("exact_match", SAID, TIED, threshold) == 2 / 6
    report = score(SAID, town, no_answer=TIED)
    ours = report.thresholds["exact_match"]
    assert ours.value == 3 / 6
    assert score(SAID, town, no_answer=TIED, threshold=ours.threshold).scores["exact_match"].value == ours.value
    assert any(
        note.startswith("exact_match: a search that parts equal probabilities") and "66.67 at threshold 0.5" in note
        and "33.33" in note
        for note in report.notes
    )  # fmt: skip


@settings(max_examples=40)
@given(
    st.fixed_dictionaries({key: st.sampled_from([-2.5, 0.0, 0.2, 0.7, 1, 3.5]) for key in REFERENCES}),
    st.fixed_dictionaries({key: st.sampled_from(["", "Bo", "noon", "old", "town x"]) for key in REFERENCES}),
)
def test_the_best_is_attained_and_no_threshold_does_better(town, probabilities, said):
    report = score(said, town, no_answer=probabilities)
    for metric, found in report.thresholds.items():
        everywhere = [at(metric, said, probabilities, one) for one in (-9, *probabilities.values())]
        assert found.value == pytest.approx(max(everywhere), abs=1e-12)
        assert found.value == pytest.approx(at(metric, said, probabilities, found.threshold), abs=1e-12)
        under = score(said, town, no_answer=probabilities, threshold=found.threshold)
        assert under.scores[metric].value == pytest.approx(found.value, abs=1e-12)
        other = official(metric, said, probabilities)[0]
        assert any(note.startswith(metric) for note in report.notes) == (abs(other - found.value) > 1e-9)


def test_without_ties_the_official_search_and_ours_agree_on_real_predictions(shared):
    """Made-up distinct probabilities over real predictions; F1 and exact match, values and thresholds."""
    loaded = load(shared / "squad" / "dev-v2.0.json")
    said = json.loads((shared / "squad" / "predictions-v2.0" / "bert-single.json").read_text(encoding="utf-8"))
    chance = random.Random(5)
    probabilities = {item.id: chance.random() * (1 if item.is_answerable else 1.5) for item in loaded.items}
    report = score(said, loaded, no_answer=probabilities)
    for metric, function in METRICS.items():
        total = best = sum(not item.is_answerable for item in loaded.items)
        threshold = 0.0
        for item in sorted(loaded.items, key=lambda item: probabilities[item.id]):
            if item.is_answerable:
                total += function(said[item.id], item.references)
            elif said[item.id]:
                total -= 1
            if total > best:
                best, threshold = total, probabilities[item.id]
        assert report.thresholds[metric].value == pytest.approx(best / len(said), abs=1e-12)
        assert report.thresholds[metric].threshold == threshold
        assert report.thresholds[metric].n == 11873
    assert not any("parts equal" in note for note in report.notes)


def test_over_the_threshold_a_prediction_abstains(town, tmp_path):
    score(SAID, town, no_answer=TIED, threshold=0.4, out=tmp_path)
    rows = {row["item_id"]: row for row in map(json.loads, (tmp_path / "scores.jsonl").read_text().splitlines())}
    assert {key: row["outcome"] for key, row in rows.items()} == {
        "a": "abstained", "b": "answered", "c": "answered", "n": "abstained", "m": "abstained", "o": "abstained",
    }  # fmt: skip
    assert (rows["a"]["exact_match"], rows["a"]["answer_match"], rows["a"]["missed_answer"]) == (0.0, 0.0, 1.0)
    assert (rows["n"]["exact_match"], rows["n"]["answer_match"], rows["n"]["false_answer"]) == (1.0, 1.0, 0.0)
    assert (rows["n"]["text"], rows["a"]["text"]) == ("", "")
    assert "over the threshold" in rows["a"]["rule"]


def test_at_the_threshold_itself_a_prediction_stands(town):
    assert score(SAID, town, no_answer=TIED, threshold=0.9).counts.abstained == 1  # m, which says nothing
    assert score(SAID, town, no_answer=TIED, threshold=0.89).counts == score(SAID, town, no_answer=TIED).counts


def test_the_threshold_is_1_unless_given_and_stands_in_the_signature(town):
    plain, probable = score(SAID, town), score(SAID, town, no_answer=TIED)
    assert probable.scores == plain.scores
    assert probable.signature["threshold"] == "1.0"
    assert "threshold" not in plain.signature
    assert plain.thresholds == {}
    assert score(SAID, town, no_answer=TIED, threshold=0.25).signature["threshold"] == "0.25"


def test_items_without_a_prediction_need_no_probability(town):
    said = {key: SAID[key] for key in "abn"}
    report = score(said, town, no_answer={key: TIED[key] for key in said})
    assert report.thresholds["exact_match"].n == 3


def test_an_unknown_item_that_was_predicted_may_have_a_probability(town):
    report = score({**SAID, "zzz": "x"}, town, no_answer={**TIED, "zzz": 0.5})
    assert report.counts.unknown == 1


def test_what_abstention_scores_counts_answers_not_words(test_set):
    """As the official script: over the threshold an answerable question is wrong, though its answer is no word."""
    item = QaItem(id="a", article="town", question="?", references=("the",))
    loaded = test_set([item], {"town": "The town."}, missing="drop")
    assert score({"a": ""}, loaded).scores["exact_match"].value == 1.0
    assert score({"a": ""}, loaded, no_answer={"a": 0.5}, threshold=0.4).scores["exact_match"].value == 0.0


# What is refused


@pytest.mark.parametrize("value", [None, True, "0.5", [0.5], float("nan"), float("inf"), 10**400])
def test_a_probability_that_is_no_finite_number_is_refused(town, value):
    with pytest.raises(PredictionsError, match="item 'a' has the probability"):
        score(SAID, town, no_answer={**TIED, "a": value})


def test_ids_that_lack_or_are_too_many_are_named_together(town):
    with pytest.raises(PredictionsError) as caught:
        score(SAID, town, no_answer={"b": True, "c": 0.1, "x": 0.2, "n": 0.5, "m": 0.1, "o": 0.1})
    assert [problem.what for problem in caught.value.problems] == [
        "item 'b' has the probability true",
        "1 predicted items have no probability: 'a'",
        "1 items are neither predicted nor in the test set: 'x'",
    ]


def test_probabilities_go_with_one_condition(town, tmp_path):
    lines = [{"item_id": "a", "condition": name, "raw": "Bo"} for name in ("reading", "closed_book")]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(PredictionsError, match="predictions under one condition"):
        score(tmp_path / "p.jsonl", town, no_answer=TIED)


@pytest.mark.parametrize("given", [{"threshold": 0.5}, {"threshold": float("nan"), "no_answer": TIED}])
def test_a_threshold_needs_probabilities_and_a_number(town, given):
    with pytest.raises(PredictionsError, match="--threshold"):
        score(SAID, town, **given)


# The command line

SQUAD = {
    "version": "v2.0",
    "data": [{"title": "Town", "paragraphs": [{"context": "Bo left Kabul.", "qas": [
        *({"id": f"y{n}", "question": f"Who, {n}?", "is_impossible": False,
           "answers": [{"text": "Bo", "answer_start": 0}]} for n in range(20)),
        *({"id": f"n{n}", "question": f"Why, {n}?", "is_impossible": True, "answers": []} for n in range(20)),
    ]}]}],
}  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """Write a SQuAD file, predictions that always answer, and probabilities."""
    ids = [qa["id"] for qa in SQUAD["data"][0]["paragraphs"][0]["qas"]]
    (tmp_path / "dev.json").write_text(json.dumps(SQUAD))
    (tmp_path / "p.json").write_text(json.dumps(dict.fromkeys(ids, "Bo")))
    (tmp_path / "na.json").write_text(json.dumps({key: 0.25 if key[0] == "y" else 0.75 for key in ids}))
    return tmp_path


def test_the_command_line_shows_splits_and_the_best_threshold(cli, files):
    code, out, err = cli("score", "p.json", "-b", "dev.json", "-o", "out", "--no-answer", "na.json")
    assert (code, err) == (0, "")
    assert "reading, answerable: exact 100.0, F1 100.0 over 20 items" in out
    assert "reading, unanswerable: exact 0.0, F1 0.0 over 20 items" in out
    assert "best threshold: exact 100.0 at 0.25, F1 100.0 at 0.25 (used: 1.0)" in out
    assert max(map(len, out.splitlines())) <= 80
    report = json.loads(Path("out/report.json").read_text())
    assert report["thresholds"]["token_f1"] == {"value": 1.0, "threshold": 0.25, "n": 40}


def test_the_command_line_takes_a_threshold(cli, files):
    code, out, _ = cli(
        "score", "p.json", "-b", "dev.json", "-o", "out", "--no-answer", "na.json", "--threshold", "0.25", "--json"
    )
    assert code == 0
    assert json.loads(out)["scores"]["exact_match"]["value"] == 1.0
    assert json.loads(out)["counts"]["abstained"] == 20


def test_a_file_of_probabilities_that_is_none_changes_nothing(cli, files):
    (files / "na.json").write_text('{"y0": NaN}')
    code, _, err = cli("score", "p.json", "-b", "dev.json", "-o", "out", "--no-answer", "na.json")
    assert code == 2
    assert err.startswith("na.json:1: is not valid JSON: NaN is no JSON number")
    assert not (files / "out").exists()
