"""The verb `verify`: every number of a leaderboard made anew from the predictions beside it, with no model at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec

from readmark.benchmark import BENCHMARKS, Benchmark, load
from readmark.decoding import decode, parse_object
from readmark.errors import PredictionsError, Problem, ReadmarkError, RunError, quoted
from readmark.jsonl import read_bytes
from readmark.metrics import is_extra, metrics_for
from readmark.predictions import read_predictions, read_probabilities
from readmark.prompts import CONDITIONS, make_prompts
from readmark.records import Item, Prediction, QaItem, Record, RougeVariant, RunInfo, identity
from readmark.reporting import make_report, token_costs
from readmark.runs import FORMAT as RUN_FORMAT
from readmark.runs import SCORED, keys_of
from readmark.scoring import ScoreRow, score_rows
from readmark.signature import SCORING, make_signature
from readmark.thresholds import best_thresholds, with_threshold
from readmark.verbs.board.assemble import ENTRIES, Part, assemble
from readmark.verbs.board.records import Entry, Leaderboard

if TYPE_CHECKING:
    from readmark.extraction import Extraction


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


class Said(NamedTuple):
    """An entry's files: the lines in their order, and the file of no-answer probabilities."""

    log: bytes
    lines: list[Prediction]
    probabilities: Path | None


def verify(
    leaderboard: str | Path, *, benchmark: str | Path | Benchmark | None = None, metrics: Sequence[str] = ()
) -> list[Finding]:
    """Return every place in which a leaderboard differs from what its predictions give; none where it holds.

    Checked are all files' hashes, that nothing in entries/ is left over, that each answer's key is that of the entry's
    model and of the prompt, that nothing was answered twice, and every number: scores, intervals, counts, groups,
    thresholds, tokens, cost, pairs, ranks, gaps. What no file can tell is only claimed: seconds, and what a model was.

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
    stated = _read(path)
    loaded = _benchmark(path, stated, benchmark, metrics)
    findings: list[Finding] = []
    parts = []
    for number, entry in enumerate(stated.entries):
        said, faults = _files(path.parent, entry, f"entries[{number}]")
        findings += faults
        if said is not None:
            findings += _told_twice(said.lines, entry.predictions.path)
            findings += _foreign_keys(loaded, entry, said.lines)
            try:
                parts.append(_part(loaded, stated, entry, said))
            except PredictionsError as error:
                findings += [Finding(place=one.place, board=one.what) for one in error.problems]
    findings += _left_over(path.parent, stated)
    if len(parts) == len(stated.entries) and len({part.id for part in parts}) == len(parts):
        findings += differences(_plain(stated), _plain(assemble(loaded, parts)))
    elif len(parts) == len(stated.entries):
        findings.append(Finding(place="entries", board="two entries are the same model"))
    return findings


def _read(path: Path) -> Leaderboard:
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


def _benchmark(
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


def _files(folder: Path, entry: Entry, place: str) -> tuple[Said | None, list[Finding]]:
    """Return an entry's files, and what is wrong with them; None where the predictions cannot be read."""
    findings: list[Finding] = []
    data: dict[str, bytes] = {}
    for name in ("predictions", "probabilities"):
        file = getattr(entry, name)
        if file is None:
            continue
        if Path(file.path).parent.as_posix() != ENTRIES or Path(file.path).name in {"", "..", "."}:
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


def _part(benchmark: Benchmark, stated: Leaderboard, entry: Entry, said: Said) -> Part:
    """Return the entry's run, made anew from what was said."""
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


def _left_over(folder: Path, stated: Leaderboard) -> Iterator[Finding]:
    """Name files in entries/ that no entry names."""
    named = {file.path for entry in stated.entries for file in (entry.predictions, entry.probabilities) if file}
    for path in sorted((folder / ENTRIES).glob("*")):
        if f"{ENTRIES}/{path.name}" not in named:
            yield Finding(place=f"{ENTRIES}/{path.name}", board="no entry of the board names this file")


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
