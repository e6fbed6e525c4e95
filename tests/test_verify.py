"""A leaderboard is made anew from the predictions beside it, and whatever was changed is found."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from readmark.errors import ReadmarkError
from readmark.records import Reply
from readmark.verbs.board import board, verify
from readmark.verbs.run import run
from readmark.verbs.score import score

RIVER = "The Aller joins the Weser at Verden. It is 211 km long. Ada and Bo dammed it in 1908.\n"
ROWS = [
    {"id": "a", "question": "Where does it join the Weser?", "references": ["Verden"], "process": "locate"},
    {"id": "b", "question": "How long is it?", "references": ["211 km", "131 miles"]},
    {"id": "c", "question": "How deep is it?", "answer_type": "none"},
    {"id": "d", "question": "Who dammed it?", "answer_type": "list", "parts": [["Ada"], ["Bo"]]},
    *({"id": f"e{n}", "question": f"In which year, {n}?", "references": ["1908"]} for n in range(24)),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A test set and a board of three models, one of them scored from a file, with tokens and a price."""
    folder = tmp_path_factory.mktemp("verify")
    river = folder / "river"
    river.mkdir()
    (river / "river.txt").write_text(RIVER)
    (river / "questions.jsonl").write_text(
        "".join(json.dumps({"task": "qa", "article": "river", **row}) + "\n" for row in ROWS)
    )

    class Paid:
        name, price = "paid", (1.0, 2.0)

        def predict(self, prompt):
            return Reply("Verden" if prompt.item_id == "a" else "in 1908", input_tokens=9, output_tokens=2)

    def wrong(prompt):
        return "unanswerable" if prompt.item_id < "d" else "in 1807"

    runs = [
        run(model, river, conditions=["reading", "closed_book"], out=folder / "runs").folder
        for model in (Paid(), wrong)
    ]
    (folder / "elsewhere.json").write_text(json.dumps({row["id"]: "1908" for row in ROWS}))
    score(folder / "elsewhere.json", river, out=folder / "scored", extract="answer")
    board([*runs, folder / "scored"], folder / "board")
    return folder


@pytest.fixture
def copy(made, tmp_path):
    shutil.copytree(made / "board", tmp_path / "board")
    shutil.copytree(made / "river", tmp_path / "river")
    return tmp_path


def test_an_untouched_board_holds(made):
    assert verify(made / "board", benchmark=made / "river") == []
    assert verify(made / "board" / "leaderboard.json", benchmark=made / "river") == []


def entry_named(table, model):
    return next(entry for entry in table["entries"] if entry["model"] == model)


def rewritten(change):
    """Return a tampering of leaderboard.json alone."""

    def tamper(folder):
        path = folder / "board" / "leaderboard.json"
        table = json.loads(path.read_text())
        change(table)
        path.write_text(json.dumps(table))

    return tamper


def in_predictions(model, change, *, hashed=True):
    """Return a tampering of a file of predictions; `hashed` writes the new hash into the board too."""

    def tamper(folder):
        path = folder / "board" / "leaderboard.json"
        table = json.loads(path.read_text())
        entry = entry_named(table, model)
        log = folder / "board" / entry["predictions"]["path"]
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        log.write_text("".join(json.dumps(line) + "\n" for line in change(lines)))
        if hashed:
            entry["predictions"]["sha256"] = hashlib.sha256(log.read_bytes()).hexdigest()
            path.write_text(json.dumps(table))

    return tamper


def scores_of(table, model="paid"):
    return entry_named(table, model)["conditions"]["reading"]["scores"]


def swap_files(folder):
    one, other = sorted((folder / "board" / "entries").glob("*.jsonl"))[:2]
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def swap_names(table):
    """Give two models each other's numbers and files."""
    one, other = entry_named(table, "paid"), entry_named(table, "wrong")
    one["model"], other["model"] = other["model"], one["model"]


def standing(table):
    return table["standings"]["reading"]["answer_match"]


def set_in(place, key, value):
    place[key] = value


def setting(place, key, value):
    """Return a tampering that sets one key in a place of the board."""
    return rewritten(lambda table: set_in(place(table), key, value))


def entry(model):
    return lambda table: entry_named(table, model)


TAMPERINGS = {
    "a score": setting(lambda t: scores_of(t)["answer_match"], "value", 0.99),
    "an interval's end": setting(lambda t: scores_of(t)["exact_match"], "low", 0.5),
    "a count": setting(lambda t: scores_of(t)["token_f1"], "n", 30),
    "a bound": setting(lambda t: scores_of(t)["answer_match"], "best", 0.999),
    "an outcome": setting(lambda t: entry_named(t, "wrong")["counts"], "abstained", 0),
    "a group": setting(
        lambda t: entry_named(t, "paid")["conditions"]["reading"]["by"]["answerable"]["yes"]["answer_match"], "n", 1
    ),
    "a gain": setting(lambda t: entry_named(t, "paid")["derived"]["reading_gain"], "value", 0.5),
    "a rank": rewritten(lambda t: set_in(standing(t)["ranks"], entry_named(t, "wrong")["id"], [1, 1])),
    "a verdict on a pair": setting(lambda t: standing(t)["pairs"][0], "surely", 7),
    "a p-value": setting(lambda t: standing(t)["pairs"][0], "adjusted", 0.2),
    "the smallest gap": setting(standing, "smallest_gap", 0.01),
    "tokens": setting(lambda t: entry_named(t, "paid")["costs"], "input_tokens", 1),
    "a cost": setting(entry("paid"), "cost", 0.0),
    "a model's name": setting(entry("paid"), "model", "better"),
    "a revision": setting(entry("elsewhere"), "revision", "0" * 64),
    "a parameter": setting(entry("paid"), "parameters", {"temperature": 0}),
    "the recipe": setting(lambda t: t["signature"], "norm", "squad1"),
    "a dropped entry": rewritten(lambda t: t["entries"].pop()),
    "a doubled entry": rewritten(lambda t: t["entries"].append(t["entries"][0])),
    "swapped names": rewritten(swap_names),
    "an entry set apart": setting(entry("paid"), "kind", "upper_bound"),
    "a note": setting(lambda t: t, "notes", []),
    "a canary": setting(lambda t: t, "canary", "x"),
    "a hash": setting(lambda t: entry_named(t, "paid")["predictions"], "sha256", "0" * 64),
    "an answer": in_predictions("paid", lambda lines: [{**lines[0], "raw": "Celle"}, *lines[1:]], hashed=False),
    "an answer and its hash": in_predictions("paid", lambda lines: [*lines[:2], {**lines[2], "raw": ""}, *lines[3:]]),
    "a dropped item": in_predictions("wrong", lambda lines: lines[1:]),
    "a doubled item": in_predictions("paid", lambda lines: [*lines, lines[0]]),
    "another's answer": in_predictions("paid", lambda lines: [{**lines[0], "key": "0" * 64}, *lines[1:]]),
    "swapped files": swap_files,
    "a missing file": lambda folder: next((folder / "board" / "entries").glob("paid*")).unlink(),
    "a file too many": lambda folder: (folder / "board" / "entries" / "hidden.jsonl").write_text("{}"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampering_is_found(copy, name):
    before = {path: path.read_bytes() for path in (copy / "board").rglob("*") if path.is_file()}
    TAMPERINGS[name](copy)
    assert before != {path: path.read_bytes() for path in (copy / "board").rglob("*") if path.is_file()}
    findings = verify(copy / "board", benchmark=copy / "river")
    assert findings
    assert all(one.place and one.board for one in findings)


def test_the_finding_names_the_place_and_both_values(copy):
    TAMPERINGS["a score"](copy)
    (finding,) = verify(copy / "board", benchmark=copy / "river")
    assert finding.place.endswith("conditions.reading.scores.answer_match.value")
    assert finding.board == "0.99"
    assert 0 < float(finding.found) < 0.99


def test_a_changed_reference_makes_another_test_set(copy):
    path = copy / "river" / "questions.jsonl"
    path.write_text(path.read_text().replace('"Verden"', '"Celle"'))
    with pytest.raises(ReadmarkError, match="the board names"):
        verify(copy / "board", benchmark=copy / "river")


def test_a_test_set_that_is_not_bundled_must_be_named(copy):
    with pytest.raises(ReadmarkError, match="name it with -b"):
        verify(copy / "board")


def test_a_path_out_of_the_entries_is_not_followed(copy):
    setting(lambda t: entry_named(t, "paid")["predictions"], "path", "../river/questions.jsonl")(copy)
    assert "entries[" in verify(copy / "board", benchmark=copy / "river")[0].place


@pytest.fixture
def thresholded(made, tmp_path):
    """A board of one file of predictions with no-answer probabilities, and the path of these."""
    (tmp_path / "p.json").write_text(json.dumps({row["id"]: "1908" for row in ROWS}))
    (tmp_path / "na.json").write_text(json.dumps({row["id"]: 0.9 if row["id"] == "c" else 0.1 for row in ROWS}))
    score(tmp_path / "p.json", made / "river", out=tmp_path / "s", no_answer=tmp_path / "na.json", threshold=0.5)
    board([tmp_path / "s"], tmp_path / "board")
    (file,) = (tmp_path / "board" / "entries").glob("*.no-answer.json")
    return tmp_path / "board", file


def test_thresholded_predictions_are_made_anew_from_their_probabilities(made, thresholded):
    folder, file = thresholded
    assert verify(folder, benchmark=made / "river") == []
    file.write_text(file.read_text().replace("0.9", "0.2"))
    found = {one.place for one in verify(folder, benchmark=made / "river")}
    assert "entries[0].probabilities.sha256" in found
    assert any(place.endswith("exact_match.value") for place in found)


@pytest.mark.parametrize("text", ["{not json", "[1]", '{"a": 0.1}', '{"a": "x"}', ""])
def test_probabilities_that_cannot_be_used_are_findings_beside_the_others(made, thresholded, text):
    folder, file = thresholded
    file.write_text(text)
    places = [one.place for one in verify(folder, benchmark=made / "river")]
    assert places[0] == "entries[0].probabilities.sha256"
    assert file.name in places[1]


ODD = [None, "", -1, [], {}, "x/../y", 1e308, "\ud800x", [1], 10**30]


def test_whatever_stands_in_a_board_is_a_finding_or_an_error(made, thresholded):
    """Every value is replaced by others in turn; what holds all the same is only claimed, or is worth the same."""
    folder, _ = thresholded
    path = folder / "leaderboard.json"
    table = json.loads(path.read_text())
    held = set()
    for place in _places(table):
        for value in ODD:
            changed = _replaced(table, place, value)
            if changed == table:
                continue
            path.write_text(json.dumps(changed))
            try:
                findings = verify(folder, benchmark=made / "river")
            except ReadmarkError:
                continue
            if not findings:
                held.add(place)
    assert held <= {("signature", "readmark"), ("entries", 0, "seconds"), ("entries", 0, "threshold")}


def _places(value, place=()):
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*place, key)
        yield from _places(value[key], (*place, key))


def _replaced(value, place, new):
    if not place:
        return new
    changed = value.copy()
    changed[place[0]] = _replaced(value[place[0]], place[1:], new)
    return changed


def test_the_command_ends_with_1_where_something_differs_and_0_where_all_holds(copy, cli):
    command = ["verify", str(copy / "board" / "leaderboard.json"), "-b", str(copy / "river")]
    code, out, _ = cli(*command)
    assert (code, out) == (0, "every number holds\n")
    TAMPERINGS["a score"](copy)
    code, out, _ = cli(*command)
    assert code == 1
    assert "answer_match.value: 0.99, the predictions give" in out
    found = json.loads(cli(*command, "--json")[1])
    assert (found["holds"], len(found["findings"])) == (False, 1)


def test_a_board_made_elsewhere_has_the_same_bytes(made, tmp_path):
    """Other folders, another order of runs, another locale, time zone and seed of hashes."""
    shutil.copytree(made / "runs", tmp_path / "elsewhere" / "r")
    shutil.copytree(made / "scored", tmp_path / "other" / "renamed")
    runs = [*sorted((tmp_path / "elsewhere" / "r").iterdir(), reverse=True), tmp_path / "other" / "renamed"]
    command = [sys.executable, "-m", "readmark", "board", *map(str, runs), "-o", "board", "-b", str(made / "river")]
    env = {**os.environ, "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kabul", "PYTHONHASHSEED": "7"}
    subprocess.run(command, check=True, capture_output=True, env=env, cwd=tmp_path)
    for path in sorted((made / "board").rglob("*.json*")):
        subprocess.run(["cmp", str(path), str(tmp_path / path.relative_to(made))], check=True)
    names = [sorted(path.name for path in (folder / "board").rglob("*")) for folder in (made, tmp_path)]
    assert names[0] == names[1]


def test_an_answer_after_a_failure_is_no_second_answer(made, tmp_path):
    cable = tmp_path / "the cable is in"

    def late(prompt):
        if prompt.item_id == "a" and not cable.exists():
            raise ValueError("not yet")
        return "1908"

    run(late, made / "river", out=tmp_path / "runs")
    cable.touch()
    folder = run(late, made / "river", out=tmp_path / "runs").folder
    assert len((folder / "predictions.jsonl").read_bytes().splitlines()) == len(ROWS) + 1
    board([folder], tmp_path / "board")
    assert verify(tmp_path / "board", benchmark=made / "river") == []
