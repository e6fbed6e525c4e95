"""Asking: one prompt at a time, in batches, or several at once; what fails, fails alone.

Which prompt comes next, and which is tried again, the line says (`line`); how fast, its pace (`pace`).
"""

from __future__ import annotations

import inspect
import itertools
import time
from collections.abc import Callable, Iterator, Sequence, Sized
from typing import TYPE_CHECKING, Any

from readmark.errors import ModelError, Problem
from readmark.models.door import AT_ONCE
from readmark.models.faults import fault_class
from readmark.models.line import Asked, Line, Trial
from readmark.models.pace import Pace
from readmark.models.replies import checked, outcome

if TYPE_CHECKING:
    from readmark.models.door import LoadedModel
    from readmark.records import Prompt

__all__ = ["AT_ONCE", "LARGEST_BATCH", "Asked", "ask"]

LARGEST_BATCH = 64  # prompts handed to predict_many at once
_END = object()


def _silence(_: str) -> None:
    """Tell nobody."""


def ask(model: LoadedModel, prompts: Sequence[Prompt], tell: Callable[[str], None] = _silence) -> Iterator[Asked]:
    """Ask a model every prompt and yield each outcome as soon as it is final.

    Whatever the model raises, but for an interrupt, is that item's outcome. Faults that may pass (`fault_class`) are
    tried again first. Where nothing is answered any more, or everything is refused, asking stops: prompts that were
    never asked have no outcome, and `tell` hears why. An async `close` is awaited at the end.

    Args:
        model: The model.
        prompts: Those of one article in a row.
        tell: Called with a sentence a person should read: calls are tried again, the server is waited for, asking
            has stopped. Not more than one in ten seconds, but for the last.

    Raises:
        ModelError: The model has neither predict nor predict_many, or says so itself that it cannot work at all.
    """
    if model.predict_many:
        line = Line(model.name, packs(prompts), Pace(1), tell, largest=LARGEST_BATCH)
        asked = _in_batches(model.predict_many, line, tell)
    elif model.predict is None:
        raise ModelError(Problem(model.spec, "has neither predict nor predict_many", "one of them", "add predict"))
    else:
        singles = ([prompt] for prompt in prompts)
        if _is_async(model.predict):
            from readmark.models.loop import ask_at_once  # noqa: PLC0415 - asyncio takes 20 ms

            return ask_at_once(model, Line(model.name, singles, Pace(model.at_once), tell), tell)
        asked = _one_by_one(model.predict, Line(model.name, singles, Pace(1), tell))
    return _then_closed(model, asked, tell) if model.close_async else asked


def _is_async(predict: Any) -> bool:  # noqa: ANN401 - a function, a method or a callable object
    return inspect.iscoroutinefunction(predict) or inspect.iscoroutinefunction(getattr(predict, "__call__", None))  # noqa: B004


def _then_closed(model: LoadedModel, asked: Iterator[Asked], tell: Callable[[str], None]) -> Iterator[Asked]:
    """Yield what was asked and await the model's async close, though its predict is not async."""
    from readmark.models.loop import close_alone  # noqa: PLC0415 - asyncio takes 20 ms

    try:
        yield from asked
    finally:
        close_alone(model, tell)


def _taken(line: Line) -> Iterator[list[Trial]]:
    """Yield the prompts of each call, waiting where none may start, until nothing is left."""
    while not line.is_empty:
        if trials := line.take():
            yield trials
        else:
            time.sleep(line.seconds() or 0.0)


def _one_by_one(predict: Callable[[Prompt], object], line: Line) -> Iterator[Asked]:
    for (trial,) in _taken(line):
        start = time.perf_counter()
        said = outcome(predict, trial.prompt)
        yield from line.settle(trial, said, time.perf_counter() - start)


def packs(prompts: Sequence[Prompt], largest: int = LARGEST_BATCH) -> Iterator[list[Prompt]]:
    """Yield the prompts in batches: those of one prefix together as far as they fit, small groups packed together."""
    pack: list[Prompt] = []
    for _, members in itertools.groupby(prompts, key=lambda prompt: prompt.prefix):
        group = list(members)
        if pack and len(pack) + len(group) > largest:
            yield pack
            pack = []
        pack += group
        while len(pack) > largest:
            yield pack[:largest]
            pack = pack[largest:]
    if pack:
        yield pack


def _in_batches(
    predict_many: Callable[[list[Prompt]], Any], line: Line, tell: Callable[[str], None]
) -> Iterator[Asked]:
    """Ask in batches; each answer is yielded as it comes, and the rest of a batch that breaks is asked one by one.

    A fault that may pass is no reason to take a batch apart: what it left is tried again together first.
    """
    for trials in _taken(line):
        answers = _Answers(predict_many, [trial.prompt for trial in trials])
        left = trials[::-1]
        try:
            while left and (value := answers.take()) is not _END:
                yield from line.settle(left.pop(), outcome(checked, value), answers.seconds)
            error = answers.error()
        finally:
            answers.close()
        if not left and error:
            tell(f"{type(error).__name__} after a batch's last answer: {error}")
        elif error and (len(trials) == 1 or fault_class(error)):
            yield from line.fail(left[::-1], error, answers.seconds)
        elif error:
            line.put_back(left)


class _Answers:
    """The answers to a batch, one at a time; what is raised on the way ends them.

    Attributes:
        seconds: What the last answer took: its share of a finished list, or the time it was waited for.
    """

    def __init__(self, predict_many: Callable[[list[Prompt]], Any], prompts: list[Prompt]) -> None:
        self.seconds = 0.0
        self._asked, self._taken = len(prompts), 0
        self._is_whole = False
        self._error: BaseException | None = None
        start = time.perf_counter()
        own = list(prompts)  # a model may sort or empty it
        self._values: Any = self._tried(lambda: self._iterator(predict_many(own)))
        self._spent = time.perf_counter() - start

    def _iterator(self, values: Any) -> Iterator[object]:  # noqa: ANN401 - whatever the model returned
        if isinstance(values, str):
            raise TypeError("predict_many returned str, expected one answer a prompt")
        if isinstance(values, Sized):
            self._is_whole = True
            if len(values) != self._asked:
                raise ValueError(f"predict_many returned {len(values)} answers to {self._asked} prompts")
        return iter(values)

    def _tried(self, call: Callable[[], object]) -> object:
        """Return what a call returns; what it raises, but for an interrupt, becomes the batch's error."""
        try:
            return call()
        except (KeyboardInterrupt, ModelError):
            raise
        except BaseException as error:  # noqa: BLE001 - recorded as each item's failure
            self._error = error
            return _END

    def take(self) -> object:
        """Return the next answer, or _END where there is none."""
        start = time.perf_counter()
        value = _END if self._error else self._tried(lambda: next(self._values, _END))
        self._spent += time.perf_counter() - start
        if value is not _END:
            self._taken += 1
            if self._is_whole:
                self.seconds = self._spent / self._asked
            else:
                self.seconds, self._spent = self._spent, 0.0
        else:
            self.seconds = self._spent
        return value

    def error(self) -> BaseException | None:
        """Return what ended the answers, or what is wrong with their number; None where nothing is."""
        if self._error is None and self._taken == self._asked and self._tried(lambda: next(self._values, _END)) is _END:
            return self._error
        if self._taken == self._asked:
            return self._error or ValueError(f"predict_many went on after its answers to {self._asked} prompts")
        return self._error or ValueError(f"predict_many returned {self._taken} answers to {self._asked} prompts")

    def close(self) -> None:
        """End the model's generator."""
        if close := getattr(self._values, "close", None):
            self._tried(close)
