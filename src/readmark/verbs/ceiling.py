"""The ceiling: what a reader who knows the references scores. It stands apart, since models see none."""

from __future__ import annotations

from pathlib import Path

from readmark.benchmark import Benchmark
from readmark.extraction import Extraction
from readmark.jsonl import write_atomically
from readmark.models import LoadedModel
from readmark.plan import Plan
from readmark.records import Item, Prediction, QaItem
from readmark.runs import Lock, RunFolder, encode_log, folder_name
from readmark.verbs.run import Run, run_info, score_run

NAME = "upper-bound"


def run_upper_bound(
    benchmark: Benchmark, out: str | Path, *, drafts: bool = False, extract: Extraction = "answer"
) -> Run:
    """Write the run of the first references as answers: what an ideal reader of the key scores.

    An item without a reference, such as a summary that has facts alone, is no part of it.

    Args:
        benchmark: The test set.
        out: The folder of runs.
        drafts: Draft items too.
        extract: The rule that the other runs are scored by.
    """
    answers = [(item, best_answer(item, extract)) for item in benchmark.selected(drafts=drafts)]
    lines = [Prediction(item_id=item.id, condition="reading", raw=text) for item, text in answers if text is not None]
    items = tuple(item for item, text in answers if text is not None)
    model = LoadedModel(NAME, benchmark.sha256, {}, ("qa", "summary"), "references", None)
    plan = Plan(model, benchmark, items, drafts=drafts, conditions=("reading",))
    folder = RunFolder(Path(out) / folder_name(model, benchmark.sha256))
    with Lock(folder.path):
        write_atomically(folder.log, encode_log(lines))
        info = run_info(plan, extract, kind="upper_bound")
        folder.write_info(info)
        found = {(line.item_id, line.condition): line for line in lines}
        return Run(folder.path, info, score_run(plan, folder, found, extract))


def best_answer(item: Item, extract: Extraction = "answer") -> str | None:
    """Return the first reference as a model would say it; None where an item has none."""
    if isinstance(item, QaItem) and item.parts:
        return "; ".join(part[0] for part in item.parts)
    if isinstance(item, QaItem) and not item.is_answerable:
        return "unanswerable" if extract == "answer" else ""  # without extraction only silence abstains
    return item.references[0] if item.references else None
