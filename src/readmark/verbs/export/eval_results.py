"""The Hub's evaluation results: `.eval_results/*.yaml`, as they belong into a model's repository.

The Hub has one value a task of a data set, which its leaderboard sorts by. That is a headline under a condition in
which a high score is a merit; all else stays here. Each condition has a file of its own, as the Hub wants variants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readmark.leaderboard import Entry
from readmark.metrics import HEADLINES
from readmark.prompts import CONDITIONS
from readmark.runs import slug
from readmark.signature import signed
from readmark.verbs.export.naming import dataset_of, folder_of, models_of, started
from readmark.verbs.export.page import one_line
from readmark.verbs.export.source import Made, Source

if TYPE_CHECKING:
    from huggingface_hub import EvalResultEntry

FOLDER = ".eval_results"


def write_eval_results(source: Source, _: bool) -> Made:
    """Return a file for each model and condition that tests reading, with a value a task."""
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415
    from huggingface_hub import eval_result_entries_to_yaml  # noqa: PLC0415 - 0.2 s

    files: dict[str, bytes] = {}
    dataset = dataset_of(source)
    left: set[str] = set()
    for entry in models_of(source):
        for condition in entry.conditions:
            if not CONDITIONS[condition].tests_reading:
                left.add(condition)
                continue
            found = _entries(source, entry, condition, dataset.id)
            if found:
                name = slug(source.leaderboard.benchmark.name) + ("" if condition == "reading" else f"_{condition}")
                path = f"{folder_of(source, entry)}{FOLDER}/{name}.yaml"
                plain = eval_result_entries_to_yaml(found)
                files[path] = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).encode()
    told = [f"left out, for a high score is no merit there: {', '.join(sorted(left))}"] if left else []
    return Made(files, (*dataset.notes, *told))


def _entries(source: Source, entry: Entry, condition: str, dataset: str) -> list[EvalResultEntry]:
    from huggingface_hub import EvalResultEntry  # noqa: PLC0415

    report = entry.conditions[condition]
    when = started(source)
    failed = report.counts.failed + report.counts.missing
    lacking = f"; {failed} of {report.counts.items} items failed or are missing" if failed else ""
    return [
        EvalResultEntry(
            dataset_id=dataset,
            task_id=task if condition == "reading" else f"{task}_{condition}",
            value=score.value,
            date=when.isoformat(timespec="seconds") if when else None,
            notes=one_line(signed(metric, score, condition, source.leaderboard.signature) + lacking),
        )
        for task, metric in HEADLINES.items()
        if (score := report.scores.get(metric)) and score.value is not None
    ]
