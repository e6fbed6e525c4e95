"""From predictions to scores: one row an item and condition, with its outcome and every metric that applies.

Scoring never calls a model; it is a function of the test set, the predictions and the extraction rule alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from readmark.errors import Problem, RunError
from readmark.extraction import Answer, Extraction, extract
from readmark.metrics import METRICS, answer_match, is_extra, metrics_for
from readmark.metrics.equivalence import canonical
from readmark.prompts import CONDITIONS, asked_item
from readmark.records import Item, Outcome, Prediction, QaItem, Record

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark

Predictions = Mapping[tuple[str, str], Prediction]  # (item_id, condition) → what was said


class ScoreRow(Record, frozen=True):
    """One line of scores.jsonl.

    Attributes:
        item_id: The item.
        condition: Under which condition it was asked.
        outcome: answered, abstained, failed or missing.
        text: The extracted answer; "" unless answered.
        rule: In words, which rule of answer_match decided; "" for summaries.
        scores: Every metric that applies, by name; empty for failed and missing items.
    """

    item_id: str
    condition: str
    outcome: Outcome
    text: str = ""
    rule: str = ""
    scores: dict[str, float] = {}


def score_rows(
    benchmark: Benchmark,
    items: Sequence[Item],
    predictions: Predictions,
    conditions: Iterable[str],
    how: Extraction,
) -> list[ScoreRow]:
    """Return a row for every item that each condition asks, in the test set's order.

    Args:
        benchmark: The test set.
        items: The items that were to be answered.
        predictions: What was said; absent items are `missing`.
        conditions: Names of `CONDITIONS`.
        how: The extraction rule.
    """
    return [
        score_item(benchmark, item, condition, predictions.get((item.id, condition)), how)
        for condition in conditions
        for item in items
        if CONDITIONS[condition].asks(benchmark, item)
    ]


def score_item(
    benchmark: Benchmark, item: Item, condition: str, prediction: Prediction | None, how: Extraction
) -> ScoreRow:
    """Return one item's row; a failure has no scores, for it is no wrong answer."""
    if prediction is None or not isinstance(prediction.raw, str):
        outcome: Outcome = "missing" if prediction is None else "failed"
        return ScoreRow(item_id=item.id, condition=condition, outcome=outcome)
    item = asked_item(benchmark, item, condition)
    answer = extract(prediction.raw, how)
    if not isinstance(item, QaItem):
        answer = Answer(answer.text, not answer.text.strip())  # a summary abstains only by silence
    elif answer.abstains and canonical(answer.text) in map(canonical, item.references):
        answer = Answer(answer.text, not answer.text.strip())  # "none" may be the answer
    article = benchmark.articles[item.article].text
    verdict = answer_match(answer, item) if isinstance(item, QaItem) else None  # once, for its score and its rule
    return ScoreRow(
        item_id=item.id,
        condition=condition,
        outcome="abstained" if answer.abstains else "answered",
        text="" if answer.abstains else answer.text,
        rule=verdict.rule if verdict else "",
        scores=({"answer_match": verdict.score} if verdict else {}) | _scores(answer, item, article, benchmark),
    )


def _scores(answer: Answer, item: Item, article: str, benchmark: Benchmark) -> dict[str, float]:
    """Return every metric that is defined on an item but answer_match."""
    recipe = benchmark.recipe
    found = {
        name: metric.score(answer, item, article, recipe)
        for name, metric in metrics_for(recipe).items()
        if name != "answer_match" and metric.applies(item)
    }
    return {name: value for name, value in found.items() if value is not None}


def encode_rows(rows: Iterable[ScoreRow]) -> bytes:
    """Return scores.jsonl: one flat object a line, metrics by name."""
    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(_flat(row)) + b"\n" for row in rows)


def _flat(row: ScoreRow) -> dict[str, Any]:
    flat = {"item_id": row.item_id, "condition": row.condition, "outcome": row.outcome, "text": row.text}
    return {**flat, **({"rule": row.rule} if row.rule else {}), **row.scores}


def decode_rows(data: bytes, place: str) -> list[ScoreRow]:
    """Return the rows of a scores.jsonl.

    Raises:
        RunError: A line is not such a row; all such lines.
    """
    rows = []
    problems = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            flat = msgspec.json.decode(line, type=dict[str, Any])
            scores = {name: flat.pop(name) for name in [*flat] if name in METRICS or is_extra(name)}
            rows.append(msgspec.convert({**flat, "scores": scores}, ScoreRow))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            fix = "score the run again"
            problems.append(Problem(f"{place}:{number}", f"is not a row of scores: {error}", "scores.jsonl", fix))
    if problems:
        raise RunError(*problems)
    return rows
