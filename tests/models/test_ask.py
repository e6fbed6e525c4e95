"""How models are asked: one by one, in batches, several at once; what fails, fails alone."""

from __future__ import annotations

import asyncio
import enum
import sys
import threading

import numpy as np
import pytest

from readmark.models import ask, find_model
from readmark.models.ask import AT_ONCE, LARGEST_BATCH
from readmark.records import Reply


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


def test_a_batch_holds_the_questions_of_one_prefix(prompts, outcomes):
    model = Batch()
    assert outcomes(find_model(model))["q-5"] == "Question 5?"
    assert model.sizes == [3, 3]


def test_a_batch_has_a_largest_size(prompts):
    model = Batch()
    assert len(replies(model, prompts[:1] * (LARGEST_BATCH + 1))) == LARGEST_BATCH + 1
    assert model.sizes == [LARGEST_BATCH, 1]


def test_a_batch_may_come_as_a_generator(outcomes):
    model = batch(lambda self, prompts: (prompt.item_id for prompt in prompts))
    assert outcomes(find_model(model)) == {f"q-{number}": f"q-{number}" for number in range(6)}


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
    assert model.sizes == [3, 1, 1, 1, 3, 1, 1, 1]


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


def test_prompts_in_flight_are_dropped_when_nobody_asks_on(prompts):
    asked = ask(find_model(Async()), prompts)
    next(asked)
    asked.close()
    assert not [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
