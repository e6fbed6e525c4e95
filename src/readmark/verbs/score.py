"""The verb `score`: numbers for predictions that are there already, with no model at hand."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import readmark
from readmark.benchmark import Benchmark, load
from readmark.errors import PredictionsError, Problem, RunError
from readmark.extraction import Extraction
from readmark.jsonl import write_atomically
from readmark.predictions import Predicted, named, read_predictions, read_probabilities
from readmark.prompts import CONDITIONS, check_conditions
from readmark.records import Item, Prediction, QaItem, RougeVariant, RunInfo
from readmark.reporting import make_report, token_costs
from readmark.results import Report, Threshold
from readmark.runs import FORMAT, LOCK, NO_ANSWER, PREDICTIONS, SCORED, RunFolder, encode_log
from readmark.scoring import ScoreRow, score_rows
from readmark.signature import make_signature
from readmark.thresholds import best_thresholds, with_threshold

NOT_PREDICTED, NOT_KNOWN = "without a prediction: ", "not in the test set: "  # notes that name items
OFFICIAL_THRESHOLD = 1.0  # of SQuAD 2.0's script: no probability is over it


def score(  # noqa: PLR0913 - an option of the command each
    predictions: Predicted,
    benchmark: str | Path | Benchmark = "crossroads",
    *,
    condition: str = "reading",
    out: str | Path | None = None,
    extract: Extraction | None = None,
    drafts: bool = False,
    no_answer: str | Path | Mapping[str, float] | None = None,
    threshold: float | None = None,
    metrics: Sequence[str] = (),
    rouge: RougeVariant | None = None,
    name: str | None = None,
) -> Report:
    """Score predictions against a test set.

    Items without a prediction are `missing`; predictions for items that the test set lacks are counted as
    `unknown`; the report's notes name some of both. A task without any prediction was not asked, and the notes say so.

    Args:
        predictions: One or more files, or a mapping from item ids to texts.
        benchmark: The test set.
        condition: Under which the predictions were made, where a file does not say.
        out: The folder that becomes a run's: predictions, scores and report; None writes nothing.
        extract: `none` takes texts as they are, `answer` reads a talking model's; by default `answer` for
            predictions that a run of ours logged, and `none` for all others.
        drafts: Draft items too.
        no_answer: A file, or a mapping from item ids to probabilities that there is no answer. The report then has
            the best threshold that is attainable.
        threshold: Predictions whose probability is over it count as abstaining; by default 1, as in SQuAD 2.0's script.
        metrics: Further metrics, such as `evaluate:NAME_OR_PATH`.
        rouge: The variant of ROUGE; by default the test set's.
        name: Whose predictions they are; by default the run's model where they lie in a run's folder, else the file's
            name.

    Raises:
        ReadmarkError: An input is wrong; nothing was changed.
    """
    loaded = load(benchmark).with_metrics(metrics).with_rouge(rouge)
    check_conditions([condition], loaded)
    _check_threshold(no_answer, threshold)
    items = loaded.selected(drafts=drafts)
    placed = read_predictions(predictions, condition)
    known = {item.id for item in loaded.items}
    found = {(line.item_id, line.condition): line for _, line in placed}
    unknown = sorted({line.item_id for line in found.values() if line.item_id not in known})
    used = {line.condition for line in found.values()} or {condition}
    conditions = check_conditions([name for name in CONDITIONS if name in used], loaded)
    asked = _asked(items, found)
    is_ours = bool(placed) and all(line.key for _, line in placed)
    extract = extract or ("answer" if is_ours else "none")
    rows = score_rows(loaded, asked, found, conditions, extract)
    signature = make_signature(loaded, extract, readmark.__version__, drafts=drafts)
    best: dict[str, Threshold] = {}
    probabilities: dict[str, float] | None = None
    notes = _notes(items, asked, rows, unknown, len(found))
    if no_answer is not None:
        threshold = OFFICIAL_THRESHOLD if threshold is None else float(threshold)
        signature["threshold"] = f"{threshold!r}"
        probabilities = _probabilities(loaded, rows, no_answer, known.union(unknown))
        best, more = best_thresholds(loaded, rows, probabilities)
        rows = with_threshold(loaded, rows, probabilities, threshold)
        notes += more
    report = make_report(loaded, rows, signature, costs=token_costs(found.values()), unknown=len(unknown), notes=notes)
    report = msgspec.structs.replace(report, thresholds=best)
    if out is not None:
        whose = _whose(predictions, list(found.values()), name)
        info = RunInfo(
            format=FORMAT, benchmark=loaded.stamp, **whose, kind="model", conditions=tuple(conditions), extract=extract,
            tasks=tuple(sorted({item.task for item in asked})), readmark=readmark.__version__,
            started=datetime.now(UTC).isoformat(timespec="seconds"), drafts=drafts,
            threshold=threshold,
        )  # fmt: skip
        _write(RunFolder(Path(out)), info, list(found.values()), probabilities, rows, report)
    return report


def _whose(predictions: Predicted, lines: Sequence[Prediction], name: str | None) -> dict[str, Any]:
    """Return model, revision, parameters, adapter: those of the run whose log it is, else the file's name and hash."""
    paths = [Path(predictions)] if isinstance(predictions, str | Path) else []
    paths = [Path(one) for one in predictions] if isinstance(predictions, Sequence) and not paths else paths
    beside = RunFolder(paths[0].parent) if len(paths) == 1 and paths[0].name == PREDICTIONS else None
    if beside and beside.exists and name is None:
        info = beside.info()
        return {"model": info.model, "revision": info.revision, "parameters": info.parameters, "adapter": info.adapter}
    revision = hashlib.sha256(encode_log(lines)).hexdigest()
    model = name or (paths[0].stem if paths else "predictions")
    return {"model": model, "revision": revision, "parameters": {}, "adapter": SCORED}


def _write(
    folder: RunFolder,
    info: RunInfo,
    lines: Sequence[Prediction],
    probabilities: Mapping[str, float] | None,
    rows: Sequence[ScoreRow],
    report: Report,
) -> None:
    """Write a run's folder without a run.

    Raises:
        RunError: The folder is that of a run that asked a model, whose answers would be lost.
    """
    if folder.exists and folder.log.exists() and (folder.path / LOCK).exists():
        found, fix = "is the folder of a run that asked a model", "choose another -o"
        raise RunError(Problem(str(folder.path), found, "a folder of its own for the scores", fix))
    write_atomically(folder.log, encode_log(lines))
    if probabilities is not None:
        ordered = dict(sorted(probabilities.items()))
        write_atomically(folder.path / NO_ANSWER, json.dumps(ordered, ensure_ascii=False, indent=1).encode() + b"\n")
    else:
        (folder.path / NO_ANSWER).unlink(missing_ok=True)
    folder.write_info(info)
    folder.write_scores(rows, report)


def _check_threshold(no_answer: object, threshold: float | None) -> None:
    if threshold is not None and (no_answer is None or math.isnan(threshold)):
        found = "is not a number" if no_answer is not None else "is given without no-answer probabilities"
        fix = "give --no-answer too, or leave --threshold out"
        raise PredictionsError(Problem("--threshold", found, "a number to compare probabilities with", fix))


def _probabilities(
    benchmark: Benchmark, rows: Sequence[ScoreRow], no_answer: str | Path | Mapping[str, float], known: set[str]
) -> dict[str, float]:
    """Return the probabilities that questions have no answer, by item.

    Raises:
        ReadmarkError: They are not as they should be, or the rows are of several conditions.
    """
    names = sorted({row.condition for row in rows if row.outcome != "missing"})
    if len(names) > 1:
        found = "goes with predictions under one condition, and these are under " + ", ".join(names)
        raise PredictionsError(Problem("--no-answer", found, "one condition", "score each condition's file alone"))
    needed = [row.item_id for row in rows if row.scores and isinstance(benchmark.item(row.item_id), QaItem)]
    return read_probabilities(no_answer, needed, known)


def _asked(items: Sequence[Item], found: Mapping[tuple[str, str], Prediction]) -> tuple[Item, ...]:
    """Return the items of the tasks that were predicted at all; all items where none was."""
    predicted = {item_id for item_id, _ in found}
    tasks = {item.task for item in items if item.id in predicted} or {item.task for item in items}
    return tuple(item for item in items if item.task in tasks)


def _notes(
    items: Sequence[Item], asked: Sequence[Item], rows: Sequence[ScoreRow], unknown: Sequence[str], predicted: int
) -> tuple[str, ...]:
    """Return what was left out of the scores, in words."""
    left_out = sorted({item.task for item in items} - {item.task for item in asked})
    missing = [row.item_id for row in rows if row.outcome == "missing"]
    unused = predicted - len(unknown) - (len(rows) - len(missing))
    notes = [f"no predictions for the task {task}: not scored" for task in left_out]
    if unused:
        notes.append(f"{unused} predictions are for drafts, retired items, or items that the condition does not ask")
    if missing:
        notes.append(NOT_PREDICTED + named(list(dict.fromkeys(missing))))
    if unknown:
        notes.append(NOT_KNOWN + named(unknown))
    return tuple(notes)
