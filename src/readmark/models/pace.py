"""Pace: how many calls may be under way, when none may start, and when asking on is of no use.

A server tells what it bears by what it does. Answers let the number of calls grow, double at first and then by one a
round. A 429 takes one away and stops the growth for a round; where they are many, they halve the number, at most once
a round. Where one call at a time still brings mostly 429s, calls are spaced in time. Other faults halve the number
only while they are most of what comes: single ones say nothing about the load. Where answers come slower than before,
it goes back some way. Where nothing is answered at all, calls go one by one, with growing waits between them, until
patience is over. Time is the monotonic clock's; a changed clock does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from readmark.models.faults import FaultClass

ATTEMPTS = 7.0  # failed calls for one prompt, others being answered between them
LIMITED_ATTEMPT = 0.7  # what a call counts that ended in a 429, which is seldom the prompt's fault
FIRST_WAIT = 0.5  # seconds, at most, after the first fault; doubled after each further one
LONGEST_WAIT = 16.0  # seconds
LONGEST_TOLD = 600.0  # seconds that a server may ask to wait
PATIENCE = 300.0  # seconds without an answer, where there were answers before
LAST_PATIENCE = 30.0  # seconds, where only prompts are left that failed before
FIRST_PATIENCE = 30.0  # seconds, where nothing was ever answered: the address may be wrong
STREAK = 5  # faults in a row, after which all wait
REFUSALS = 5  # refusals of any prompt, such as a wrong key, where nothing was ever answered
REFUSALS_LATER = 20  # the same in a row, after answers
FIRST_SLOTS = 4  # calls under way at the start
ROUND = 8  # answers at least, whose median latency is looked at
SLOWER = 2.0  # times the best median: too many calls wait for each other
NOISE = 0.1  # seconds of a median that are never called slower
MEMORY = 16  # calls over which shares are taken, later ones weighing more
CROWDED = 0.2  # share of 429s above which the number of calls is halved
FAILING = 0.6  # share of all faults, the same
OVER_LIMIT, WITHIN_LIMIT = 0.5, 0.25  # shares of 429s above and below which calls are spaced more and less
FIRST_SPACING = 0.02  # seconds between the starts of two calls
LEAST_SPACING = 0.01


def backoff(attempt: int) -> float:
    """Return the seconds to wait after a prompt's n-th failed call, drawn from 0 to twice as much each time.

    Source:
        "Full jitter", Brooker 2015, Exponential Backoff and Jitter; drawn by tenacity.
    """
    from tenacity import RetryCallState, Retrying, wait_random_exponential  # noqa: PLC0415 - only faults need it

    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    return wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)(state)


@dataclass
class Pace:
    """What is known of a server's state; every moment is in seconds of time.monotonic.

    Attributes:
        ceiling: Calls that may be under way at most.
        slots: Calls that may be under way now.
        gate: The moment before which no call starts.
        answered_at: When the last answer came; None where none ever came.
        down_since: When the first fault after the last answer came; None where there was none.
        streak: Faults since the last answer.
        refusals: Refusals in a row.
    """

    ceiling: int
    slots: float = field(init=False)
    gate: float = 0.0
    answered_at: float | None = None
    down_since: float | None = None
    streak: int = 0
    refusals: int = 0
    is_slow: bool = False
    spacing: float = 0.0
    _threshold: float = field(init=False)  # where growth by doubling ends
    _cut_at: float = 0.0
    _halved_at: float = 0.0
    _held: float = 0.0  # answers until growth goes on
    _shut_at: float = 0.0
    _shuts: int = 0
    _told: float = 0.0  # seconds since down_since that the server asked to wait
    _fault_share: float = 0.0  # of the last calls, later ones weighing more
    _limit_share: float = 0.0  # the same, of 429s
    _latencies: list[float] = field(default_factory=list)
    _best: float = float("inf")

    def __post_init__(self) -> None:
        self.slots = min(FIRST_SLOTS, self.ceiling)
        self._threshold = self.ceiling

    @property
    def is_down(self) -> bool:
        """Whether the last calls all failed, so that it may be the server and not the prompts."""
        return self.streak >= STREAK

    def has_room(self, under_way: int) -> bool:
        """Return whether one more call may be under way; in an outage, one at a time is."""
        return under_way < (1 if self.is_down else int(self.slots))

    def may_start(self, under_way: int, now: float) -> bool:
        """Return whether a call may start now, given how many are under way."""
        return now >= self.gate and self.has_room(under_way)

    def started(self, now: float) -> None:
        """Take note of a call's start."""
        if self.spacing:
            self.gate = max(self.gate, now + self.spacing)

    def answered(self, seconds: float, now: float) -> None:
        """Take note of an answer and how long its call took."""
        self.answered_at = now
        self.streak = self.refusals = self._shuts = 0
        self.down_since = None
        self._told = 0.0
        self._share(is_fault=False, is_limit=False)
        if self.spacing:
            if self._limit_share < WITHIN_LIMIT:
                self.spacing = self.spacing * 0.9 if self.spacing > LEAST_SPACING else 0.0
            return
        if self.ceiling == 1:
            return
        self._watch_latency(seconds)
        self._held -= 1
        if not self.is_slow and self._held < 0:
            step = 1.0 if self.slots < self._threshold else 1.0 / self.slots
            self.slots = min(self.ceiling, self.slots + step)

    def _share(self, *, is_fault: bool, is_limit: bool) -> None:
        self._fault_share += (is_fault - self._fault_share) / MEMORY
        self._limit_share += (is_limit - self._limit_share) / MEMORY

    def _watch_latency(self, seconds: float) -> None:
        self._latencies.append(seconds)
        if len(self._latencies) < max(ROUND, self.slots / 2):
            return
        median = sorted(self._latencies)[len(self._latencies) // 2]
        self._latencies.clear()
        self._best = min(self._best, median)
        borne = SLOWER * self._best + NOISE
        self.is_slow = median > borne
        if self.is_slow:
            self.slots = max(min(FIRST_SLOTS, self.slots), self.slots * max(0.5, borne / median))
            self._threshold = self.slots
            self._best *= 1.01  # a server that stays slow is not held down for ever

    def failed(self, fault: FaultClass, told: float | None, began: float, now: float) -> None:
        """Take note of a fault.

        Args:
            fault: Its class.
            told: Seconds that the server asked to wait, or None.
            began: When the call started.
            now: When it failed.
        """
        self.streak += 1
        self.refusals = 0
        self.down_since = now if self.down_since is None else self.down_since
        self._share(is_fault=True, is_limit=fault == "rate_limit")
        is_crowded = self._limit_share > CROWDED or self._fault_share > FAILING
        if is_crowded and began >= self._halved_at:  # a call that started before says nothing new
            self._halve(now)
        elif fault == "rate_limit" and began >= self._cut_at:
            self._cut_at = now
            self._held = self._threshold = self.slots = max(1.0, self.slots - 1)
        if told is not None:
            self._told += max(0.0, now + told - max(self.gate, now))
            self._close(now + told)
        if self.is_down and began >= self._shut_at:
            self._shuts += 1
            self._close(now + backoff(self._shuts))
            self._shut_at = now

    def _halve(self, now: float) -> None:
        self._halved_at = self._cut_at = now
        if self.slots < 2 and self._limit_share > OVER_LIMIT:
            self.spacing = min(LONGEST_WAIT, max(FIRST_SPACING, 2 * self.spacing))
            self._close(now + self.spacing)
        if self.streak <= self.slots:  # in an outage the level that was borne before is kept in mind
            self._threshold = max(1.0, self.slots / 2)
        self.slots = max(1.0, self.slots / 2)

    def _close(self, until: float) -> None:
        self.gate = max(self.gate, until)

    def refused(self, *, by_all: bool) -> bool:
        """Take note of a fault that another try does not mend, and return whether to stop for it.

        Args:
            by_all: Every other prompt would get it too.
        """
        self.refusals = self.refusals + 1 if by_all else 0
        return self.refusals >= (REFUSALS if self.answered_at is None else REFUSALS_LATER)

    def patience_is_over(self, now: float, *, is_last: bool) -> bool:
        """Return whether nothing was answered for so long that asking on is of no use.

        Waits that the server asked for do not count, up to the longest that is allowed.

        Args:
            now: The moment.
            is_last: Only prompts are left that failed before.
        """
        if self.down_since is None:
            return False
        patience = FIRST_PATIENCE if self.answered_at is None else LAST_PATIENCE if is_last else PATIENCE
        return now - self.down_since - min(self._told, LONGEST_TOLD) > patience
