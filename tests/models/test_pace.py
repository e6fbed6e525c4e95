"""How fast a server is asked and what is tried again: whole runs on a clock that the test turns."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

import readmark.models.pace as rules
from readmark.models.faults import InvalidResponseError, RateLimitError, RequestError, ServerError
from readmark.models.line import SAID_EACH, Line
from readmark.models.pace import Pace, backoff
from readmark.records import Prompt, Reply

FINE = Reply("fine")


@dataclass
class Run:
    """A run on a clock of its own against a server that is a function.

    Attributes:
        serve: (item's number, run) → seconds the call takes, and what is said or raised.
        items: How many prompts there are.
        ceiling: Calls under way at most.
    """

    serve: object
    items: int = 100
    ceiling: int = 64
    now: float = 1000.0
    under_way: list = field(default_factory=list)
    starts: list = field(default_factory=list)  # (moment, item)
    outcomes: dict = field(default_factory=dict)
    told: list = field(default_factory=list)
    busiest: int = 0

    def monotonic(self):
        return self.now

    def go(self, monkeypatch):
        """Carry the run out."""
        monkeypatch.setattr("readmark.models.line.time", self)
        random.seed(7)  # the jitter's
        prompts = ([Prompt(item_id=str(n), condition="reading", prefix="", suffix="?")] for n in range(self.items))
        self.pace = Pace(self.ceiling)
        self.line = Line("m", prompts, self.pace, lambda text: self.told.append((self.now, text)))
        while True:
            while trials := self.line.take(len(self.under_way)):
                item = int(trials[0].prompt.item_id)
                self.starts.append((self.now, item))
                self.busiest = max(self.busiest, len(self.under_way) + 1)
                seconds, said = self.serve(item, self)
                heapq.heappush(self.under_way, (self.now + seconds, len(self.starts), seconds, trials[0], said))
            if not self.under_way and self.line.is_empty:
                return self
            self._pass_time()

    def _pass_time(self):
        wait = self.line.seconds(len(self.under_way))
        moments = [self.now + wait + 1e-6] if wait is not None else []
        self.now = min(moments + [end for end, *_ in self.under_way[:1]])
        if self.under_way and self.under_way[0][0] <= self.now:
            _, _, seconds, trial, said = heapq.heappop(self.under_way)
            for asked in self.line.settle(trial, said, seconds):
                assert int(asked.prompt.item_id) not in self.outcomes
                self.outcomes[int(asked.prompt.item_id)] = asked.outcome

    @property
    def counts(self):
        """How items ended, by the name of the outcome's class."""
        return Counter(type(outcome).__name__ for outcome in self.outcomes.values())

    @property
    def attempts(self):
        """Calls by item."""
        return Counter(item for _, item in self.starts)


def always(said, seconds=0.1):
    return lambda item, run: (seconds, said)


# How many calls are under way


def test_calls_grow_to_the_ceiling_while_a_server_is_sound(monkeypatch):
    run = Run(always(FINE), items=400).go(monkeypatch)
    assert run.busiest == 64
    assert run.counts == {"Reply": 400}
    assert run.now - 1000 < 2 * 400 / 64 * 0.1


def test_growth_is_fast_at_first(monkeypatch):
    run = Run(always(FINE), items=400).go(monkeypatch)
    started = [sum(1 for at, _ in run.starts if at < 1000 + 0.1 * rounds - 0.05) for rounds in range(1, 5)]
    assert started == [4, 12, 28, 60]


def test_a_ceiling_of_one_asks_one_by_one(monkeypatch):
    assert Run(always(FINE), items=20, ceiling=1).go(monkeypatch).busiest == 1


def test_a_server_that_bears_eight_calls_is_asked_about_eight_at_once(monkeypatch):
    def serve(item, run):
        return (0.1, FINE) if len(run.under_way) < 8 else (0.01, RateLimitError("slow down"))

    run = Run(serve, items=1000).go(monkeypatch)
    assert run.counts == {"Reply": 1000}
    assert len(run.starts) < 1200
    assert run.now - 1000 < 2 * 1000 / 8 * 0.1


def test_many_429s_halve_the_calls_once_a_round():
    pace = Pace(64)
    pace.slots = 16.0
    for _ in range(8):
        pace.failed("rate_limit", None, began=10.0, now=11.0)
    assert 7 < pace.slots <= 8
    pace.failed("rate_limit", None, began=11.5, now=12.0)
    assert 3.5 < pace.slots <= 4


def test_a_single_429_takes_one_call_away_and_stops_the_growth_for_a_round():
    pace = Pace(64)
    pace.slots = 16.0
    pace.failed("rate_limit", None, began=0.0, now=1.0)
    assert pace.slots == 15.0
    for _ in range(15):
        pace.answered(0.1, 2.0)
    assert pace.slots == 15.0
    for _ in range(15):
        pace.answered(0.1, 2.0)
    assert 15.9 < pace.slots <= 16.0


def test_single_faults_of_a_server_do_not_halve_the_calls():
    pace = Pace(64)
    pace.slots = 16.0
    for n in range(30):
        pace.failed("server", None, began=float(n), now=float(n))
        pace.answered(0.1, float(n))
        pace.answered(0.1, float(n))
    assert pace.slots > 16.0


@pytest.mark.parametrize("fault", ["server", "timeout", "connection"])
def test_faults_of_most_calls_halve_them(fault):
    pace = Pace(64)
    pace.slots = 16.0
    for n in range(1, 30):
        pace.failed(fault, None, began=float(n), now=n + 0.5)
    assert pace.slots == 1.0


def test_answers_that_come_slower_hold_the_calls_back(monkeypatch):
    """A server that answers a hundred a second, whatever is asked, makes the others wait."""
    free_at = [0.0]

    def serve(item, run):
        free_at[0] = max(free_at[0], run.now) + 0.01
        return free_at[0] - run.now + 0.05, FINE

    run = Run(serve, items=2000).go(monkeypatch)
    assert run.pace.slots < 40
    assert run.now - 1000 < 2000 * 0.01 * 1.1


def test_noise_in_latencies_does_not_hold_the_calls_back(monkeypatch):
    draw = random.Random(3)
    run = Run(lambda item, run: (draw.lognormvariate(0, 0.5), FINE), items=2000).go(monkeypatch)
    assert run.pace.slots > 40


@given(
    st.integers(1, 64),
    st.lists(st.sampled_from(["answer", "rate_limit", "server", "timeout", "connection"]), max_size=200),
    st.randoms(use_true_random=False),
)
def test_calls_stay_within_one_and_the_ceiling(ceiling, events, draw):
    pace, now = Pace(ceiling), 0.0
    for event in events:
        began, now = now, now + draw.random()
        if event == "answer":
            pace.answered(draw.random(), now)
        else:
            pace.failed(event, draw.choice([None, draw.random()]), began, now)
        assert 1 <= pace.slots <= ceiling
        assert pace.has_room(0)


# How fast calls start


@pytest.mark.parametrize("rate", [0.5, 5.0, 50.0])
def test_a_server_with_so_many_calls_a_second_answers_all(monkeypatch, rate):
    """A token bucket without Retry-After: no item may fail for it, and the time is near the least."""
    bucket = {"at": 1000.0, "tokens": 2.0}

    def serve(item, run):
        bucket["tokens"] = min(2.0, bucket["tokens"] + rate * (run.now - bucket["at"]))
        bucket["at"] = run.now
        if bucket["tokens"] < 1:
            return 0.01, RateLimitError("slow down")
        bucket["tokens"] -= 1
        return 0.05, FINE

    run = Run(serve, items=300).go(monkeypatch)
    assert run.counts == {"Reply": 300}
    assert run.now - 1000 < 2 * 300 / rate
    assert len(run.starts) < 4 * 300


def test_nothing_starts_before_the_time_that_a_server_tells(monkeypatch):
    shut_until = [0.0]

    def serve(item, run):
        assert run.now >= shut_until[0] or run.now == shut_at[0]
        if item % 40 == 39 and run.attempts[item] == 1:
            shut_at[0], shut_until[0] = run.now + 0.1, run.now + 0.1 + 7.0
            return 0.1, RateLimitError("slow down", retry_after=7.0)
        return 0.1, FINE

    shut_at = [0.0]
    run = Run(serve, items=200, ceiling=1).go(monkeypatch)
    assert run.counts == {"Reply": 200}
    assert 35 < run.now - 1000 - 205 * 0.1 < 60


def test_a_fault_of_the_server_with_a_time_told_is_waited_for_too(monkeypatch):
    def serve(item, run):
        return 0.1, FINE if run.now > 1020 else ServerError("busy", retry_after=21.0)

    run = Run(serve, items=5, ceiling=1).go(monkeypatch)
    assert run.counts == {"Reply": 5}
    assert len(run.starts) == 6


def test_a_time_told_beyond_ten_minutes_fails_the_item(monkeypatch):
    def serve(item, run):
        return 0.1, RateLimitError("tomorrow", retry_after=86400.0) if item == 3 else FINE

    run = Run(serve, items=20).go(monkeypatch)
    assert run.counts == {"Reply": 19, "RateLimitError": 1}
    assert run.attempts[3] == 1


def test_waits_grow_and_are_drawn():
    random.seed(1)
    drawn = {attempt: [backoff(attempt) for _ in range(300)] for attempt in range(1, 9)}
    most = [max(values) for values in drawn.values()]
    assert [round(value) for value in (2 * one for one in most)] == [1, 2, 4, 8, 16, 32, 32, 32]
    assert all(min(values) < 0.2 * max(values) for values in drawn.values())


# What is tried again, and how long


@pytest.mark.parametrize(
    "error", [RateLimitError("x"), ServerError("x"), InvalidResponseError("x"), TimeoutError(), ConnectionError()]
)
def test_faults_that_pass_fail_no_item(monkeypatch, error):
    draw = random.Random(5)
    run = Run(lambda item, run: (0.1, FINE if draw.random() > 0.3 else error), items=1000).go(monkeypatch)
    assert run.counts["Reply"] >= 999


def test_a_lasting_fault_of_an_item_is_its_own(monkeypatch):
    bad = {n: ServerError("broken") for n in range(5, 1000, 50)}
    refused = {n: RequestError("too long") for n in range(7, 1000, 50)}
    run = Run(lambda item, run: (0.1, (bad | refused).get(item, FINE)), items=1000, ceiling=4).go(monkeypatch)
    assert run.counts == {"Reply": 960, "ServerError": 20, "RequestError": 20}
    assert {run.attempts[item] for item in refused} == {1}
    assert {run.attempts[item] for item in range(1000) if item not in bad} == {1}
    assert max(run.attempts[item] for item in bad) < 20


def test_a_prompt_that_waits_holds_up_nobody_and_goes_first_then(monkeypatch):
    def serve(item, run):
        return 0.1, ServerError("once") if item == 0 and run.attempts[0] == 1 else FINE

    run = Run(serve, items=30, ceiling=1).go(monkeypatch)
    order = [item for _, item in run.starts]
    assert order[:2] == [0, 1]
    assert order.index(0, 1) < 10


@pytest.mark.parametrize("length", [5, 20, 250])
def test_an_outage_that_ends_fails_no_item_and_costs_few_calls(monkeypatch, length):
    def serve(item, run):
        return 0.1, ConnectionError("refused") if 1001 < run.now < 1001 + length else FINE

    run = Run(serve, items=1000).go(monkeypatch)
    assert run.counts == {"Reply": 1000}
    assert len(run.starts) < 1000 + 64 + 60
    assert run.now - 1000 < length + 45


@pytest.mark.parametrize("length", [3, 15, 25])
def test_an_outage_at_the_start_fails_no_item(monkeypatch, length):
    run = Run(lambda item, run: (0.1, ServerError("starting") if run.now < 1000 + length else FINE)).go(monkeypatch)
    assert run.counts == {"Reply": 100}


def test_an_outage_at_the_end_fails_no_item(monkeypatch):
    def serve(item, run):
        return 0.1, ServerError("down") if item >= 80 and run.now < 1025 else FINE

    assert Run(serve).go(monkeypatch).counts == {"Reply": 100}


def test_a_wrong_address_is_given_up_after_half_a_minute(monkeypatch):
    run = Run(always(ConnectionError("refused"), 0.01), items=1000).go(monkeypatch)
    assert 30 < run.now - 1000 < 65
    assert len(run.starts) < 40
    assert set(run.counts) == {"ConnectionError"}
    assert len(run.outcomes) < 30
    assert "stopped asking: no answer for" in run.told[-1][1]


def test_a_server_that_does_not_come_back_is_given_up_after_five_minutes(monkeypatch):
    run = Run(lambda item, run: (0.1, FINE if run.now < 1002 else ServerError("gone")), items=5000).go(monkeypatch)
    assert 300 < run.now - 1002 < 340
    assert len(run.starts) - run.counts["Reply"] < 64 + 60
    assert run.attempts.keys() == run.outcomes.keys()


def test_calls_that_hang_are_not_taken_for_a_wrong_address_at_once(monkeypatch):
    run = Run(lambda item, run: (120.0, TimeoutError()) if run.now < 1100 else (0.1, FINE), items=10)
    assert run.go(monkeypatch).counts == {"Reply": 10}


def test_refusals_of_everything_stop_the_run(monkeypatch):
    run = Run(always(RequestError("no such key", status=401, refuses_all=True)), items=1000).go(monkeypatch)
    assert len(run.starts) <= rules.REFUSALS + 3
    assert run.told[-1][1].startswith("m: stopped asking: every prompt is refused (RequestError: no such key)")


def test_refusals_of_single_items_do_not(monkeypatch):
    refused = RequestError("not for you", status=403, refuses_all=True)
    run = Run(lambda item, run: (0.1, refused if item % 3 else FINE), items=300, ceiling=1).go(monkeypatch)
    assert run.counts == {"Reply": 100, "RequestError": 200}


def test_a_key_that_is_revoked_stops_the_run(monkeypatch):
    refused = RequestError("revoked", status=401, refuses_all=True)
    run = Run(lambda item, run: (0.1, FINE if item < 100 else refused), items=1000, ceiling=8).go(monkeypatch)
    assert run.counts["Reply"] == 100
    assert run.counts["RequestError"] <= rules.REFUSALS_LATER + 8


def test_a_person_is_told_little(monkeypatch):
    run = Run(lambda item, run: (0.1, FINE if run.now > 1200 else ServerError("down")), items=200)
    run.now = 1100
    rules_first = rules.FIRST_PATIENCE
    monkeypatch.setattr(rules, "FIRST_PATIENCE", 10 * rules_first)
    run.go(monkeypatch)
    moments = [at for at, _ in run.told]
    assert 5 < len(moments) < 12
    assert all(later - sooner >= SAID_EACH for sooner, later in itertools.pairwise(moments))
    assert {text.partition(" (")[2] for _, text in run.told} == {"ServerError: down)"}
