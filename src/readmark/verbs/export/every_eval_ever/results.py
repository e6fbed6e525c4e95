"""An entry's scores as evaluation results: one a condition and metric, and one a difference between conditions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from readmark.leaderboard import Entry, Leaderboard
from readmark.metrics import METRICS
from readmark.prompts import CONDITIONS
from readmark.results import Counts, Score
from readmark.tables import DIFFERENCES, ranks_of
from readmark.verbs.export.page import recipe_of

Json = dict[str, Any]
DERIVED = "derived"


class _Kind(NamedTuple):
    """What a metric is: in words, its ends, and which of them is better."""

    about: str
    range: tuple[float, float] | None = None
    higher_is_better: bool | None = None
    note: str = ""


class Told(NamedTuple):
    """A score with what it is of: a condition, or `derived`, a metric, and how the condition's items ended."""

    condition: str
    metric: str
    score: Score
    counts: Counts | None

    @property
    def id(self) -> str:
        """The result's id within its file, which lines of items refer to."""
        return result_id(self.condition, self.metric)


def result_id(condition: str, metric: str) -> str:
    """Return the id of a condition's score by a metric."""
    return f"{condition}/{metric}"


def told_by(entry: Entry) -> Iterator[Told]:
    """Yield all scores of an entry but those of groups."""
    for condition, report in entry.conditions.items():
        for metric, score in report.scores.items():
            yield Told(condition, metric, score, report.counts)
    for metric, score in entry.derived.items():
        yield Told(DERIVED, metric, score, None)


def result_of(told: Told, entry: Entry, board: Leaderboard, source_data: Json) -> Json:
    """Return one evaluation result; the score has a value."""
    ranks = ranks_of(board.standings, entry.id)
    return {
        "evaluation_result_id": told.id,
        "evaluation_name": f"{board.benchmark.name}/{told.condition}",
        "source_data": source_data,
        "metric_config": _metric_config(told),
        "score_details": {
            "score": told.score.value,
            "details": _details(told, ranks.get((told.condition, told.metric)), board),
            "uncertainty": _uncertainty(told.score, str(board.signature.get("interval", ""))),
        },
        **({"generation_config": config} if (config := _generation_config(entry.parameters)) else {}),
    }


def _metric_config(told: Told) -> Json:
    found = METRICS.get(told.metric)
    if found:
        kind = _Kind(found.about, found.range, found.higher_is_better, found.note)
    else:
        kind = (
            _Kind(*DIFFERENCES[told.metric])
            if told.metric in DIFFERENCES
            else _Kind("a module of the library evaluate")
        )
    condition = CONDITIONS.get(told.condition)
    read = {} if condition is None or condition.tests_reading else {"ranked": "no: a high score is no merit of reading"}
    no_end = {} if kind.higher_is_better is not None else {"direction": "neither end is better, or it is not known"}
    about = ". ".join(filter(None, [kind.about, f"Shown: {condition.about}" if condition else "", kind.note]))
    return {
        "evaluation_description": about,
        "metric_id": f"readmark.{told.metric}",
        "metric_name": told.metric,
        **({"metric_unit": "proportion"} if kind.range else {}),
        "lower_is_better": kind.higher_is_better is False,  # the schema knows no third
        **_ends(kind, is_ours=found is not None),
        **({"additional_details": read | no_end} if read or no_end else {}),
    }


def _ends(kind: _Kind, *, is_ours: bool) -> Json:
    """Return the ends of the scale: our lengths and ratios have none above, other people's are not known."""
    if kind.range:
        return {"score_type": "continuous", "min_score": kind.range[0], "max_score": kind.range[1]}
    return {"score_type": "continuous", "min_score": 0.0, "max_score": "Infinity"} if is_ours else {}


def _details(told: Told, rank: tuple[int, int] | None, board: Leaderboard) -> dict[str, str]:
    """Return what the schema has no place for, as texts: numbers as JSON writes them."""
    score = told.score
    bounds = {"worst": score.worst, "best": score.best}
    counts = {name: getattr(told.counts, name) for name in Counts.__struct_fields__} if told.counts else {}
    ranks = {"rank_best": rank[0], "rank_worst": rank[1]} if rank else {}
    numbers = {name: json.dumps(value) for name, value in (bounds | counts | ranks).items() if value is not None}
    return {"recipe": recipe_of(board.signature), **numbers}


def _uncertainty(score: Score, method: str) -> Json:
    if score.low is None or score.high is None:
        return {"num_samples": score.n}
    ends = {"lower": score.low, "upper": score.high, "confidence_level": 0.95, "method": method}
    return {"confidence_interval": ends, "num_samples": score.n}


def _generation_config(parameters: Mapping[str, Any]) -> Json:
    """Return all parameters as texts, and those that the schema knows as numbers too."""
    if not parameters:
        return {}
    known: Json = {
        name: value
        for name in ("temperature", "top_p", "top_k")
        if isinstance(value := parameters.get(name), int | float) and not isinstance(value, bool)
    }
    most = parameters.get("max_tokens")
    known |= {"max_tokens": most} if isinstance(most, int) and not isinstance(most, bool) and most > 0 else {}
    texts = {name: json.dumps(value, ensure_ascii=False, sort_keys=True) for name, value in parameters.items()}
    return {**({"generation_args": known} if known else {}), "additional_details": texts}
