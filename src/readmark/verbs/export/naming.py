"""What a registry of results wants to know of a test set, of models and of the time, as far as our files tell."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from readmark.errors import Problem, ReadmarkError, RunError, quoted
from readmark.leaderboard import Entry
from readmark.runs import RunFolder, slug
from readmark.verbs.export.facts import facts_of
from readmark.verbs.export.source import Source

HUB = "hub"  # the key of [provenance] that has the test set's name on the hub
_ON_HUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}", re.ASCII)
_ENTRY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", re.ASCII)  # what `runs.run_name` gives


class Dataset(NamedTuple):
    """A test set as a registry names it: its id, whether that is one of the hub, and what to tell where it is none."""

    id: str
    is_on_hub: bool
    notes: tuple[str, ...]


def dataset_of(source: Source) -> Dataset:
    """Return the test set's id: `[provenance] hub`, else its name as a folder's.

    Raises:
        ReadmarkError: The test set that -b names is not the source's.
    """
    try:
        named = facts_of(source.benchmark).of(HUB)
    except ReadmarkError:
        if source.named is not None:
            raise
        named = ""  # a board's test set that is not bundled
    if is_hub_name(named):
        return Dataset(named, is_on_hub=True, notes=())
    name = slug(source.leaderboard.benchmark.name)
    found = f"its [provenance] hub is {quoted(named)}" if named else "no [provenance] hub that is known here names it"
    note = f"the test set stands as {quoted(name)}, for {found}: put OWNER/NAME of its data set on the hub there"
    return Dataset(name, is_on_hub=False, notes=(note,))


def is_hub_name(name: str) -> bool:
    """Return whether a name can be one of the hub, OWNER/NAME."""
    return bool(_ON_HUB.fullmatch(name)) and ".." not in name and "--" not in name and not name.endswith((".", "-"))


def models_of(source: Source) -> list[Entry]:
    """Return the entries of models, whose ids are safe as names of folders.

    Raises:
        RunError: There is none, or an id is not one that Readmark gives.
    """
    found = source.models
    if not found:
        told = "has no model, only the references' own score"
        raise RunError(Problem(source.name, told, "a run or a board of models", "choose another"))
    times = Counter(entry.id for entry in found)
    odd = [name for name, n in times.items() if n > 1 or not _ENTRY.fullmatch(name)]
    if odd:
        told = f"has the entry {quoted(odd[0])}" + (" twice" if times[odd[0]] > 1 else "")
        raise RunError(Problem(source.name, told, "ids as Readmark gives them, each once", "make the board anew"))
    return found


def folder_of(source: Source, entry: Entry) -> str:
    """Return where an entry's files go: of a run the folder itself, of a board one of the entry's name."""
    return "" if source.kind == "run" else f"{entry.id}/"


def started(source: Source) -> datetime | None:
    """Return when a run was begun; None for a board, which holds no dates."""
    if source.kind != "run":
        return None
    try:
        found = datetime.fromisoformat(RunFolder(Path(source.name)).info().started)
    except ValueError:
        return None
    return found if found.tzinfo else None
