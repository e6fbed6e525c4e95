"""Judge answers by the scores of DeepEval that ask no model. Its metric refuses an empty answer; here that is wrong."""

from __future__ import annotations

from deepeval.metrics import ExactMatchMetric
from deepeval.scorer import Scorer
from deepeval.test_case import LLMTestCase
from judging import judge


def is_exact(text: str, references: list[str]) -> bool:
    """Return whether the answer equals a reference, by the metric that takes one at a time."""
    metric = ExactMatchMetric()
    cases = [LLMTestCase(input="", actual_output=text, expected_output=one) for one in references]
    return text != "" and any(metric.measure(case, _show_indicator=False) for case in cases)


judge(
    "deepeval",
    {
        "ExactMatchMetric": is_exact,
        "quasi_exact_match_score": lambda text, references: any(
            Scorer.quasi_exact_match_score(one, text) for one in references
        ),
        "quasi_contains_score": lambda text, references: bool(Scorer.quasi_contains_score(references, text)),
    },
)
