"""One door for every way to name a test set."""

from __future__ import annotations

from pathlib import Path

from readmark.benchmark.bundled import BENCHMARKS, bundled
from readmark.benchmark.folder import load_folder
from readmark.benchmark.records import Benchmark
from readmark.errors import BenchmarkError, Problem, quoted


def load(benchmark: str | Path | Benchmark = "crossroads") -> Benchmark:
    """Load a test set.

    Args:
        benchmark: A bundled name, a folder, a questions.jsonl or questions.csv, or a loaded one.

    Raises:
        BenchmarkError: It cannot be found, or any of its files is not as it should be; all problems at once.
    """
    if isinstance(benchmark, Benchmark):
        return benchmark
    source = str(benchmark)
    if source in BENCHMARKS:
        return load_folder(bundled("benchmark"), source)
    path = Path(source)
    if "\0" not in source and path.is_dir():
        return load_folder(path, source)
    if path.suffix.lower() in {".jsonl", ".csv"}:
        return load_folder(path.parent, source, questions=path)
    names = ", ".join(BENCHMARKS)
    expected = f"a bundled name ({names}), a folder, or a .jsonl or .csv file of questions"
    raise BenchmarkError(Problem(quoted(source), "is not a test set", expected, "check the path"))
