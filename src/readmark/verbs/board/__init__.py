"""Leaderboards: `board` joins runs, `verify` makes every number anew."""

from readmark.verbs.board.build import board
from readmark.verbs.board.recompute import Finding, verify

__all__ = ["Finding", "board", "verify"]
