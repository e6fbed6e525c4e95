"""Measures of one prediction: plain functions, one idea a file, joined in the table `METRICS`."""

from readmark.metrics.answer_match import Verdict, answer_match
from readmark.metrics.extra import extras_recipe, is_extra, metrics_for
from readmark.metrics.table import HEADLINES, METRICS, Metric

__all__ = ["HEADLINES", "METRICS", "Metric", "Verdict", "answer_match", "extras_recipe", "is_extra", "metrics_for"]
