"""The command line, end to end, as a user meets it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ECHO = (
    "class Echo:\n    name = 'echo'\n    def predict(self, prompt):\n"
    "        print('noise')\n        return prompt.question\n"
)
BROKEN = (
    "class Broken:\n    name = 'broken'\n    tasks = {'qa'}\n"
    "    def predict(self, prompt):\n        raise OSError('the cable is out')\n"
)


@pytest.fixture
def small(tmp_path):
    """A test set of one article and three questions, without a manifest."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "river.txt").write_text("The Aller joins the Weser at Verden. It is 211 km long.\n")
    rows = [
        {"id": "a", "article": "river", "question": "Where does it join the Weser?", "answer": "Verden"},
        {"id": "b", "article": "river.txt", "question": "How long is it?", "answer": "211 km"},
        {"id": "c", "article": "river", "question": "How deep is it?", "answer": "", "answer_type": "none"},
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_a_four_field_folder_runs_without_a_manifest(cli, small):
    code, out, _ = cli("run", "abstain", "-b", small)
    assert code == 0
    assert "33.3" in out


def test_a_csv_gives_the_same_report_as_json_lines(cli, small, tmp_path):
    _, first, _ = cli("run", "best-sentence", "-b", small, "--json")
    (small / "questions.jsonl").unlink()
    (small / "questions.csv").write_text(
        "id,article,question,answer,answer_type\n"
        "a,river,Where does it join the Weser?,Verden,\n"
        "b,river,How long is it?,211 km,\n"
        "c,river,How deep is it?,,none\n"
    )
    _, second, _ = cli("run", "best-sentence", "-b", small, "--json")
    scores = [json.loads(text)["reports"][0]["report"]["scores"] for text in (first, second)]
    assert scores[0] == scores[1]


def test_a_csv_from_a_spreadsheet_may_have_a_byte_order_mark(cli, small):
    (small / "questions.jsonl").unlink()
    (small / "questions.csv").write_bytes(b"\xef\xbb\xbfid,article,question,answer\r\na,river,Where?,Verden\r\n")
    assert cli("run", "abstain", "-b", small)[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "abstain"],
        ["run", "abstain", "--dry-run"],
        ["list", "models"],
        ["list", "metrics"],
        ["list", "conditions"],
        ["list", "benchmarks"],
        ["lint"],
    ],
)
def test_json_stands_alone_on_standard_output(cli, arguments):
    _, out, _ = cli(*arguments, "--json")
    json.loads(out)


def test_a_model_that_prints_does_not_spoil_the_json(cli, tmp_path):
    (tmp_path / "echo.py").write_text(ECHO)
    _, out, err = cli("run", "echo.py", "--json")
    assert json.loads(out)["reports"][0]["model"] == "echo"
    assert "noise" in err


def test_failed_items_end_with_1_and_are_shown(cli, tmp_path):
    (tmp_path / "broken.py").write_text(BROKEN)
    code, _, _ = cli("run", "broken.py:Broken", "--limit", "3")
    assert code == 1
    folder = next(Path("runs").iterdir())
    _, shown, _ = cli("show", folder, "--failed")
    assert shown.count("OSError: the cable is out") == 3
    report = json.loads((folder / "report.json").read_text())
    assert report["scores"]["answer_match"] == {"value": None, "n": 0, "worst": 0.0, "best": 1.0}


def test_wrong_input_ends_with_2_and_leaves_nothing(cli, tmp_path):
    code, _, err = cli("run", "abstain", "no-such-model")
    assert code == 2
    assert "no-such-model" in err
    assert "typed-span" in err
    assert not list(tmp_path.iterdir())


def test_wrong_input_in_json_mode_lists_the_problems(cli):
    code, out, _ = cli("run", "no-such-model", "--json")
    assert code == 2
    assert json.loads(out)["problems"][0]["what"]


def test_a_misspelt_option_ends_with_2(cli):
    code, _, err = cli("run", "--modle-arg", "x=1")
    assert code == 2
    assert "--model-arg" in err


def test_a_bug_ends_with_70_and_its_traceback(cli, monkeypatch):
    import readmark.cli.list

    monkeypatch.setitem(readmark.cli.list.KINDS, "metrics", lambda: 1 / 0)
    code, _, err = cli("list", "metrics")
    assert code == 70
    assert "ZeroDivisionError" in err
    assert "bug" in err


def test_a_dry_run_tells_and_writes_nothing(cli, tmp_path):
    code, out, _ = cli("run", "abstain", "lead-3", "--dry-run")
    assert code == 0
    assert "88 items, 88 prompts, about" in out
    assert not list(tmp_path.iterdir())


def test_show_tells_evidence_question_references_answer_and_rule(cli):
    cli("run", "best-sentence")
    folder = next(Path("runs").iterdir())
    item = "crossroads-002"
    _, out, _ = cli("show", folder, item)
    for label in ("question", "answer", "rule", "scores"):
        assert f"  {label}" in out
    assert "1 of 88 items" in out


def test_show_refuses_a_test_set_that_changed(cli, small):
    cli("run", "abstain", "-b", small)
    with (small / "river.txt").open("a") as file:
        file.write("It has a tributary.\n")
    code, _, err = cli("show", next(Path("runs").iterdir()))
    assert code == 2
    assert "other content" in err


def test_every_baseline_and_the_ceiling_run_without_a_model_named(cli):
    code, out, _ = cli("run", "--json")
    assert code == 0
    reports = json.loads(out)["reports"]
    assert len(reports) == 14
    assert [report["model"] for report in reports if report["kind"] == "upper_bound"] == ["upper-bound"]


def test_a_table_fits_80_columns(cli):
    _, out, _ = cli("run")
    assert max(map(len, out.splitlines())) <= 80


def test_hostile_names_are_shown_as_text(cli, tmp_path):
    (tmp_path / "m.py").write_text(
        "class M:\n    name = '[red]x[/red]'\n    def predict(self, p):\n        return '\\x1b[31m'\n"
    )
    _, out, _ = cli("run", "m.py")
    assert "[red]x[/red]" in out
    _, shown, _ = cli("show", next(Path("runs").iterdir()))
    assert "\x1b" not in shown


def test_a_closed_pipe_is_no_bug():
    code = subprocess.run(
        f"{sys.executable} -m readmark list metrics | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert code.returncode == 0
    assert "Traceback" not in code.stderr


def test_the_command_is_installed():
    command = [Path(sys.executable).parent / "readmark", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("readmark, version ")


def test_what_a_model_s_own_programs_print_does_not_spoil_the_json(tmp_path):
    (tmp_path / "m.py").write_text(
        "import os\nclass M:\n    name = 'm'\n    def predict(self, p):\n"
        "        os.system('echo noise')\n        return ''\n"
    )
    command = [sys.executable, "-m", "readmark", "run", "m.py", "--json", "--limit", "2"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert json.loads(done.stdout)["reports"][0]["model"] == "m"
    assert done.stderr.count("noise") == 2


def test_without_a_model_only_baselines_that_are_asked_run(cli):
    """No summariser is asked anything under `shuffled`."""
    _, out, _ = cli("run", "-c", "shuffled", "--json")
    assert len(json.loads(out)["reports"]) == 6


def test_two_logs_with_the_same_item_are_refused(cli):
    for name in ("abstain", "question-echo"):
        cli("run", name)
    code, _, err = cli("score", *sorted(Path("runs").glob("*/predictions.jsonl")), "-o", "out")
    assert code == 2
    assert "second prediction" in err


def test_nothing_in_the_tables_is_cut(cli):
    _, out, _ = cli("run")
    assert "…" not in out


def test_a_bar_shows_in_a_terminal(tmp_path):
    """The command has a real pseudo-terminal."""
    (tmp_path / "slow.py").write_text(
        "import time\nclass Slow:\n    name = 'slow'\n    def predict(self, p):\n"
        "        time.sleep(0.05)\n        return ''\n"
    )
    command = f"{sys.executable} -m readmark run slow.py --limit 12"
    read, write = pty.openpty()
    process = subprocess.Popen(command.split(), cwd=tmp_path, stdin=write, stdout=write, stderr=write)
    os.close(write)
    seen = b""
    with contextlib.suppress(OSError):  # the terminal closes when the process ends
        while data := os.read(read, 65536):
            seen += data
    assert process.wait() == 0
    assert "━" in seen.decode()
    assert "/12" in seen.decode()
