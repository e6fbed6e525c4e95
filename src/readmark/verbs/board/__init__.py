"""Leaderboards: `board` joins runs, `verify` makes every number anew; `assemble` is what both share."""

from readmark.verbs.board.build import board
from readmark.verbs.board.recompute import Finding, verify
from readmark.verbs.board.records import Leaderboard

__all__ = ["Finding", "Leaderboard", "board", "verify"]
