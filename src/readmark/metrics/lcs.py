"""Longest common subsequences of a text's lines with another's: which positions they use together.

Among equally long subsequences, the one is taken that ROUGE-1.5.5 and rouge-score take, walking back from both ends:
a match is used where both tokens meet; else the walk goes back in the line that is compared with, if the length falls
by that less than by going back in the wanted line, whose side it prefers at a tie.

The table of lengths is never written out. A row is an integer with a bit for each column that is 0 where the length
grows, and the next row follows by an addition (Crochemore et al. 2001; Hyyrö 2004). Many lines lie side by side in one
integer; a guard bit above each takes up the addition's carry.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    Line = Sequence[str]

GROUP = 2048  # columns; lines share an integer up to this many, so that a step stays cheap
BLOCK = 256  # rows whose steps are kept at once: memory grows with the line, not with the table
KEPT = 4096  # integers of columns where a token stands


def union_positions(wanted: Sequence[Line], said: Sequence[Line]) -> list[list[int]]:
    """Return for each wanted line the positions that its longest common subsequences with all said lines use.

    Args:
        wanted: The reference's lines, each a sequence of tokens.
        said: The prediction's.

    Returns:
        Positions in any order, a list a wanted line.

    Example:
        >>> union_positions([["w1", "w2", "w3", "w4", "w5"]], [["w1", "w2", "w6"], ["w1", "w3", "w8", "w9", "w5"]])
        [[4, 2, 1, 0]]
    """
    words = set().union(*wanted)
    groups = [Columns(group, words) for group in _groups(said)]
    if len(groups) == 1:
        return [groups[0].positions(line) for line in wanted]
    return [list(set().union(*(group.positions(line) for group in groups))) for line in wanted]


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    size = 0
    for line in filter(len, lines):
        if group and size + len(line) > GROUP:
            yield group
            group, size = [], 0
        group.append(line)
        size += len(line) + 1
    if group:
        yield group


class Columns:
    """Lines side by side, a bit a token: bit 0 and the bit above each line are guards.

    Args:
        lines: None is empty.
        words: The tokens that will be looked for.
    """

    def __init__(self, lines: Sequence[Line], words: Collection[str]) -> None:
        places: dict[str, list[int]] = {}
        guards, at = 1, 1
        for line in lines:
            for token in line:
                if token in words:
                    if token in places:
                        places[token].append(at)
                    else:
                        places[token] = [at]
                at += 1
            guards |= 1 << at
            at += 1
        self._guards = guards
        self._open = (1 << at) - 1 ^ guards
        self._masks: Mapping[str, int] = (
            {token: _mask(found) for token, found in places.items()} if at <= 2 * GROUP else LongMasks(places)
        )

    def positions(self, line: Line) -> list[int]:
        """Return the positions of `line`, from its end, that a longest common subsequence with any column line uses."""
        masks = self._masks
        rows = [(at, masks[token]) for at, token in enumerate(line) if token in masks]
        blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
        states = [self._open]
        for block in blocks[:-1]:
            states.append(self._steps(states[-1], block)[0])
        ends = self._guards >> 1 & self._open  # where each column line's walk stands, at first its last token
        found: list[int] = []
        while blocks:
            block = blocks.pop()
            _, reaches = self._steps(states.pop(), block)
            ends = self._walk(ends, block, reaches, found)
        return found

    def _steps(self, state: int, rows: list[tuple[int, int]]) -> tuple[int, list[int]]:
        """Return the last row's state, and each row's columns where it matches or is longer than the row above."""
        guards, opened = self._guards, self._open
        reaches = []
        for _, mask in rows:
            used = state & mask
            total = state + used
            after = (total | state ^ used) & opened
            changed = state ^ after
            fell = changed & state  # the length now grows here
            reaches.append((changed ^ fell | total & guards) - fell | mask)
            state = after
        return state, reaches

    def _walk(self, ends: int, rows: list[tuple[int, int]], reaches: list[int], found: list[int]) -> int:
        """Walk back over rows, add those that are used to `found`, and return where the walks stand then."""
        opened = self._open
        for (at, mask), reach in zip(reversed(rows), reversed(reaches), strict=True):
            active = reach & ends
            if active:
                found.append(at)
                ends ^= active
                while active:  # each walk goes to one below the last column, at or below its own, that matches
                    top = active.bit_length()
                    active ^= 1 << top - 1
                    ends |= 1 << (mask & (1 << top) - 1).bit_length() >> 2
                ends &= opened
        return ends


def _mask(places: Sequence[int]) -> int:
    return 1 << places[0] if len(places) == 1 else sum([1 << place for place in places])


class LongMasks(Mapping[str, int]):
    """Masks of a long line, made when asked for and not all kept: together they could outgrow the memory."""

    def __init__(self, places: dict[str, list[int]]) -> None:
        self._places = places
        self._made = lru_cache(maxsize=KEPT)(lambda token: _mask(places[token]))

    def __contains__(self, token: object) -> bool:
        return token in self._places

    def __getitem__(self, token: str) -> int:
        return self._made(token)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
