"""Leaderboards: what they hold, and how runs become one."""

from readmark.verbs.board.build import board
from readmark.verbs.board.records import Entry, Leaderboard

__all__ = ["Entry", "Leaderboard", "board"]
