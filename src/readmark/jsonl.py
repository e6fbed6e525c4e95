"""Files of JSON lines: read with every fault named by its line, appended so that nothing is lost.

Reading is for two kinds of file. What people write (`read_objects`, then `records.decode`) is checked key
by key. What Readmark writes (`read_log`) is decoded in one go, and what was torn is told apart.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec

from readmark.decoding import parse_object
from readmark.errors import Problem, ReadmarkError, RunError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Record = TypeVar("Record", bound=msgspec.Struct)

MAX_LINE = 16 * 2**20  # bytes of one line; an article in a line is well under it
MAX_WHOLE = 256 * 2**20  # bytes of a file that people write and that is read in one piece
SYNC_SECONDS = 1.0


def regular_file(path: Path, kind: str) -> Problem | None:
    """Return what keeps `path` from being read as a file, or None."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Problem(str(path), f"there is no such {kind}", "a file that exists", "check the path")
    except OSError as error:
        return unreadable(path, error, f"the {kind} cannot be opened")
    except ValueError as error:
        return Problem(quoted(str(path)), f"the {kind} cannot be opened: {error}", "a path", "check the path")
    if stat.S_ISDIR(mode):
        return Problem(str(path), f"is a folder, not the {kind}", "a file", f"name the {kind} itself")
    if not stat.S_ISREG(mode):
        found = f"is no regular file (a pipe, a socket or a device), so it is not read as the {kind}"
        return Problem(str(path), found, "a file on disk", "copy it to a file")
    return None


def unreadable(path: Path, error: OSError, found: str = "cannot be read") -> Problem:
    """Return the problem of a file or folder that the system does not open."""
    fix = "change its permissions" if isinstance(error, PermissionError) else "check the path"
    return Problem(str(path), f"{found}: {error.strerror}", "a readable file or folder", fix)


def read_bytes(path: Path, kind: str, most: int | None = None) -> bytes:
    """Return a file's bytes.

    Args:
        path: The file.
        kind: What it should be, for the problem.
        most: How many bytes it may have; None sets no limit.

    Raises:
        ReadmarkError: It is absent, a folder, not a regular file, too large or not readable.
    """
    if problem := regular_file(path, kind):
        raise ReadmarkError(problem)
    try:
        size = path.stat().st_size
        if most is not None and size > most:
            found = f"has {size >> 20} MiB, too much for the {kind}"
            raise ReadmarkError(Problem(str(path), found, f"at most {most >> 20} MiB", "split it, or check the path"))
        return path.read_bytes()
    except OSError as error:
        raise ReadmarkError(unreadable(path, error)) from error


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
    try:
        for number, line in _lines(path):
            value = _row(line, f"{path}:{number}")
            if isinstance(value, Problem):
                problems.append(value)
            elif value is not None:
                rows.append((f"{path}:{number}", value))
    except OSError as error:
        raise ReadmarkError(unreadable(path, error)) from error
    if not rows and not problems:
        problems.append(Problem(f"{path}:1", "is empty", f"a {kind}: one JSON object a line", "write one or more"))
    return rows, problems


def _row(line: bytes | None, place: str) -> dict[str, Any] | Problem | None:
    """Return a line's object or problem; None for a blank line."""
    if line is None:
        fix = "write one item a line; keep articles in files of their own"
        return Problem(place, f"is longer than {MAX_LINE >> 20} MiB", "one JSON object a line", fix)
    return parse_object(line, place) if line.strip() else None


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
    except (OSError, ValueError) as error:
        raise RunError(_unwritable(path, error)) from error


def _unwritable(path: Path, error: OSError | ValueError) -> Problem:
    reason = error.strerror if isinstance(error, OSError) else error
    return Problem(str(path), f"cannot be written: {reason}", "a folder with room", "free space, or choose another -o")


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
        except OSError as error:  # some disks tell only now that they are full
            raise RunError(_unwritable(self._path, error)) from error
        finally:
            os.close(self._file)


def mend(path: Path, tell: Callable[[str], None]) -> None:
    """Set what was torn of a log aside, into `<name>.torn`, and tell it; a whole file stays as it is."""
    if not path.exists():
        return
    data = read_bytes(path, "log")
    lines = _log_lines(data)
    torn = [line for line in lines if _is_torn(line)]
    whole = b"".join(line for line in lines if not _is_torn(line))
    try:
        if torn:
            _set_aside(path, torn)
        if whole != data and data.startswith(whole):
            os.truncate(path, len(whole))  # a new file would need room, which a full disk lacks
        elif whole != data:
            write_atomically(path, whole)
    except OSError as error:
        raise RunError(_unwritable(path, error)) from error
    if torn and torn == lines[-1:]:
        tell(f"{path}: the last line was torn; it was set aside in {path.name}.torn and its item will be asked again")
    elif torn:
        tell(f"{path}: torn lines were set aside in {path.name}.torn; their items will be asked again")


def _set_aside(path: Path, torn: list[bytes]) -> None:
    with path.with_name(f"{path.name}.torn").open("ab") as file:
        file.writelines(line.rstrip(b"\n") + b"\n" for line in torn)
        file.flush()
        os.fsync(file.fileno())


def _log_lines(data: bytes) -> list[bytes]:
    """Return a log's lines with their ends; a last line that lacks its end alone is given it."""
    lines = data.splitlines(keepends=True)
    if lines and _is_torn(lines[-1]):
        with contextlib.suppress(msgspec.MsgspecError, ValueError, RecursionError):
            msgspec.json.decode(lines[-1], type=dict[str, msgspec.Raw])  # no part of an object is an object
            lines[-1] += b"\n"
    return lines


def _is_torn(line: bytes) -> bool:
    """Return whether a line ends early, or holds the zeros that a power cut leaves where bytes had not come yet."""
    return b"\0" in line or not line.endswith(b"\n")


def read_log(path: Path, record: type[Record]) -> list[Record]:
    """Read a log that Readmark wrote, leaving out what was torn.

    Raises:
        ReadmarkError: The file is absent, or a whole line is not such a record; every such line is named.
    """
    return decode_log(read_bytes(path, "log"), record, str(path))


def decode_log(data: bytes, record: type[Record], place: str) -> list[Record]:
    """Return the records of a log by its bytes; `place` is how an error names it.

    Raises:
        RunError: As `read_log`.
    """
    lines = _log_lines(data)
    decoder = msgspec.json.Decoder(record)
    try:
        return [decoder.decode(line) for line in lines if not _is_torn(line)]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        problems = []
        for number, line in enumerate(lines, start=1):
            try:
                _ = _is_torn(line) or decoder.decode(line)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                found = f"is not a {record.__name__}: {error}"
                fix = "delete the line; its item will be asked again"
                problems.append(Problem(f"{place}:{number}", found, "a whole line", fix))
        raise RunError(*problems) from None
