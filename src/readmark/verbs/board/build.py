"""From runs to a leaderboard: one entry a run, only where all share a recipe."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from readmark.errors import Problem, RunError
from readmark.jsonl import read_bytes, write_atomically
from readmark.results import Report
from readmark.runs import RunFolder, pretty
from readmark.signature import differing
from readmark.verbs.board.records import FORMAT, Entry, Leaderboard

LEADERBOARD = "leaderboard.json"
ENTRIES = "entries"


def board(runs: Sequence[str | Path], out: str | Path) -> Leaderboard:
    """Write leaderboard.json, and every run's predictions into entries/ beside it; the runs' order says nothing.

    Args:
        runs: Folders of runs, at least one.
        out: The board's folder; files in entries/ that an earlier board left are removed.

    Raises:
        RunError: A run cannot be read, two are the same model, or their recipes differ.
    """
    folders = sorted((RunFolder(Path(path)) for path in runs), key=lambda folder: (_name(folder), str(folder.path)))
    if not folders:
        raise RunError(Problem("board", "was given no runs", "one or more folders of runs", "readmark run -o out/runs"))
    reports = [folder.report() for folder in folders]
    _check_whole(folders, reports)
    _check_recipes(folders, reports)
    logs = [read_bytes(folder.log, "file of predictions") for folder in folders]
    entries = [_entry(*parts) for parts in zip(folders, reports, logs, strict=True)]
    first = folders[0].info()
    leaderboard = Leaderboard(
        format=FORMAT,
        benchmark=msgspec.structs.replace(first.benchmark, source=""),
        signature=reports[0].signature,
        notes=tuple(sorted({note for report in reports for note in report.notes})),
        entries=tuple(sorted(entries, key=lambda one: (one.kind, one.model, one.predictions))),
    )
    _write(Path(out), leaderboard, {_name(folder): log for folder, log in zip(folders, logs, strict=True)})
    return leaderboard


def _name(folder: RunFolder) -> str:
    """Return a run's name, also where the folder was given as "." or with ".." at its end."""
    return folder.path.resolve().name


def _write(out: Path, leaderboard: Leaderboard, logs: dict[str, bytes]) -> None:
    """Write the entries before the board that names them, and remove stale ones after it."""
    stale = _earlier_entries(out) - {entry.predictions for entry in leaderboard.entries}
    for name, log in sorted(logs.items()):
        write_atomically(out / ENTRIES / f"{name}.jsonl", log)
    write_atomically(out / LEADERBOARD, pretty(leaderboard))
    for name in stale:
        (out / name).unlink(missing_ok=True)


def _earlier_entries(out: Path) -> set[str]:
    """Return the files in entries/ that an earlier board in this folder wrote; no other file is touched."""
    try:
        earlier = msgspec.json.decode((out / LEADERBOARD).read_bytes(), type=Leaderboard)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return set()
    return {e.predictions for e in earlier.entries if re.fullmatch(rf"{ENTRIES}/[^/]+\.jsonl", e.predictions)}


def _check_whole(folders: Sequence[RunFolder], reports: Sequence[Report]) -> None:
    """Refuse runs that were cut before their last conditions were scored."""
    problems = [
        Problem(str(folder.path), f"was cut under {', '.join(rest)}", "a finished run", "give its run command again")
        for folder, report in zip(folders, reports, strict=True)
        if (rest := [name for name in folder.info().conditions if name not in report.conditions])
    ]
    if problems:
        raise RunError(*problems)


def _check_recipes(folders: Sequence[RunFolder], reports: Sequence[Report]) -> None:
    """Refuse runs that were not made the same way, and one run given twice."""
    problems = []
    names: dict[str, Path] = {}
    for folder, report in zip(folders, reports, strict=True):
        if _name(folder) in names:
            found = f"is the same run as {names[_name(folder)]}"
            problems.append(Problem(str(folder.path), found, "each model once", "leave one out"))
        names.setdefault(_name(folder), folder.path)
        for key in differing(reports[0].signature, report.signature):
            found = f"has {key} {report.signature.get(key)}, unlike {folders[0].path}"
            fix = "score both with the same test set and options"
            problems.append(Problem(str(folder.path), found, f"{key} {reports[0].signature.get(key)}", fix))
    if problems:
        raise RunError(*problems)


def _entry(folder: RunFolder, report: Report, log: bytes) -> Entry:
    info = folder.info()
    return Entry(
        model=info.model,
        revision=info.revision,
        adapter=info.adapter,
        kind=info.kind,
        parameters=info.parameters,
        tasks=info.tasks,
        counts=report.counts,
        conditions=report.conditions,
        derived=report.derived,
        costs=report.costs,
        seconds=info.seconds,
        predictions=f"{ENTRIES}/{_name(folder)}.jsonl",
        predictions_sha256=hashlib.sha256(log).hexdigest(),
    )
