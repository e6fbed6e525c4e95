"""The line of prompts: which are asked next, which wait for another attempt, and which are given up.

One by one, in batches or several at once, every prompt goes through the same line. A prompt whose call failed waits
aside, holding up nobody, and is asked first once its wait is over. It is given up after some failed calls, but only
those count between which other prompts were answered: where nobody is, the fault is not the prompt's.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import readmark.models.pace as rules
from readmark.errors import printable
from readmark.models.faults import fault_class, refuses_all, retry_after
from readmark.models.pace import Pace, backoff
from readmark.records import Prompt, Reply

SAID_EACH = 10.0  # seconds between two sentences about faults
SHOWN = 200  # characters of a fault's message in a sentence
BATCH_ATTEMPTS = 2  # of prompts together; a prompt at which the server breaks must not fail its neighbours


class Asked(NamedTuple):
    """A prompt with its reply or its fault, and the seconds its last call took (a batch's share)."""

    prompt: Prompt
    outcome: Reply | BaseException
    seconds: float


@dataclass(slots=True)
class Trial:
    """A prompt on its way through the line.

    Attributes:
        prompt: The prompt.
        order: Its place among all prompts.
        attempts: Calls so far, the one under way included.
        strikes: Those that failed while others were answered, 429s counting less.
        since: When the last call failed, or the first began, by time.monotonic.
        is_alone: It is asked in no batch any more.
        last: Its last fault with the seconds of that call, while it waits for another attempt.
    """

    prompt: Prompt
    order: int
    attempts: int = 0
    strikes: float = 0.0
    since: float = 0.0
    is_alone: bool = False
    last: Asked | None = None


class Line:
    """Prompts in the order in which they are to be asked.

    Args:
        name: The model's, for what is told.
        packs: The prompts, in lists that may be asked together.
        pace: How many calls may be under way.
        tell: Called with a sentence a person should read, rarely.
        largest: How many prompts that wait may be asked again together.
    """

    def __init__(
        self, name: str, packs: Iterator[list[Prompt]], pace: Pace, tell: Callable[[str], None], largest: int = 1
    ) -> None:
        self.pace = pace
        self._name, self._packs, self._tell, self._largest = name, packs, tell, largest
        self._next = next(packs, None)
        self._waiting: list[tuple[float, int, Trial]] = []  # a heap by the moment of the next attempt
        self._count = 0
        self._has_stopped = False
        self._said_at = -SAID_EACH

    def take(self, under_way: int = 0) -> list[Trial]:
        """Return the prompts to ask now, in one call; none where no call may start.

        Args:
            under_way: How many calls are.
        """
        now = time.monotonic()
        if self._has_stopped or not self.pace.may_start(under_way, now):
            return []
        trials = self._due(now) if self._waiting else []
        if not trials and self._next is not None:
            trials = [Trial(prompt, self._count + i, since=now) for i, prompt in enumerate(self._next)]
            self._count += len(trials)
            self._next = next(self._packs, None)
        if trials:
            self.pace.started(now)
        for trial in trials:
            trial.attempts += 1
        return trials

    def _due(self, now: float) -> list[Trial]:
        """Return prompts whose wait is over; none in an outage, where one that never failed tells more."""
        trials: list[Trial] = []
        if self.pace.is_down and self._next is not None:
            return trials
        while self._waiting and self._waiting[0][0] <= now and len(trials) < self._largest:
            if trials and self._waiting[0][2].is_alone:
                break
            trials.append(heapq.heappop(self._waiting)[2])
            if trials[0].is_alone:
                break
        return sorted(trials, key=lambda trial: trial.order)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to ask; calls under way may put prompts back."""
        return self._has_stopped or (self._next is None and not self._waiting)

    def seconds(self, under_way: int = 0) -> float | None:
        """Return the seconds until the next call may start; None where that takes the end of one under way."""
        if self.is_empty or not self.pace.has_room(under_way):
            return None
        moment = self.pace.gate
        if self._next is None:
            moment = max(moment, self._waiting[0][0])
        return max(0.0, moment - time.monotonic())

    def settle(self, trial: Trial, outcome: Reply | BaseException, seconds: float) -> Iterator[Asked]:
        """Yield what is final after a call for one prompt: nothing where it is to be asked again.

        Args:
            trial: From `take`.
            outcome: What the model said or raised.
            seconds: How long the call took; it ended now.
        """
        if isinstance(outcome, Reply):
            self.pace.answered(seconds, time.monotonic())
            yield Asked(trial.prompt, outcome, seconds)
        else:
            yield from self.fail([trial], outcome, seconds)

    def fail(self, trials: list[Trial], error: BaseException, seconds: float) -> Iterator[Asked]:
        """Yield what is final after a call for one or more prompts raised: nothing where they are to be asked again."""
        fault = fault_class(error)
        told = retry_after(error) if fault else None
        is_too_long = told is not None and told > rules.LONGEST_TOLD
        for trial in trials:
            trial.last = Asked(trial.prompt, error, seconds)
        if fault is None or is_too_long:
            if self.pace.refused(by_all=is_too_long or refuses_all(error)):
                yield from self._stop(f"every prompt is refused ({_short(error)})")
            yield from (trial.last for trial in trials if trial.last)
            return
        now = time.monotonic()
        self.pace.failed(fault, told, now - seconds, now)
        wait = backoff(max(trial.attempts for trial in trials)) if told is None else told + backoff(1)
        for trial in trials:
            if trial.last and self._is_given_up(trial, rules.LIMITED_ATTEMPT if fault == "rate_limit" else 1, now):
                yield trial.last
            else:
                trial.is_alone = trial.is_alone or trial.attempts >= BATCH_ATTEMPTS
                heapq.heappush(self._waiting, (now + wait, trial.order, trial))
        if self.pace.patience_is_over(now, is_last=self._next is None):
            yield from self._stop(f"no answer for {now - (self.pace.down_since or now):.0f} s ({_short(error)})")
        else:
            self._say_fault(error, now)

    def put_back(self, trials: list[Trial]) -> None:
        """Have prompts that got no answer within a batch asked alone, before all others; that call does not count."""
        for trial in trials:
            trial.is_alone = True
            trial.attempts -= 1
            heapq.heappush(self._waiting, (0.0, trial.order, trial))

    def _is_given_up(self, trial: Trial, strike: float, now: float) -> bool:
        """Return whether a prompt failed often enough; not by calls between which nobody else was answered."""
        answered = self.pace.answered_at
        if answered is not None and answered >= trial.since:
            trial.strikes += strike
        trial.since = now
        return self._has_stopped or trial.strikes >= rules.ATTEMPTS

    def _stop(self, reason: str) -> Iterator[Asked]:
        """Ask no more: what waits is given up, what was never asked stays so."""
        if not self._has_stopped:
            self._has_stopped = True
            self._tell(f"{self._name}: stopped asking: {reason}; the same command goes on")
        while self._waiting:
            last = heapq.heappop(self._waiting)[2].last
            if last:
                yield last

    def _say_fault(self, error: BaseException, now: float) -> None:
        if now - self._said_at < SAID_EACH:
            return
        self._said_at = now
        closed = self.pace.gate - now
        if self.pace.streak >= rules.STREAK or closed > 1:
            self._tell(f"{self._name}: waiting {max(0.0, closed):.0f} s for the server ({_short(error)})")
        else:
            self._tell(f"{self._name}: a call failed and is tried again ({_short(error)})")


def _short(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - the message of the user's own exception class may fail
        text = ""
    text = printable(text)
    return f"{type(error).__name__}: {text if len(text) <= SHOWN else text[: SHOWN - 1] + '…'}"
