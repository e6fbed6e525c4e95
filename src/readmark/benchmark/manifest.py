"""benchmark.toml: read, checked, and every fault of it placed at its line."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from readmark.benchmark.records import ArticleEntry, Manifest
from readmark.decoding import decode, utf8
from readmark.errors import BenchmarkError, Problem, printable, quoted
from readmark.jsonl import MAX_LINE, read_bytes
from readmark.languages import is_language_tag

if TYPE_CHECKING:
    from pathlib import Path

Place = Callable[[str], str]  # a key → `file:line`
_SUBJECT = re.compile(r"(?:entry (\d+) of '(\w+)' )?(?:has an unknown key |has no )?'([^']+)'")
_HEADING = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True)
class Listed:
    """An article as the manifest lists it, and where each of its keys stands."""

    entry: ArticleEntry
    place: Place


def read_manifest(path: Path) -> tuple[Manifest, list[Listed], list[Problem]]:
    """Return the manifest, the articles that it lists, and what is wrong with it beyond its types.

    Raises:
        ReadmarkError: It cannot be read, is not TOML, or has wrong keys or types; all problems at once.
    """
    text = utf8(read_bytes(path, "manifest", MAX_LINE), str(path))
    if isinstance(text, Problem):
        raise BenchmarkError(text)
    place = partial(_line_of, path, text)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise BenchmarkError(_not_toml(path, text, error)) from error
    manifest = decode(table, Manifest, f"{path}:1")
    if isinstance(manifest, list):
        raise BenchmarkError(*(_placed(problem, place) for problem in manifest))
    listed = [
        Listed(entry, partial(place, table="articles", number=number))
        for number, entry in enumerate(manifest.articles, start=1)
    ]
    return manifest, listed, _problems(manifest, listed, place)


def _not_toml(path: Path, text: str, error: Exception) -> Problem:
    if isinstance(error, RecursionError):
        return Problem(f"{path}:1", "is nested too deeply", "a TOML file of a few levels", "take brackets away")
    line = re.search(r"\(at line (\d+), ", str(error))
    number = line[1] if line else text.rstrip("\n").count("\n") + 1 if "end of document" in str(error) else 1
    return Problem(f"{path}:{number}", f"is not valid TOML: {error}", 'lines of key = "value"', "mend the line")


def _problems(manifest: Manifest, listed: list[Listed], place: Callable[..., str]) -> list[Problem]:
    """Return what the types alone cannot refuse."""
    problems = [
        Problem(place(key), f"'{key}' is {quoted(value)}", "printable text that is not empty", f"correct '{key}'")
        for key, value in (("name", manifest.name), ("version", manifest.version))
        if not is_name(value)
    ]
    if manifest.cluster not in {"article", "title"}:
        found = f"'cluster' is {quoted(manifest.cluster)}"
        problems.append(Problem(place("cluster"), found, "article or title", "leave it out for article"))
    if not is_language_tag(manifest.language):
        found, expected = f"'language' is {quoted(manifest.language)}", "a BCP 47 tag, such as en, zh or pt-BR"
        problems.append(Problem(place("language"), found, expected, "name the articles' language by its tag"))
    counts: Counter[str] = Counter()
    for one in listed:
        counts[one.entry.id] += 1
        if counts[one.entry.id] == 2:
            found = f"article {quoted(one.entry.id)} stands twice"
            problems.append(Problem(one.place("id"), found, "unique ids", "give each article an id of its own"))
        if not is_name(one.entry.id):
            found = f"an article has the id {quoted(one.entry.id)}"
            problems.append(Problem(one.place("id"), found, "printable text that is not empty", "name the article"))
    for number, edit in enumerate(manifest.twin, start=1):
        if not edit.find.strip():
            at = place("find", table="twin", number=number)
            problems.append(Problem(at, "an edit of the twin has an empty 'find'", "text of the article", "remove it"))
    return problems


def is_name(text: str) -> bool:
    """Return whether a text can stand for something in tables and messages."""
    return bool(text.strip()) and text == printable(text) and "\n" not in text


def _placed(problem: Problem, place: Callable[..., str]) -> Problem:
    """Return the problem at the line of the key that it names."""
    subject = _SUBJECT.match(problem.what)
    if subject is None:
        return problem
    number, table, key = subject.groups()
    at = place(key, table=table or "", number=int(number or 0))
    return Problem(at, problem.what, problem.expected, problem.fix)


def _line_of(path: Path, text: str, key: str, *, table: str = "", number: int = 0) -> str:
    """Return `file:line` of a key, in the n-th `[[table]]` where one is given; TOML readers keep no positions.

    Where the key does not stand at the start of a line, the place is the table's heading, else line 1.
    """
    start, end = 0, len(text)
    if table:
        heads = list(re.finditer(rf"^[ \t]*(?:\[\[\s*{re.escape(table)}\s*\]\]|{table}\s*=)", text, re.MULTILINE))
        start = heads[min(number, len(heads)) - 1].start() if heads else 0
        after = _HEADING.search(text, heads[min(number, len(heads)) - 1].end()) if heads else None
        end = after.start() if after else end
    name = rf"[\"']?{re.escape(key)}[\"']?"
    found = re.compile(rf"^[ \t]*(?:{name}[ \t]*[=.]|\[+[ \t]*{name}[ \t]*[\].])", re.MULTILINE).search(
        text, start, end
    )
    return f"{path}:{text.count(chr(10), 0, found.start() if found else start) + 1}"
