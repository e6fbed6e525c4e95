"""An answer stands only under the model, revision, parameters and prompt that it was given to; nothing is asked twice.

Every answer here says what it was given to, so that one in the wrong place shows itself.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from readmark.metrics import METRICS
from readmark.models import LoadedModel
from readmark.plan import make_plan
from readmark.runs import RunFolder
from readmark.verbs.run import run

RIVER = "The Aller joins the Weser at Verden. It is 211 km long. Ada dammed it in 1908.\n"
ROWS = [
    {"id": "a", "task": "qa", "article": "river", "question": "Where does it join?", "references": ["Verden"],
     "evidence": ["at Verden"], "distractors": ["Bremen"]},
    {"id": "b", "task": "qa", "article": "river", "question": "How long is it?", "references": ["211 km"]},
    {"id": "c", "task": "qa", "article": "river", "question": "How deep is it?", "answer_type": "none"},
    {"id": "s", "task": "summary", "article": "river", "instruction": "Sum up.", "references": ["A dammed river."],
     "facts": [{"id": "f", "text": "dammed", "weight": 1, "facets": [["dammed"]], "evidence": ["dammed it"]}]},
]  # fmt: skip


def write(folder, article=RIVER, **changes):
    """Write the test set with changes to single items, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "river.txt").write_text(article)
    rows = [{**row, **changes.get(row["id"], {})} for row in ROWS]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@dataclass
class Teller:
    """Says who it is and what it was asked; fails or is interrupted where it is told to."""

    name: str = "teller"
    revision: str = "1"
    parameters: dict = field(default_factory=dict)
    fails: str = ""
    cut: str = ""

    def __post_init__(self):
        self.asked = []

    def predict(self, prompt):
        self.asked.append(prompt)
        if prompt.item_id == self.cut:
            raise KeyboardInterrupt
        if prompt.item_id == self.fails:
            raise ValueError("no")
        return said(self, prompt.text)

    def taken(self):
        """Return the items asked since the last call."""
        asked, self.asked = "".join(prompt.item_id for prompt in self.asked), []
        return asked


class AnswerSheet(Teller):
    """Knows every answer."""

    def predict(self, prompt):
        self.asked.append(prompt)
        return {"a": "Verden", "b": "211 km", "c": "unanswerable", "s": "A dammed river."}[prompt.item_id]


def row_of(folder, item):
    (row,) = [row for row in RunFolder(folder).rows() if row.item_id == item]
    return row


def said(model, text):
    return json.dumps([model.name, model.revision, model.parameters, hashlib.sha256(text.encode()).hexdigest()])


@pytest.fixture
def out(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def river(tmp_path):
    return lambda *given, **changes: write(tmp_path / "river", *given, **changes)


# Each setting in turn, and any order of settings

BASE = {
    "name": "teller", "revision": "1", "parameters": {}, "fails": "", "cut": "",
    "article": RIVER, "a": {}, "b": {}, "s": {}, "conditions": ("reading",),
}  # fmt: skip


class Walk:
    """Runs of one -o, each under the settings of the one before but for one; knows what must be asked."""

    def __init__(self, folder):
        self.folder = folder
        self.settings = dict(BASE)
        self.answered = {}  # key → (the model's identity, the answer)

    def step(self, **change):
        """Change a setting, run, check what was asked and every log; return the items asked."""
        self.settings.update(change)
        model = Teller(**{name: self.settings[name] for name in ("name", "revision", "parameters", "fails", "cut")})
        changes = {name: self.settings[name] for name in ("article", "a", "b", "s")}
        town, out = write(self.folder / "river", **changes), self.folder / "runs"
        plan = make_plan(model, town, conditions=self.settings["conditions"])
        rest = [one for one in zip(plan.prompts, plan.keys, strict=True) if one[1] not in self.answered]
        stop = next((i for i, (prompt, _) in enumerate(rest) if prompt.item_id == model.cut), len(rest))
        with suppress(KeyboardInterrupt):
            run(model, town, conditions=plan.conditions, out=out)
        assert model.asked == [prompt for prompt, _ in rest[: stop + 1]]
        for prompt, key in rest[:stop]:
            if prompt.item_id != model.fails:
                self.answered[key] = plan.model.identity, said(model, prompt.text)
        check_logs(out, self.answered)
        return model.taken()


def check_logs(out, answered):
    """Every answer in every log is the one that its key was given, in a run of the model that gave it."""
    for path in out.iterdir():
        info = RunFolder(path).info()
        identity = LoadedModel(info.model, info.revision, info.parameters, (), "", None).identity
        for line in RunFolder(path).predictions():
            assert not isinstance(line.raw, str) or answered[line.key] == (identity, line.raw)


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"name": "teller2"}, "abcs"), ({"revision": "2"}, "abcs"), ({"parameters": {"k": 1}}, "abcs"),
        ({"article": RIVER.replace("1908", "1909")}, "abcs"), ({"article": RIVER + " "}, "abcs"),
        ({"a": {"question": "Where does it join!"}}, "a"), ({"a": {"question": "Where does it  join?"}}, "a"),
        ({"s": {"instruction": "Sum up!"}}, "s"), ({"s": {"max_words": 9}}, "s"),
        ({"conditions": ("closed_book",)}, "ab"),
    ],
)  # fmt: skip
def test_each_setting_that_changes_asks_what_it_concerns_and_changed_back_asks_nothing(tmp_path, change, asked):
    walk = Walk(tmp_path)
    back = {name: BASE[name] for name in change}
    assert walk.step() == "abcs"
    assert [walk.step(**one) for one in (change, back, change, {})] == [asked, "", "", ""]


def one_of(name, *values):
    return st.tuples(st.just(name), st.sampled_from(values))


changes = st.one_of(
    one_of("name", "m", "m ", "M", "m-"),  # of one folder's name but for the digits, or nearly
    one_of("revision", "1", "2"),
    one_of("parameters", {}, {"k": 1}, {"k": 1.0}, {"k": "1"}, {"k": True}, {"k": None}, {"k": [1]}),
    one_of("conditions", ("reading",), ("closed_book",), ("reading", "closed_book")),
    one_of("fails", "", "a", "s"),
    one_of("cut", "", "b", "s"),
    one_of("article", RIVER, RIVER.replace("1908", "1909"), RIVER + " "),
    one_of("a", {}, {"question": "Where does it join"}, {"references": ["Bremen"]}, {"evidence": []}),
    one_of("b", {}, {"question": "How long is it??"}, {"distractors": ["200 km"]}),
    one_of("s", {}, {"max_words": 9}, {"instruction": "Sum it up."}, {"facts": []}),
)


@settings(max_examples=20, phases=[Phase.generate])  # to shrink a failure takes minutes
@given(st.lists(changes, min_size=6, max_size=12))
def test_in_any_order_of_settings_a_prompt_is_asked_once_and_its_answer_stands_nowhere_else(changes):
    with TemporaryDirectory() as folder:
        walk = Walk(Path(folder))
        for name, value in changes:
            walk.step(**{name: value})


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2))


@given(st.builds(LoadedModel, names, names, st.dictionaries(names, values), st.just(()), st.just(""), st.none()))
def test_name_revision_and_parameters_can_be_read_from_an_identity_so_that_no_two_models_share_one(model):
    written = [model.name, model.revision, model.parameters]
    assert json.dumps(json.loads(model.identity), sort_keys=True) == json.dumps(written, sort_keys=True)


# The same through the command line

FILE = """
import os


class Model:
    def __init__(self, k=1):
        self.k = k

    def predict(self, prompt):
        with open("asked", "a") as file:
            print(prompt.item_id, end="", file=file)
        return f"{self.k!r} WORD"
"""


@pytest.fixture
def command(cli, river, tmp_path):
    """Write the model's file, run it with a setting, and return what was asked and what was answered."""

    def command(word="x", k=None):
        asked = tmp_path / "asked"
        asked.write_text("")
        (tmp_path / "model.py").write_text(FILE.replace("WORD", word))
        code, printed, _ = cli("run", "model.py", "-b", river(), "--json", *(["--model-arg", f"k={k}"] if k else []))
        assert code == 0
        (report,) = json.loads(printed)["reports"]
        return asked.read_text(), {row.text for row in RunFolder(Path(report["folder"])).rows()}

    return command


def test_one_character_of_the_models_file_makes_another_model_and_back_again_asks_nothing(command):
    assert [command(word) for word in "xyxy"] == [
        ("abcs", {"1 x"}), ("abcs", {"1 y"}), ("", {"1 x"}), ("", {"1 y"})
    ]  # fmt: skip


def test_each_value_of_a_setting_makes_another_model_and_a_default_said_aloud_does_not(command):
    given = [None, "2", "2.0", '"2"', "true", "1", "[2]", "2", "true"]
    assert [command(k=k) for k in given] == [
        ("abcs", {"1 x"}), ("abcs", {"2 x"}), ("abcs", {"2.0 x"}), ("abcs", {"'2' x"}), ("abcs", {"True x"}),
        ("", {"1 x"}), ("abcs", {"[2] x"}), ("", {"2 x"}), ("", {"True x"}),
    ]  # fmt: skip


# Folders that hold what they should not


def test_two_models_of_one_name_side_by_side_keep_to_their_own_answers(river, out):
    for _ in range(2):
        for parameters in ({"k": 1}, {"k": 2}):
            teller = Teller(parameters=parameters)
            folder = run(teller, river(), out=out).folder
            assert {json.loads(row.text)[2]["k"] for row in RunFolder(folder).rows()} == {parameters["k"]}
    assert len(list(out.iterdir())) == 2


def test_a_folder_that_holds_another_models_run_gives_none_of_its_answers(river, out):
    one, other = Teller(), Teller(revision="2")
    theirs = run(one, river(), out=out).folder
    mine = run(other, river(), out=out).folder
    other.taken()
    for name in ("run.json", "predictions.jsonl"):
        (mine / name).write_bytes((theirs / name).read_bytes())
    rows = RunFolder(run(other, river(), out=out).folder).rows()
    assert other.taken() == "abcs"
    assert {json.loads(row.text)[1] for row in rows} == {"2"}


def test_a_run_beside_is_asked_for_answers_only_where_its_whole_model_is_equal(river, out):
    """The line's key alone is not enough: a folder under the model's name may be anybody's."""
    teller = Teller()
    first = run(teller, river(), out=out).folder
    info = json.loads((first / "run.json").read_text())
    (first / "run.json").write_text(json.dumps({**info, "revision": "2"}))
    teller.taken()
    run(teller, river(a={"distractors": []}), out=out)
    assert teller.taken() == "abcs"


# What asks nothing again


@pytest.mark.parametrize(
    ("changes", "name", "scores"),
    [
        ({"a": {"references": ["Nienburg"]}}, "answer_match", (1.0, 0.0)),
        ({"s": {"references": ["Nothing of it."]}}, "rouge1", (1.0, 0.0)),
        ({"s": {"facts": [{**ROWS[3]["facts"][0], "facets": [["flooded"]]}]}}, "fact_recall", (1.0, 0.0)),
    ],
)
def test_a_changed_reference_or_fact_is_scored_anew_and_asks_nothing(river, out, changes, name, scores):
    teller, item = AnswerSheet(), next(iter(changes))
    before = run(teller, river(), out=out).folder
    assert teller.taken() == "abcs"
    after = run(teller, river(**changes), out=out).folder
    assert teller.taken() == ""
    assert tuple(row_of(folder, item).scores[name] for folder in (before, after)) == scores


@pytest.mark.parametrize("changes", [{"a": {"distractors": ["Celle"]}}, {"a": {"evidence": ["The Aller"]}}])
def test_a_changed_distractor_or_evidence_asks_nothing_and_scores_the_same(river, out, changes):
    teller = AnswerSheet()
    before = run(teller, river(), out=out).folder
    teller.taken()
    after = run(teller, river(**changes), out=out).folder
    assert (teller.taken(), before == after) == ("", False)
    assert (before / "scores.jsonl").read_bytes() == (after / "scores.jsonl").read_bytes()


def test_a_changed_metric_is_scored_anew_and_asks_nothing(river, out, monkeypatch):
    teller = AnswerSheet()
    assert run(teller, river(), out=out).report.scores["exact_match"].value == 1.0
    teller.taken()
    strict = dataclasses.replace(METRICS["exact_match"], score=lambda *_: 0.0)
    monkeypatch.setitem(METRICS, "exact_match", strict)
    assert run(teller, river(), out=out).report.scores["exact_match"].value == 0.0
    assert teller.taken() == ""


def test_a_changed_extraction_is_scored_anew_and_asks_nothing(river, out):
    teller = AnswerSheet()
    first = run(teller, river(), out=out)
    before = (first.folder / "report.json").read_bytes()
    teller.taken()
    plain = run(teller, river(), out=out, extract="none")
    assert (row_of(first.folder, "c").outcome, plain.report.signature["extract"]) == ("answered", "none")
    run(teller, river(), out=out)
    assert row_of(first.folder, "c").outcome == "abstained"
    assert (first.folder / "report.json").read_bytes() == before
    assert teller.taken() == ""
