"""A run on disk: run.json, predictions.jsonl, scores.jsonl, report.json in one folder."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

import msgspec

from readmark.benchmark import BENCHMARKS, load
from readmark.errors import Problem, ReadmarkError, RunError, quoted
from readmark.jsonl import read_bytes, read_log, write_atomically
from readmark.records import Prediction, Prompt, RunInfo, identity
from readmark.results import Report
from readmark.scoring import ScoreRow, decode_rows, encode_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from readmark.benchmark import Benchmark
    from readmark.models import LoadedModel

FORMAT = "readmark-run/1"
RUN, PREDICTIONS, SCORES, REPORT = "run.json", "predictions.jsonl", "scores.jsonl", "report.json"
LOCK = ".lock"  # a run that asks a model leaves one
NO_ANSWER = "no-answer.json"  # probabilities, where predictions were scored with them
SCORED = "predictions"  # the adapter of a folder that `score` wrote: no model was asked
_T = TypeVar("_T")


@dataclass(frozen=True)
class RunFolder:
    """The files of one run; each is read when asked for and checked."""

    path: Path

    @property
    def log(self) -> Path:
        """The file of predictions."""
        return self.path / PREDICTIONS

    @property
    def exists(self) -> bool:
        """Whether a run was begun here."""
        return os.path.exists(self.path / RUN)  # noqa: PTH110 - also False for a name that no file can have

    def info(self) -> RunInfo:
        """Return run.json."""
        return self._read(RUN, RunInfo)

    def report(self) -> Report:
        """Return report.json."""
        return self._read(REPORT, Report)

    def rows(self) -> list[ScoreRow]:
        """Return scores.jsonl."""
        path = self.path / SCORES
        return decode_rows(read_bytes(path, "file of scores"), str(path))

    def predictions(self) -> list[Prediction]:
        """Return predictions.jsonl in the order of writing; none where there is no such file yet."""
        return read_log(self.log, Prediction) if self.log.exists() else []

    def probabilities(self) -> dict[str, float] | None:
        """Return no-answer.json; None where the predictions were scored without."""
        return self._read(NO_ANSWER, dict[str, float]) if (self.path / NO_ANSWER).exists() else None

    def write_info(self, info: RunInfo) -> None:
        """Replace run.json."""
        write_atomically(self.path / RUN, pretty(info))

    def write_scores(self, rows: Iterable[ScoreRow], report: Report) -> None:
        """Replace scores.jsonl and report.json."""
        write_atomically(self.path / SCORES, encode_rows(rows))
        write_atomically(self.path / REPORT, pretty(report))

    def _read(self, name: str, record: type[_T]) -> _T:
        path = self.path / name
        if not os.path.isdir(self.path):  # noqa: PTH112 - also False for a name that no folder can have
            raise RunError(Problem(str(self.path), "is not a folder", "the folder of a run", "check the path"))
        if not path.exists():
            raise RunError(
                Problem(str(self.path), f"has no {name}", "the folder of a finished run", "give the run command again")
            )
        try:
            return msgspec.json.decode(read_bytes(path, "file of a run"), type=record)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            fix = f"delete it and give the command again; the answers are in {PREDICTIONS}"
            problem = Problem(str(path), f"cannot be read: {error}", f"a {name} that Readmark wrote", fix)
            raise RunError(problem) from error


def answers_beside(folder: RunFolder, model: LoadedModel, tell: Callable[[str], None]) -> dict[str, Prediction]:
    """Return what the same model answered in the other runs beside a run, by key; failures are left out.

    Only folders that carry the model's name are opened. One that cannot be read is told and passed over.
    """
    found: dict[str, Prediction] = {}
    for path in sorted(folder.path.parent.glob(f"{slug(model.name)}-????????")):
        other = RunFolder(path)
        if path == folder.path or not other.exists:
            continue
        try:
            info = other.info()
            if (info.model, info.revision, info.parameters) == (model.name, model.revision, model.parameters):
                found |= {line.key: line for line in other.predictions() if isinstance(line.raw, str)}
        except ReadmarkError as error:
            tell(f"{path}: no answers are taken over from this run, for it cannot be read\n{error}")
    return found


def encode_log(lines: Iterable[Prediction]) -> bytes:
    """Return predictions as the lines of a predictions.jsonl."""
    encoder = msgspec.json.Encoder()
    return b"".join(encoder.encode(line) + b"\n" for line in lines)


class Lock:
    """The right to write a run's folder, which it makes; the system frees it when the process dies."""

    _held: ClassVar[set[int]] = set()  # open files; a forked child must not keep a lock that outlives its owner

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        try:
            str(self._folder).encode()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except ValueError as error:  # a NUL, or bytes that are no UTF-8
            found = "is no path that a file can hold"
            raise RunError(Problem(quoted(str(self._folder)), found, "a path in UTF-8", "choose another -o")) from error
        except OSError as error:
            raise self._refused(f"cannot be written: {error.strerror}", "choose another -o") from error
        self._held.add(self._file)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.__exit__()
            if isinstance(error, BlockingIOError):
                fix = "wait for it, or use another -o"
                raise self._refused("another process is writing this run", fix, "one at a time") from None
            raise self._refused(f"cannot be locked: {error.strerror}", "choose an -o on another disk") from error
        for name in (RUN, PREDICTIONS, SCORES, REPORT):
            for left in self._folder.glob(f".{name}.*"):  # half a replacement, from a process that was killed
                left.unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        if self._file in self._held:  # else this is a forked child, which let go already
            self._held.remove(self._file)
            os.close(self._file)

    def _refused(self, found: str, fix: str, expected: str = "a folder for the run") -> RunError:
        return RunError(Problem(str(self._folder), found, expected, fix))

    @classmethod
    def let_go(cls) -> None:
        """Close, in a forked child, what its parent holds; the parent's lock stays."""
        while cls._held:
            os.close(cls._held.pop())


os.register_at_fork(after_in_child=Lock.let_go)


def pretty(record: object) -> bytes:
    """Return a record as indented JSON with a last line end; floats unrounded, keys in the record's order."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def folder_name(model: LoadedModel, sha256: str) -> str:
    """Return `<model>-<8 hex>`, the hex over model, revision, parameters and the test set's content."""
    return _named(model.name, model.identity, sha256)


def run_name(info: RunInfo) -> str:
    """Return the name that `folder_name` gives a run, wherever its folder lies now."""
    return _named(info.model, identity(info.model, info.revision, info.parameters), info.benchmark.sha256)


def _named(model: str, identity: bytes, sha256: str) -> str:
    return f"{slug(model)}-{hashlib.sha256(identity + sha256.encode()).hexdigest()[:8]}"


def slug(name: str) -> str:
    """Return a name as a folder's: ASCII letters, digits, dots, dashes, at most 60 characters."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60].strip("-.") or "model"


def prediction_keys(model: LoadedModel, prompts: Iterable[Prompt]) -> list[str]:
    """Return each prompt's key: SHA-256 over the model's name, revision and parameters, and the messages."""
    return keys_of(model.identity, prompts)


def keys_of(identity: bytes, prompts: Iterable[Prompt]) -> list[str]:
    """Return the same for a model by its `identity`."""
    base = hashlib.sha256(identity + b"\0")
    prefixes: dict[str, hashlib._Hash] = {}
    keys = []
    for prompt in prompts:
        digest = prefixes.get(prompt.prefix)
        if digest is None:
            digest = base.copy()
            digest.update(json.dumps([{"role": "user"}, len(prompt.prefix)]).encode())
            digest.update(prompt.prefix.encode())
            prefixes = {prompt.prefix: digest}  # prompts come grouped by prefix
        key = digest.copy()
        key.update(prompt.suffix.encode())
        keys.append(key.hexdigest())
    return keys


def benchmark_of(folder: RunFolder, named: str | Path | Benchmark | None = None) -> Benchmark:
    """Return the test set that a run was made on.

    Args:
        folder: The run.
        named: The test set, where it moved since the run.

    Raises:
        ReadmarkError: It cannot be loaded, or what is found under its name is another one.
    """
    if named and not folder.exists:
        return load(named)
    stamp = folder.info().benchmark
    if not named and stamp.source not in BENCHMARKS and not os.path.lexists(stamp.source):
        found = f"was made on {quoted(stamp.source)}, and there is no such test set here"
        fix = "name it with -b; a path is read from the folder that the command is given in"
        raise RunError(Problem(str(folder.path), found, f"the test set #{stamp.sha256[:8]}", fix))
    loaded = load(named or stamp.source)
    if loaded.sha256 != stamp.sha256:
        found = f"was made on other content than '{loaded.source}' has now"
        fix = "name the test set of that time with -b, or run again"
        raise RunError(Problem(str(folder.path), found, f"the test set #{stamp.sha256[:8]}", fix))
    return loaded
