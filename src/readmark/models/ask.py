"""Asking: one prompt at a time, in batches, or several at once; what fails, fails alone."""

from __future__ import annotations

import inspect
import itertools
import operator
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from readmark.errors import ModelError, Problem, quoted
from readmark.records import Prompt, Reply

if TYPE_CHECKING:
    import asyncio

    from readmark.models.door import LoadedModel

LARGEST_BATCH = 64  # prompts of one prefix handed to predict_many at once
AT_ONCE = 16  # prompts in flight with an async predict
LONGEST_TEXT = 2_000_000  # characters; escaped, they fit a line that can be read back
MOST_TOKENS = 2**63  # what a log's reader can hold


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
        return _in_batches(model.predict_many, prompts)
    if model.predict is None:
        raise ModelError(Problem(model.spec, "has neither predict nor predict_many", "one of them", "add predict"))
    if _is_async(model.predict):
        return _at_once(model.predict, prompts)
    return _one_by_one(model.predict, prompts)


def _is_async(predict: Any) -> bool:  # noqa: ANN401 - a function, a method or a callable object
    return inspect.iscoroutinefunction(predict) or inspect.iscoroutinefunction(getattr(predict, "__call__", None))  # noqa: B004


def checked(value: object) -> Reply:
    """Return what a model answered as a reply of plain text and plain numbers, whatever subclasses it used.

    Raises:
        TypeError: It is neither text nor a Reply, or a token count is no whole number.
        ValueError: Our files cannot hold the text (half of a surrogate pair, NUL, too long), or a token count is out
            of range.
    """
    if isinstance(value, BaseException):
        raise value
    reply = value if isinstance(value, Reply) else Reply(text=value) if isinstance(value, str) else None
    if reply is None:
        raise TypeError(f"predict returned {type(value).__name__}, expected str or Reply")
    if not isinstance(reply.text, str):
        raise TypeError(f"predict returned a Reply whose text is {type(reply.text).__name__}, expected str")
    if "\0" in reply.text:
        raise ValueError("the answer contains a NUL character")
    if len(reply.text) > LONGEST_TEXT:
        raise ValueError(f"the answer has {len(reply.text):,} characters, more than {LONGEST_TEXT:,}")
    return Reply(
        text=reply.text.encode().decode(),
        input_tokens=_count("input_tokens", reply.input_tokens),
        output_tokens=_count("output_tokens", reply.output_tokens),
    )


def _count(name: str, value: object) -> int | None:
    """Return a token count as an int; numpy's integers are taken too."""
    if value is None:
        return None
    try:
        count = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} is {quoted(value)}, expected a whole number or None") from None
    if not 0 <= count < MOST_TOKENS:
        raise ValueError(f"{name} is {quoted(count)}, expected 0 or more")
    return count


def _outcome(predict: Callable[[Any], object], given: object) -> Reply | BaseException:
    """Return what was answered or raised; only an interrupt passes."""
    try:
        return checked(predict(given))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - recorded as this item's failure; sys.exit and cancellation too
        return error


def _one_by_one(predict: Callable[[Prompt], object], prompts: Sequence[Prompt]) -> Iterator[Asked]:
    for prompt in prompts:
        start = time.perf_counter()
        outcome = _outcome(predict, prompt)
        yield Asked(prompt, outcome, time.perf_counter() - start)


def _in_batches(predict_many: Callable[[list[Prompt]], Any], prompts: Sequence[Prompt]) -> Iterator[Asked]:
    for _, group in itertools.groupby(prompts, key=lambda prompt: prompt.prefix):
        members = list(group)
        for i in range(0, len(members), LARGEST_BATCH):
            yield from _batch(predict_many, members[i : i + LARGEST_BATCH])


def _batch(predict_many: Callable[[list[Prompt]], Any], prompts: list[Prompt]) -> Iterator[Asked]:
    """Ask a batch; if it raises as a whole, ask each prompt alone so that one cannot fail the others."""
    start = time.perf_counter()
    values = _answers(predict_many, prompts)
    if isinstance(values, BaseException):
        if len(prompts) > 1:
            for prompt in prompts:
                yield from _batch(predict_many, [prompt])
            return
        values = [values]
    share = (time.perf_counter() - start) / len(prompts)
    for prompt, value in zip(prompts, values, strict=True):
        yield Asked(prompt, _outcome(checked, value), share)


def _answers(predict_many: Callable[[list[Prompt]], Any], prompts: list[Prompt]) -> list[object] | BaseException:
    """Return one answer a prompt, or what the batch raised as a whole."""
    try:
        values = predict_many(list(prompts))  # a list of its own: a model may sort or empty it
        if isinstance(values, str):
            raise TypeError("predict_many returned str, expected one answer a prompt")  # noqa: TRY301
        values = list(values)
        if len(values) != len(prompts):
            raise ValueError(f"predict_many returned {len(values)} answers to {len(prompts)} prompts")  # noqa: TRY301
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - recorded as each item's failure
        return error
    return values


def _at_once(predict: Callable[[Prompt], Any], prompts: Sequence[Prompt]) -> Iterator[Asked]:
    """Ask several prompts at once; from a thread where a loop runs here already, as in a notebook."""
    import asyncio  # noqa: PLC0415 - 20 ms that only async models need
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - the same

    answers = _in_a_loop(predict, prompts)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        yield from answers
        return
    with ThreadPoolExecutor(1) as thread:
        try:
            while asked := thread.submit(next, answers, None).result():
                yield asked
        finally:
            thread.submit(answers.close).result()


def _in_a_loop(predict: Callable[[Prompt], Any], prompts: Sequence[Prompt]) -> Generator[Asked, None, None]:
    import asyncio  # noqa: PLC0415 - 20 ms that only async models need

    async def one(prompt: Prompt) -> Asked:
        start = time.perf_counter()
        try:
            outcome: Reply | BaseException = checked(await predict(prompt))
        except BaseException as error:  # noqa: BLE001 - recorded as this item's failure; an interrupt is raised below
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
            for asked in [task.result() for task in done]:
                if isinstance(asked.outcome, KeyboardInterrupt):
                    raise asked.outcome
                yield asked
