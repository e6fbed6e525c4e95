"""A file in SQuAD's form: its types, its bytes, and every fault of it by its JSON path.

Keys that SQuAD does not have are passed over, as the official scripts do; other data sets in this form bring theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from readmark.decoding import JSON_NAMES, parse_object
from readmark.errors import BenchmarkError, Problem, as_json
from readmark.jsonl import MAX_WHOLE, read_bytes


class SquadAnswer(msgspec.Struct, frozen=True, gc=False):
    """An answer, and where it begins in the context's characters."""

    text: str
    answer_start: int | None = None


class SquadQuestion(msgspec.Struct, frozen=True):
    """A question; `is_impossible` and `plausible_answers` came with version 2.0."""

    id: str
    question: str
    answers: tuple[SquadAnswer, ...]
    is_impossible: bool | None = None
    plausible_answers: tuple[SquadAnswer, ...] | None = None


class SquadParagraph(msgspec.Struct, frozen=True):
    """A text with the questions on it."""

    context: str
    qas: tuple[SquadQuestion, ...]


class SquadEntry(msgspec.Struct, frozen=True):
    """All paragraphs of one source."""

    title: str
    paragraphs: tuple[SquadParagraph, ...]


class SquadFile(msgspec.Struct, frozen=True):
    """The whole file; `language` is ours, a BCP 47 tag, for files in the form that are not English."""

    data: tuple[SquadEntry, ...]
    version: str | float | None = None
    language: str = "en"

    def questions(self) -> Iterator[SquadQuestion]:
        """Yield all questions in the file's order."""
        return (qa for entry in self.data for paragraph in entry.paragraphs for qa in paragraph.qas)


FORM = 'a SQuAD file: {"version", "data": [{"title", "paragraphs": [{"context", "qas": […]}]}]}'
_KINDS = {str: "text in quotes", int: "a whole number", bool: "true or false", float: "a number", tuple: "a list"}


def read_squad(path: Path) -> tuple[bytes, SquadFile]:
    """Return a file's bytes and what they hold.

    Raises:
        ReadmarkError: It cannot be read or is not in SQuAD's form; all problems at once.
    """
    data = read_bytes(path, "SQuAD file", MAX_WHOLE)
    try:
        found = msgspec.json.decode(data, type=SquadFile)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = None
    if found is None or not _is_plain(data, found):
        found = _checked(data, path)
    return data, found


def _is_plain(data: bytes, found: SquadFile) -> bool:
    """Return whether the file has as many keys as things were found, so that none stands twice, and no NUL.

    The decoder keeps the last of two equal keys in silence. The slow reader names them, at three times the cost; it
    also reads what has other keys, nulls, or white space that is rare.
    """
    questions = list(found.questions())
    answers = [answer for qa in questions for answer in (*qa.answers, *(qa.plausible_answers or ()))]
    paragraphs = sum(len(entry.paragraphs) for entry in found.data)
    expected = 1 + (found.version is not None) + 2 * len(found.data) + 2 * paragraphs + 3 * len(questions)
    expected += sum((qa.is_impossible is not None) + (qa.plausible_answers is not None) for qa in questions)
    expected += len(answers) + sum(answer.answer_start is not None for answer in answers)
    keys = sum(data.count(mark) - data.count(b"\\" + mark) for mark in (b'":', b'" :'))  # less those within texts
    return keys == expected and b"\\u0000" not in data


def _checked(data: bytes, path: Path) -> SquadFile:
    """Return what a file holds after a look at every part of it.

    Raises:
        BenchmarkError: Every fault.
    """
    value = parse_object(data, f"{path}:1")
    if isinstance(value, Problem):
        raise BenchmarkError(Problem(value.place, value.what, FORM, value.fix))
    if "data" not in value:
        keys = ", ".join(as_json(key, 20) for key in list(value)[:4]) or "no keys"
        fix = "a test set of Readmark's own is a folder or a questions.jsonl"
        raise BenchmarkError(Problem(f"{path}:1", f"is no SQuAD file: it has no 'data', but {keys}", FORM, fix))
    if problems := list(_faults(value, SquadFile, f"{path}:")):
        raise BenchmarkError(*problems)
    return msgspec.convert(value, SquadFile)


def _faults(value: Mapping[str, Any], record: type[msgspec.Struct], place: str) -> Iterator[Problem]:
    """Yield every fault of a parsed object that should be such a record, and of all that it holds."""
    at = place.removesuffix(".")
    for field in msgspec.structs.fields(record):
        name = field.encode_name
        here = f"{place}{name}"
        inner = _entry_type(field.type)
        if name not in value:
            if field.required:
                yield Problem(at, f"has no '{name}'", _wanted(field.type), f"add '{name}'")
        elif inner is not None and isinstance(value[name], list):
            for number, entry in enumerate(value[name]):
                if isinstance(entry, Mapping):
                    yield from _faults(entry, inner, f"{here}[{number}].")
                else:
                    yield _wrong(f"{here}[{number}]", entry, "an object {…}")
        else:
            try:
                msgspec.convert(value[name], field.type)
            except (msgspec.ValidationError, OverflowError):
                yield _wrong(here, value[name], _wanted(field.type))


def _wrong(place: str, value: object, wanted: str) -> Problem:
    kind = JSON_NAMES.get(type(value), "an object")
    return Problem(place, f"is {kind}: {as_json(value, 40)}", wanted, "correct it")


def _entry_type(wanted: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - a type, or a union of some
    """Return the record that a list of this type holds, or None for anything but a list."""
    lists = [one for one in (wanted, *get_args(wanted)) if getattr(one, "__origin__", None) is tuple]
    return get_args(lists[0])[0] if lists else None


def _wanted(kind: Any) -> str:  # noqa: ANN401 - a type, or a union of some
    parts = get_args(kind) if _entry_type(kind) is None else ()
    named = [part for part in parts if part is not type(None)] or [kind]
    return " or ".join(_KINDS.get(part, "a list") for part in named)
