"""A model card's results: README.md with a block `model-index` of all metrics and conditions, and tables for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from readmark.leaderboard import Entry
from readmark.metrics import HEADLINES, is_extra
from readmark.records import Task
from readmark.results import Score
from readmark.tables import COLUMNS, one_line
from readmark.verbs.export.markdown import page_text
from readmark.verbs.export.naming import Dataset, dataset_of, folder_of, models_of
from readmark.verbs.export.page import page_of
from readmark.verbs.export.source import Made, Source

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

TASKS: dict[Task, tuple[str, str]] = {  # the Hub's names of tasks, and ours
    "qa": ("question-answering", "Questions"),
    "summary": ("summarization", "Summaries"),
}


def write_model_index(source: Source, _: bool) -> Made:
    """Return a card for each model."""
    from huggingface_hub import ModelCard, ModelCardData  # noqa: PLC0415 - 0.2 s

    dataset = dataset_of(source)
    files = {}
    for entry in models_of(source):
        results = [*_results(source, entry, dataset)]
        data = ModelCardData(model_name=one_line(entry.model), eval_results=results)
        card = ModelCard(f"---\n{data.to_yaml()}\n---\n\n{page_text(page_of(source.leaderboard, [entry]))}")
        files[f"{folder_of(source, entry)}README.md"] = str(card).encode()
    return Made(files, dataset.notes)


def _results(source: Source, entry: Entry, dataset: Dataset) -> Iterator[EvalResult]:
    from huggingface_hub import EvalResult  # noqa: PLC0415

    board = source.leaderboard
    for condition, report in entry.conditions.items():
        for metric, score in report.scores.items():
            if score.value is not None:
                kind, name = TASKS[task_of(metric)]
                yield EvalResult(
                    task_type=kind,
                    task_name=name,
                    dataset_type=dataset.id,
                    dataset_name=one_line(f"{board.benchmark.name} {board.benchmark.version}, {condition}"),
                    dataset_config=condition,
                    dataset_args={key: one_line(str(value)) for key, value in board.signature.items()},
                    metric_type=metric,
                    metric_name=metric,
                    metric_value=score.value,
                    metric_args=_doubt(score, str(board.signature.get("interval", ""))),
                )


def task_of(metric: str) -> Task:
    """Return what a metric is of."""
    if is_extra(metric):
        return "summary" if metric.endswith("@summary") else "qa"
    return "qa" if metric in {HEADLINES["qa"], *COLUMNS["qa"]} else "summary"


def _doubt(score: Score, method: str) -> dict[str, float | int | str]:
    """Return a score's interval, count and bounds; the format has no place for them but a metric's arguments."""
    found = {"low": score.low, "high": score.high, "n": score.n, "worst": score.worst, "best": score.best}
    return {name: value for name, value in found.items() if value is not None} | {"interval": method}
