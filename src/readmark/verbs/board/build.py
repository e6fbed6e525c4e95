"""From runs to a leaderboard: one entry a run, only where all share a recipe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from readmark.benchmark import Benchmark
from readmark.errors import Problem, RunError, quoted
from readmark.jsonl import write_atomically
from readmark.leaderboard import ENTRIES, Labels, Leaderboard, Part, assemble, part_of
from readmark.runs import RunFolder, benchmark_of, pretty
from readmark.signature import differing
from readmark.verbs.board.page import PAGE, render_page

LEADERBOARD = "leaderboard.json"


def board(
    runs: Sequence[str | Path], out: str | Path, *, benchmark: str | Path | Benchmark | None = None, title: str = "",
    description: str = "", tags: Sequence[tuple[str, str]] = (), with_items: bool = True,
) -> Leaderboard:  # fmt: skip
    """Write leaderboard.json and .html, and every run's predictions into entries/; the runs' order says nothing.

    Args:
        runs: Folders of runs, or of scored predictions, at least one.
        out: The board's folder; files in entries/ that an earlier board left are removed.
        benchmark: The test set, where it moved since the runs.
        title: Of the page; by default the test set's name.
        description: A paragraph or more under the title, as plain text.
        tags: Pairs of a model and a tag. A model may be a pattern, such as "openai:*" (`fnmatch`).
        with_items: Whether articles, questions, references and answers stand in the page; else the tables alone.

    Raises:
        ReadmarkError: A run or the test set cannot be read, two are the same model, their recipes differ, or a tag is
            for no model.
    """
    folders = sorted((RunFolder(Path(path)) for path in runs), key=lambda folder: str(folder.path))
    if not folders:
        raise RunError(Problem("board", "was given no runs", "one or more folders of runs", "readmark run -o out/runs"))
    parts = [part_of(folder) for folder in folders]
    _check_whole(folders, parts)
    _check_recipes(folders, parts)
    labels = Labels(title, description, _tags_by_id(parts, tags))
    loaded = benchmark_of(folders[0], benchmark)
    leaderboard = assemble(loaded, parts, labels)
    page = render_page(leaderboard, loaded, parts, with_items=with_items)
    _write(Path(out), leaderboard, page, {path: data for part in parts for path, data in part.files.items()})
    return leaderboard


def _tags_by_id(parts: Sequence[Part], tags: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return each entry's tags in the order they were given, each once."""
    problems = []
    found: dict[str, dict[str, None]] = {}
    for pattern, tag in tags:
        fitting = [part.id for part in parts if part.info.model == pattern or fnmatchcase(part.info.model, pattern)]
        if not fitting or not tag.strip():
            what = "is empty" if fitting else f"is for {quoted(pattern)}, and there is no such model"
            models = ", ".join(quoted(part.info.model) for part in parts)
            problems.append(
                Problem("--tag", f"{quoted(tag)} {what}", f"MODEL=TAG, of the models {models}", "correct it")
            )
        for entry in fitting:
            found.setdefault(entry, {})[tag] = None
    if problems:
        raise RunError(*problems)
    return {entry: tuple(named) for entry, named in found.items()}


def _write(out: Path, leaderboard: Leaderboard, page: bytes, files: dict[str, bytes]) -> None:
    """Write the entries before the board that names them, the page after it, and remove stale entries."""
    stale = _earlier_entries(out) - files.keys()
    for path, data in sorted(files.items()):
        write_atomically(out / path, data)
    write_atomically(out / LEADERBOARD, pretty(leaderboard))
    write_atomically(out / PAGE, page)
    for name in stale:
        (out / name).unlink(missing_ok=True)


def _earlier_entries(out: Path) -> set[str]:
    """Return the files in entries/ that an earlier board in this folder wrote; no other file is touched."""
    try:
        earlier = msgspec.json.decode((out / LEADERBOARD).read_bytes(), type=Leaderboard)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return set()
    named = [file.path for entry in earlier.entries for file in (entry.predictions, entry.probabilities) if file]
    return {path for path in named if re.fullmatch(rf"{ENTRIES}/[^/]+\.jsonl?", path)}


def _check_whole(folders: Sequence[RunFolder], parts: Sequence[Part]) -> None:
    """Refuse runs that were cut before their last conditions were scored."""
    problems = [
        Problem(str(folder.path), f"was cut under {', '.join(rest)}", "a finished run", "give its run command again")
        for folder, part in zip(folders, parts, strict=True)
        if (rest := [name for name in part.info.conditions if name not in part.report.conditions])
    ]
    if problems:
        raise RunError(*problems)


def _check_recipes(folders: Sequence[RunFolder], parts: Sequence[Part]) -> None:
    """Refuse runs that were not made the same way, and one run given twice."""
    problems = []
    names: dict[str, Path] = {}
    first = parts[0].report.signature
    for folder, part in zip(folders, parts, strict=True):
        signature = part.report.signature
        if part.id in names:
            found = f"is the same run as {names[part.id]}"
            problems.append(Problem(str(folder.path), found, "each model once", "leave one out"))
        names.setdefault(part.id, folder.path)
        for key in differing(first, signature):
            found = f"has {key} {signature.get(key)}, unlike {folders[0].path}"
            fix = "score both with the same test set and options"
            problems.append(Problem(str(folder.path), found, f"{key} {first.get(key)}", fix))
    if problems:
        raise RunError(*problems)
