"""Faults that a reviewer and a newcomer found, each held down by its own test."""

from __future__ import annotations

import json

import pytest

import readmark
from readmark.cli import main
from readmark.extraction import Answer, extract
from readmark.metrics import answer_match
from readmark.records import QaItem
from readmark.verbs.author import lint


class Says:
    """A model whose answer is its state."""

    def __init__(self, answer):
        self.name = "says"
        self.answer = answer

    def predict(self, prompt):
        return self.answer


@pytest.fixture
def town(tmp_path):
    """A test set of one short article; returns a function that writes it with more lines or another manifest."""

    def write(rows=(), manifest=""):
        folder = tmp_path / "town"
        folder.mkdir(exist_ok=True)
        (folder / "a.txt").write_text("The Taliban took Kunduz. It lies in the north.\n")
        first = {"id": "q1", "article": "a", "question": "Which town was taken?", "answer": "Kunduz"}
        (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [first, *rows]))
        if manifest:
            (folder / "benchmark.toml").write_text(manifest)
        return folder

    return write


def said(run):
    return [json.loads(line)["raw"] for line in (run.folder / "predictions.jsonl").read_text().splitlines()]


def test_two_objects_of_one_class_never_share_answers(tmp_path, town):
    folder = town()
    first, second = (readmark.run(Says(text), folder, out=tmp_path / "runs") for text in ("Kabul", "Doha"))
    assert (said(first), said(second)) == (["Kabul"], ["Doha"])


def test_two_closures_never_share_answers(tmp_path, town):
    def make(text):
        return lambda prompt: text

    folder = town()
    first, second = (readmark.run(make(text), folder, out=tmp_path / "runs") for text in ("x", "y"))
    assert (said(first), said(second)) == (["x"], ["y"])


def test_a_closure_from_a_file_keeps_its_answers_in_the_next_process(tmp_path, town):
    """What it closes over is named in the file, so its address must not make it another model."""
    (tmp_path / "m.py").write_text("def make(tool):\n    def f(prompt):\n        return tool.x\n    return f\n\n\n"
                                   "class Tool:\n    x = 'Kunduz'\n\n\nanswer = make(Tool())\n")  # fmt: skip
    folder = town()
    names = {readmark.run(f"{tmp_path}/m.py:answer", folder, out=tmp_path / "runs").folder.name for _ in range(2)}
    assert len(names) == 1


def test_a_closure_over_a_name_without_a_value_yet_can_be_asked(tmp_path, town):
    def make():
        later = ""

        def answer(prompt):
            return later if prompt.item_id == "never" else "Kunduz"  # noqa: F821 - its cell is empty on purpose

        del later
        return answer

    assert said(readmark.run(make(), town(), out=tmp_path / "runs")) == ["Kunduz"]


def test_a_run_with_drafts_is_not_joined_with_one_without(tmp_path, town):
    folder = town([{"id": "q2", "article": "a", "question": "Where?", "answer": "north", "status": "draft"}])
    runs = [
        readmark.run("abstain", folder, out=tmp_path / "with", drafts=True),
        readmark.run("question-echo", folder, out=tmp_path / "without"),
    ]
    with pytest.raises(readmark.ReadmarkError, match="drafts"):
        readmark.board([run.folder for run in runs], tmp_path / "board")


def test_our_own_log_is_scored_as_the_run_scored_it(tmp_path):
    """Its extraction rule is `answer` unless told otherwise; a file from elsewhere is taken as it is."""
    run = readmark.run(Says("unanswerable"), out=tmp_path / "runs")
    again = readmark.score(run.folder / "predictions.jsonl", out=tmp_path / "again")
    assert again.scores == run.report.scores
    assert again.signature == run.report.signature


@pytest.mark.parametrize(
    "text",
    [
        "Unanswerable. The article does not give the weekday.",
        "unanswerable (the article does not say)",
        "The article does not say when it was captured.",
        "There is no information about that in the article.",
    ],
)
def test_an_explained_abstention_abstains(text):
    assert extract(text, "answer").abstains


@pytest.mark.parametrize(
    "text", ["The article does not say so, but it is Kabul", "“Unanswerable” was the title", "Kabul"]
)
def test_an_answer_after_all_does_not_abstain(text):
    assert not extract(text, "answer").abstains


def test_a_thought_that_was_cut_off_is_no_abstention():
    assert extract("<think>Let me look", "answer") == Answer("", abstains=False)


def test_none_is_an_answer_where_a_reference_says_so(tmp_path, town):
    folder = town([{"id": "q2", "article": "a", "question": "How many fell?", "answer": "none"}])
    assert readmark.score({"q1": "Kunduz", "q2": "None"}, folder, extract="answer").scores["answer_match"].value == 1.0
    assert [finding.severity for finding in lint(folder)] == ["warning"]


@pytest.mark.parametrize(
    ("text", "score"),
    [("It is definitely not Kunduz.", 0), ("Kunduz, not Farah", 1), ("One official said it was Kunduz.", 1)],
)
def test_a_not_in_the_question_excuses_no_denial(text, score):
    item = QaItem(id="1", article="a", question="Which town was not in the south?", references=("Kunduz",))
    assert answer_match(Answer(text, abstains=False), item).score == score


def test_a_list_does_not_accept_a_denied_part():
    item = QaItem(id="1", article="a", question="Which?", answer_type="list", parts=(("Kunduz",), ("Farah",)))
    assert answer_match(Answer("Kunduz was not captured; Farah", abstains=False), item).score == 0


def test_articles_without_titles_are_clusters_of_their_own(tmp_path, town):
    folder = town(manifest='name = "t"\nversion = "1"\ncluster = "title"\n')
    benchmark = readmark.load(folder)
    assert benchmark.cluster_of(benchmark.items[0]) == "a"


TWIN = 'name = "t"\nversion = "1"\n[[twin]]\nfind = "{find}"\nreplace = "Herat"\n'


def test_lint_finds_an_edit_that_changes_nothing(town):
    findings = lint(town(manifest=TWIN.format(find="Kund")))
    assert "finds nothing" in findings[0].what


def test_lint_finds_a_twin_s_answer_that_its_evidence_does_not_hold(town):
    row = {
        "id": "q2", "task": "qa", "article": "a", "question": "What fell?", "references": ["Kunduz"],
        "evidence": ["took Kunduz"], "twin": {"references": ["Paris"]},
    }  # fmt: skip
    findings = lint(town([row], TWIN.format(find="Kunduz")))
    assert ["Paris" in finding.what for finding in findings] == [True]


def test_lint_takes_an_unanswerable_item_with_evidence(town):
    row = {
        "id": "q2", "task": "qa", "article": "a", "question": "When?", "answer_type": "none", "process": "locate",
        "evidence": ["took Kunduz"],
    }  # fmt: skip
    assert lint(town([row])) == []


def test_no_evidence_is_not_asked_where_nothing_is_left(tmp_path, town):
    folder = town(
        [{"id": "q2", "task": "qa", "article": "b", "question": "Who?", "references": ["X"], "evidence": ["X."]}]
    )
    (folder / "b.txt").write_text("X.")
    with pytest.raises(readmark.ReadmarkError, match="no items under no_evidence"):
        readmark.run("abstain", folder, conditions=["no_evidence"], out=tmp_path / "runs")


def test_predictions_that_no_score_uses_are_told(town):
    folder = town([{"id": "q2", "article": "a", "question": "Where?", "answer": "north", "status": "retired"}])
    assert "1 predictions are for drafts" in " ".join(readmark.score({"q1": "x", "q2": "y"}, folder).notes)


def test_a_cut_run_is_not_published(tmp_path, town):
    run = readmark.run("abstain", town(), out=tmp_path / "runs")
    info = json.loads((run.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps({**info, "conditions": ["reading", "closed_book"]}))
    with pytest.raises(readmark.ReadmarkError, match="cut under closed_book"):
        readmark.board([run.folder], tmp_path / "board")


def test_failing_hard_items_does_not_top_the_table(tmp_path, town, capsys):
    (tmp_path / "m.py").write_text(
        "class Picky:\n    name = 'picky'\n    def predict(self, p):\n        if p.item_id != 'q1': raise OSError\n"
        "        return 'Kunduz'\n\nclass Half:\n    name = 'half'\n    def predict(self, p):\n"
        "        return 'Kunduz'\n"
    )
    rows = [{"id": f"q{n}", "article": "a", "question": f"Where {n}?", "answer": "north"} for n in range(2, 6)]
    rows[0]["answer"] = "Kunduz"
    with pytest.raises(SystemExit):
        main(
            ["run", f"{tmp_path}/m.py:Picky", f"{tmp_path}/m.py:Half", "-b", str(town(rows)), "-o", str(tmp_path / "r")]
        )
    out = capsys.readouterr().out
    assert out.index(" half ") < out.index(" picky ")
