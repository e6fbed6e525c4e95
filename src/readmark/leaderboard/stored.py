"""A leaderboard on disk, and its runs made anew from the files beside it, with no model at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from readmark.benchmark import BENCHMARKS, Benchmark, load
from readmark.decoding import decode, parse_object
from readmark.errors import Problem, RunError, quoted
from readmark.jsonl import read_bytes
from readmark.leaderboard.parts import ENTRIES, Part
from readmark.leaderboard.records import Entry, EntryFile, Leaderboard
from readmark.metrics import is_extra, metrics_for
from readmark.predictions import read_predictions, read_probabilities
from readmark.prompts import CONDITIONS
from readmark.records import Item, Prediction, QaItem, RougeVariant, RunInfo
from readmark.reporting import make_report, token_costs
from readmark.runs import FORMAT as RUN_FORMAT
from readmark.runs import SCORED
from readmark.scoring import ScoreRow, score_rows
from readmark.signature import SCORING, make_signature
from readmark.thresholds import best_thresholds, with_threshold

if TYPE_CHECKING:
    from readmark.extraction import Extraction


class Said(NamedTuple):
    """An entry's files: the lines in their order, and the file of no-answer probabilities."""

    log: bytes
    lines: list[Prediction]
    probabilities: Path | None


def is_beside(path: str) -> bool:
    """Return whether a path that a board names is that of a file in entries/, and leads nowhere else."""
    return Path(path).parent.as_posix() == ENTRIES and Path(path).name not in {"", "..", "."}


def read_said(folder: Path, entry: Entry) -> Said:
    """Return an entry's files, which must be those that the board names.

    Args:
        folder: The board's folder.
        entry: One of its entries.

    Raises:
        ReadmarkError: A file is lacking, is another one, or cannot be read.
    """
    data: dict[str, bytes] = {}
    for name in ("predictions", "probabilities"):
        file: EntryFile | None = getattr(entry, name)
        if file is None:
            continue
        if not is_beside(file.path):
            fix = "make the board anew"
            raise RunError(Problem(f"{folder}", f"names the file {quoted(file.path)}", f"a file in {ENTRIES}/", fix))
        data[name] = read_bytes(folder / file.path, "file of an entry")
        if hashlib.sha256(data[name]).hexdigest() != file.sha256:
            found, fix = "is not the file that the board names", "see `readmark verify`"
            raise RunError(Problem(str(folder / file.path), found, f"SHA-256 {file.sha256[:12]}…", fix))
    lines = [line for _, line in read_predictions(folder / entry.predictions.path, "reading")]
    return Said(data["predictions"], lines, folder / entry.probabilities.path if entry.probabilities else None)


def read_board(path: Path) -> Leaderboard:
    """Return a leaderboard that this Readmark can make anew.

    Raises:
        RunError: The file cannot be read, has no entries, or was scored by other rules.
    """
    table = parse_object(read_bytes(path, "leaderboard"), f"{path}:1")
    if isinstance(table, Problem):
        raise RunError(table)
    found = decode(table, Leaderboard, str(path))
    if isinstance(found, list):
        raise RunError(*found)
    if not found.entries:
        raise RunError(Problem(str(path), "has no entries", "one or more", "make the board anew"))
    scoring = found.signature.get("scoring")
    if scoring != SCORING:
        fix = f"use the Readmark that made it ({found.signature.get('readmark')}), or make the board anew"
        raise RunError(
            Problem(str(path), f"was scored by rules {scoring}", f"rules {SCORING}, as this Readmark's", fix)
        )
    return found


def test_set_of(
    path: Path, stated: Leaderboard, named: str | Path | Benchmark | None, metrics: Sequence[str]
) -> Benchmark:
    """Return the test set that the board names, with its recipe.

    Raises:
        ReadmarkError: It is not known here, its content is another, or the board has scores of a metric beyond these.
    """
    if named is None and stated.benchmark.name not in BENCHMARKS:
        found, fix = f"is on the test set '{stated.benchmark.name}', which is not bundled", "name it with -b"
        raise RunError(Problem(str(path), found, "a test set to score with", fix))
    loaded = load(named or stated.benchmark.name)
    if loaded.sha256 != stated.benchmark.sha256:
        found = f"is on the test set #{stated.benchmark.sha256[:8]}, and '{loaded.source}' is #{loaded.sha256[:8]}"
        fix = "get the version that the board names; a changed reference or article makes another test set"
        raise RunError(Problem(str(path), found, "the same content", fix))
    loaded = loaded.with_metrics(metrics)
    shown = {name for entry in stated.entries for part in entry.conditions.values() for name in part.scores}
    lacking = sorted({name.partition("@")[0] for name in shown - metrics_for(loaded.recipe).keys() if is_extra(name)})
    if lacking:
        found = f"has scores by {', '.join(map(quoted, lacking))}, whose code would run here"
        fix = "if you trust it, give it with --metric, by its folder where it is not on the hub"
        raise RunError(Problem(str(path), found, "metrics that you allow", fix))
    rouge = stated.signature.get("rouge")
    return loaded.with_rouge(cast(RougeVariant, rouge) if isinstance(rouge, str) else None)


def remade(benchmark: Benchmark, stated: Leaderboard, entry: Entry, said: Said) -> Part:
    """Return an entry's run, made anew from what was said.

    Raises:
        PredictionsError: No-answer probabilities are lacking or are none.
    """
    found = {(line.item_id, line.condition): line for line in said.lines}
    used = {line.condition for line in said.lines} or {"reading"}
    conditions = tuple(name for name in CONDITIONS if name in used)
    drafts = bool(stated.signature.get("drafts"))
    extract: Extraction = "none" if stated.signature.get("extract") == "none" else "answer"
    rows = score_rows(benchmark, _asked(benchmark, stated, entry, found), found, conditions, extract)
    limit = stated.signature.get("limit")
    signature = make_signature(
        benchmark, extract, str(stated.signature.get("readmark")), limit=limit if isinstance(limit, int) else None,
        drafts=drafts,
    )  # fmt: skip
    unknown = {item_id for item_id, _ in found} - {item.id for item in benchmark.items}
    rows, best = _thresholded(benchmark, entry, said, rows, unknown)
    report = make_report(benchmark, rows, signature, costs=token_costs(found.values()), unknown=len(unknown))
    report = msgspec.structs.replace(report, thresholds=best, notes=entry.notes)
    revision = hashlib.sha256(said.log).hexdigest() if entry.adapter == SCORED else entry.revision
    info = RunInfo(
        format=RUN_FORMAT, benchmark=benchmark.stamp, model=entry.model, revision=revision, parameters=entry.parameters,
        adapter=entry.adapter, kind=entry.kind, tasks=entry.tasks, conditions=conditions, extract=extract,
        readmark="", started="", seconds=entry.seconds, price=entry.price, threshold=entry.threshold,
    )  # fmt: skip
    return Part(info, report, rows, said.log, said.probabilities.read_bytes() if said.probabilities else None)


def _asked(
    benchmark: Benchmark, stated: Leaderboard, entry: Entry, found: Mapping[tuple[str, str], Prediction]
) -> tuple[Item, ...]:
    """Return the items that an entry was to answer; the references answer those alone that have one."""
    items = benchmark.selected(drafts=bool(stated.signature.get("drafts")))
    if entry.kind == "upper_bound":
        said = {item_id for item_id, _ in found}
        return tuple(item for item in items if item.id in said)
    limit = stated.signature.get("limit")
    return tuple(item for item in items if item.task in entry.tasks)[: limit if isinstance(limit, int) else None]


def _thresholded(
    benchmark: Benchmark, entry: Entry, said: Said, rows: list[ScoreRow], unknown: set[str]
) -> tuple[list[ScoreRow], dict[str, Any]]:
    if said.probabilities is None or entry.threshold is None:
        return rows, {}
    needed = [row.item_id for row in rows if row.scores and isinstance(benchmark.item(row.item_id), QaItem)]
    probabilities = read_probabilities(said.probabilities, needed, {item.id for item in benchmark.items} | unknown)
    best, _ = best_thresholds(benchmark, rows, probabilities)
    return with_threshold(benchmark, rows, probabilities, entry.threshold), dict(best)
