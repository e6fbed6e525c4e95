"""How models are asked: one by one, in batches, several at once; what fails, fails alone."""

from __future__ import annotations

import asyncio
import enum
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.errors import ModelError, Problem
from readmark.models import ask, find_model
from readmark.models.ask import AT_ONCE, LARGEST_BATCH, packs
from readmark.records import Prompt, Reply


class UnreadableError(Exception):
    """Its message cannot be made."""

    def __str__(self):
        raise RuntimeError("no message")


class Text(str):
    """A library's own kind of text."""

    __slots__ = ()


class Word(enum.StrEnum):
    """An answer from a fixed set."""

    YES = "yes"


def replies(model, prompts):
    return [one.outcome for one in ask(find_model(model), prompts)]


def raising(error):
    def predict(prompt):
        if prompt.item_id == "q-2":
            raise error
        return "fine"

    return predict


def answering(value):
    return lambda prompt: value if prompt.item_id == "q-2" else "fine"


@pytest.mark.parametrize(
    "error",
    [ValueError("no"), SystemExit(3), asyncio.CancelledError(), StopIteration(), MemoryError(), UnreadableError()],
)
def test_an_item_whose_model_raises_fails_alone(prompts, outcomes, error):
    found = outcomes(find_model(raising(error)))
    assert found.pop("q-2") is error
    assert set(found.values()) == {"fine"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "predict returned NoneType"),
        (5, "predict returned int"),
        (b"bytes", "predict returned bytes"),
        (["x"], "predict returned list"),
        ("lone \ud800", "surrogates not allowed"),
        ("a NUL \0", "the answer contains a NUL character"),
        ("x" * 2_000_001, "the answer has 2,000,001 characters"),
        (Reply(text=None), "whose text is NoneType"),
        (Reply(text="x", input_tokens="9"), "input_tokens is '9'"),
        (Reply(text="x", output_tokens=1.5), "output_tokens is 1.5"),
        (Reply(text="x", output_tokens=-1), "output_tokens is -1"),
        (Reply(text="x", output_tokens=2**70), "output_tokens is 1180591620717411303424"),
        (ValueError("returned"), "returned"),
    ],
)
def test_an_item_whose_answer_is_no_text_fails_alone(outcomes, value, told):
    found = outcomes(find_model(answering(value)))
    assert told in str(found.pop("q-2"))
    assert set(found.values()) == {"fine"}


@pytest.mark.parametrize("value", [Text("yes"), Word.YES, np.str_("yes"), Reply(text=Text("yes"))])
def test_text_of_a_library_becomes_plain_text(prompts, value):
    assert [type(one.text) for one in replies(lambda _: value, prompts)] == [str] * 6


def test_tokens_of_a_reply_are_kept(prompts):
    reply = replies(lambda _: Reply(text="x", input_tokens=np.int64(7), output_tokens=0), prompts)[0]
    assert reply == Reply(text="x", input_tokens=7, output_tokens=0)


def test_an_interrupt_passes(prompts):
    with pytest.raises(KeyboardInterrupt):
        replies(raising(KeyboardInterrupt()), prompts)


def test_a_model_that_cannot_work_at_all_is_no_items_failure(prompts):
    wrong = ModelError(Problem("m", "cannot be loaded"))

    async def later(prompt):
        raise wrong

    for model in (raising(wrong), later, batch(lambda self, prompts: raising(wrong)(prompts[2]))):
        with pytest.raises(ModelError, match="cannot be loaded"):
            replies(model, prompts)


def test_seconds_are_measured_for_each_prompt(prompts):
    sleepy = find_model(lambda prompt: threading.Event().wait(0.02 * (prompt.item_id == "q-1")) or "x")
    seconds = [one.seconds for one in ask(sleepy, prompts)]
    assert max(seconds) == seconds[1] >= 0.02


class Batch:
    """Answers in batches; `answers` decides what a batch gets."""

    def __init__(self):
        self.sizes = []

    def predict_many(self, prompts):
        self.sizes.append(len(prompts))
        return self.answers(prompts)

    def answers(self, prompts):
        return [prompt.suffix for prompt in prompts]


def batch(answers):
    return type("Odd", (Batch,), {"answers": answers})()


def test_small_groups_of_one_prefix_are_packed_into_one_batch(outcomes):
    model = Batch()
    assert outcomes(find_model(model))["q-5"] == "Question 5?"
    assert model.sizes == [6]


def grouped(*sizes):
    """Return prompts over articles with so many questions each."""
    return [
        Prompt(item_id=f"{article}-{n}", condition="reading", prefix=f"Article {article}", suffix=f"Question {n}?")
        for article, size in enumerate(sizes)
        for n in range(size)
    ]


def test_an_article_whose_questions_do_not_fit_a_batch_begins_the_next():
    assert [len(pack) for pack in packs(grouped(40, 20, 10, 30, 200, 5))] == [60, 40, 64, 64, 64, 13]


@given(st.lists(st.integers(1, 100), max_size=12))
def test_batches_hold_all_prompts_in_order_and_split_no_article_that_fits_one(sizes):
    made = list(packs(grouped(*sizes)))
    assert [prompt for pack in made for prompt in pack] == grouped(*sizes)
    assert all(0 < len(pack) <= LARGEST_BATCH for pack in made)
    for article, size in enumerate(sizes):
        over = [pack for pack in made if any(prompt.prefix == f"Article {article}" for prompt in pack)]
        assert len(over) == -(-size // LARGEST_BATCH)


def test_a_batch_has_a_largest_size(prompts):
    model = Batch()
    assert len(replies(model, prompts[:1] * (LARGEST_BATCH + 1))) == LARGEST_BATCH + 1
    assert model.sizes == [LARGEST_BATCH, 1]


def test_a_batch_may_come_as_a_generator_whose_answers_are_yielded_as_they_come(prompts):
    events = []

    def answers(self, prompts):
        for prompt in prompts:
            events.append(f"asked {prompt.item_id}")
            yield prompt.item_id

    events.extend(f"had {one.outcome.text}" for one in ask(find_model(batch(answers)), prompts[:3]))
    assert events == ["asked q-0", "had q-0", "asked q-1", "had q-1", "asked q-2", "had q-2"]


def test_what_a_generator_gave_before_it_broke_stands_and_the_rest_is_asked_alone(prompts):
    def answers(self, prompts):
        for prompt in prompts:
            if prompt.item_id == "q-2" and len(prompts) > 1:
                raise ValueError("too long")
            yield f"{prompt.item_id} of {len(prompts)}"

    model = batch(answers)
    assert [one.text for one in replies(model, prompts)] == [
        "q-0 of 6", "q-1 of 6", "q-2 of 1", "q-3 of 1", "q-4 of 1", "q-5 of 1",
    ]  # fmt: skip
    assert model.sizes == [6, 1, 1, 1, 1]


def test_a_generator_that_ends_early_is_asked_the_rest_alone(prompts):
    model = batch(lambda self, prompts: (prompt.item_id for prompt in prompts[:4]))
    assert [one.text for one in replies(model, prompts)] == [prompt.item_id for prompt in prompts]
    assert model.sizes == [6, 1, 1]


def test_a_generator_that_gives_too_much_is_told(prompts):
    told = []
    model = batch(lambda self, prompts: (str(n) for n in range(7)))
    asked = list(ask(find_model(model), prompts, told.append))
    assert [one.outcome.text for one in asked] == list("012345")
    assert told == ["ValueError after a batch's last answer: predict_many went on after its answers to 6 prompts"]


def test_a_generator_is_closed_when_nobody_asks_on(prompts):
    events = []

    def answers(self, prompts):
        try:
            yield from ("x" for _ in prompts)
        finally:
            events.append("closed")

    asked = ask(find_model(batch(answers)), prompts)
    next(asked)
    asked.close()
    assert events == ["closed"]


def test_seconds_of_a_generators_answer_are_the_time_it_was_waited_for(prompts):
    def answers(self, prompts):
        for prompt in prompts:
            time.sleep(0.02 * (prompt.item_id == "q-1"))
            yield "x"

    seconds = []
    for one in ask(find_model(batch(answers)), prompts[:3]):
        seconds.append(one.seconds)
        time.sleep(0.03)
    assert seconds[1] >= 0.02 > max(seconds[0], seconds[2])


def test_an_exception_in_the_list_fails_its_item_alone(outcomes):
    fault = ValueError("too long")
    model = batch(lambda self, prompts: [fault if p.item_id == "q-2" else Reply(text="fine") for p in prompts])
    found = outcomes(find_model(model))
    assert found.pop("q-2") is fault
    assert set(found.values()) == {"fine"}


@pytest.mark.parametrize(
    "answers",
    [
        lambda self, prompts: ["x"] * 2,
        lambda self, prompts: ["x"] * 9,
        lambda self, prompts: "abc",
        lambda self, prompts: None,
        lambda self, prompts: 1 / 0,
        lambda self, prompts: sys.exit(1),
    ],
)
def test_a_batch_with_a_wrong_answer_is_asked_one_by_one(prompts, answers):
    model = batch(lambda self, prompts: ["alone"] if len(prompts) == 1 else answers(self, prompts))
    assert [one.text for one in replies(model, prompts)] == ["alone"] * 6
    assert model.sizes == [6, 1, 1, 1, 1, 1, 1]


def test_a_batch_that_raises_for_one_prompt_fails_that_one_alone(outcomes):
    def answers(self, prompts):
        if any(prompt.item_id == "q-2" for prompt in prompts):
            raise ValueError("q-2 is too long")
        return ["fine" for _ in prompts]

    found = outcomes(find_model(batch(answers)))
    assert str(found.pop("q-2")) == "q-2 is too long"
    assert set(found.values()) == {"fine"}


def test_a_batch_that_always_answers_too_much_fails_every_item(prompts):
    told = {str(one) for one in replies(batch(lambda self, prompts: ["x", "x", "x", "x"]), prompts)}
    assert told == {"predict_many returned 4 answers to 1 prompts"}


def test_text_instead_of_a_list_is_no_batch(prompts):
    told = {str(one) for one in replies(batch(lambda self, prompts: "x"), prompts[:1])}
    assert told == {"predict_many returned str, expected one answer a prompt"}


def test_a_model_that_empties_its_list_of_prompts_loses_none(prompts):
    model = batch(lambda self, prompts: [prompts.pop(0).item_id for _ in list(prompts)])
    assert [one.text for one in replies(model, prompts)] == [prompt.item_id for prompt in prompts]


@pytest.mark.parametrize("error", [KeyboardInterrupt()])
def test_an_interrupt_in_a_batch_passes(prompts, error):
    def answers(self, prompts):
        raise error

    with pytest.raises(KeyboardInterrupt):
        replies(batch(answers), prompts)
    with pytest.raises(KeyboardInterrupt):
        replies(batch(lambda self, prompts: [error for _ in prompts]), prompts)


# Faults that may pass


@pytest.fixture
def short_waits(monkeypatch):
    """Waits after faults are some milliseconds."""
    monkeypatch.setattr("readmark.models.pace.FIRST_WAIT", 0.004)


def failing(times, error, fault_of="q-2"):
    """Return a predict that raises at the first calls for one item, and the list of items it was asked."""
    asked = []

    def predict(prompt):
        asked.append(prompt.item_id)
        if prompt.item_id == fault_of and asked.count(fault_of) <= times:
            raise error
        return "fine"

    return predict, asked


@pytest.mark.usefixtures("short_waits")
@pytest.mark.parametrize("error", [ConnectionResetError("cut"), TimeoutError("late")])
def test_a_fault_that_passes_fails_no_item(prompts, error):
    predict, asked = failing(2, error)
    assert [one.text for one in replies(predict, prompts)] == ["fine"] * 6
    assert sorted(asked) == ["q-0", "q-1", "q-2", "q-2", "q-2", "q-3", "q-4", "q-5"]


@pytest.mark.usefixtures("short_waits")
def test_an_async_fault_that_passes_fails_no_item(prompts):
    predict, asked = failing(2, ConnectionResetError("cut"))

    async def later(prompt):
        return predict(prompt)

    assert [one.text for one in replies(later, prompts)] == ["fine"] * 6
    assert asked.count("q-2") == 3


@pytest.mark.usefixtures("short_waits")
def test_a_member_of_a_batch_with_a_fault_that_passes_is_asked_again_without_the_others(outcomes):
    model = batch(
        lambda self, prompts: [
            ConnectionResetError("cut") if p.item_id in {"q-1", "q-4"} and len(prompts) > 2 else p.item_id
            for p in prompts
        ]
    )
    assert outcomes(find_model(model)) == {f"q-{number}": f"q-{number}" for number in range(6)}
    assert model.sizes[0] == 6
    assert sum(model.sizes[1:]) == 2


@pytest.mark.usefixtures("short_waits")
def test_a_batch_that_fails_as_a_whole_for_a_fault_that_passes_is_tried_whole_again(prompts):
    def answers(self, prompts):
        if len(self.sizes) == 1:
            raise TimeoutError("late")
        return [prompt.item_id for prompt in prompts]

    model = batch(answers)
    assert [one.text for one in replies(model, prompts)] == [prompt.item_id for prompt in prompts]
    assert model.sizes == [6, 6]


@pytest.mark.usefixtures("short_waits")
def test_a_prompt_at_which_a_server_breaks_fails_no_neighbour(monkeypatch, outcomes):
    monkeypatch.setattr("readmark.models.pace.LAST_PATIENCE", 0.3)

    def answers(self, prompts):
        if any(prompt.item_id == "q-2" for prompt in prompts):
            raise ConnectionResetError("the server died")
        return ["fine" for _ in prompts]

    model = batch(answers)
    found = outcomes(find_model(model))
    assert str(found.pop("q-2")) == "the server died"
    assert set(found.values()) == {"fine"}
    assert model.sizes[:2] == [6, 6]


@pytest.mark.usefixtures("short_waits")
def test_seconds_are_those_of_the_last_call_without_its_wait(monkeypatch, prompts):
    monkeypatch.setattr("readmark.models.pace.FIRST_WAIT", 0.2)
    predict, _ = failing(1, TimeoutError("late"), "q-5")
    assert max(one.seconds for one in ask(find_model(predict), prompts)) < 0.05


def test_a_run_without_faults_does_not_load_what_they_need(tmp_path):
    code = (
        "import sys; from readmark.models import ask, find_model; from readmark.records import Prompt\n"
        "prompts = [Prompt(item_id='a', condition='reading', prefix='', suffix='?')]\n"
        "assert [one.outcome.text for one in ask(find_model(lambda prompt: 'x'), prompts)] == ['x']\n"
        "assert not {'tenacity', 'asyncio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Several at once


class Async:
    """Answers several prompts at once; remembers how many."""

    def __init__(self):
        self.now = self.most = 0

    async def predict(self, prompt):
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        return self.answer(prompt)

    def answer(self, prompt):
        return prompt.item_id


def test_an_async_predict_answers_several_prompts_at_once(prompts):
    model = Async()
    many = prompts * 6
    assert sorted(one.text for one in replies(model, many)) == sorted(prompt.item_id for prompt in many)
    assert model.most == AT_ONCE


def test_an_async_function_and_an_async_callable_object_are_models(outcomes):
    async def say(prompt):
        return prompt.item_id

    class Called:
        async def __call__(self, prompt):
            return prompt.item_id

    expected = {f"q-{number}": f"q-{number}" for number in range(6)}
    assert outcomes(find_model(say)) == outcomes(find_model(Called())) == expected


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(1), asyncio.CancelledError()])
def test_an_async_item_fails_alone(outcomes, error):
    model = type("Odd", (Async,), {"answer": lambda self, prompt: raising(error)(prompt)})
    found = outcomes(find_model(model))
    assert found.pop("q-2") is error
    assert set(found.values()) == {"fine"}


def test_an_async_answer_that_is_no_text_fails_alone(outcomes):
    found = outcomes(find_model(type("Odd", (Async,), {"answer": lambda self, prompt: answering(None)(prompt)})))
    assert "predict returned NoneType" in str(found.pop("q-2"))
    assert set(found.values()) == {"fine"}


def test_an_interrupt_in_an_async_predict_passes(prompts):
    model = type("Odd", (Async,), {"answer": lambda self, prompt: raising(KeyboardInterrupt())(prompt)})
    with pytest.raises(KeyboardInterrupt):
        replies(model, prompts)


def test_async_answers_come_as_soon_as_they_are_there(prompts):
    async def slow_first(prompt):
        await asyncio.sleep(0.05 if prompt.item_id == "q-0" else 0)
        return "x"

    assert [one.prompt.item_id for one in ask(find_model(slow_first), prompts)][-1] == "q-0"


def test_an_async_model_is_asked_where_a_loop_runs_already(prompts):
    """As in a notebook, which runs every cell in its own loop."""

    async def cell():
        return sorted(one.text for one in replies(Async(), prompts))

    assert asyncio.run(cell()) == [prompt.item_id for prompt in prompts]


def test_an_interrupt_passes_where_a_loop_runs_already(prompts):
    model = type("Odd", (Async,), {"answer": lambda self, prompt: raising(KeyboardInterrupt())(prompt)})

    async def cell():
        with pytest.raises(KeyboardInterrupt):
            replies(model, prompts)

    asyncio.run(cell())


def test_an_interrupt_in_a_notebook_ends_calls_that_hang(prompts):
    had, cancelled = [], []

    async def predict(prompt):
        if prompt.item_id == "q-0":
            return "x"
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(prompt.item_id)
            raise

    async def cell():
        main = threading.main_thread().ident
        threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            had.extend(one.prompt.item_id for one in ask(find_model(predict), prompts))

    kept = signal.signal(signal.SIGINT, signal.default_int_handler)
    loop, start = asyncio.new_event_loop(), time.monotonic()
    try:
        loop.run_until_complete(cell())
    finally:
        loop.close()
        signal.signal(signal.SIGINT, kept)
    assert had == ["q-0"]
    assert sorted(cancelled) == ["q-1", "q-2", "q-3", "q-4", "q-5"]
    assert time.monotonic() - start < 5


def test_prompts_in_flight_are_dropped_when_nobody_asks_on(prompts):
    before = set(threading.enumerate())
    asked = ask(find_model(Async()), prompts)
    next(asked)
    asked.close()
    assert set(threading.enumerate()) <= before


def test_an_interrupt_yields_what_was_answered_before_it(prompts):
    model = type("Odd", (Async,), {"answer": lambda self, prompt: raising(KeyboardInterrupt())(prompt)})
    collected = []
    with pytest.raises(KeyboardInterrupt):
        collected.extend(one.prompt.item_id for one in ask(find_model(model), prompts))
    assert collected == ["q-0", "q-1", "q-3"]


def test_more_calls_are_under_way_where_a_model_allows_them(prompts):
    model = Async()
    model.at_once = 40
    assert len(replies(model, prompts * 40)) == 240
    assert model.most == 40


# Closing


class Closing(Async):
    """Remembers in which loop it was asked and closed."""

    def __init__(self):
        super().__init__()
        self.loops = []

    def answer(self, prompt):
        self.loops.append(asyncio.get_running_loop())
        return "x"

    async def close(self):
        self.loops.append(asyncio.get_running_loop())
        self.loops.append("closed")


def test_an_async_close_is_awaited_in_the_loop_of_predict(prompts):
    model = Closing()
    assert len(replies(model, prompts)) == 6
    assert model.loops[-1] == "closed"
    assert len(set(model.loops)) == 2


def test_an_async_model_is_closed_when_nobody_asks_on_and_in_a_notebook(prompts):
    left, inside = Closing(), Closing()
    asked = ask(find_model(left), prompts)
    next(asked)
    asked.close()

    async def cell():
        return len(replies(inside, prompts))

    assert asyncio.run(cell()) == 6
    assert left.loops[-1] == inside.loops[-1] == "closed"


def test_an_async_close_beside_a_plain_predict_is_awaited(prompts):
    model = type("Mixed", (Closing,), {"predict": lambda self, prompt: "x"})()
    assert [one.text for one in replies(model, prompts)] == ["x"] * 6
    assert model.loops[-1] == "closed"
    assert find_model(model).close() is None


def test_an_async_close_that_raises_is_told_and_costs_no_answer(prompts):
    async def close(self):
        raise OSError("no")

    told = []
    model = type("Odd", (Async,), {"close": close, "name": "odd"})
    assert len(list(ask(find_model(model), prompts, told.append))) == 6
    assert told == ["odd: close() raised OSError: no"]


# What a model may say of itself


@pytest.mark.parametrize("value", [0, -1, 1025, 2.0, True, "8", None])
def test_at_once_is_a_whole_number(value):
    with pytest.raises(ModelError, match="has at_once"):
        find_model(type("Odd", (Async,), {"at_once": value}))


@pytest.mark.parametrize("value", [1, (1,), (1, 2, 3), (-1, 2), (1, float("nan")), (1, float("inf")), ("1", "2"), "12"])
def test_a_price_is_two_amounts(value):
    with pytest.raises(ModelError, match="has the price"):
        find_model(type("Odd", (Async,), {"price": value}))


def test_neither_price_nor_at_once_makes_another_model():
    class Priced:
        name = "priced"

        def __init__(self, price=(1, 2), at_once=16):
            self.price, self.at_once = price, at_once

        def predict(self, prompt):
            return "x"

    one, other = find_model(Priced), find_model(Priced, {"price": [3, 4.5], "at_once": 8})
    assert (one.price, one.at_once) == ((1.0, 2.0), 16)
    assert (other.price, other.at_once) == ((3.0, 4.5), 8)
    assert one.identity == other.identity == find_model(Priced((5, 6))).identity
