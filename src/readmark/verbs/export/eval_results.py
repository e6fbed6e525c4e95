"""The Hub's evaluation results: `.eval_results/*.yaml`, as they belong into a model's repository.

The Hub has one value a task of a data set, which its leaderboard sorts by. That is a headline under a condition in
which a high score is a merit; all else stays here. Each condition has a file of its own, as the Hub wants variants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from readmark.errors import Problem, RunError, quoted
from readmark.leaderboard import Entry
from readmark.metrics import HEADLINES
from readmark.prompts import CONDITIONS
from readmark.runs import slug
from readmark.signature import signed
from readmark.tables import one_line
from readmark.verbs.export.naming import dataset_of, folder_of, models_of, started
from readmark.verbs.export.source import Made, Source

if TYPE_CHECKING:
    from huggingface_hub import EvalResultEntry

FOLDER = ".eval_results"


def write_eval_results(source: Source, _: bool) -> Made:
    """Return a file for each model and condition that tests reading, with a value a task.

    Raises:
        ReadmarkError: The source cannot be read, or no model has such a value.
    """
    dataset, models = dataset_of(source), models_of(source)
    made = [_files(source, entry, dataset.id) for entry in models]
    if not any(made):
        found = "has no headline under a condition that tests reading"
        raise RunError(Problem(source.name, found, f"one of {', '.join(HEADLINES.values())}", "choose another --to"))
    left = sorted({name for entry in models for name in entry.conditions if not CONDITIONS[name].tests_reading})
    without = [quoted(entry.model) for entry, files in zip(models, made, strict=True) if not files]
    told = [f"left out, for a high score is no merit there: {', '.join(left)}"] if left else []
    told += [f"no file, for want of a headline: {', '.join(without)}"] if without else []
    return Made({path: data for files in made for path, data in files.items()}, (*dataset.notes, *told))


def _files(source: Source, entry: Entry, dataset: str) -> dict[str, bytes]:
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415
    from huggingface_hub import eval_result_entries_to_yaml  # noqa: PLC0415 - 0.2 s

    files = {}
    for condition in entry.conditions:
        found = _entries(source, entry, condition, dataset) if CONDITIONS[condition].tests_reading else []
        if found:
            name = slug(source.leaderboard.benchmark.name) + ("" if condition == "reading" else f"_{condition}")
            plain = eval_result_entries_to_yaml(found)
            path = f"{folder_of(source, entry)}{FOLDER}/{name}.yaml"
            files[path] = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True).encode()
    return files


def _entries(source: Source, entry: Entry, condition: str, dataset: str) -> list[EvalResultEntry]:
    from huggingface_hub import EvalResultEntry  # noqa: PLC0415

    report = entry.conditions[condition]
    when = started(source)
    failed = report.counts.failed + report.counts.missing
    lacking = f"; {failed} of all {report.counts.items} items of {condition} failed or are missing" if failed else ""
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
