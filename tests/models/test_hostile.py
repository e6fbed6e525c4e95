"""Whole runs against servers that fail: each item ends answered or failed with the right class, and no key gets out."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import readmark
from models.hostile import Answer, Server, completion, error, faults, hostile, message, right_answer, sound
from readmark.jsonl import read_log
from readmark.models import ask, find_model
from readmark.models.faults import RateLimitError
from readmark.models.openai_chat import OpenAIModel
from readmark.records import Prediction, QaItem
from readmark.verbs.run import Watch, execute, make_plan

pytest.importorskip("openai")
KEY = "sk-test-0123456789abcdef"
SOURCE = str(Path(readmark.__file__).parents[1])


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """A key, no address of the user's, and short waits."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "OPENAI_LOG", "ANTHROPIC_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("readmark.models.pace.FIRST_WAIT", 0.05)


@pytest.fixture
def many(test_set):
    """Return a function: a number → a test set of so many items, ten an article, that the server can answer."""

    def many(number):
        articles = {f"a{n}": f"Article number {n} tells of a river.\n" for n in range(-(-number // 10))}

        def items(references):
            return [
                QaItem(id=f"q{n}", article=f"a{n // 10}", question=f"What is {n}?", references=(references[n],))
                for n in range(number)
            ]

        blank = test_set(items(["?"] * number), articles)
        prompts = make_plan(lambda prompt: "", blank).prompts
        return test_set(items([right_answer(prompt.text) for prompt in prompts]), articles)

    return many


def openai(server, **settings):
    return find_model("openai:m", {"base_url": server.base_url, **settings})


def lines(folder):
    return read_log(folder / "predictions.jsonl", Prediction)


def classes(folder):
    """Return the last failure's class by item."""
    last = {line.item_id: line for line in lines(folder)}
    return {name: line.error.class_ for name, line in last.items() if not isinstance(line.raw, str)}


def number(item_id):
    return int(item_id.removeprefix("q"))


# A third of all calls fails


@pytest.mark.parametrize(("scheme", "number"), [("openai", 1000), ("anthropic", 200)])
def test_all_items_are_answered_though_a_third_of_all_calls_fails(many, tmp_path, scheme, number):
    logged = {}
    watch = Watch(step=lambda line: logged.setdefault(line.item_id, time.monotonic()))
    with Server(hostile(seed=1, slow=1.0)) as server:
        address = server.base_url if scheme == "openai" else server.root
        plan = make_plan(f"{scheme}:m", many(number), model_args={"base_url": address, "timeout": 0.3})
        run = execute(plan, tmp_path, watch=watch)
    counts = run.report.counts
    assert counts.answered + counts.failed == number
    assert counts.failed <= 2
    assert run.report.scores["exact_match"].value == 1.0
    assert run.report.costs["input_tokens"] == 90 * counts.answered
    ids = {prompt.text: prompt.item_id for prompt in plan.prompts}
    assert not [call for call in server.calls if call.at > logged[ids[call.text]]]
    assert all(server.kinds[kind] for kind in faults(server.calls[0]))


def test_what_failed_bounds_the_score_and_is_asked_again_alone(many, tmp_path, monkeypatch):
    monkeypatch.setattr("readmark.models.pace.ATTEMPTS", 1.0)
    benchmark = many(300)
    with Server(hostile(seed=2, slow=2)) as server:
        first = readmark.run(openai(server, timeout=0.5), benchmark, out=tmp_path)
        failed = first.report.counts.failed
        assert 20 < failed < 150
        assert first.report.counts.answered == 300 - failed
        score = first.report.scores["exact_match"]
        assert (score.value, score.best, score.n) == (1.0, 1.0, 300 - failed)
        assert score.worst == pytest.approx((300 - failed) / 300)
        assert set(classes(first.folder).values()) <= {
            "RateLimitError", "ServerError", "InvalidResponseError", "TimeoutError", "ConnectionError",
        }  # fmt: skip
        missed = set(classes(first.folder))
        server.behave, before = sound, len(server.calls)
        second = readmark.run(openai(server, timeout=0.5), benchmark, out=tmp_path)
        again = [call.text for call in server.calls[before:]]
    assert second.report.counts.answered == 300
    assert sorted(again) == sorted(p.text for p in make_plan(lambda _: "", benchmark).prompts if p.item_id in missed)


def test_lasting_faults_of_single_items_have_their_class(many, tmp_path, monkeypatch):
    monkeypatch.setattr("readmark.models.pace.LAST_PATIENCE", 2.0)
    expected = {
        "429": "RateLimitError", "429 told": "RateLimitError", "500": "ServerError", "slow": "TimeoutError",
        "cut before": "ConnectionError", "cut within": "ConnectionError", "truncated": "InvalidResponseError",
        "no choices": "InvalidResponseError", "null": "InvalidResponseError", "page": "InvalidResponseError",
        "wrong type": "InvalidResponseError", "400": "RequestError", "403": "RequestError",
    }  # fmt: skip
    benchmark = many(390)
    prompts = make_plan(lambda _: "", benchmark).prompts
    bad = {prompt.text: list(expected)[n // 30] for n, prompt in enumerate(prompts) if n % 30 == 7}

    def behave(call):
        kinds = faults(call, slow=2) | {"400": error(400, "too long"), "403": error(403, "not this one")}
        return kinds[bad[call.text]] if call.text in bad else sound(call)

    with Server(behave) as server:
        run = readmark.run(openai(server, timeout=0.4), benchmark, out=tmp_path)
    found = {prompts[number(item)].text: name for item, name in classes(run.folder).items()}
    assert found == {text: expected[kind] for text, kind in bad.items()}
    assert run.report.counts.answered == 390 - len(bad)
    assert {call.attempt for call in server.calls if bad.get(call.text) in {"400", "403"}} == {1}


def test_answers_are_logged_as_they_come(many, tmp_path):
    """Where the server is slow at one item, all others are on disk before it."""

    def behave(call):
        return dataclasses.replace(sound(call), delay=1.0 if "What is 7?" in call.text else 0.0)

    on_disk = []
    with Server(behave) as server:
        plan = make_plan(openai(server), many(30))
        watch = Watch(step=lambda line: on_disk.append((line.item_id, len(lines(next(tmp_path.iterdir()))))))
        execute(plan, tmp_path, watch=watch)
    assert [count for _, count in on_disk] == list(range(1, 31))
    assert on_disk[-1][0] == "q7"


# A server that recovers


def asked(model, benchmark, tell=lambda _: None):
    """Return every item's outcome, replies as text."""
    prompts = make_plan(model, benchmark).prompts
    return {one.prompt.text: getattr(one.outcome, "text", one.outcome) for one in ask(model, prompts, tell)}


def all_right(outcomes):
    return all(outcome == right_answer(text) for text, outcome in outcomes.items())


def test_every_item_is_answered_by_a_server_that_is_not_up_yet(many):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(sound, port)
    starting = threading.Timer(1.5, server.__enter__)
    starting.start()
    try:
        outcomes = asked(find_model("openai:m", {"base_url": f"http://127.0.0.1:{port}/v1"}), many(100))
    finally:
        starting.join()
        server.__exit__()
    assert len(outcomes) == 100
    assert all_right(outcomes)


@pytest.mark.parametrize("kind", ["500", "429", "page", "cut before", "truncated"])
def test_every_item_is_answered_by_a_server_that_breaks_for_a_while(many, kind):
    down = []

    def behave(call):
        if len(server.calls) == 40:
            down.append(time.monotonic())
        return faults(call)[kind] if down and time.monotonic() - down[0] < 1.5 else sound(call)

    with Server(behave) as server:
        outcomes = asked(openai(server), many(200))
    assert len(outcomes) == 200
    assert all_right(outcomes)
    assert sum(kinds for name, kinds in server.kinds.items() if name != "sound") < 80


def test_a_server_that_stays_away_is_left_after_a_while_with_a_word(many, monkeypatch):
    monkeypatch.setattr("readmark.models.pace.FIRST_PATIENCE", 1.0)
    told = []
    with Server(lambda call: error(503, "starting")) as server:
        outcomes = asked(openai(server), many(500), told.append)
    assert 0 < len(outcomes) < 50
    assert {str(outcome) for outcome in outcomes.values()} == {"HTTP 503: starting"}
    assert re.match(r"m: stopped asking: no answer for \d+ s \(ServerError: HTTP 503: starting\)", told[-1])


def test_a_wrong_key_stops_the_run_after_a_handful(many):
    with Server(lambda call: error(401, "who are you?")) as server:
        outcomes = asked(openai(server), many(500))
    assert len(outcomes) == len(server.calls) < 15


# How it is asked


class Watched:
    """A model whose calls are remembered with their moments."""

    name, at_once = "watched", 8

    def __init__(self, model):
        self.model, self.starts, self.refusals = model, [], []

    async def predict(self, prompt):
        self.starts.append(time.monotonic())
        try:
            return await self.model.predict(prompt)
        except RateLimitError:
            self.refusals.append(time.monotonic())
            raise

    async def close(self):
        await self.model.close()


def test_nothing_is_asked_before_the_time_that_the_server_told(many):
    def behave(call):
        is_first = call.attempt == 1 and any(f"What is {n}?" in call.text for n in (20, 60))
        return error(429, retry_after="1") if is_first else sound(call)

    with Server(behave) as server:
        model = Watched(OpenAIModel("m", server.base_url))
        assert all_right(asked(find_model(model), many(100)))
    assert len(model.refusals) == 2
    for moment in model.refusals:
        assert not [start for start in model.starts if moment < start < moment + 1.0]


def test_calls_grow_on_a_sound_server_and_stay_within_their_ceiling(many):
    with Server(lambda call: dataclasses.replace(sound(call), delay=0.3)) as server:
        assert all_right(asked(openai(server, at_once=24), many(200)))
    assert 16 < server.busiest <= 24
    assert sum(call.at < server.calls[0].at + 0.25 for call in server.calls) <= 4


def test_a_server_with_room_for_six_calls_is_not_overrun(many):
    def behave(call):
        return dataclasses.replace(sound(call), delay=0.03) if server.busy <= 6 else error(429)

    with Server(behave) as server:
        assert all_right(asked(openai(server), many(300)))
    assert server.kinds["429"] < 60
    assert server.busiest <= 16


def test_a_price_gives_a_cost(many, tmp_path):
    with Server() as server:
        model = openai(server, price_in=10, price_out=100)
        run = readmark.run(model, many(20), out=tmp_path)
    assert run.report.costs == {"input_tokens": 1800, "output_tokens": 200}
    assert json.loads((run.folder / "run.json").read_text())["cost"] == pytest.approx(0.038)


def test_users_own_adapters_are_asked_again_alike(many):
    """A model without a client library, which raises what urllib raises."""
    import urllib.request

    with Server(hostile(seed=3, slow=1)) as server:

        def predict(prompt):
            body = json.dumps({"model": "m", "messages": prompt.messages}).encode()
            request = urllib.request.Request(server.base_url + "/chat/completions", body)
            with urllib.request.urlopen(request, timeout=0.4) as response:
                try:
                    return json.loads(response.read())["choices"][0]["message"]["content"] or 1 / 0
                except (ValueError, LookupError, ArithmeticError) as fault:
                    raise ConnectionError("no answer") from fault

        assert all_right(asked(find_model(predict), many(60)))


# The real command line


COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it; a terminal does not
import readmark.models.pace as rules
rules.FIRST_WAIT, rules.ATTEMPTS, rules.LAST_PATIENCE = 0.01, 2.0, 1.0
from readmark.cli import main
main()
"""


@pytest.fixture
def start(tmp_path):
    """Start the command line in a process of its own; what still runs at the test's end is killed."""
    started = []

    def start(*arguments, **variables):
        command = [sys.executable, "-c", COMMAND, *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": SOURCE, **variables}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path):
    """A test set of 200 items on disk."""
    path = tmp_path / "set"
    path.mkdir()
    (path / "river.txt").write_text("A river runs.\n")
    rows = [{"id": f"q{n}", "article": "river", "question": f"What is {n}?", "answer": "x"} for n in range(200)]
    (path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_an_interrupt_keeps_what_was_answered_and_the_command_goes_on(start, folder, tmp_path):
    with Server(lambda call: dataclasses.replace(sound(call), delay=0.1)) as server:
        command = ["run", "openai:m", "-b", folder, "-o", "runs", "--model-arg", f"base_url={server.base_url}",
                   "--model-arg", "at_once=8"]  # fmt: skip
        process = start(*command)
        while not (logs := list(tmp_path.glob("runs/*/predictions.jsonl"))) or len(lines(logs[0].parent)) < 20:
            time.sleep(0.05)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, told = process.communicate(timeout=20)
        assert time.monotonic() - begun < 5
        assert process.returncode == 130
        assert "Traceback" not in told
        kept = {line.item_id for line in lines(logs[0].parent)}
        sent = sum(0 < answer.sent_at < begun for _, answer in server.answers)
        assert abs(sent - len(kept)) <= 8  # what was sent is kept, but for calls under way
        before = len(server.calls)
        finished = start(*command)
        finished.communicate(timeout=60)
        assert finished.returncode == 0
    assert len(server.calls) - before == 200 - len(kept)
    assert len(lines(logs[0].parent)) == 200


ECHOES = {
    "answer": lambda call, key: Answer(body=answered(call, f"the key is {key}")),
    "400": lambda call, key: error(400, f"bad request with {key}"),
    "401": lambda call, key: error(401, f"bad key {key}"),
    "500": lambda call, key: error(500, f"died with {key}", x_echo=key),
    "page": lambda call, key: Answer(body=f"<html>{key}</html>".encode(), headers={"x-echo": key}),
    "200 error": lambda call, key: Answer(body=json.dumps({"error": {"message": key, "code": 400}}).encode()),
    "base64": lambda call, key: Answer(body=answered(call, base64.b64encode(key.encode()).decode())),
}


def answered(call, text):
    return message(text) if call.path.endswith("/messages") else completion(text)


def echo(call):
    """Send the key back, in another way for each item."""
    key = (call.headers.get("x-api-key") or call.headers["authorization"]).removeprefix("Bearer ")
    item = int(call.text.rpartition("What is ")[2].partition("?")[0])
    return list(ECHOES.values())[item % len(ECHOES)](call, key) if item < 40 else sound(call)


@pytest.mark.parametrize("scheme", ["openai", "anthropic"])
def test_no_key_reaches_any_file_or_stream(start, folder, tmp_path, scheme):
    """However the server sends it back, and though the clients log all they can."""
    streams = []

    def call(*arguments):
        process = start(*arguments, OPENAI_LOG="debug", ANTHROPIC_LOG="debug", PYTHONASYNCIODEBUG="1")
        streams.extend(process.communicate(timeout=60))
        return process.returncode

    with Server(echo) as server:
        address = f"base_url={server.base_url if scheme == 'openai' else server.root}"
        model = [f"{scheme}:m", "-b", folder, "--model-arg", address]
        assert call("run", *model, "-o", "runs", "--limit", "60") == 1
        assert call("run", *model, "-o", "more", "--limit", "60", "--json") == 1
        server.behave = lambda call: error(401, f"bad key {call.headers.get('authorization')}")
        assert call("run", *model, "-o", "refused") == 1
    assert call("run", *model, "-o", "gone", "--model-arg", f"api_key={KEY}") == 2
    assert call("run", *model, "-o", "gone", "--model-arg", f"base_url=http://u:{KEY}@localhost/v1") == 2
    (run,) = tmp_path.glob("runs/*")
    assert call("show", run) == 0
    assert call("show", run, "--failed") == 0
    call("board", run, "-o", "board")
    texts = streams + [path.read_bytes().decode(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert any("[key]" in text for text in texts)
    found = {line.item_id: line for line in lines(run)}
    assert found["q0"].raw == "the key is [key]"
    assert len([line for line in found.values() if not isinstance(line.raw, str)]) > 20
    for secret in (KEY, base64.b64encode(KEY.encode()).decode(), KEY[3:]):
        assert not [text[: text.index(secret) + 80] for text in texts if secret in text]
