"""A leaderboard joins runs of one recipe, whatever their order, and touches no file that is not its own."""

from __future__ import annotations

import hashlib
import itertools
import json

import msgspec
import pytest

from readmark.benchmark import load
from readmark.errors import RunError
from readmark.leaderboard import Leaderboard
from readmark.runs import pretty
from readmark.verbs.board import board
from readmark.verbs.ceiling import run_upper_bound
from readmark.verbs.run import run
from readmark.verbs.score import score

RIVER = "The Aller joins the Weser at Verden. It is 211 km long.\n"
ROWS = [
    {"id": "a", "question": "Where does it join the Weser?", "answer": "Verden"},
    {"id": "b", "question": "How long is it?", "answer": "211 km"},
    {"id": "c", "question": "How deep is it?", "answer": "", "answer_type": "none"},
]


@pytest.fixture
def river(tmp_path):
    folder = tmp_path / "river"
    folder.mkdir()
    (folder / "river.txt").write_text(RIVER)
    rows = [{"article": "river", **row} for row in ROWS]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture
def runs(river, tmp_path):
    """Three finished runs, one with failures under two conditions, and the ceiling."""

    def faulty(prompt):
        if prompt.item_id == "b":
            raise OSError("the cable is out")
        return "Verden"

    out = tmp_path / "runs"
    made = [run(name, river, out=out).folder for name in ("abstain", "best-sentence")]
    made.append(run(faulty, river, conditions=["reading", "closed_book"], out=out).folder)
    return [*made, run_upper_bound(load(river), out).folder]


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(path, **changes):
    """Change top-level fields of a JSON file; `signature__x` means a key inside."""
    value = json.loads(path.read_text())
    for name, new in changes.items():
        outer, _, inner = name.partition("__")
        if inner:
            value[outer][inner] = new
        else:
            value[outer] = new
    path.write_text(json.dumps(value))


def test_a_board_is_a_file_a_page_and_the_predictions_beside_them(runs, tmp_path):
    board(runs, tmp_path / "board")
    expected = {"leaderboard.json", "leaderboard.html", *(f"entries/{folder.name}.jsonl" for folder in runs)}
    assert set(files(tmp_path / "board")) == expected
    for folder in runs:
        copied = tmp_path / "board" / "entries" / f"{folder.name}.jsonl"
        assert copied.read_bytes() == (folder / "predictions.jsonl").read_bytes()


def test_every_order_of_the_runs_gives_the_same_bytes(runs, tmp_path):
    boards = []
    for number, order in enumerate(itertools.permutations(runs)):
        board(order, tmp_path / str(number))
        boards.append(files(tmp_path / str(number)))
    assert boards == boards[:1] * 24


def test_the_order_says_nothing_where_uncompared_keys_and_notes_differ(runs, tmp_path):
    change(runs[0] / "report.json", signature__readmark="9.9", notes=["a second note"])
    change(runs[-1] / "report.json", signature__readmark="0.0", notes=["a first note"])
    one, other = board(runs, tmp_path / "one"), board(runs[::-1], tmp_path / "other")
    assert one == other
    assert files(tmp_path / "one") == files(tmp_path / "other")
    assert {"a first note", "a second note"} <= set(one.notes)


def test_where_the_runs_lie_says_nothing(runs, river, tmp_path):
    board(runs[:2], tmp_path / "one")
    made = [run(name, river, out=tmp_path / "a" / name).folder for name in ("best-sentence", "abstain")]
    board(made, tmp_path / "other")
    one, other = (json.loads((tmp_path / name / "leaderboard.json").read_text()) for name in ("one", "other"))
    for entry in one["entries"] + other["entries"]:
        del entry["seconds"], entry["predictions"]["sha256"]  # the only two that depend on the clock
    assert one == other


def test_the_same_board_again_changes_no_byte(runs, tmp_path):
    board(runs, tmp_path / "board")
    before = files(tmp_path / "board")
    board(runs, tmp_path / "board")
    assert files(tmp_path / "board") == before


def test_a_leaderboard_reads_back_as_the_record(runs, tmp_path):
    made = board(runs, tmp_path / "board")
    data = (tmp_path / "board" / "leaderboard.json").read_bytes()
    assert msgspec.json.decode(data, type=Leaderboard) == made
    assert pretty(made) == data


def test_entries_stand_in_alphabetical_order_with_the_ceiling_apart(runs, tmp_path):
    made = board(runs, tmp_path / "board")
    assert [(entry.model, entry.kind) for entry in made.entries] == [
        ("abstain", "model"), ("best-sentence", "model"), ("faulty", "model"), ("upper-bound", "upper_bound"),
    ]  # fmt: skip


def test_an_entry_holds_the_numbers_of_its_run(runs, tmp_path):
    made = board(runs, tmp_path / "board")
    for folder in runs:
        report = json.loads((folder / "report.json").read_text())
        info = json.loads((folder / "run.json").read_text())
        (entry,) = [entry for entry in made.entries if entry.predictions.path == f"entries/{folder.name}.jsonl"]
        plain = json.loads(msgspec.json.encode(entry))
        assert {key: plain.get(key) for key in ("counts", "conditions", "derived", "costs")} == {
            key: report.get(key) for key in ("counts", "conditions", "derived", "costs")
        }
        assert {key: plain[key] for key in ("model", "revision", "parameters", "adapter", "kind")} == {
            key: info[key] for key in ("model", "revision", "parameters", "adapter", "kind")
        }
        assert entry.predictions.sha256 == hashlib.sha256((folder / "predictions.jsonl").read_bytes()).hexdigest()


def test_an_entrys_numbers_follow_from_the_predictions_beside_it(runs, river, tmp_path):
    for entry in board(runs, tmp_path / "board").entries:
        again = score(tmp_path / "board" / entry.predictions.path, river, extract="answer")
        assert again.conditions == entry.conditions


def test_a_failed_item_has_no_score_on_the_board(runs, tmp_path):
    (entry,) = [entry for entry in board(runs, tmp_path / "board").entries if entry.model == "faulty"]
    reading = entry.conditions["reading"]
    assert (reading.counts.failed, reading.counts.items) == (1, 3)
    assert (reading.scores["answer_match"].n, reading.scores["answer_match"].value) == (2, 0.5)
    assert (reading.scores["answer_match"].worst, reading.scores["answer_match"].best) == (1 / 3, 2 / 3)


def test_the_board_says_nothing_of_the_place_of_the_test_set(runs, river, tmp_path):
    board(runs, tmp_path / "board")
    assert str(river) not in (tmp_path / "board" / "leaderboard.json").read_text()


# What is refused


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("benchmark", "lake"), ("version", "2"), ("sha256", "0" * 64), ("norm", "squad1"), ("missing", "zero"),
        ("prompt", "9#00000000"), ("extract", "none"), ("scoring", "0"), ("rouge", "other"), ("judge", "a model"),
        ("limit", 2),
    ],
)  # fmt: skip
def test_runs_of_another_recipe_are_refused_with_the_key_that_differs(runs, tmp_path, key, value):
    change(runs[1] / "report.json", **{f"signature__{key}": value})
    with pytest.raises(RunError) as caught:
        board(runs[:2], tmp_path / "board")
    assert [problem.what.split()[1] for problem in caught.value.problems] == [key]
    assert str(value) in str(caught.value)
    assert not (tmp_path / "board").exists()


def test_runs_of_two_test_sets_are_refused(runs, river, tmp_path):
    (river / "river.txt").write_text(RIVER + "It floods.\n")
    other = run("abstain", river, out=tmp_path / "other").folder
    with pytest.raises(RunError, match="sha256"):
        board([runs[1], other], tmp_path / "board")


def test_a_limited_run_is_refused_beside_a_whole_one(runs, river, tmp_path):
    part = run("question-echo", river, limit=2, out=tmp_path / "part").folder
    with pytest.raises(RunError, match="limit"):
        board([runs[0], part], tmp_path / "board")


def test_every_difference_of_every_run_is_told(runs, tmp_path):
    for folder in runs[1:3]:
        change(folder / "report.json", signature__norm="squad1", signature__judge="a model")
    with pytest.raises(RunError) as caught:
        board(runs, tmp_path / "board")
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize("form", ["{}", "{}/", "{}/../{name}"])
def test_one_run_given_twice_is_refused(runs, tmp_path, form):
    again = form.format(runs[0], name=runs[0].name)
    with pytest.raises(RunError, match="is the same run as"):
        board([runs[0], again], tmp_path / "board")


def test_no_runs_are_refused(tmp_path):
    with pytest.raises(RunError, match="was given no runs"):
        board([], tmp_path / "board")


def test_what_is_no_run_is_refused(runs, river, tmp_path):
    with pytest.raises(RunError, match="is not a folder"):
        board([*runs, tmp_path / "nowhere"], tmp_path / "board")
    with pytest.raises(RunError, match=r"has no run.json"):
        board([*runs, river], tmp_path / "board")
    assert not (tmp_path / "board").exists()


# The folder


def test_a_run_named_by_the_folder_one_stands_in_keeps_its_name(runs, tmp_path, monkeypatch):
    monkeypatch.chdir(runs[0])
    (entry,) = board(["."], tmp_path / "board").entries
    assert entry.predictions.path == f"entries/{runs[0].name}.jsonl"


def test_entries_of_an_earlier_board_go_and_other_files_stay(runs, tmp_path):
    out = tmp_path / "board"
    board(runs, out)
    for name in ("notes.txt", "entries/mine.jsonl", "entries/readme.md"):
        (out / name).write_text("mine")
    board(runs[:1], out)
    assert set(files(out)) == {
        "leaderboard.json", "leaderboard.html", f"entries/{runs[0].name}.jsonl", "notes.txt", "entries/mine.jsonl",
        "entries/readme.md",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["../precious.jsonl", "entries/../precious.jsonl", "entries/..", "precious.jsonl", ""])
def test_an_earlier_board_cannot_have_other_files_removed(runs, tmp_path, path):
    out = tmp_path / "board"
    board(runs[:2], out)
    for place in (tmp_path, out):
        (place / "precious.jsonl").write_text("precious")
    earlier = json.loads((out / "leaderboard.json").read_text())
    earlier["entries"][1]["predictions"] = path
    (out / "leaderboard.json").write_text(json.dumps(earlier))
    board(runs[:1], out)
    assert (tmp_path / "precious.jsonl").exists()
    assert (out / "precious.jsonl").exists()


@pytest.mark.parametrize("data", [b"", b"nonsense", b"[]", b'{"entries": 3}', b"\xff"])
def test_a_leaderboard_file_of_another_kind_is_replaced_and_nothing_removed(runs, tmp_path, data):
    out = tmp_path / "board"
    (out / "entries").mkdir(parents=True)
    (out / "entries" / "mine.jsonl").write_text("mine")
    (out / "leaderboard.json").write_bytes(data)
    board(runs, out)
    assert (out / "entries" / "mine.jsonl").exists()
    assert msgspec.json.decode((out / "leaderboard.json").read_bytes(), type=Leaderboard)


def test_a_folder_that_cannot_be_written_is_told(runs, tmp_path):
    (tmp_path / "board").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        board(runs, tmp_path / "board")


# The command line


def test_a_board_with_failures_ends_with_1_and_one_without_with_0(cli, runs):
    assert cli("board", *runs, "-o", "board")[0] == 1
    code, out, _ = cli("board", *runs[:2], "-o", "board")
    assert code == 0
    assert "written: board/leaderboard.json" in out


def test_a_mixed_board_ends_with_2(cli, runs):
    change(runs[1] / "report.json", signature__norm="squad1")
    code, _, err = cli("board", *runs, "-o", "board")
    assert code == 2
    assert "has norm squad1, unlike" in err


def test_the_json_of_a_board_is_the_file(cli, runs, tmp_path):
    _, out, _ = cli("board", *runs, "-o", "board", "--json")
    assert out.encode() == (tmp_path / "board" / "leaderboard.json").read_bytes()


def test_with_json_every_verb_prints_pure_json(cli, runs, river):
    verbs = {
        "run": ["run", "abstain", "-b", river, "-o", "again", "--json"],
        "dry run": ["run", "abstain", "-b", river, "--dry-run", "--json"],
        "score": ["score", runs[0] / "predictions.jsonl", "-b", river, "-o", "scored", "--json"],
        "show": ["show", runs[0], "-b", river, "--json"],
        "board": ["board", *runs, "-o", "board", "--json"],
        "lint": ["lint", river, "--json"],
        **{f"list {kind}": ["list", kind, "--json"] for kind in ("models", "metrics", "conditions", "benchmarks")},
    }
    for name, arguments in verbs.items():
        code, out, _ = cli(*arguments)
        assert code in {0, 1}, name
        assert json.loads(out), name


def test_with_json_wrong_input_prints_pure_json_too(cli, runs):
    for arguments in (["board", "nowhere", "-o", "board"], ["run", "nothing"], ["score", "no.json", "-o", "x"],
                      ["show", "nowhere"], ["lint", "nowhere"]):  # fmt: skip
        code, out, _ = cli(*arguments, "--json")
        assert code == 2
        assert json.loads(out)["problems"]


def test_a_summariser_that_was_asked_under_conditions_for_questions_too_is_no_cut_run(tmp_path):
    """It has no items under closed_book; that is no reason to refuse it."""
    runs = [run(name, conditions=["reading", "closed_book"], out=tmp_path).folder for name in ("lead-3", "abstain")]
    assert [entry.model for entry in board(runs, tmp_path / "board").entries] == ["abstain", "lead-3"]
