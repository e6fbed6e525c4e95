"""Files of JSON lines: read with every fault named by its line, appended so that nothing is lost.

Reading is for two kinds of file. What people write (`read_objects`, then `records.decode`) is checked key
by key. What Readmark writes (`read_log`) is decoded in one go, and a torn last line is told apart.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from readmark.errors import Problem, ReadmarkError, RunError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Record = TypeVar("Record", bound=msgspec.Struct)

MAX_LINE = 16 * 2**20  # bytes of one line; an article in a line is well under it
SYNC_SECONDS = 1.0


def regular_file(path: Path, kind: str) -> Problem | None:
    """Return what keeps `path` from being read as a file, or None."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Problem(str(path), f"there is no such {kind}", "a file that exists", "check the path")
    except (OSError, ValueError) as error:
        return Problem(quoted(str(path)), f"the {kind} cannot be opened: {error}", "a readable file")
    if stat.S_ISDIR(mode):
        return Problem(str(path), f"is a folder, not a {kind}", "a file", f"name the {kind} itself")
    if not stat.S_ISREG(mode):
        return Problem(str(path), f"is not a regular file, so not a {kind}", "a file on disk", "copy it to a file")
    return None


def read_bytes(path: Path, kind: str) -> bytes:
    """Return a file's bytes.

    Raises:
        ReadmarkError: It is absent, a folder, not a regular file or not readable.
    """
    if problem := regular_file(path, kind):
        raise ReadmarkError(problem)
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadmarkError(Problem(str(path), f"cannot be read: {error.strerror}", "a readable file")) from error


def utf8(data: bytes, place: str) -> str | Problem:
    """Return bytes as text, or the problem: a byte-order mark, a NUL, or not UTF-8, with its line."""
    if data.startswith(b"\xef\xbb\xbf"):
        return Problem(f"{place}:1", "begins with a byte-order mark", "UTF-8 without one", "save as UTF-8 without BOM")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte {error.start} ({data[error.start]:#04x}) is not UTF-8"
        return Problem(f"{place}:{line}", found, "UTF-8 text", "save the file as UTF-8")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return Problem(f"{place}:{line}", "contains a NUL character", "text", "remove it; is this a text file?")
    return text


def read_objects(path: Path, kind: str) -> tuple[list[tuple[str, dict[str, Any]]], list[Problem]]:
    """Read a file of JSON objects that a person wrote.

    Returns:
        `(place, object)` for each sound line, `place` being `file:line`, and the problems of all others.

    Raises:
        ReadmarkError: The file cannot be read at all.
    """
    if problem := regular_file(path, kind):
        raise ReadmarkError(problem)
    rows: list[tuple[str, dict[str, Any]]] = []
    problems: list[Problem] = []
    for number, line in _lines(path):
        place = f"{path}:{number}"
        if line is None:
            fix = "write one item a line; keep articles in files of their own"
            problems.append(Problem(place, f"is longer than {MAX_LINE >> 20} MiB", "one JSON object a line", fix))
        elif line.strip():
            value = parse_object(line, place)
            problems.append(value) if isinstance(value, Problem) else rows.append((place, value))
    if not rows and not problems:
        problems.append(Problem(str(path), "is empty", f"a {kind} with at least one line"))
    return rows, problems


def parse_object(data: bytes, place: str) -> dict[str, Any] | Problem:
    """Return the JSON object in `data`, or what is wrong with it: its bytes, its syntax or a repeated key."""
    text = utf8(data, place)
    if isinstance(text, Problem):
        return Problem(place, text.what, text.expected, text.fix)
    repeated: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(found)
        if len(value) < len(found):
            repeated.extend(key for i, (key, _) in enumerate(found) if key in dict(found[:i]))
        return value

    try:
        msgspec.json.decode(data)  # strict where json is lax: NaN, lone surrogates, control characters
        value = json.loads(text, object_pairs_hook=pairs)
    except RecursionError:
        return Problem(place, "is nested too deeply", "a JSON object of a few levels")
    except (msgspec.MsgspecError, ValueError) as error:
        fix = "one JSON object a line, strings in double quotes"
        return Problem(place, f"is not valid JSON: {error}", "a JSON object", fix)
    if repeated:
        return Problem(place, f"key {quoted(repeated[0])} stands twice", "each key once", "remove one of them")
    if not isinstance(value, dict):
        return Problem(place, f"is a JSON {type(value).__name__}, {quoted(value)}", "a JSON object {…}")
    if _holds_nul(value):
        return Problem(place, "a string contains a NUL character (\\u0000)", "text", "remove it")
    return value


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Yield every line with its number; None for one that is too long, which is skipped without holding it."""
    number = 0
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) <= MAX_LINE:
                yield number, line
                continue
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield number, None


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file whole: a reader sees the old bytes or the new ones, also after a crash.

    Raises:
        RunError: The folder cannot be written (full, read-only, a file in its place).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RunError(_unwritable(path, error)) from error


def _unwritable(path: Path, error: OSError) -> Problem:
    return Problem(str(path), f"cannot be written: {error.strerror}", "a folder with room", "free space or choose -o")


class Log:
    """A file that only grows: one write a record, synced each second and at the end.

    Args:
        path: The file; its folder exists. A torn last line must have been set aside before (`mend`).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:
            raise RunError(_unwritable(path, error)) from error
        self._encode = msgspec.json.Encoder().encode
        self._synced = time.monotonic()

    def write(self, record: msgspec.Struct) -> None:
        """Append one record as one line.

        Raises:
            RunError: The disk is full or gone; what was written before stays.
        """
        line = self._encode(record) + b"\n"
        try:
            while line:  # one write, but for a disk that fills up on the way
                line = line[os.write(self._file, line) :]
            now = time.monotonic()
            if now - self._synced >= SYNC_SECONDS:
                os.fsync(self._file)
                self._synced = now
        except OSError as error:
            raise RunError(_unwritable(self._path, error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            os.fsync(self._file)
        finally:
            os.close(self._file)


def mend(path: Path, tell: Callable[[str], None]) -> None:
    """Set a torn last line of a log aside, into `<name>.torn`, and tell it; a whole file stays as it is."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole == len(data):
        return
    with path.with_name(f"{path.name}.torn").open("ab") as file:
        file.write(data[whole:] + b"\n")
    write_atomically(path, data[:whole])
    tell(f"{path}: the last line was torn; it was set aside in {path.name}.torn and its item will be asked again")


def read_log(path: Path, record: type[Record]) -> list[Record]:
    """Read a log that Readmark wrote, leaving out a torn last line.

    Raises:
        ReadmarkError: The file is absent, or a whole line is not such a record; every such line is named.
    """
    data = read_bytes(path, "log")
    lines = data[: data.rfind(b"\n") + 1].splitlines()
    decoder = msgspec.json.Decoder(record)
    try:
        return [decoder.decode(line) for line in lines]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        problems = []
        for number, line in enumerate(lines, start=1):
            try:
                decoder.decode(line)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                problems.append(Problem(f"{path}:{number}", f"is not a {record.__name__}: {error}", "a whole line"))
        raise RunError(*problems) from None
