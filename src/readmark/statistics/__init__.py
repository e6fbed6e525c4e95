"""Doubt: intervals around means. Pure functions over numbers; nothing here knows of items or models."""

from readmark.statistics.intervals import Interval, mean_interval

__all__ = ["Interval", "mean_interval"]
