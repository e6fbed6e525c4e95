"""A run asks each item once, keeps every answer, and goes on where it was cut."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import readmark
from readmark.benchmark import load
from readmark.errors import ModelError, RunError
from readmark.jsonl import read_log
from readmark.models import ask, find_model
from readmark.plan import make_plan
from readmark.records import Prediction, Reply
from readmark.verbs.ceiling import run_upper_bound
from readmark.verbs.run import Watch, execute, run
from readmark.verbs.score import score

RIVER = "The Aller joins the Weser at Verden. It is 211 km long. Ada and Bo dammed it in 1908.\n"
ROWS = [
    {"id": "a", "article": "river", "question": "Where does it join the Weser?", "references": ["Verden"],
     "evidence": ["joins the Weser at Verden"]},
    {"id": "b", "article": "river", "question": "How long is it?", "references": ["211 km"], "evidence": ["211 km"]},
    {"id": "c", "article": "river", "question": "How deep is it?", "answer_type": "none"},
    {"id": "d", "article": "river", "question": "Who dammed it?", "answer_type": "list", "parts": [["Ada"], ["Bo"]]},
    {"id": "s", "article": "river", "task": "summary", "instruction": "Sum up.", "references": ["A dammed river."]},
]  # fmt: skip
RESULTS = ("scores.jsonl", "report.json")
SLOW = """
import time
class Slow:
    name = "slow"
    def predict(self, prompt):
        time.sleep(0.02)
        return prompt.question[::-1]
"""
SOURCE = str(Path(readmark.__file__).parents[1])


class Teller:
    """Answers with the question's last word; remembers what it was asked, and fails where it is told to."""

    name = "teller"
    revision = "1"

    def __init__(self, mark=""):
        self.mark = mark
        self.asked = []
        self.faults = {}
        self.closed = 0

    def predict(self, prompt):
        self.asked.append((prompt.item_id, prompt.condition))
        if prompt.item_id in self.faults:
            raise self.faults[prompt.item_id]
        return prompt.question.split()[-1] + self.mark

    def close(self):
        self.closed += 1

    @property
    def parameters(self):
        return {"mark": self.mark}

    def taken(self):
        """Return the items asked since the last call."""
        asked, self.asked = "".join(item for item, _ in self.asked), []
        return asked


@pytest.fixture
def teller():
    return Teller()


@pytest.fixture
def river(tmp_path):
    """Write the test set, with changes to single items or the article, and return its folder."""
    folder = tmp_path / "river"
    folder.mkdir()

    def river(changes=None, article=RIVER, rows=ROWS):
        (folder / "river.txt").write_text(article)
        rows = [{"task": "qa", **row, **(changes or {}).get(row["id"], {})} for row in rows]
        (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return folder

    return river


@pytest.fixture
def out(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def environment():
    return {**os.environ, "PYTHONPATH": SOURCE, "PYTHONWARNINGS": "error"}


@pytest.fixture
def start(tmp_path, environment):
    """Start the real command line in a process of its own; what still runs at the test's end is killed."""
    started = []

    def start(*arguments, **options):
        # A shell starts what runs in its background with interrupts ignored; a user's terminal does not.
        code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        command = [sys.executable, "-c", f"{code}from readmark.cli import main; main()", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes, **options))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def finish(process):
    """Return (exit code, standard output, standard error) of a started process."""
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def lines(folder):
    return read_log(folder / "predictions.jsonl", Prediction)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def results(folder):
    return [(folder / name).read_bytes() for name in RESULTS]


def the_run(out):
    (folder,) = out.iterdir()
    return folder


# What is asked, and what is not asked again


def test_a_run_asks_every_item_once(river, out, teller):
    finished = run(teller, river(), out=out)
    assert teller.taken() == "abcds"
    assert finished.report.counts.answered == 5
    assert sorted(files(finished.folder)) == [
        ".lock", "predictions.jsonl", "report.json", "run.json", "scores.jsonl",
    ]  # fmt: skip


def test_the_same_call_again_asks_nothing_and_changes_no_byte(river, out, teller):
    before = files(run(teller, river(), out=out).folder)
    teller.taken()
    after = files(run(teller, river(), out=out).folder)
    assert teller.taken() == ""
    assert after == before


def test_failed_items_are_asked_again_and_only_they(river, out, teller):
    teller.faults = {"b": OSError("the cable is out"), "s": ValueError("no")}
    first = run(teller, river(), out=out)
    assert (first.report.counts.failed, teller.taken()) == (2, "abcds")
    teller.faults = {}
    second = run(teller, river(), out=out)
    assert (second.report.counts.failed, teller.taken()) == (0, "bs")
    assert [line.item_id for line in lines(second.folder)] == ["a", "b", "c", "d", "s", "b", "s"]


def test_a_run_with_mended_failures_equals_one_without(river, out, teller, tmp_path):
    teller.faults = {"b": OSError("the cable is out")}
    run(teller, river(), out=out)
    teller.faults = {}
    mended = run(teller, river(), out=out)
    assert results(mended.folder) == results(run(Teller(), river(), out=tmp_path / "other").folder)


def test_a_further_condition_extends_the_run(river, out, teller):
    run(teller, river(), out=out)
    teller.taken()
    finished = run(teller, river(), conditions=["closed_book"], out=out)
    assert teller.taken() == "abd"
    assert list(finished.report.conditions) == ["reading", "closed_book"]
    assert finished.info.conditions == ("reading", "closed_book")
    assert finished.report.derived.keys() == {"reading_gain"}


def test_conditions_in_another_order_give_the_same_bytes(river, out, teller, tmp_path):
    one = run(teller, river(), conditions=["reading", "closed_book", "lead"], out=out)
    other = run(Teller(), river(), conditions=["lead", "closed_book", "reading"], out=tmp_path / "other")
    assert results(one.folder) == results(other.folder)


@pytest.mark.parametrize("change", [{"name": "other"}, {"revision": "2"}, {"mark": "!"}])
def test_another_name_revision_or_parameter_asks_everything_again(river, out, teller, change):
    run(teller, river(), out=out)
    teller.taken()
    for key, value in change.items():
        setattr(teller, key, value)
    run(teller, river(), out=out)
    assert teller.taken() == "abcds"
    assert len(list(out.iterdir())) == 2


def test_another_wording_of_the_prompt_asks_again_what_it_concerns(river, out, teller, monkeypatch):
    first = run(teller, river(), out=out)
    teller.taken()
    monkeypatch.setattr("readmark.prompts.QUESTION", "Q: {question}\nA:")
    second = run(teller, river(), out=out)
    assert teller.taken() == "abcd"
    assert first.folder == second.folder
    assert len(lines(second.folder)) == 9


def test_the_later_line_holds_where_a_wording_comes_back(river, out, teller, monkeypatch):
    first = run(teller, river(), out=out)
    with monkeypatch.context() as other:
        other.setattr("readmark.prompts.QUESTION", "Q: {question}\nA:")
        run(teller, river(), out=out)
    teller.taken()
    again = run(teller, river(), out=out)
    assert teller.taken() == ""
    last = {line.item_id: line.key for line in lines(again.folder)}
    assert last == {line.item_id: line.key for line in lines(first.folder)[:5]}


def test_another_article_asks_everything_again(river, out, teller):
    run(teller, river(), out=out)
    teller.taken()
    run(teller, river(article=RIVER + "It floods.\n"), out=out)
    assert teller.taken() == "abcds"


def test_another_question_asks_that_question_again(river, out, teller):
    run(teller, river(), out=out)
    teller.taken()
    run(teller, river({"b": {"question": "How long is the Aller?"}}), out=out)
    assert teller.taken() == "b"


@pytest.mark.parametrize(
    "change",
    [
        {"b": {"references": ["211 km", "211 kilometres"]}}, {"b": {"distractors": ["1908"]}},
        {"a": {"evidence": []}}, {"c": {"answer_type": "number", "references": ["3 m"]}},
        {"d": {"parts": [["Ada"], ["Bo", "Bob"]]}}, {"s": {"references": ["Other."]}}, {"a": {"process": "locate"}},
    ],
)  # fmt: skip
def test_another_reference_asks_nothing_again(river, out, teller, change):
    first = run(teller, river(), out=out)
    teller.taken()
    second = run(teller, river(change), out=out)
    assert teller.taken() == ""
    assert first.folder != second.folder
    assert second.report.counts.answered == 5


def test_another_evidence_asks_again_only_what_showed_the_article_without_it(river, out, teller):
    run(teller, river(), conditions=["reading", "no_evidence"], out=out)
    teller.taken()
    run(teller, river({"b": {"evidence": ["It is 211 km long. Ada"]}}), conditions=["reading", "no_evidence"], out=out)
    assert teller.asked == [("b", "no_evidence")]


def test_an_added_item_is_asked_alone(river, out, teller):
    run(teller, river(), out=out)
    teller.taken()
    new = {"id": "n", "article": "river", "question": "When was it dammed?", "references": ["1908"]}
    finished = run(teller, river(rows=[*ROWS, new]), out=out)
    assert teller.taken() == "n"
    assert finished.report.counts.answered == 6


def test_answers_taken_over_stand_in_the_runs_own_log(river, out, teller):
    run(teller, river(), out=out)
    changed = river({"b": {"references": ["211"]}})
    finished = run(teller, changed, out=out)
    assert [line.item_id for line in lines(finished.folder)] == ["a", "b", "c", "d", "s"]
    report = score(finished.folder / "predictions.jsonl", changed, extract="answer")
    assert report.scores == finished.report.scores


def test_failures_are_not_taken_over(river, out, teller):
    teller.faults = {"b": OSError("the cable is out")}
    run(teller, river(), out=out)
    teller.faults = {}
    teller.taken()
    run(teller, river({"a": {"references": ["Verden", "at Verden"]}}), out=out)
    assert teller.taken() == "b"


def test_nothing_is_taken_over_from_another_folder_of_runs(river, out, teller, tmp_path):
    run(teller, river(), out=out)
    teller.taken()
    run(teller, river(), out=tmp_path / "other")
    assert teller.taken() == "abcds"


def test_a_run_beside_that_cannot_be_read_is_told_and_passed_over(river, out, teller):
    first = run(teller, river(), out=out)
    (first.folder / "predictions.jsonl").write_text("nonsense\n")
    teller.taken()
    told = []
    execute(make_plan(teller, river({"b": {"references": ["211"]}})), out, watch=Watch(tell=told.append))
    assert teller.taken() == "abcds"
    assert "no answers are taken over from this run" in told[0]
    assert f"{first.folder}/predictions.jsonl:1" in told[0]


def test_two_questions_in_the_same_words_have_a_line_each(river, out, teller):
    twice = [*ROWS, {**ROWS[1], "id": "z"}]
    run(teller, river(rows=twice), limit=5, out=out)
    teller.taken()
    finished = run(teller, river(rows=twice), out=out)
    assert teller.taken() == ""
    assert [line.item_id for line in lines(finished.folder)] == ["a", "b", "c", "d", "s", "z"]


def test_a_limit_asks_the_first_items_and_a_later_call_the_rest(river, out, teller, tmp_path):
    part = run(teller, river(), limit=2, out=out)
    assert (teller.taken(), part.report.counts.items, part.report.signature["limit"]) == ("ab", 2, 2)
    whole = run(teller, river(), out=out)
    assert teller.taken() == "cds"
    assert "limit" not in whole.report.signature
    assert results(whole.folder) == results(run(Teller(), river(), out=tmp_path / "other").folder)


def test_a_limit_after_a_whole_run_asks_nothing_and_loses_nothing(river, out, teller):
    whole = results(run(teller, river(), out=out).folder)
    teller.taken()
    assert run(teller, river(), limit=2, out=out).report.counts.items == 5
    assert results(run(teller, river(), out=out).folder) == whole
    assert teller.taken() == ""


def test_items_of_a_task_that_the_model_does_not_do_are_not_asked(river, out, teller):
    teller.tasks = {"summary"}
    finished = run(teller, river(), out=out)
    assert teller.taken() == "s"
    assert finished.report.counts.items == 1
    assert "answer_match" not in finished.report.scores


def test_a_model_without_items_is_refused_and_nothing_is_written(river, out, teller):
    teller.tasks = {"summary"}
    with pytest.raises(ModelError, match="no items under closed_book"):
        run(teller, river(), conditions=["closed_book"], out=out)
    assert not out.exists()


# What fails, and how it is recorded


class UnreadableError(Exception):
    def __str__(self):
        raise RuntimeError("no message")


@pytest.mark.parametrize(
    ("fault", "name", "message"),
    [
        (ValueError("too long"), "ValueError", "too long"),
        (SystemExit(3), "SystemExit", "3"),
        (KeyError("lost \ud800"), "KeyError", "'lost \\ud800'"),
        (OSError("half \ud800\0\x1b"), "OSError", "half ???"),
        (UnreadableError(), "UnreadableError", "(its message cannot be read: RuntimeError)"),
        (ValueError("x" * 5000), "ValueError", "x" * 1000),
        (AssertionError(), "AssertionError", ""),
    ],
)
def test_an_item_that_fails_is_recorded_with_class_and_message(river, out, teller, fault, name, message):
    teller.faults = {"b": fault}
    finished = run(teller, river(), out=out)
    (failed,) = [line for line in lines(finished.folder) if line.item_id == "b"]
    assert (failed.error.class_, failed.error.message) == (name, message)
    assert finished.report.counts.failed == 1
    assert finished.report.counts.answered == 4


@pytest.mark.parametrize("source", ["return None", "return 'half \\ud800'", "import sys; sys.exit(1)", "return 5"])
def test_a_model_file_that_breaks_the_contract_fails_its_items_alone(river, out, tmp_path, source):
    path = tmp_path / "odd.py"
    path.write_text(f"def odd(prompt):\n    if prompt.item_id != 'b':\n        return 'x'\n    {source}\n")
    counts = run(f"{path}:odd", river(), out=out).report.counts
    assert (counts.failed, counts.answered) == (1, 4)


def test_an_interrupt_passes_and_keeps_what_was_answered(river, out, teller):
    teller.faults = {"c": KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        run(teller, river(), out=out)
    assert [line.item_id for line in lines(the_run(out))] == ["a", "b"]
    assert teller.closed == 1
    teller.faults = {}
    teller.taken()
    run(teller, river(), out=out)
    assert teller.taken() == "cds"


def test_no_failed_item_has_a_score(river, out, teller):
    teller.faults = {"a": OSError("the cable is out")}
    finished = run(teller, river(), out=out)
    rows = list(map(json.loads, (finished.folder / "scores.jsonl").read_text().splitlines()))
    assert rows[0] == {"item_id": "a", "condition": "reading", "outcome": "failed", "text": ""}
    assert finished.report.scores["answer_match"].n == 3


def test_a_failure_widens_the_bounds_and_not_the_value(river, out, teller):
    whole = run(teller, river(), out=out).report.scores["answer_match"]
    assert whole.worst == whole.best == whole.value
    teller.revision, teller.faults = "2", {"a": OSError("the cable is out")}
    cut = run(teller, river(), out=out).report.scores["answer_match"]
    assert cut.worst == pytest.approx(cut.value * 3 / 4)
    assert cut.best == pytest.approx(cut.worst + 1 / 4)


def test_a_model_is_closed_once_a_run(river, out, teller):
    run(teller, river(), out=out)
    run(teller, river(), out=out)
    assert teller.closed == 2


def test_a_close_that_raises_is_told_and_costs_nothing(river, out, teller):
    def fail():
        raise OSError("already gone")

    teller.close = fail
    told = []
    finished = execute(make_plan(teller, river()), out, watch=Watch(tell=told.append))
    assert told == ["teller: close() raised OSError: already gone"]
    assert finished.report.counts.answered == 5


def test_tokens_are_summed_where_the_model_tells_them(river, out):
    def counted(prompt):
        return Reply(text="x", input_tokens=10) if prompt.item_id in "ab" else "x"

    finished = run(counted, river(), out=out)
    assert finished.report.costs == {"input_tokens": 20}


def test_progress_is_told_for_every_prompt(river, out, teller):
    teller.faults = {"b": OSError("the cable is out")}
    seen = []
    watch = Watch(
        begin=lambda model, *given: seen.append((model.name, *given)),
        step=lambda line: seen.append(isinstance(line.raw, str)),
    )
    execute(make_plan(teller, river()), out, watch=watch)
    execute(make_plan(teller, river()), out, watch=watch)
    assert seen == [("teller", 5, 0), True, False, True, True, True, ("teller", 5, 4), False]


# What is cut, and goes on


def test_a_torn_last_line_is_set_aside_told_and_asked_again(river, out, teller):
    before = run(teller, river(), out=out)
    whole, log = results(before.folder), before.folder / "predictions.jsonl"
    log.write_bytes(log.read_bytes()[:-20])
    teller.taken()
    told = []
    execute(make_plan(teller, river()), out, watch=Watch(tell=told.append))
    assert teller.taken() == "s"
    assert "the last line was torn; it was set aside in predictions.jsonl.torn" in told[0]
    assert (before.folder / "predictions.jsonl.torn").read_text().startswith('{"item_id":"s"')
    assert results(before.folder) == whole


def test_a_whole_line_that_is_no_prediction_is_refused_with_its_number(river, out, teller):
    folder = run(teller, river(), out=out).folder
    log = folder / "predictions.jsonl"
    log.write_text(log.read_text().replace('"item_id":"b"', '"item":"b"'))
    before = files(folder)
    with pytest.raises(RunError, match=r"predictions.jsonl:2"):
        run(teller, river(), out=out)
    after = files(folder)
    assert after.pop("run.json").startswith(b"{")
    assert after == {name: data for name, data in before.items() if name != "run.json"}


@pytest.fixture
def slow(tmp_path):
    path = tmp_path / "slow.py"
    path.write_text(SLOW)
    return path


def wait_for_lines(out, count):
    """Wait until the only run in a folder of runs has so many predictions; return its log."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for log in out.glob("*/predictions.jsonl"):
            if log.read_bytes().count(b"\n") >= count:
                return log
        time.sleep(0.005)
    raise TimeoutError(out)


@pytest.fixture
def undisturbed(slow, tmp_path):
    """The results of a run of the slow model that nothing cut."""
    return results(run(str(slow), "crossroads", out=tmp_path / "undisturbed").folder)


@pytest.mark.parametrize("count", [1, 20])
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(start, slow, out, undisturbed, count):
    process = start("run", slow, "-o", out)
    log = wait_for_lines(out, count)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (log.parent / "report.json").exists()
    kept = log.read_bytes()
    code, _, err = finish(start("run", slow, "-o", out))
    assert (code, "failed" in err) == (0, True)
    assert log.read_bytes().startswith(kept)
    assert log.read_bytes().count(b"\n") == undisturbed[0].count(b"\n")
    assert results(log.parent) == undisturbed


def test_an_interrupted_run_ends_with_130_and_says_how_to_go_on(start, slow, out, undisturbed):
    process = start("run", slow, "-o", out, start_new_session=True)
    log = wait_for_lines(out, 3)
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert code == 130
    assert "the same command goes on from there" in err
    assert finish(start("run", slow, "-o", out))[0] == 0
    assert results(log.parent) == undisturbed


def test_two_processes_may_not_write_one_run(start, slow, out, undisturbed):
    first = start("run", slow, "-o", out)
    log = wait_for_lines(out, 1)
    code, _, err = finish(start("run", slow, "-o", out))
    assert code == 2
    assert f"{log.parent}: another process is writing this run" in err
    assert finish(first)[0] == 0
    assert results(log.parent) == undisturbed


def test_a_lock_left_by_a_dead_process_holds_nobody(river, out, teller):
    folder = run(teller, river(), out=out).folder
    assert (folder / ".lock").exists()
    run(teller, river(), out=out)


def test_a_full_file_keeps_what_was_written_and_the_run_goes_on(start, slow, out, undisturbed):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    code, _, err = finish(start("run", slow, "-o", out, preexec_fn=small_files))
    log = the_run(out) / "predictions.jsonl"
    assert code == 2
    assert f"{log}: cannot be written: File too large" in err
    assert len(log.read_bytes()) == 3000
    code, _, err = finish(start("run", slow, "-o", out))
    assert code == 0
    assert "the last line was torn" in err
    assert results(log.parent) == undisturbed


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 24 KiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    command = ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", place]
    if not mounted or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk_keeps_what_was_written_and_the_run_goes_on_elsewhere(
    start, slow, out, undisturbed, small_disk, tmp_path
):
    slow.write_text(SLOW.replace("[::-1]", "[::-1] + 'x' * 900"))
    code, _, err = finish(start("run", slow, "-o", small_disk))
    folder = the_run(small_disk)
    kept = len(lines(folder))
    assert (code, kept > 5) == (2, True)
    assert "cannot be written: No space left on device" in err
    code, _, err = finish(start("run", slow, "-o", small_disk))
    assert (code, "No space left on device" in err, "Traceback" in err) == (2, True, False)
    assert len(lines(folder)) == kept
    shutil.copytree(folder, out / folder.name)
    assert finish(start("run", slow, "-o", out))[0] == 0
    elsewhere = run(str(slow), "crossroads", out=tmp_path / "elsewhere").folder
    assert results(out / folder.name) == results(elsewhere)


READ_ONLY = """
import os, sys
from readmark.cli import main
try:
    main(["run", "abstain", "-o", "warm"])  # loads every module while it still may
except SystemExit:
    pass
if os.geteuid() == 0:
    os.seteuid(65534)  # root may write everywhere
main(["run", "abstain", "-o", sys.argv[1]])
"""


def test_a_read_only_folder_of_runs_is_told(tmp_path, environment):
    place = tmp_path / "closed"
    place.mkdir(mode=0o555)
    command = [sys.executable, "-c", READ_ONLY, "closed"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "closed/abstain-" in done.stderr
    assert "cannot be written: Permission denied" in done.stderr
    assert "choose another -o" in done.stderr
    assert not list(place.iterdir())


def test_a_file_where_the_folder_of_runs_should_be_is_told(river, tmp_path, teller):
    (tmp_path / "file").write_text("text")
    with pytest.raises(RunError, match="cannot be written"):
        run(teller, river(), out=tmp_path / "file")
    assert teller.taken() == ""


# Every door through the real command line


def test_a_command_and_a_python_file_give_the_same_scores(river, out, tmp_path):
    script = tmp_path / "last.sh"
    script.write_text(r"""while read -r line; do
      printf '%s\n' "$line" | sed 's/.*"question":"[^"]* \([^" ]*\)".*/"\1"/'
    done""")
    one = run(f"command:sh {script}", river(), out=out)
    assert results(one.folder) == results(run(Teller(), river(), out=out).folder)


def test_a_model_that_prints_leaves_json_pure(start, tmp_path, river):
    source = "print('import')\nclass M:\n    def __init__(self):\n        print('made')\n"
    source += "    def predict(self, prompt):\n        print('asked')\n        return 'x'\n"
    (tmp_path / "loud.py").write_text(source + "    def close(self):\n        print('closed')\n")
    code, printed, err = finish(start("run", "loud.py", "-b", river(), "--json"))
    assert code == 0
    assert json.loads(printed)["reports"][0]["model"] == "M"
    assert [err.count(word) for word in ("import", "made", "asked", "closed")] == [1, 1, 5, 1]


def test_a_model_asked_by_hand_gets_what_a_run_gives_it(river):
    plan = make_plan(Teller(), river())
    assert [one.outcome.text for one in ask(plan.model, plan.prompts)][:2] == ["Weser?", "it?"]
    assert find_model(plan.model) is plan.model


def test_the_ceiling_is_the_references_own_score(river, out):
    finished = run_upper_bound(load(river()), out)
    assert finished.info.kind == "upper_bound"
    assert finished.report.scores["answer_match"].value == 1.0
    assert finished.report.scores["rougeL"].value == 1.0
    assert [line.raw for line in lines(finished.folder)] == [
        "Verden", "211 km", "unanswerable", "Ada; Bo", "A dammed river.",
    ]  # fmt: skip


def test_the_ceiling_twice_gives_the_same_bytes(river, out):
    benchmark = load(river())
    first = run_upper_bound(benchmark, out)
    before = results(first.folder), (first.folder / "predictions.jsonl").read_bytes()
    run_upper_bound(benchmark, out)
    assert (results(first.folder), (first.folder / "predictions.jsonl").read_bytes()) == before


def test_the_ceiling_follows_the_rule_of_extraction(river, out):
    finished = run_upper_bound(load(river()), out, extract="none")
    assert finished.report.signature["extract"] == "none"
    assert finished.report.scores["answer_match"].value == 1.0
    assert finished.report.counts.abstained == 1


def test_the_ceiling_of_drafts_is_over_the_drafts_too(river, out):
    benchmark = load(river({"b": {"status": "draft"}, "c": {"status": "retired"}}))
    assert run_upper_bound(benchmark, out).report.counts.items == 3
    assert run_upper_bound(benchmark, out, drafts=True).report.counts.items == 4


def test_an_item_without_a_reference_is_no_part_of_the_ceiling(river, out):
    benchmark = load(river({"s": {"references": []}}))
    counts = run_upper_bound(benchmark, out).report.counts
    assert (counts.items, counts.missing) == (4, 0)
