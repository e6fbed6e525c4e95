"""Which files a test set is made of, by their paths in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readmark.benchmark.bundled import BENCHMARKS, bundled
from readmark.benchmark.folder import MANIFEST, question_file, text_files

if TYPE_CHECKING:
    from readmark.benchmark.records import Benchmark


class Files(NamedTuple):
    """A test set's files; paths are relative to the folder and written with slashes.

    Attributes:
        folder: Where they lie.
        questions: The question file, or the SQuAD file.
        manifest: benchmark.toml; None where there is none.
        articles: By the article's id; none for a SQuAD file, which holds them itself.
    """

    folder: Path
    questions: str
    manifest: str | None
    articles: dict[str, str]

    @property
    def is_squad(self) -> bool:
        """Whether it is a SQuAD file."""
        return self.questions.lower().endswith(".json")


def files_of(benchmark: Benchmark) -> Files:
    """Return the files that a loaded test set was read from.

    Raises:
        BenchmarkError: The folder has changed since.
    """
    path = bundled("benchmark") if benchmark.source in BENCHMARKS else Path(benchmark.source)
    folder, questions = (path, question_file(path)) if path.is_dir() else (path.parent, path)
    files = Files(folder, questions.name, None, {})
    if files.is_squad:
        return files
    named = {entry.id: entry.file for entry in benchmark.manifest.articles}
    found = {} if named else text_files(folder)
    paths = {name: named.get(name) or Path(found[name]).relative_to(folder).as_posix() for name in benchmark.articles}
    return files._replace(manifest=MANIFEST if (folder / MANIFEST).exists() else None, articles=paths)
