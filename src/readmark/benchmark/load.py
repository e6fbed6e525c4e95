"""One door for every way to name a test set."""

from __future__ import annotations

import os
from pathlib import Path

from readmark.benchmark.bundled import BENCHMARKS, bundled
from readmark.benchmark.folder import load_folder
from readmark.benchmark.records import Benchmark
from readmark.benchmark.squad import load_squad
from readmark.errors import BenchmarkError, Problem, quoted
from readmark.jsonl import unreadable


def load(benchmark: str | Path | Benchmark = "crossroads") -> Benchmark:
    """Load a test set.

    Args:
        benchmark: A bundled name, a folder, a questions.jsonl or questions.csv, a SQuAD .json file, or a loaded one.

    Raises:
        BenchmarkError: It cannot be found, or any of its files is not as it should be; all problems at once.
    """
    if isinstance(benchmark, Benchmark):
        return benchmark
    source = str(benchmark)
    if source in BENCHMARKS:
        return load_folder(bundled("benchmark"), source)
    try:
        return _load_path(source)
    except OSError as error:  # a folder that may not be entered, a name too long, a file gone meanwhile
        place = Path(error.filename if isinstance(error.filename, str) else source)
        raise BenchmarkError(unreadable(place, error)) from error


def _load_path(source: str) -> Benchmark:
    path = Path(source)
    names = ", ".join(BENCHMARKS)
    expected = f"a bundled name ({names}), a folder, a .jsonl or .csv file of questions, or a SQuAD .json file"
    if "\0" in source or source.encode(errors="replace").decode() != source:  # a run could not note its source
        raise BenchmarkError(Problem(quoted(source), "is not a path in UTF-8", expected, "rename the folder"))
    if source and path.is_dir():
        return load_folder(path, source)
    if path.suffix.lower() in {".jsonl", ".csv"}:
        return load_folder(path.parent, source, questions=path)
    if path.suffix.lower() == ".json" and os.path.lexists(path):
        return load_squad(path, source)
    what = "is not a test set" if os.path.lexists(path) and source else "there is no such test set"
    raise BenchmarkError(Problem(quoted(source), what, expected, "check the path"))
