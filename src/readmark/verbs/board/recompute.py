"""The verb `verify`: every number of a leaderboard made anew from the predictions beside it, with no model at hand."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from readmark.benchmark import Benchmark
from readmark.errors import PredictionsError, ReadmarkError
from readmark.jsonl import read_bytes
from readmark.leaderboard import ENTRIES, Entry, Labels, Leaderboard, Part, assemble
from readmark.leaderboard.stored import Said, is_beside, read_board, remade, test_set_of
from readmark.predictions import read_predictions
from readmark.prompts import make_prompts
from readmark.records import Prediction, Record, identity
from readmark.runs import SCORED, keys_of
from readmark.verbs.board.page import PAGE, contents, generator_of, render_page


class Finding(Record, frozen=True):
    """One place in which the board differs from what its predictions give.

    Attributes:
        place: In leaderboard.json, such as "entries[2].conditions.reading.scores.answer_match.value", or a file.
        board: What stands there, as JSON.
        found: What the predictions give, as JSON; "" where it is told in `board`.
    """

    place: str
    board: str
    found: str = ""


def verify(
    leaderboard: str | Path, *, benchmark: str | Path | Benchmark | None = None, metrics: Sequence[str] = ()
) -> list[Finding]:
    """Return every place in which a leaderboard differs from what its predictions give; none where it holds.

    Checked are all files' hashes, that nothing in entries/ is left over, that each answer's key is that of the entry's
    model and of the prompt, that nothing was answered twice, and every number: scores, intervals, counts, groups,
    thresholds, tokens, cost, pairs, ranks, gaps; then the page. What no file can tell is only claimed: seconds, and
    what a model was.

    Args:
        leaderboard: The file leaderboard.json, or its folder.
        benchmark: The test set; by default the bundled one of that name.
        metrics: Further metrics that the board has scores of, such as `evaluate:NAME_OR_PATH`. Loading one runs its
            code, so that none is loaded because a board names it.

    Raises:
        ReadmarkError: The file cannot be read, the test set is not the one that it names, or a metric is not allowed.
    """
    path = Path(leaderboard)
    path = path / "leaderboard.json" if path.is_dir() else path
    stated = read_board(path)
    loaded = test_set_of(path, stated, benchmark, metrics)
    findings: list[Finding] = []
    parts = []
    for number, entry in enumerate(stated.entries):
        said, faults = _files(path.parent, entry, f"entries[{number}]")
        findings += faults
        if said is not None:
            findings += _told_twice(said.lines, entry.predictions.path)
            findings += _foreign_keys(loaded, entry, said.lines)
            try:
                parts.append(remade(loaded, stated, entry, said))
            except PredictionsError as error:
                findings += [Finding(place=one.place, board=one.what) for one in error.problems]
    findings += _left_over(path.parent, stated)
    if len(parts) == len(stated.entries) and len({part.id for part in parts}) == len(parts):
        findings += differences(_plain(stated), _plain(assemble(loaded, parts, _labels(stated))))
        findings += [] if findings else _page(path.parent, stated, loaded, parts)
    elif len(parts) == len(stated.entries):
        findings.append(Finding(place="entries", board="two entries are the same model"))
    return findings


def _files(folder: Path, entry: Entry, place: str) -> tuple[Said | None, list[Finding]]:
    """Return an entry's files, and what is wrong with them; None where the predictions cannot be read."""
    findings: list[Finding] = []
    data: dict[str, bytes] = {}
    for name in ("predictions", "probabilities"):
        file = getattr(entry, name)
        if file is None:
            continue
        if not is_beside(file.path):
            return None, [Finding(place=f"{place}.{name}.path", board=file.path, found=f"a file in {ENTRIES}/")]
        try:
            data[name] = read_bytes(folder / file.path, "file of an entry")
        except ReadmarkError as error:
            return None, [Finding(place=file.path, board=error.problems[0].what)]
        digest = hashlib.sha256(data[name]).hexdigest()
        if digest != file.sha256:
            findings.append(Finding(place=f"{place}.{name}.sha256", board=file.sha256, found=digest))
    try:
        lines = [line for _, line in read_predictions(folder / entry.predictions.path, "reading")]
    except ReadmarkError as error:
        return None, findings + [Finding(place=one.place, board=one.what) for one in error.problems]
    probabilities = folder / entry.probabilities.path if entry.probabilities else None
    return Said(data["predictions"], lines, probabilities), findings


def _told_twice(lines: Sequence[Prediction], place: str) -> Iterator[Finding]:
    """Name items that were answered more than once; only a failure may be followed by an answer."""
    seen: set[tuple[str, str, str]] = set()
    for line in lines:
        pair = (line.item_id, line.condition, line.key)
        if pair in seen:
            yield Finding(place=place, board=f"item '{line.item_id}' is answered twice under {line.condition}")
        if isinstance(line.raw, str):
            seen.add(pair)


def _foreign_keys(benchmark: Benchmark, entry: Entry, lines: Sequence[Prediction]) -> Iterator[Finding]:
    """Name answers whose key is not that of the entry's model and of the prompt; files from elsewhere have none."""
    if entry.adapter == SCORED or entry.kind == "upper_bound":
        return
    model = identity(entry.model, entry.revision, entry.parameters)
    last = {(line.item_id, line.condition): line for line in lines}
    for condition in dict.fromkeys(line.condition for line in lines):
        items = [item for item in benchmark.items if (item.id, condition) in last]
        prompts = make_prompts(benchmark, items, condition)
        for prompt, key in zip(prompts, keys_of(model, prompts), strict=True):
            found = last[prompt.item_id, condition].key
            if found != key:
                told = f"item '{prompt.item_id}' under {condition} has the key {found[:12] or 'none'}"
                yield Finding(place=entry.predictions.path, board=told, found=f"{key[:12]}, by model and prompt")


def _left_over(folder: Path, stated: Leaderboard) -> Iterator[Finding]:
    """Name files in entries/ that no entry names."""
    named = {file.path for entry in stated.entries for file in (entry.predictions, entry.probabilities) if file}
    for path in sorted((folder / ENTRIES).glob("*")):
        if f"{ENTRIES}/{path.name}" not in named:
            yield Finding(place=f"{ENTRIES}/{path.name}", board="no entry of the board names this file")


def _page(folder: Path, stated: Leaderboard, benchmark: Benchmark, parts: Sequence[Part]) -> list[Finding]:
    """Name the page where it is not the one that the board gives, with or without its items; there need be none."""
    if not os.path.lexists(folder / PAGE):
        return []
    try:
        page = read_bytes(folder / PAGE, "page")
        made = (render_page(stated, benchmark, parts, with_items=whole) for whole in (True, False))
        if any(contents(one) == contents(page) for one in made):
            return []
    except ReadmarkError as error:
        return [Finding(place=one.place, board=one.what) for one in error.problems]
    found = "another page than the board gives"
    if generator_of(page) != generator_of(render_page(stated, benchmark, parts, with_items=False)):
        found = "a page by another Readmark's template, which cannot be checked here; make the board anew"
    return [Finding(place=PAGE, board=found)]


def _labels(stated: Leaderboard) -> Labels:
    """Return what the board says of itself: only claimed, for no number follows from it."""
    return Labels(stated.title, stated.description, {entry.id: entry.tags for entry in stated.entries})


def _plain(leaderboard: Leaderboard) -> Any:  # noqa: ANN401 - JSON
    return msgspec.json.decode(msgspec.json.encode(leaderboard))


def differences(board: Any, found: Any, place: str = "") -> Iterator[Finding]:  # noqa: ANN401 - JSON
    """Yield every place in which two JSON values differ."""
    if isinstance(board, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*board, *found)):
            yield from differences(board.get(key), found.get(key), f"{place}.{key}" if place else key)
    elif isinstance(board, list) and isinstance(found, list) and len(board) == len(found):
        for number, (one, other) in enumerate(zip(board, found, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif board != found or type(board) is not type(found):
        yield Finding(place=place, board=_short(board), found=_short(found))


def _short(value: Any) -> str:  # noqa: ANN401 - JSON
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 100 else f"{text[:80]}… ({len(text)} characters)"
