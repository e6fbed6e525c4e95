"""No way to stop a run loses an answer or asks a logged one again: real processes, real signals, real files."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import MappingProxyType

import pytest

import readmark
from readmark.errors import RunError
from readmark.models.ask import AT_ONCE
from readmark.plan import make_plan
from readmark.verbs.run import Watch, execute

MODEL = """
import asyncio, os, signal, time

CALLS = os.open(os.environ["CALLS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
DELAY = float(os.environ.get("DELAY", "0"))
INTERRUPTED = os.environ.get("INTERRUPTED")


def called(prompt):
    os.write(CALLS, f"{prompt.item_id}\\n".encode())
    if prompt.item_id == INTERRUPTED:
        os.kill(os.getpid(), signal.SIGINT)


def answer(prompt, size):
    return f"<think>{chr(120) * size}</think>" * bool(size) + prompt.question.split()[1]


class One:
    def __init__(self, size=0):
        self.size = size

    def predict(self, prompt):
        called(prompt)
        time.sleep(DELAY)
        return answer(prompt, self.size)


class Many(One):
    def predict_many(self, prompts):
        return list(map(self.predict, prompts))


class Lazy(One):
    def predict_many(self, prompts):
        yield from map(self.predict, prompts)


class Async(One):
    async def predict(self, prompt):
        called(prompt)
        await asyncio.sleep(DELAY * 12)
        return answer(prompt, self.size)


class Forking(One):
    def predict(self, prompt):
        if not os.fork():
            time.sleep(30)
            os._exit(0)
        return super().predict(prompt)
"""
ARTICLES, ITEMS = 2, 33  # so many articles with so many items each: two articles do not fit into one batch
IN_FLIGHT = {"One": 1, "Many": ITEMS, "Lazy": 1, "Async": AT_ONCE}  # prompts that a kill may cost
KINDS = list(IN_FLIGHT)
PART = 20  # items, where fewer will do
ALL = [f"q{article}{item:02}" for article in range(ARTICLES) for item in range(ITEMS)]
MOMENTS = 25
FILES = {".lock", "run.json", "predictions.jsonl", "scores.jsonl", "report.json"}
RESULTS = ("scores.jsonl", "report.json")
SOURCE = str(Path(readmark.__file__).parents[1])
# A shell starts what runs in its background with interrupts ignored; a user's terminal does not.
COMMAND = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom readmark.cli import main\n"


def answered(log):
    """Return the items that have a line in a log which is whole, at least but for its end."""
    items = []
    for line in log.splitlines():
        with contextlib.suppress(ValueError):
            items.append(json.loads(line)["item_id"])
    return items


class Place:
    """A test set and a model in a folder of their own, and the calls that the model counts."""

    def __init__(self, folder):
        self.folder = folder
        self.calls, self.model, self.town = folder / "calls", folder / "model.py", folder / "town"
        self.out = folder / "runs"
        self.model.write_text(MODEL)
        self.town.mkdir()
        rows = []
        for item in ALL:
            article = f"a{item[1]}"
            (self.town / f"{article}.txt").write_text(f"Village {article} has 3 mills and a tower.\n")
            question = f"How m{item}ny mills has village {article}?"
            rows.append({"id": item, "article": article, "question": question, "answer": "3"})
        (self.town / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.started = []
        self.seen = 0

    def environment(self, **extra):
        paths = os.pathsep.join([*extra.pop("paths", ()), SOURCE])
        return {**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "error", "CALLS": str(self.calls), **extra}

    def arguments(self, kind, *more):
        return list(map(str, ["run", f"{self.model}:{kind}", "-b", self.town, "-o", self.out, *more]))

    def start(self, kind, *more, delay=0.005, paths=(), options=MappingProxyType({}), **environment):
        """Start the real command line in a process of its own."""
        command = [sys.executable, "-c", f"{COMMAND}main()", *self.arguments(kind, *more)]
        environment = self.environment(DELAY=str(delay), paths=paths, **environment)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.started.append(subprocess.Popen(command, env=environment, start_new_session=True, **pipes, **options))
        return self.started[-1]

    def run(self, kind, *more, **options):
        """Return (exit code, standard error) of the command line."""
        process = self.start(kind, *more, **options)
        _, err = process.communicate(timeout=60)
        return process.returncode, err

    def finish(self, kind, limit=None, **arguments):
        """Give the command again, here, and return what was told."""
        told = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CALLS", str(self.calls))
            plan = make_plan(f"{self.model}:{kind}", self.town, limit=limit, model_args=arguments)
            execute(plan, self.out, watch=Watch(tell=told.append))
        return told

    def wait(self, answers):
        """Wait until so many prompts were asked one by one, and one more."""
        end = time.monotonic() + 30
        while len(self.calls.read_text().split() if self.calls.exists() else []) <= answers:
            assert time.monotonic() < end
            time.sleep(0.002)

    def at(self, number):
        """Turn to the runs and the calls of one of many tries."""
        self.out, self.calls, self.seen = self.folder / f"runs{number}", self.folder / f"calls{number}", 0
        return self

    def asked(self):
        """Return the items asked since the last call."""
        asked = self.calls.read_text().split() if self.calls.exists() else []
        new, self.seen = asked[self.seen :], len(asked)
        return new

    @property
    def run_folder(self):
        (folder,) = self.out.iterdir()
        return folder

    @property
    def log(self):
        return self.run_folder / "predictions.jsonl"

    def answered(self):
        """Return the items whose answers stand in the log, whole."""
        return answered(b"".join(path.read_bytes() for path in self.out.glob("*/predictions.jsonl")))

    def results(self):
        return [(self.run_folder / name).read_bytes() for name in RESULTS]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    for process in place.started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return (results, seconds of life) of a kind's run that nothing cut."""
    known = {}

    def undisturbed(kind):
        if kind not in known:
            place = Place(tmp_path_factory.mktemp("undisturbed"))
            start = time.monotonic()
            assert place.run(kind)[0] == 0
            known[kind] = place.results(), time.monotonic() - start
        return known[kind]

    return undisturbed


def check_cut(place, kind, before=()):
    """What was cut asked nothing that was answered before, and lost at most what was in flight."""
    asked, kept = place.asked(), place.answered()
    new = kept[len(before) :]
    assert kept[: len(before)] == list(before)
    assert len(asked) == len(set(asked) - set(before))
    assert set(new) <= set(asked)
    assert len(asked) - len(new) <= IN_FLIGHT[kind]
    return kept


def check_and_finish(place, kind, expected, before=(), **arguments):
    """The same command asks what was lost and what was not asked yet, and ends with the undisturbed run's bytes."""
    kept = check_cut(place, kind, before)
    place.finish(kind, **arguments)
    everything = place.answered()
    assert everything == kept + place.asked()
    assert len(everything) == len(set(everything))
    assert place.results() == expected


# Killed


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_run_killed_at_any_moment_loses_only_what_was_in_flight(place, undisturbed, moment):
    kind = KINDS[moment % len(KINDS)]
    expected, life = undisturbed(kind)
    process = place.start(kind)
    time.sleep((moment + random.Random(moment).random()) / MOMENTS * life)
    process.kill()
    process.wait()
    check_and_finish(place, kind, expected)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_run_killed_again_and_again_ends_with_the_same_bytes(place, undisturbed, kind):
    expected, life = undisturbed(kind)
    chance = random.Random(kind)
    kept = []
    for _ in range(2):
        process = place.start(kind)
        time.sleep(life * chance.uniform(0.5, 0.9))
        process.kill()
        process.wait()
        kept = check_cut(place, kind, kept)
    check_and_finish(place, kind, expected, kept)


LONG = 1_900_000  # characters, which take the system a while to write


@pytest.fixture(scope="module")
def long_results(tmp_path_factory):
    """Return the results of a run with long answers that nothing cut."""
    place = Place(tmp_path_factory.mktemp("long"))
    place.finish("One", limit=9, size=LONG)
    return place.results()


@pytest.mark.parametrize("chance", range(6))
def test_a_run_killed_while_a_line_is_written_loses_that_line_alone(place, long_results, chance):
    least = random.Random(chance).randrange(1, 7 * LONG)
    process = place.start("One", "--model-arg", f"size={LONG}", "--limit", 9, delay=0)
    while sum(path.stat().st_size for path in place.out.glob("*/predictions.jsonl")) < least:
        assert process.poll() is None
    process.kill()
    process.wait()
    check_and_finish(place, "One", long_results, limit=9, size=LONG)


# Forks that come later find every module loaded.
WARM = """
import os, sys

os.environ["CALLS"] = "warm"
try:
    main([*sys.argv[1:], "-o", "elsewhere"])
except SystemExit:
    pass
"""

# Runs the command in one fork after another; the n-th kills itself just before its n-th step on the disk.
EACH_STEP = """
import itertools, os, sys

def step(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)


def stepping(real):
    return lambda *given: (step(), real(*given))[1]


def heard(event, given):
    if event == "fcntl.flock" or any(str(part).startswith(out) for part in given):
        step()


for number in itertools.count(1):
    out = f"{os.getcwd()}/runs{number}"
    if os.fork() == 0:
        left = number
        os.environ["CALLS"] = f"calls{number}"
        os.write, os.fsync, os.truncate = map(stepping, (os.write, os.fsync, os.truncate))
        sys.addaudithook(heard)
        main([*sys.argv[1:], "-o", out])
    if not os.WIFSIGNALED(os.wait()[1]):
        break
print(number)
"""


def test_a_run_killed_before_any_step_on_the_disk_goes_on_and_leaves_nothing_behind(place):
    arguments = place.arguments("Many", "--limit", 3)
    command = [sys.executable, "-c", COMMAND + WARM + EACH_STEP, *arguments]
    options = {"env": place.environment(), "capture_output": True, "text": True}
    steps = int(subprocess.run(command, cwd=place.folder, check=True, **options).stdout.split()[-1])
    expected = place.at(steps).results()  # the last run had no such step and was not killed
    assert steps > 30
    for number in range(1, steps):
        check_and_finish(place.at(number), "Many", expected, limit=3)
        assert {path.name for path in place.run_folder.iterdir()} == FILES


# A disk without room


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (2500, 2500))


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_that_finds_no_room_keeps_what_it_holds_and_goes_on(place, undisturbed, kind):
    expected, _ = undisturbed(kind)
    code, err = place.run(kind, delay=0, options={"preexec_fn": small_files})
    assert (code, f"{place.log}: cannot be written: File too large" in err) == (2, True)
    assert len(place.answered()) > 5
    check_and_finish(place, kind, expected)


# Runs the command on a disk with so many KiB left, then again once there is room: with less and less of it.
FULL_DISK = """
import json, os, pathlib, sys

ballast = pathlib.Path("disk/ballast")
for free in range(48, -1, -4):
    out, calls = pathlib.Path(f"disk/{free}"), pathlib.Path(f"calls{free}")
    os.environ["CALLS"] = str(calls)
    told = []
    for taken in (1024 - free, 0):
        ballast.write_bytes(bytes(taken * 1024))
        if os.fork() == 0:
            main([*sys.argv[1:], "-o", str(out)])
        code = os.waitstatus_to_exitcode(os.wait()[1])
        log = b"".join(path.read_bytes() for path in out.glob("*/predictions.jsonl"))
        told.append([code, calls.read_text().split() if calls.exists() else [], log.decode()])
    results = [next(out.glob(f"*/{name}")).read_text() for name in ("scores.jsonl", "report.json")]
    os.system(f"rm -r {out}")
    print(json.dumps([*told, results]), flush=True)
"""


@pytest.fixture
def on_a_small_disk(place):
    """Return the words before a command by which it finds a disk of 1 MiB at `disk`, gone when it ends."""
    (place.folder / "disk").mkdir()
    command = 'mount -t tmpfs -o size=1m tmpfs disk && exec "$@"'
    words = ["unshare", "--mount", "--map-root-user", "sh", "-c", command, "sh"]
    try:
        subprocess.run([*words, "true"], cwd=place.folder, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"needs the right to mount in a namespace: {error}")
    return words


def test_a_disk_that_is_full_at_any_file_loses_nothing_once_there_is_room(place, on_a_small_disk):
    arguments = place.arguments("One")
    command = [*on_a_small_disk, sys.executable, "-c", COMMAND + WARM + FULL_DISK, *arguments]
    options = {"env": place.environment(), "capture_output": True, "text": True}
    done = subprocess.run(command, cwd=place.folder, check=True, **options)
    tries = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[[")]
    cut = [answered(log) for (code, _, log), _, _ in tries if code != 0]
    assert tries[0][0][0] == 0
    assert {len(items) for items in cut} > {0, len(ALL)}  # no room for the log, and none for the scores
    for (code, asked, log), (then, asked_in_all, _), results in tries:
        kept = answered(log)
        assert code in {0, 2}
        assert "Traceback" not in done.stderr
        assert asked[: len(kept)] == kept
        assert len(asked) <= len(kept) + 1
        assert then == 0
        assert asked_in_all[len(asked) :] == [item for item in ALL if item not in kept]
        assert results == tries[0][2]
    assert "No space left on device" in done.stderr


# A clock that is wrong

CLOCK = """
import datetime, os, time

DAYS = int(os.environ["DAYS"])
now, real = time.time, datetime.datetime


class Shifted(real):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + datetime.timedelta(DAYS)


datetime.datetime = Shifted
time.time = lambda: now() + DAYS * 86400
"""


def test_a_clock_set_back_by_years_between_two_commands_changes_nothing(place, undisturbed):
    expected, _ = undisturbed("One")
    clock = place.folder / "clock"
    clock.mkdir()
    (clock / "sitecustomize.py").write_text(CLOCK)
    kept = []
    for days in (4000, -9000):
        process = place.start("One", paths=[str(clock)], DAYS=str(days))
        place.wait(len(kept) + 8)
        process.kill()
        process.wait()
        kept = check_cut(place, "One", kept)
        for path in place.run_folder.iterdir():
            os.utime(path, (2**32, 2**32))
    started = json.loads((place.run_folder / "run.json").read_text())["started"]
    assert int(started[:4]) > 2035
    check_and_finish(place, "One", expected, kept)


# Interrupted


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupt_keeps_what_was_answered_and_says_how_to_go_on(place, undisturbed, kind):
    expected, _ = undisturbed(kind)
    code, err = place.run(kind, delay=0.01, INTERRUPTED="q115")
    assert code == 130
    assert "interrupted; answers that a run has logged are kept, and the same command goes on from there" in err
    assert "Traceback" not in err
    assert len(place.answered()) > 30
    check_and_finish(place, kind, expected)


# Two at once


def test_a_second_process_on_a_run_is_refused_and_changes_nothing(place):
    first = place.start("One", delay=30)
    place.wait(0)
    before = {path.name: path.read_bytes() for path in place.run_folder.iterdir()}
    code, err = place.run("One")
    assert code == 2
    assert f"{place.run_folder}: another process is writing this run" in err
    assert "fix: wait for it, or use another -o" in err
    assert {path.name: path.read_bytes() for path in place.run_folder.iterdir()} == before
    assert place.asked() == ["q000"]
    assert first.poll() is None


@pytest.mark.parametrize("kind", ["One", "Forking"])
def test_the_lock_of_a_killed_process_is_free_at_once_also_while_its_children_live(place, kind):
    process = place.start(kind, delay=30)
    place.wait(0)
    process.kill()
    process.wait()
    place.finish(kind, limit=1)
    assert place.asked() == ["q000", "q000"]


# Files that are not whole


@pytest.fixture
def whole(place):
    """Finish a run of some items, and return its files."""
    place.finish("One", limit=PART)
    place.asked()
    return {path.name: path.read_bytes() for path in place.run_folder.iterdir()}


def test_a_last_line_cut_at_any_byte_costs_that_answer_alone_and_the_line_end_costs_none(place, whole):
    log = whole["predictions.jsonl"]
    start = log.rindex(b"\n", 0, -1) + 1
    for cut in range(start, len(log)):
        place.log.write_bytes(log[:cut])
        place.finish("One", limit=PART)
        assert place.asked() == ([ALL[PART - 1]] if cut < len(log) - 1 else []), log[start:cut]
        assert place.results() == [whole[name] for name in RESULTS]
        assert place.answered() == ALL[:PART]


def test_a_log_cut_at_any_byte_costs_what_was_cut_off(place, whole):
    log = whole["predictions.jsonl"]
    for cut in random.Random(0).sample(range(len(log) - 200), 40):
        place.log.write_bytes(log[:cut])
        place.finish("One", limit=PART)
        assert place.asked() == ALL[log[: cut + 1].count(b"\n") : PART]
        assert place.results() == [whole[name] for name in RESULTS]


@pytest.mark.parametrize("size", [1, 300, 4096])
@pytest.mark.parametrize("lines", [0, 1, 12, 20])
def test_zeros_that_a_power_cut_leaves_at_the_end_are_set_aside_and_told(place, whole, size, lines):
    log = b"".join(whole["predictions.jsonl"].splitlines(keepends=True)[:lines])
    place.log.write_bytes(log + bytes(size))
    (told,) = place.finish("One", limit=PART)
    assert "predictions.jsonl.torn" in told
    assert place.asked() == ALL[lines:PART]
    assert place.results() == [whole[name] for name in RESULTS]


def test_zeros_that_a_power_cut_leaves_in_the_middle_cost_the_lines_they_hit(place, whole):
    log = bytearray(whole["predictions.jsonl"])
    log[1024:2048] = bytes(1024)
    place.log.write_bytes(log)
    (told,) = place.finish("One", limit=PART)
    hit = place.asked()
    assert 0 < len(hit) < 10
    assert "torn lines were set aside in predictions.jsonl.torn; their items will be asked again" in told
    assert place.results() == [whole[name] for name in RESULTS]
    assert place.finish("One", limit=PART) == []
    assert place.asked() == []


BROKEN = {"empty": b"", "cut": None, "zeros": bytes(700), "garbage": b"\xff\xfenonsense\n", "other": b"[]\n"}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("name", RESULTS)
def test_broken_results_are_written_anew(place, whole, name, how):
    (place.run_folder / name).write_bytes(whole[name][:300] if BROKEN[how] is None else BROKEN[how])
    place.finish("One", limit=PART)
    assert place.asked() == []
    assert place.results() == [whole[name] for name in RESULTS]


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_run_json_is_told_with_what_to_do_and_doing_it_loses_nothing(place, whole, how):
    path = place.run_folder / "run.json"
    path.write_bytes(whole["run.json"][:300] if BROKEN[how] is None else BROKEN[how])
    with pytest.raises(RunError, match=r"run.json: cannot be read") as caught:
        place.finish("One", limit=PART)
    assert "fix: delete it and give the command again; the answers are in predictions.jsonl" in str(caught.value)
    path.unlink()
    place.finish("One", limit=PART)
    assert place.asked() == []
    assert place.results() == [whole[name] for name in RESULTS]


def test_a_log_of_something_else_is_left_as_it_is_and_told_with_what_to_do(place, whole):
    lines = whole["predictions.jsonl"].splitlines(keepends=True)
    broken = b"".join([*lines[:5], b"{}\n", *lines[6:]])
    place.log.write_bytes(broken)
    with pytest.raises(RunError, match=r"predictions.jsonl:6: is not a Prediction") as caught:
        place.finish("One", limit=PART)
    assert "fix: delete the line; its item will be asked again" in str(caught.value)
    assert place.log.read_bytes() == broken
    place.log.write_bytes(broken.replace(b"{}\n", b""))
    place.finish("One", limit=PART)
    assert place.asked() == ["q005"]
    assert place.results() == [whole[name] for name in RESULTS]
