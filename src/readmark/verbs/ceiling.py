"""The ceiling: what a reader who knows the references scores. It stands apart, since models see none."""

from __future__ import annotations

from pathlib import Path

from readmark.benchmark import Benchmark
from readmark.jsonl import write_atomically
from readmark.models import LoadedModel
from readmark.records import Item, Prediction, QaItem
from readmark.runs import Lock, RunFolder, encode_log, folder_name
from readmark.verbs.run import Plan, Run, run_info, score_run

NAME = "upper-bound"


def run_upper_bound(benchmark: Benchmark, out: str | Path) -> Run:
    """Write the run of the first references as answers: the top of every metric on this test set."""
    items = benchmark.selected()
    lines = [
        Prediction(item_id=item.id, condition="reading", raw=text) for item in items if (text := best_answer(item))
    ]
    model = LoadedModel(NAME, benchmark.sha256, {}, ("qa", "summary"), "references", None)
    plan = Plan(model, benchmark, items, ("reading",), None, (), ())
    folder = RunFolder(Path(out) / folder_name(model, benchmark.sha256))
    with Lock(folder.path):
        write_atomically(folder.log, encode_log(lines))
        info = run_info(plan, "answer", kind="upper_bound")
        folder.write_info(info)
        found = {(line.item_id, line.condition): line for line in lines}
        return Run(folder.path, info, score_run(plan, folder, found, "answer"))


def best_answer(item: Item) -> str | None:
    """Return the first reference as a model would say it; None where an item has none."""
    if isinstance(item, QaItem) and item.parts:
        return "; ".join(part[0] for part in item.parts)
    if isinstance(item, QaItem) and not item.is_answerable:
        return "unanswerable"
    return item.references[0] if item.references else None
