"""Asking: one prompt at a time, in batches, or several at once; what fails, fails alone."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from readmark.errors import ModelError, Problem
from readmark.records import Prompt, Reply

if TYPE_CHECKING:
    from readmark.models.door import LoadedModel

LARGEST_BATCH = 64  # prompts of one prefix handed to predict_many at once
AT_ONCE = 16  # prompts in flight with an async predict


class Asked(NamedTuple):
    """A prompt with its reply or its fault, and the seconds it took (a batch's share)."""

    prompt: Prompt
    outcome: Reply | BaseException
    seconds: float


def ask(model: LoadedModel, prompts: Sequence[Prompt]) -> Iterator[Asked]:
    """Ask a model every prompt and yield each outcome as soon as it is there.

    Whatever the model raises, but for an interrupt, is that item's outcome.
    """
    if model.predict_many:
        return _in_batches(model, prompts)
    if model.predict is None:
        raise ModelError(Problem(model.spec, "has neither predict nor predict_many", "one of them"))
    if _is_async(model.predict):
        return _at_once(model.predict, prompts)
    return _one_by_one(model.predict, prompts)


def _is_async(predict: Any) -> bool:  # noqa: ANN401 - a function, a method or a callable object
    return inspect.iscoroutinefunction(predict) or inspect.iscoroutinefunction(getattr(predict, "__call__", None))  # noqa: B004


def checked(value: object) -> Reply:
    """Return what a model answered as a reply.

    Raises:
        TypeError: It is neither text nor a Reply.
        ValueError: The text cannot be written as UTF-8.
    """
    if isinstance(value, BaseException):
        raise value
    reply = value if isinstance(value, Reply) else Reply(text=value) if isinstance(value, str) else None
    if reply is None or not isinstance(reply.text, str):
        raise TypeError(f"predict returned {type(value).__name__}, expected str or Reply")
    reply.text.encode()
    return reply


def _one_by_one(predict: Any, prompts: Sequence[Prompt]) -> Iterator[Asked]:  # noqa: ANN401 - the user's callable
    for prompt in prompts:
        start = time.perf_counter()
        try:
            outcome: Reply | BaseException = checked(predict(prompt))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - recorded as this item's failure
            outcome = error
        yield Asked(prompt, outcome, time.perf_counter() - start)


def _in_batches(model: LoadedModel, prompts: Sequence[Prompt]) -> Iterator[Asked]:
    for _, group in itertools.groupby(prompts, key=lambda prompt: prompt.prefix):
        members = list(group)
        for i in range(0, len(members), LARGEST_BATCH):
            yield from _batch(model, members[i : i + LARGEST_BATCH])


def _batch(model: LoadedModel, prompts: list[Prompt]) -> Iterator[Asked]:
    """Ask a batch; if it raises as a whole, ask each prompt alone so that one cannot fail the others."""
    start = time.perf_counter()
    try:
        values = list(model.predict_many(prompts))  # type: ignore[misc]
        if len(values) != len(prompts):
            raise ValueError(f"predict_many returned {len(values)} answers to {len(prompts)} prompts")  # noqa: TRY301
    except (Exception, SystemExit) as error:  # noqa: BLE001 - recorded as each item's failure
        if len(prompts) > 1:
            for prompt in prompts:
                yield from _batch(model, [prompt])
            return
        values = [error]
    share = (time.perf_counter() - start) / len(prompts)
    for prompt, value in zip(prompts, values, strict=True):
        try:
            yield Asked(prompt, checked(value), share)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - recorded as this item's failure
            yield Asked(prompt, error, share)


def _at_once(predict: Any, prompts: Sequence[Prompt]) -> Iterator[Asked]:  # noqa: ANN401 - the user's callable
    async def one(prompt: Prompt) -> Asked:
        start = time.perf_counter()
        try:
            outcome: Reply | BaseException = checked(await predict(prompt))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - recorded as this item's failure
            outcome = error
        return Asked(prompt, outcome, time.perf_counter() - start)

    async def some_done(tasks: set[asyncio.Task[Asked]]) -> set[asyncio.Task[Asked]]:
        return (await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))[0]

    waiting = iter(prompts)
    pending: set[asyncio.Task[Asked]] = set()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        while True:
            pending |= {loop.create_task(one(p)) for p in itertools.islice(waiting, AT_ONCE - len(pending))}
            if not pending:
                return
            done = runner.run(some_done(pending))
            pending -= done
            for task in done:
                yield task.result()
