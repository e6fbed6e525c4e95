"""Predictions that are there already get the scores that a run would give them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from msgspec import UNSET

from readmark.errors import BenchmarkError, PredictionsError, RunError
from readmark.jsonl import read_log
from readmark.records import Prediction
from readmark.runs import RunFolder, run_name
from readmark.verbs.run import run
from readmark.verbs.score import score

RIVER = "The Aller joins the Weser at Verden. It is 211 km long. Ada and Bo dammed it in 1908.\n"
ROWS = [
    {"id": "a", "question": "Where does it join the Weser?", "references": ["Verden"]},
    {"id": "b", "question": "How long is it?", "references": ["211 km", "131 miles"]},
    {"id": "c", "question": "How deep is it?", "answer_type": "none"},
    {"id": "s", "task": "summary", "instruction": "Sum up.", "references": ["A dammed river."]},
]
TEXTS = {"a": "at Verden", "b": "300 km", "c": "", "s": "A dammed river."}


@pytest.fixture
def river(tmp_path):
    """Write the test set with a policy for missing items; return its folder."""
    folder = tmp_path / "river"

    def river(missing="bound", rows=ROWS):
        import hashlib

        folder.mkdir(exist_ok=True)
        (folder / "river.txt").write_text(RIVER)
        digest = hashlib.sha256(RIVER.encode()).hexdigest()
        (folder / "benchmark.toml").write_text(
            f'name = "river"\nversion = "1"\nmissing = "{missing}"\n'
            f'[[articles]]\nid = "river"\nfile = "river.txt"\nsha256 = "{digest}"\n'
        )
        rows = [{"task": "qa", "article": "river", **row} for row in rows]
        (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return folder

    return river


@pytest.fixture
def write(tmp_path):
    """Write predictions in one of the three forms; return the file's path."""

    def write(form, texts=TEXTS, name="predictions"):
        if form == "table":
            path, data = tmp_path / f"{name}.json", json.dumps(texts)
        else:
            keys = {"ours": ("item_id", "raw"), "foreign": ("id", "prediction")}[form]
            rows = [dict(zip(keys, pair, strict=True)) for pair in texts.items()]
            path, data = tmp_path / f"{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows)
        path.write_text(data)
        return path

    return write


def outcomes(folder):
    rows = map(json.loads, (folder / "scores.jsonl").read_text().splitlines())
    return {row["item_id"]: (row["outcome"], row.get("answer_match")) for row in rows}


def test_all_forms_and_a_mapping_give_the_same_report(river, write):
    reports = [score(write(form), river()) for form in ("ours", "foreign", "table")]
    assert reports == [score(TEXTS, river())] * 3
    assert reports[0].counts.answered == 3
    assert reports[0].counts.abstained == 1
    assert reports[0].scores["answer_match"].value == pytest.approx(2 / 3)


def test_several_files_are_scored_together(river, write):
    first = write("table", {"a": TEXTS["a"], "b": TEXTS["b"]}, "first")
    second = write("foreign", {"c": TEXTS["c"], "s": TEXTS["s"]}, "second")
    assert score([first, second], river()) == score(TEXTS, river())


def test_the_order_of_predictions_says_nothing(river, write, tmp_path):
    for name, texts in (("one", TEXTS), ("other", dict(reversed(TEXTS.items())))):
        score(write("foreign", texts), river(), out=tmp_path / name)
    for name in ("scores.jsonl", "report.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_scores_and_report_are_written_straight_into_the_folder(river, write, tmp_path):
    report = score(write("table"), river(), out=tmp_path / "scored")
    assert sorted(path.name for path in (tmp_path / "scored").iterdir()) == [
        "predictions.jsonl",
        "report.json",
        "run.json",
        "scores.jsonl",
    ]
    assert json.loads((tmp_path / "scored" / "report.json").read_text())["counts"]["items"] == report.counts.items
    assert outcomes(tmp_path / "scored") == {
        "a": ("answered", 1.0), "b": ("answered", 0.0), "c": ("abstained", 1.0), "s": ("answered", None),
    }  # fmt: skip


def test_nothing_is_written_where_no_folder_is_named(river, write, tmp_path):
    path = write("table")
    river()
    before = sorted(tmp_path.rglob("*"))
    score(path, river())
    assert sorted(tmp_path.rglob("*")) == before


# Missing and unknown


def test_missing_items_are_counted_and_end_with_1(cli, river, write, tmp_path):
    code, out, err = cli("score", write("table", {"a": "Verden", "s": "x"}), "-b", river(), "-o", "scored", "--json")
    assert code == 1
    assert json.loads(out)["counts"] | {"unknown": 0} == {
        "items": 4, "answered": 2, "abstained": 0, "failed": 0, "missing": 2, "unknown": 0,
    }  # fmt: skip
    assert "2 items have no prediction" in err
    assert outcomes(tmp_path / "scored")["b"] == ("missing", None)


def test_unknown_ids_are_counted_named_and_end_with_1(cli, river, write):
    code, out, err = cli("score", write("table", {**TEXTS, "zzz": "x"}), "-b", river(), "-o", "scored", "--json")
    assert code == 1
    assert json.loads(out)["counts"]["unknown"] == 1
    assert any("zzz" in note for note in json.loads(out)["notes"])
    assert "1 predictions are for unknown items" in err


def test_whole_predictions_end_with_0_and_say_nothing_on_standard_error(cli, river, write):
    code, out, err = cli("score", write("table"), "-b", river(), "-o", "scored")
    assert (code, err) == (0, "")
    assert "written: scored" in out


@pytest.mark.parametrize(
    ("policy", "value", "worst", "best"), [("zero", 1 / 3, 1 / 3, 1 / 3), ("drop", 1, 1, 1), ("bound", 1, 1 / 3, 1)]
)
def test_missing_items_follow_the_policy_of_the_test_set(river, policy, value, worst, best):
    found = score({"a": "Verden"}, river(policy)).scores["answer_match"]
    assert (found.value, found.worst, found.best) == pytest.approx((value, worst, best))


def test_a_task_without_any_prediction_was_not_asked(river):
    report = score({"a": "Verden", "b": "211 km", "c": ""}, river())
    assert (report.counts.items, report.counts.missing) == (3, 0)
    assert any("summary" in note for note in report.notes)


def test_a_recorded_failure_is_no_wrong_answer(river, tmp_path):
    path = tmp_path / "predictions.jsonl"
    rows = [{"item_id": "a", "error": {"class": "OSError", "message": "gone"}}, {"item_id": "b", "raw": "211 km"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = score(path, river())
    assert (report.counts.failed, report.counts.missing) == (1, 1)
    assert report.scores["answer_match"].value == 1.0


# Extraction


def test_without_extraction_a_text_is_taken_as_it_is(river):
    """As SQuAD's script does: "" abstains, and the word "unanswerable" is an answer like any other."""
    silent = score({"c": ""}, river()).scores
    spoken = score({"c": "unanswerable"}, river()).scores
    assert (silent["false_answer"].value, spoken["false_answer"].value) == (0.0, 1.0)
    assert (silent["exact_match"].value, spoken["exact_match"].value) == (1.0, 0.0)


def test_without_extraction_exact_match_is_the_official_one(river):
    def exact(text):
        return score({"a": text}, river()).scores["exact_match"].value

    assert [exact(text) for text in ("Verden", "the verden!", "at Verden", "Answer: Verden")] == [1, 1, 0, 0]


def test_extraction_reads_a_talking_model(river):
    texts = {"a": "<think>Weser?</think>Answer: **Verden**", "b": "211 km", "c": "The article does not say.", "s": "x"}
    spoken = score(texts, river(), extract="answer")
    assert spoken.scores["answer_match"].value == 1.0
    assert spoken.counts.abstained == 1
    assert score(texts, river(), extract="none").scores["exact_match"].value == pytest.approx(1 / 3)


def test_the_rule_of_extraction_stands_in_the_signature(river):
    assert [score(TEXTS, river(), extract=how).signature["extract"] for how in ("none", "answer")] == ["none", "answer"]


# Runs of our own


@pytest.mark.parametrize("conditions", [("reading",), ("reading", "closed_book", "lead")])
def test_scoring_a_runs_own_predictions_gives_the_runs_own_bytes(river, tmp_path, conditions):
    def say(prompt):
        return f"Answer: {prompt.question.split()[-1]}"

    finished = run(say, river(), conditions=conditions, out=tmp_path / "runs")
    score(finished.folder / "predictions.jsonl", river(), out=tmp_path / "scored", extract="answer")
    for name in ("scores.jsonl", "report.json"):
        assert (tmp_path / "scored" / name).read_bytes() == (finished.folder / name).read_bytes()


@pytest.mark.parametrize("name", ["best-sentence", "lead-3"])
def test_a_baselines_predictions_score_as_its_run_did(tmp_path, name):
    finished = run(name, out=tmp_path / "runs")
    again = score(finished.folder / "predictions.jsonl", extract="answer")
    assert (again.scores, again.counts) == (finished.report.scores, finished.report.counts)


def test_the_later_line_of_a_log_of_ours_holds(river, tmp_path):
    path = tmp_path / "predictions.jsonl"
    rows = [{"item_id": "a", "key": "k", "raw": text} for text in ("wrong", "Verden")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert score(path, river()).scores["answer_match"].value == 1.0


def test_predictions_of_a_condition_are_scored_under_it(river):
    report = score({"a": "Verden"}, river(), condition="closed_book")
    assert list(report.conditions) == ["closed_book"]
    assert report.conditions["closed_book"].counts.items == 2
    assert report.scores == report.conditions["closed_book"].scores


# What is refused


def test_a_second_prediction_for_an_item_is_refused_with_both_places(river, write):
    first, second = write("foreign", TEXTS, "first"), write("table", {"a": "x"}, "second")
    with pytest.raises(PredictionsError) as caught:
        score([first, second], river())
    assert f"{first}:1" in str(caught.value)
    assert str(second) in str(caught.value)


def test_all_problems_of_all_files_are_told(river, tmp_path):
    (tmp_path / "one.jsonl").write_text('{"id": "a"}\n{"id": "b", "prediction": 3}\nnonsense\n')
    (tmp_path / "two.json").write_text('{"a": 1}')
    with pytest.raises(PredictionsError) as caught:
        score([tmp_path / "one.jsonl", tmp_path / "two.json", tmp_path / "three.txt"], river())
    places = [problem.place.rpartition("/")[2] for problem in caught.value.problems]
    assert places == ["one.jsonl:1", "one.jsonl:2", "one.jsonl:3", "two.json:1", "three.txt"]


@pytest.mark.parametrize("value", [None, 3, ["x"], "half \ud800"])
def test_a_mapping_to_anything_but_text_is_refused(river, value):
    with pytest.raises(PredictionsError, match="item 'a' has the prediction"):
        score({"a": value}, river())


def test_a_condition_that_the_test_set_cannot_give_is_refused(river):
    with pytest.raises(BenchmarkError, match="has no twin"):
        score(TEXTS, river(), condition="twin")


def test_a_wrong_file_changes_nothing(cli, river, tmp_path):
    (tmp_path / "bad.jsonl").write_text("nonsense\n")
    code, _, err = cli("score", "bad.jsonl", "-b", river(), "-o", "scored")
    assert code == 2
    assert "bad.jsonl:1" in err
    assert not (tmp_path / "scored").exists()


def test_a_folder_that_cannot_be_written_is_told(cli, river, write, tmp_path):
    (tmp_path / "scored").write_text("in the way")
    code, _, err = cli("score", write("table"), "-b", river(), "-o", "scored")
    assert code == 2
    assert "cannot be written" in err


def test_scoring_loads_no_model_and_no_heavy_library(river, write):
    code = (
        f"import sys; from readmark.verbs.score import score; score({str(write('table'))!r}, {str(river())!r});"
        "print([name for name in ('readmark.models', 'torch', 'transformers', 'datasets') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert told == "[]\n"


def test_every_line_that_a_model_can_make_us_write_can_be_scored(river, tmp_path):
    """A line separator, a tab, an escape: what a model may say, our own file must bring back."""
    strange = {
        "a": "a\u2028\x85b\td\x7f\x01\x1b\N{REPLACEMENT CHARACTER}",
        "b": "b\0",
        "c": "\x01" * 2_000_000,
        "s": "\r\n",
    }
    finished = run(lambda prompt: strange[prompt.item_id], river(), out=tmp_path / "runs")
    log = finished.folder / "predictions.jsonl"
    assert {line.item_id: line.raw for line in read_log(log, Prediction)} == {**strange, "b": UNSET}
    assert score(log, river(), extract="answer") == finished.report


def test_a_scored_folder_is_a_run_of_the_files_name_and_hash(tmp_path, river):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"a": "Verden"}), encoding="utf-8")
        score(tmp_path / f"{name}.json", river(), out=tmp_path / name)
    one, two = (RunFolder(tmp_path / name) for name in ("one", "two"))
    assert (one.info().model, one.info().adapter, one.info().revision) == ("one", "predictions", two.info().revision)
    assert [line.raw for line in one.predictions()] == ["Verden"]
    score(tmp_path / "one.json", river(), out=tmp_path / "named", name="my model")
    assert run_name(RunFolder(tmp_path / "named").info()).startswith("my-model-")


def test_the_log_of_a_run_keeps_its_model(tmp_path, river):
    done = run(lambda prompt: "Verden", river(), out=tmp_path / "runs")
    score(done.folder / "predictions.jsonl", river(), out=tmp_path / "again")
    assert run_name(RunFolder(tmp_path / "again").info()) == done.folder.name


def test_a_run_that_asked_a_model_is_not_written_over(tmp_path, river):
    done = run(lambda prompt: "Verden", river(), out=tmp_path / "runs")
    before = (done.folder / "predictions.jsonl").read_bytes()
    (tmp_path / "p.json").write_text(json.dumps({"a": "Celle"}), encoding="utf-8")
    with pytest.raises(RunError, match="is the folder of a run that asked a model"):
        score(tmp_path / "p.json", river(), out=done.folder)
    assert (done.folder / "predictions.jsonl").read_bytes() == before
