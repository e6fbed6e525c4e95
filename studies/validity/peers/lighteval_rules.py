"""Judge answers by lighteval's exact match, plain and with HELM's normaliser ("quasi"), and by its F1."""

from __future__ import annotations

from judging import Rule, judge
from lighteval.metrics.metrics_sample import ExactMatches, F1_score, SampleLevelComputation
from lighteval.metrics.normalizations import helm_normalizer
from lighteval.models.model_output import ModelResponse
from lighteval.tasks.requests import Doc

THRESHOLD = 0.5  # of F1
QUASI = {"normalize_gold": helm_normalizer, "normalize_pred": helm_normalizer}


def rule(metric: SampleLevelComputation) -> Rule:
    """Return a metric as a rule."""

    def is_right(text: str, references: list[str]) -> bool:
        doc = Doc(query="", choices=references, gold_index=list(range(len(references))))
        return metric.compute(doc=doc, model_response=ModelResponse(text=[text])) >= THRESHOLD

    return is_right


judge(
    "lighteval",
    {
        "exact match": rule(ExactMatches(strip_strings=True)),
        "quasi exact match": rule(ExactMatches(strip_strings=True, **QUASI)),
        "quasi prefix match": rule(ExactMatches(strip_strings=True, type_exact_match="prefix", **QUASI)),
        "quasi F1 of 0.5 or more": rule(F1_score(**QUASI)),
    },
)
