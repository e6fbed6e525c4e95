"""Asking a model whose predict is async: several calls under way in one event loop, outcomes as they come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from readmark.errors import ModelError
from readmark.models.line import Asked, Line, Trial
from readmark.models.replies import checked

if TYPE_CHECKING:
    from readmark.models.door import LoadedModel
    from readmark.records import Prompt, Reply

GRACE = 10.0  # seconds that cancelled calls, and then the model's close, may take

Tell = Callable[[str], None]
_Call = asyncio.Task[tuple["Reply | BaseException", float]]


def ask_at_once(model: LoadedModel, line: Line, tell: Tell) -> Iterator[Asked]:
    """Ask several prompts at once; from a thread where a loop runs here already, as in a notebook."""
    calls = _Calls(model, line, tell)
    if not _runs_here():
        yield from calls.asked()
        return
    asked = calls.asked()
    with ThreadPoolExecutor(1) as thread:
        try:
            while True:
                pending = thread.submit(next, asked, None)
                try:
                    one = pending.result()
                except KeyboardInterrupt:  # here, or in predict
                    calls.interrupt()
                    yield from _answered(thread, pending, asked)
                    raise
                if one is None:
                    return
                yield one
        finally:
            calls.interrupt()
            thread.submit(asked.close).result()


def _answered(
    thread: ThreadPoolExecutor, pending: Future[Asked | None], asked: Generator[Asked, None, None]
) -> Iterator[Asked]:
    """Yield what was answered before an interrupt."""
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        while one := pending.result():
            yield one
            pending = thread.submit(next, asked, None)


def close_alone(model: LoadedModel, tell: Tell) -> None:
    """Await a model's async close in a loop of its own."""

    def run() -> None:
        asyncio.run(_closed(model, tell))

    if not _runs_here():
        run()
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()


def _runs_here() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _closed(model: LoadedModel, tell: Tell) -> None:
    """Close the model; that it cannot be closed is told and costs no answer."""
    if model.close_async is None:
        return
    try:
        await asyncio.wait_for(model.close_async(), GRACE)
    except Exception as error:  # noqa: BLE001 - the user's code, and the answers are all there
        tell(f"{model.name}: close() raised {type(error).__name__}: {error}")


class _Calls:
    """The calls under way, in a loop that runs only while an outcome is waited for."""

    def __init__(self, model: LoadedModel, line: Line, tell: Tell) -> None:
        self._model, self._line, self._tell = model, line, tell
        self._predict: Any = model.predict
        self._under_way: dict[_Call, Trial] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wait: asyncio.Task[Any] | None = None
        self._is_interrupted = False

    def asked(self) -> Generator[Asked, None, None]:
        """Yield each outcome as soon as it is final; an interrupt passes once what was answered is yielded."""
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            try:
                while self._start_calls() or not self._line.is_empty:
                    interrupt = self._waited(runner)
                    for call in [call for call in self._under_way if call.done()]:
                        trial = self._under_way.pop(call)
                        outcome, seconds = call.result()
                        if isinstance(outcome, KeyboardInterrupt | ModelError):
                            interrupt = outcome
                        else:
                            yield from self._line.settle(trial, outcome, seconds)
                    if interrupt:
                        raise interrupt
            finally:
                runner.run(self._end())
                self._loop = None

    def interrupt(self) -> None:
        """End the waiting, from another thread."""
        self._is_interrupted = True
        loop = self._loop
        if loop:
            with suppress(RuntimeError):  # the loop was closed just now
                loop.call_soon_threadsafe(lambda: self._wait and self._wait.cancel())

    def _start_calls(self) -> int:
        """Start what may start, and return how many calls are under way."""
        while self._loop and (trials := self._line.take(len(self._under_way))):
            for trial in trials:
                self._under_way[self._loop.create_task(self._call(trial.prompt))] = trial
        return len(self._under_way)

    async def _call(self, prompt: Prompt) -> tuple[Reply | BaseException, float]:
        start = time.perf_counter()
        outcome: Reply | BaseException
        try:
            outcome = checked(await self._predict(prompt))
        except BaseException as error:  # noqa: BLE001 - recorded as this item's failure; an interrupt is raised above
            outcome = error
        return outcome, time.perf_counter() - start

    def _waited(self, runner: asyncio.Runner) -> BaseException | None:
        """Let the calls go on until one ends or another may start; returns the interrupt that came meanwhile."""
        try:
            runner.run(self._some_end())
        except (KeyboardInterrupt, asyncio.CancelledError) as interrupt:
            return interrupt
        return None

    async def _some_end(self) -> None:
        self._wait = asyncio.current_task()
        if self._is_interrupted:
            raise asyncio.CancelledError
        seconds = self._line.seconds(len(self._under_way))
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds or 0.0)

    async def _end(self) -> None:
        """Cancel what is under way, and close the model."""
        for call in self._under_way:
            call.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GRACE)
        await _closed(self._model, self._tell)
