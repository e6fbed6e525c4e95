"""The verb `export`: one source in one form, as files, or as text where the form is one file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from readmark.errors import BenchmarkError, Problem, RunError, quoted
from readmark.jsonl import write_atomically
from readmark.verbs.export.facts import facts_of
from readmark.verbs.export.formats import FORMATS, Format
from readmark.verbs.export.licences import licences_of
from readmark.verbs.export.source import Made, Source, source_of


class Exported(NamedTuple):
    """What was made.

    Attributes:
        files: Contents by path; of a form that is one file, that file.
        written: Where they were written; none where no place was given.
        notes: What the user must know: what goes out with it, and what was left out.
    """

    files: dict[str, bytes]
    written: tuple[Path, ...]
    notes: tuple[str, ...]


def export(
    source: str | Path, to: str, out: str | Path | None = None, *, with_references: bool = False,
    benchmark: str | Path | None = None, metrics: tuple[str, ...] = (),
) -> Exported:  # fmt: skip
    """Write a run, a board or a test set in a form that others read.

    Args:
        source: A run's folder, a board's file or folder, or a test set.
        to: A name of `FORMATS`.
        out: The file, or for a form of several files the folder; without it a form that is one file is only returned.
        with_references: Whether references and articles may go out.
        benchmark: The test set of a run or board, where it moved or is not bundled.
        metrics: Further metrics that a board has scores of; loading one runs its code.

    Raises:
        ReadmarkError: The source cannot be read, cannot be exported so, or would publish references unasked.
    """
    form = _format(to)
    found = source_of(str(source), benchmark, metrics)
    _check(form, found, with_references=with_references)
    if out in {None, ""} and form.is_folder:
        raise RunError(Problem("export", f"has no place for {to}, a folder of files", "-o FOLDER", "name one with -o"))
    made = form.write(found, with_references)
    files, told = made if isinstance(made, Made) else (made, ())
    notes = (*_notes(form, found, with_references=with_references), *told)
    return Exported(dict(files), _write(form, dict(files), out), notes)


def _format(to: str) -> Format:
    if to not in FORMATS:
        fix = "see `readmark export --help`"
        raise RunError(Problem("export", f"knows no format {quoted(to)}", f"one of {', '.join(FORMATS)}", fix))
    return FORMATS[to]


def _check(form: Format, source: Source, *, with_references: bool) -> None:
    if source.kind not in form.sources:
        fits = [name for name, other in FORMATS.items() if source.kind in other.sources]
        found = f"is a {source.kind}, and {form.name} is made of {' or '.join(form.sources)}"
        raise RunError(Problem(source.name, found, f"for a {source.kind}: {', '.join(fits)}", "choose another --to"))
    if source.kind in form.private and not with_references:
        found = f"as {form.name} would publish references and articles; {_licences(source)}"
        fix = "if you may publish them, give --with-references"
        raise BenchmarkError(Problem(source.name, found, "consent to that", fix))


def _write(form: Format, files: dict[str, bytes], out: str | Path | None) -> tuple[Path, ...]:
    if out is None:
        return ()
    places = {Path(out) / name if form.is_folder else Path(out): data for name, data in files.items()}
    for path, data in places.items():
        write_atomically(path, data)
    return tuple(places)


def _notes(form: Format, source: Source, *, with_references: bool) -> tuple[str, ...]:
    if source.kind not in form.private and source.kind not in form.partly:
        return ()
    if with_references:
        return (f"references and articles of {source.benchmark.name} are in it; {_licences(source)}",)
    return (f"left out without --with-references: {form.partly[source.kind]}",)


def _licences(source: Source) -> str:
    stated = licences_of(facts_of(source.benchmark).licence, source.benchmark)
    return f"licence{'s' if len(stated) > 1 else ''}: {'; '.join(stated) or 'not stated'}"
