"""Doubt: intervals, differences, boards, gaps. Pure functions over numbers; nothing here knows of items or models.

- `intervals`: a mean's interval. `paired`, `flips`, `holm`: one method each.
- `differences`: two models on the same items. `facts`: the same, fact by fact.
- `boards`: all pairs of a board, and rank sets.
- `gaps`: the smallest difference that a test set can show, and how many items a wanted one needs.
- `thresholds`: where to abstain.

What each does is shown by simulation in docs/statistics.md.
"""

from readmark.statistics.intervals import Interval, mean_interval

__all__ = ["Interval", "mean_interval"]
