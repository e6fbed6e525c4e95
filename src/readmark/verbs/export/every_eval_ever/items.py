"""A run's items as instance-level lines: one an item and condition, with prompt, references and answer.

The schema has a score on every line, and no place for an item without one: what failed is left out and counted. It
lets a line refer to one result; ours refers to that of the headline, or of the first metric that the item has, and has
the other scores among its metadata, for a line a metric would repeat the article as often.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from readmark.benchmark import Benchmark
from readmark.errors import Problem, RunError, quoted
from readmark.jsonl import decode_log
from readmark.leaderboard import Part
from readmark.metrics import METRICS
from readmark.prompts import asked_item, make_prompts
from readmark.records import Item, Prediction, QaItem
from readmark.runs import SCORED
from readmark.scoring import ScoreRow
from readmark.verbs.export.every_eval_ever.results import Json, result_id

VERSION = "0.3.0"


class Keys(NamedTuple):
    """What every line of a file says alike: the aggregate's id, the model's, the test set's name."""

    evaluation_id: str
    model_id: str
    name: str


def item_lines(benchmark: Benchmark, part: Part, keys: Keys) -> tuple[list[Json], dict[str, str]]:
    """Return the lines in the rows' order, and how many items have none, by why.

    Raises:
        RunError: The run's files do not fit each other.
    """
    said = {(line.item_id, line.condition): line for line in decode_log(part.log, Prediction, part.id)}
    prompts = _prompts(benchmark, part)
    lines = []
    for row in part.rows:
        if row.scores:
            answer = said.get((row.item_id, row.condition))
            if answer is None or not isinstance(answer.raw, str):
                found, fix = f"has a score of item {quoted(row.item_id)} and no answer", "score the run again"
                raise RunError(Problem(part.id, found, "an answer to each score", fix))
            lines.append(_line(benchmark, row, answer, prompts.get((row.item_id, row.condition)), part, keys))
    left = Counter(row.outcome for row in part.rows if not row.scores)
    return lines, {name: str(count) for name, count in sorted(left.items())}


def _prompts(benchmark: Benchmark, part: Part) -> Mapping[tuple[str, str], str]:
    """Return what was asked by item and condition; nothing where predictions came from elsewhere."""
    if part.info.adapter == SCORED:
        return {}
    prompts: dict[tuple[str, str], str] = {}
    for condition in dict.fromkeys(row.condition for row in part.rows):
        items = [benchmark.item(row.item_id) for row in part.rows if row.condition == condition]
        prompts |= {(one.item_id, condition): one.text for one in make_prompts(benchmark, items, condition)}
    return prompts


def _line(benchmark: Benchmark, row: ScoreRow, said: Prediction, prompt: str | None, part: Part, keys: Keys) -> Json:
    item = asked_item(benchmark, benchmark.item(row.item_id), row.condition)
    raw = item.question if isinstance(item, QaItem) else item.instruction
    references = _references(item)
    metric = next((name for name in METRICS if name in row.scores), next(iter(row.scores)))
    score = row.scores[metric]
    answer = {"turn_idx": 0, "source": "output.raw", "extracted_value": row.text,
              "extraction_method": part.info.extract, "is_terminal": True}  # fmt: skip
    return {
        "schema_version": VERSION, "evaluation_id": keys.evaluation_id, "model_id": keys.model_id,
        "evaluation_name": f"{keys.name}/{row.condition}",
        "evaluation_result_id": result_id(row.condition, metric),
        "sample_id": row.item_id, "sample_hash": _hash(raw, references), "interaction_type": "single_turn",
        "input": {"raw": raw, **({"formatted": prompt} if prompt is not None else {}), "reference": references},
        "output": {"raw": [said.raw]},
        "answer_attribution": [answer],
        "evaluation": {"score": score, "is_correct": _is_best(metric, score)},
        **_costs(said),
        "metadata": _metadata(benchmark, item, row),
    }  # fmt: skip


def _references(item: Item) -> list[str]:
    """Return the accepted answers; of a list each part with its alternatives, of the unanswerable none."""
    parts = item.parts if isinstance(item, QaItem) else ()
    return [" / ".join(part) for part in parts] or [*item.references]


def _hash(raw: str, references: list[str]) -> str:
    text = json.dumps({"raw": raw, "reference": references}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_best(metric: str, score: float) -> bool:
    """Return whether a score is at the better end of its scale."""
    found = METRICS.get(metric)
    if found is None or found.range is None or found.higher_is_better is None:
        return False
    return score == found.range[1 if found.higher_is_better else 0]


def _costs(said: Prediction) -> Json:
    costs: Json = {}
    if said.input_tokens is not None and said.output_tokens is not None:
        total = said.input_tokens + said.output_tokens
        counts = {"input_tokens": said.input_tokens, "output_tokens": said.output_tokens, "total_tokens": total}
        costs["token_usage"] = counts
    if said.seconds is not None:
        costs["performance"] = {"latency_ms": 1000 * said.seconds}
    return costs


def _metadata(benchmark: Benchmark, item: Item, row: ScoreRow) -> dict[str, str]:
    told: dict[str, Any] = {
        "outcome": row.outcome, "rule": row.rule, "task": item.task, "article": item.article,
        "process": item.process, "answer_type": item.answer_type if isinstance(item, QaItem) else None,
        "canary": benchmark.manifest.canary,
    }  # fmt: skip
    scores = {f"score.{name}": json.dumps(score) for name, score in row.scores.items()}
    return {name: value for name, value in told.items() if value} | scores
