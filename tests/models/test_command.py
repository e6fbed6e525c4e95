"""`command:PROGRAM` with real programs: in shell, Python and Perl, sound and broken in every way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from readmark.errors import ModelError
from readmark.models import ask, find_model
from readmark.models.command import LONGEST_ANSWER, CommandError
from readmark.records import Prompt, Reply

PROLOGUE = """
import json, os, subprocess, sys, time
log = open(os.environ["PIDS"], "a", buffering=1)
print(os.getpid(), file=log)
def say(value): sys.stdout.write(json.dumps(value) + "\\n"); sys.stdout.flush()
def raw(text): sys.stdout.write(text); sys.stdout.flush()
for line in sys.stdin:
    prompt = json.loads(line)
    bad = prompt["item_id"] == "q-2"
"""
FINE = "    say({'text': prompt['question']})\n"


@pytest.fixture
def pids(tmp_path, monkeypatch):
    """The file in which every started process writes its id; returns a reader of it."""
    path = tmp_path / "pids"
    monkeypatch.setenv("PIDS", str(path))
    return lambda: [int(line) for line in path.read_text().split()]


@pytest.fixture
def adapter(write, pids):
    """Write a Python adapter whose loop over prompts has the given body; returns a model of it."""
    opened = []

    def adapter(body, timeout=20.0):
        path = write("adapter.py", "")
        path.write_text(PROLOGUE + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n" + FINE)
        opened.append(find_model(f"command:{sys.executable} -I {path}", {"timeout": timeout}))
        return opened[-1]

    yield adapter
    for model in opened:
        model.close()


@pytest.fixture
def opened():
    """Open a command as a model; closed at the test's end."""
    models = []

    def opened(command, **arguments):
        models.append(find_model(f"command:{command}", arguments))
        return models[-1]

    yield opened
    for model in models:
        model.close()


def is_gone(pid, seconds=3.0):
    """Return whether a process ends within some seconds; one that waits for its parent is gone too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False


def questions(*numbers):
    return {f"q-{number}": f"Question {number}?" for number in numbers}


def test_an_adapter_in_posix_sh_answers(write, opened, outcomes):
    script = write("answer.sh", """
        while read -r line; do
          echo '"unanswerable"'
        done
    """)  # fmt: skip
    assert set(outcomes(opened(f"sh {script}")).values()) == {"unanswerable"}


def test_an_adapter_that_reads_with_sed_answers(write, opened, outcomes):
    """The question may be cut out of the line without a JSON library."""
    script = write("cut.sh", r"""
        while read -r line; do
          printf '%s\n' "$line" | sed 's/.*"question":\("[^"]*"\).*/\1/'
        done
    """)  # fmt: skip
    assert outcomes(opened(f"sh {script}")) == questions(*range(6))


@pytest.mark.skipif(not shutil.which("perl"), reason="no perl here")
def test_an_adapter_in_perl_answers(write, opened, outcomes):
    script = write("answer.pl", r"""
        $| = 1;
        while (<STDIN>) { my ($q) = /"question":"(.*?)"/; print "{\"text\": \"$q\"}\n"; }
    """)  # fmt: skip
    assert outcomes(opened(f"perl {script}")) == questions(*range(6))


def test_an_adapter_in_python_answers_and_stays_one_process(adapter, pids, outcomes):
    assert outcomes(adapter("")) == questions(*range(6))
    assert len(pids()) == 1


def test_an_executable_file_needs_no_interpreter_named(write, opened, outcomes):
    script = write("answer", f"#!{sys.executable}\nfor _ in open(0): print('\"yes\"', flush=True)\n")
    script.chmod(0o755)
    assert set(outcomes(opened(str(script))).values()) == {"yes"}


def test_a_one_liner_is_split_as_a_shell_would(opened, outcomes):
    code = r"for _ in open(0): print(chr(34) + str(3 * 4) + chr(34), flush=True)"
    assert set(outcomes(opened(f"{sys.executable} -c '{code}'")).values()) == {"12"}


def test_the_line_holds_every_field_of_the_prompt_and_its_text(adapter, prompts, outcomes):
    model = adapter("say(json.dumps(prompt)); continue")
    given = json.loads(outcomes(model, prompts[:1])["q-0"])
    assert set(given) == {*Prompt.__struct_fields__, "text"}
    assert given["text"] == prompts[0].text


def test_tokens_and_the_items_id_may_stand_in_the_answer(adapter, prompts):
    model = adapter("say({'text': 'x', 'item_id': prompt['item_id'], 'input_tokens': 3, 'output_tokens': 1}); continue")
    assert next(ask(model, prompts)).outcome == Reply(text="x", input_tokens=3, output_tokens=1)


def test_non_ascii_text_goes_both_ways(adapter, prompts, outcomes):
    strange = Prompt(item_id="q", condition="reading", prefix="", suffix="", question="“Kūnduz” 🙂 \u2028 \x7f é")
    assert outcomes(adapter(""), [strange]) == {"q": strange.question}


def test_a_prompt_may_be_larger_than_a_pipe(adapter, outcomes):
    article = "Āda met Bo. " * 90_000
    prompt = Prompt(item_id="q", condition="reading", prefix=article, suffix="?", article=article)
    model = adapter("say([len(prompt['text']), len(prompt['article'])].__repr__()); continue")
    assert outcomes(model, [prompt] * 2) == {"q": f"[{len(article) + 1}, {len(article)}]"}


def test_an_answer_may_be_larger_than_a_pipe(adapter, outcomes):
    assert len(outcomes(adapter("say('x' * 1_500_000); continue"))["q-0"]) == 1_500_000


FAULTS = {
    "dies": ("if bad: sys.exit(3)", "ended with exit status 3"),
    "is killed": ("if bad: os.kill(os.getpid(), 9)", "ended with exit status -9 (SIGKILL)"),
    "dies in the middle of a line": ("if bad: raw('{\"text\":'); sys.exit(1)", "ended with exit status 1"),
    "raises": ("if bad: raise KeyError('lost')", "KeyError: 'lost'"),
    "writes nonsense": ("if bad: raw('nonsense\\n'); continue", "answered b'nonsense'"),
    "writes broken JSON": ("if bad: raw('{\"text\": \\n'); continue", "which is not a JSON string or"),
    "writes a number": ("if bad: say(5); continue", "answered b'5'"),
    "writes null": ("if bad: say(None); continue", "answered b'null'"),
    "writes an empty line": ("if bad: raw('\\n'); continue", "answered b''"),
    "writes an empty object": ("if bad: say({}); continue", 'expected either "text" or "error"'),
    "writes text and error": ("if bad: say({'text': 'x', 'error': 'y'}); continue", 'either "text" or "error"'),
    "writes a lone surrogate": ("if bad: raw('\"\\\\ud800\"\\n'); continue", "which is not a JSON string or"),
    "writes bytes that are no text": (
        "if bad: os.write(1, b'\"\\xff\"\\n'); continue",
        "which is not a JSON string or",
    ),
    "writes a negative count": ("if bad: say({'text': 'x', 'output_tokens': -1}); continue", "output_tokens is -1"),
    "writes deep nesting": ("if bad: raw('[' * 100_000 + '\\n'); continue", "which is not a JSON string or"),
    "writes another item's id": ("if bad: say({'text': 'x', 'item_id': 'q-1'}); continue", "answered item 'q-1' when"),
    "writes two lines": ('if bad: raw(\'"a"\\n"b"\\n\'); continue', "wrote more than one line: b'\"b\"\\n'"),
    "writes a line and a half": ('if bad: raw(\'"a"\\n"b\'); continue', "wrote more than one line"),
    "floods its output": ("while bad: raw('\"x\"\\n' * 10_000)", "wrote more than one line"),
    "writes a line without end": ("while bad: raw('x' * 1_000_000)", "wrote more than 16 MiB without a line's end"),
    "tells an error": ("if bad: say({'error': 'too long'}); continue", "too long"),
}


@pytest.mark.parametrize(("body", "told"), FAULTS.values(), ids=list(FAULTS))
def test_only_the_item_fails_at_which_the_program(adapter, pids, outcomes, body, told):
    model = adapter(body)
    found = outcomes(model)
    fault = found.pop("q-2")
    assert isinstance(fault, CommandError | ValueError)
    assert told in str(fault)
    assert found == questions(0, 1, 3, 4, 5)
    model.close()
    assert all(map(is_gone, pids()))


def test_an_error_that_the_program_tells_does_not_end_it(adapter, pids, outcomes):
    outcomes(adapter("if bad: say({'error': 'too long'}); continue"))
    assert len(pids()) == 1


@pytest.mark.parametrize("name", ["dies", "writes nonsense", "writes two lines", "writes a line without end"])
def test_after_a_fault_a_new_process_answers(adapter, pids, outcomes, name):
    outcomes(adapter(FAULTS[name][0]))
    assert len(set(pids())) == 2


def test_a_program_that_hangs_fails_its_item_in_time(adapter, pids, outcomes):
    model = adapter("if bad: time.sleep(60)", timeout=1)
    start = time.monotonic()
    found = outcomes(model)
    assert str(found.pop("q-2")) == "did not answer within 1 s"
    assert found == questions(0, 1, 3, 4, 5)
    assert time.monotonic() - start < 5
    assert is_gone(pids()[0])


def test_a_program_that_writes_for_ever_without_an_answer_fails_in_time(adapter, outcomes):
    model = adapter("while bad: raw('x'); time.sleep(0.05)", timeout=1)
    assert str(outcomes(model)["q-2"]) == "did not answer within 1 s"


def test_a_program_that_stops_reading_fails_its_item_in_time(adapter, outcomes):
    large = [Prompt(item_id=f"q-{n}", condition="reading", prefix="x" * 300_000, suffix="") for n in (0, 1)]
    model = adapter("time.sleep(60)", timeout=1)
    assert [str(fault) for fault in outcomes(model, large).values()] == ["did not answer within 1 s"] * 2


def test_a_late_line_is_not_taken_for_the_next_answer(adapter, prompts):
    model = adapter("if bad: raw('\"on time\"\\n'); time.sleep(0.05); raw('\"late\"\\n'); continue")
    answers = []
    for asked in ask(model, prompts):
        answers.append(asked.outcome.text)
        time.sleep(0.2 if asked.prompt.item_id == "q-2" else 0)
    assert answers == ["Question 0?", "Question 1?", "on time", "Question 3?", "Question 4?", "Question 5?"]


def test_an_answer_before_the_prompt_was_read_leaves_no_half_line_behind(opened, outcomes):
    """What such a program reads next would begin in the middle of a prompt."""
    large = [Prompt(item_id=f"q-{n}", condition="reading", prefix="x" * 300_000, suffix="") for n in range(3)]
    code = (
        "import json, os; os.write(1, b'\"early\"\\n'); [print(json.dumps(json.loads(l)['item_id'])) for l in open(0)]"
    )
    assert outcomes(opened(f'{sys.executable} -c "{code.replace(chr(34), chr(92) + chr(34))}"'), large) == {
        "q-0": "early", "q-1": "early", "q-2": "early",
    }  # fmt: skip


def test_a_program_that_ends_after_each_answer_is_started_anew(write, opened, outcomes):
    script = write("once.sh", "read -r line\necho '\"once\"'\n")
    assert set(outcomes(opened(f"sh {script}")).values()) == {"once"}


@pytest.mark.parametrize(("command", "status"), [("true", 0), ("false", 1), ("sh -c 'exit 7'", 7)])
def test_a_program_that_ends_at_once_fails_every_item(opened, outcomes, command, status):
    assert {str(one) for one in outcomes(opened(command)).values()} == {f"ended with exit status {status}"}


def test_megabytes_on_standard_error_block_nothing(adapter, outcomes):
    model = adapter("sys.stderr.write('noise ' * 500_000 + '\\n')")
    assert outcomes(model) == questions(*range(6))


def test_the_end_of_standard_error_is_told_with_a_failure(adapter, outcomes):
    body = "if bad: sys.stderr.write('noise ' * 500_000 + 'out of memory'); sys.stderr.flush(); os._exit(9)"
    told = str(outcomes(adapter(body))["q-2"])
    assert told.startswith("ended with exit status 9; its standard error ends: ")
    assert told.endswith("noise out of memory")
    assert len(told) < 600


def test_children_of_the_program_end_with_it(adapter, pids, outcomes):
    body = """
        if bad:
            child = subprocess.Popen(["sleep", "60"])
            print(child.pid, file=log)
            time.sleep(60)
    """
    outcomes(adapter(body, timeout=1))
    first, child = pids()[:2]
    assert first != child
    assert is_gone(first)
    assert is_gone(child)


def test_children_of_a_program_that_died_end_too(adapter, pids, outcomes):
    body = """
        if bad:
            child = subprocess.Popen(["sleep", "60"], stdin=-3, stdout=-3, stderr=-3)
            print(child.pid, file=log)
            os._exit(1)
    """
    outcomes(adapter(body))
    assert is_gone(pids()[1])


def test_closing_ends_the_process(adapter, pids, prompts):
    model = adapter("")
    next(ask(model, prompts))
    model.close()
    assert is_gone(pids()[0], 0.1)


def test_closing_ends_a_process_that_ignores_the_end_of_its_input(write, opened, prompts, pids, monkeypatch):
    monkeypatch.setattr("readmark.models.command.GRACE", 0.1)
    script = write("stays.sh", 'echo $$ >> "$PIDS"\nread -r line\necho \'"x"\'\nsleep 60\n')
    model = opened(f"sh {script}")
    next(ask(model, prompts))
    model.close()
    assert is_gone(pids()[0], 0.5)


def test_an_interrupt_ends_the_process(adapter, pids, prompts):
    """Ctrl-C reaches us alone, since the program has a session of its own."""
    model = adapter("if bad: time.sleep(60)")

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(ask(model, prompts))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert is_gone(pids()[0])


def refused(command, arguments=None):
    with pytest.raises(ModelError) as caught:
        find_model(f"command:{command}", arguments)
    return str(caught.value)


def test_a_program_that_is_not_there_is_refused(tmp_path):
    assert "there is no program 'no-such-program'" in refused("no-such-program -x")
    assert "there is no program" in refused(f"{tmp_path}/nowhere")


def test_a_file_that_is_not_executable_is_refused(write):
    assert "chmod +x" in refused(str(write("plain.txt", "text")))


def test_a_script_without_an_interpreter_fails_its_items_with_the_systems_words(write, opened, outcomes):
    script = write("bare", "echo\n")
    script.chmod(0o755)
    assert "cannot be started: [Errno 8] Exec format error" in str(outcomes(opened(str(script)))["q-0"])


@pytest.mark.parametrize(("command", "told"), [("", "names no program"), ("  ", "names no program"), ("x 'y", "split")])
def test_a_command_that_cannot_be_read_is_refused(command, told):
    assert told in refused(command)


@pytest.mark.parametrize("timeout", [0, -1, "soon", None, float("nan"), [1]])
def test_a_timeout_that_is_no_time_is_refused(timeout):
    assert "timeout is" in refused("cat", {"timeout": timeout})


def test_a_timeout_may_be_endless(opened, outcomes):
    assert "ended with" in str(outcomes(opened("true", timeout=float("inf")))["q-0"])


def test_an_unknown_setting_is_refused():
    assert "takes no argument 'tiemout'" in refused("cat", {"tiemout": 3})


def test_the_timeout_is_no_parameter_of_the_answers():
    assert find_model("command:cat", {"timeout": 3}).identity == find_model("command:cat").identity


def test_the_revision_changes_when_the_script_is_edited(write):
    script = write("answer.sh", "echo 1\n")
    before = find_model(f"command:sh {script}").revision
    assert find_model(f"command:sh {script}").revision == before
    script.write_text("echo 2\n")
    assert find_model(f"command:sh {script}").revision != before


def test_the_revision_changes_with_an_argument():
    assert find_model("command:cat -u").revision != find_model("command:cat").revision
    assert len(find_model("command:cat").revision) == hashlib.sha256().digest_size * 2


def test_a_long_command_has_a_short_name_on_one_line():
    name = find_model(f"command:sh -c '{'true; ' * 100}\n\x1b[31m'").name
    assert len(name) <= 100
    assert name.startswith("sh -c 'true; true;")
    assert name.isprintable()


def test_the_longest_answer_is_16_mib():
    assert LONGEST_ANSWER == 16 * 2**20
