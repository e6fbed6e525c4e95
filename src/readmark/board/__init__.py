"""Leaderboards: what they hold, and how runs become one."""

from readmark.board.build import board
from readmark.board.records import Entry, Leaderboard

__all__ = ["Entry", "Leaderboard", "board"]
