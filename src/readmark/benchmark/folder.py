"""A folder becomes a test set: with benchmark.toml, or with articles and questions alone."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from readmark.benchmark.items import parse_items, read_rows, resolve_evidence
from readmark.benchmark.records import ArticleEntry, Benchmark, Manifest
from readmark.decoding import decode
from readmark.errors import BenchmarkError, Problem, ReadmarkError, quoted
from readmark.jsonl import read_bytes, utf8
from readmark.records import Article, Fact, Item, QaItem, SummaryItem

if TYPE_CHECKING:
    from collections.abc import Iterable

MANIFEST = "benchmark.toml"
QUESTIONS = ("questions.jsonl", "questions.csv")


def load_folder(folder: Path, source: str, questions: Path | None = None) -> Benchmark:
    """Load the test set in a folder.

    Args:
        folder: Holds benchmark.toml (or none), the question file and the articles as .txt files.
        source: How the user named it.
        questions: The question file, where it was named itself.

    Raises:
        BenchmarkError: Any file is not as it should be; all problems at once.
    """
    questions = questions or _question_file(folder)
    manifest, entries, problems = _read_manifest(folder)
    rows, row_problems = read_rows(_inside(folder, questions))
    placed, item_problems = parse_items(rows)
    problems += row_problems + item_problems
    named = {item.article: place for place, item in reversed(placed)}
    articles, article_problems = _read_articles(folder, entries, named)
    problems += article_problems
    evidence, evidence_problems = _resolve(placed, articles)
    problems += evidence_problems
    if problems:
        raise BenchmarkError(*problems)
    digest = _content_hash(folder, questions, entries, articles)
    return Benchmark(
        manifest=manifest,
        articles=articles,
        items=tuple(item for _, item in placed),
        lines={item.id: place for place, item in placed},
        evidence=evidence,
        sha256=digest,
        source=source,
    )


def _question_file(folder: Path) -> Path:
    found = [folder / name for name in QUESTIONS if (folder / name).exists()]
    if len(found) == 1:
        return found[0]
    what = "has both questions.jsonl and questions.csv" if found else "has no question file"
    fix = "name one of them with -b" if found else "add a questions.jsonl with id, article, question, answer a line"
    raise BenchmarkError(Problem(str(folder), what, "questions.jsonl or questions.csv", fix))


def _inside(folder: Path, path: Path) -> Path:
    """Return the path if it stays in the folder, also behind symbolic links."""
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        raise BenchmarkError(_outside(str(path), "is a link out of the test set's folder"))
    return path


def _outside(place: str, what: str) -> Problem:
    return Problem(place, what, "a file inside the folder", "copy the file into the folder")


def _read_manifest(folder: Path) -> tuple[Manifest, dict[str, tuple[str, ArticleEntry]], list[Problem]]:
    """Return the manifest (or a default one), its article entries by id with their places, and problems."""
    path = folder / MANIFEST
    default = Manifest(name=folder.resolve().name or "test set", version="0")
    if not path.exists() and not path.is_symlink():
        return default, {}, []
    text = utf8(read_bytes(_inside(folder, path), "manifest"), str(path))
    if isinstance(text, Problem):
        return default, {}, [text]
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = re.search(r"line (\d+)", str(error))
        place = f"{path}:{line[1] if line else 1}"
        return default, {}, [Problem(place, f"is not valid TOML: {error}", "a TOML file")]
    manifest = decode(table, Manifest, f"{path}:1")
    if isinstance(manifest, list):
        return default, {}, [_placed(problem, path, text) for problem in manifest]
    problems = _manifest_problems(manifest, path, text)
    return manifest, {entry.id: (_line_of(path, text, entry.id), entry) for entry in manifest.articles}, problems


def _manifest_problems(manifest: Manifest, path: Path, text: str) -> list[Problem]:
    problems = []
    ids = [entry.id for entry in manifest.articles]
    problems += [
        Problem(_line_of(path, text, twice), f"article {quoted(twice)} stands twice", "unique ids")
        for twice in sorted({one for one in ids if ids.count(one) > 1})
    ]
    if manifest.cluster not in {"article", "title"}:
        place = _line_of(path, text, "cluster")
        problems.append(Problem(place, f"'cluster' is {quoted(manifest.cluster)}", "article or title"))
    problems += [
        Problem(_line_of(path, text, "find"), "an edit of the twin has an empty 'find'", "text of the article")
        for edit in manifest.twin
        if not edit.find.strip()
    ]
    return problems


def _placed(problem: Problem, path: Path, text: str) -> Problem:
    """Return the problem at the line that holds the key it names."""
    key = re.search(r"key '([^']+)'|^'?(\w+)'", problem.what)
    needle = next((group for group in (key.groups() if key else ()) if group), "")
    return Problem(_line_of(path, text, needle), problem.what, problem.expected, problem.fix)


def _line_of(path: Path, text: str, needle: str) -> str:
    """Return `file:line` of the first line that holds `needle`; TOML readers keep no positions."""
    at = text.find(needle) if needle else -1
    return f"{path}:{text.count(chr(10), 0, at) + 1 if at >= 0 else 1}"


def _read_articles(
    folder: Path, entries: dict[str, tuple[str, ArticleEntry]], named: dict[str, str]
) -> tuple[dict[str, Article], list[Problem]]:
    """Read the articles that the manifest lists or, without one, that items name."""
    articles: dict[str, Article] = {}
    problems: list[Problem] = []
    if entries:
        for place, entry in entries.values():
            _keep(_listed_article(folder, entry, place), entry.id, articles, problems)
        unknown = {name: place for name, place in named.items() if name not in entries}
        problems += [_no_article(place, name, entries) for name, place in unknown.items()]
        return articles, problems
    files = _text_files(folder)
    for name, place in named.items():
        path = files.get(name) or files.get(name.removesuffix(".txt"))
        if path:
            _keep(_read_article(folder, path, name), name, articles, problems)
        else:
            problems.append(_no_article(place, name, files))
    return articles, problems


def _keep(found: Article | Problem, name: str, articles: dict[str, Article], problems: list[Problem]) -> None:
    if isinstance(found, Problem):
        problems.append(found)
    else:
        articles[name] = found


def _no_article(place: str, name: str, known: Iterable[str]) -> Problem:
    if "/" in name or "\\" in name:
        return _outside(place, f"article {quoted(name)} is a path")
    some = sorted(known)
    listed = ", ".join(some[:8]) + (f" and {len(some) - 8} more" if len(some) > 8 else "")
    expected = f"one of {listed}" if some else "the name of a .txt file in the folder"
    return Problem(place, f"there is no article {quoted(name)}", expected, "name an article, or add its file")


def _text_files(folder: Path) -> dict[str, str]:
    """Return the paths of .txt files in the folder and in articles/ by their stem."""
    files: dict[str, str] = {}
    for place in (folder / "articles", folder):
        if place.is_dir():
            with os.scandir(place) as found:
                files |= {entry.name[:-4]: entry.path for entry in found if entry.name.endswith(".txt")}
    return files


def _listed_article(folder: Path, entry: ArticleEntry, place: str) -> Article | Problem:
    relative = Path(entry.file)
    if relative.is_absolute() or ".." in relative.parts or "\\" in entry.file or not entry.file.strip():
        return _outside(place, f"article '{entry.id}' has the file {quoted(entry.file)}")
    article = _read_article(folder, str(folder / relative), entry.id, entry)
    if isinstance(article, Problem):
        return article
    if article.sha256 != entry.sha256.lower():
        found = f"article '{entry.id}' has the SHA-256 {article.sha256}, not that of the manifest"
        return Problem(place, found, quoted(entry.sha256, 70), "restore the file, or write the new sum and version")
    return article


def _read_article(folder: Path, path: str, article_id: str, entry: ArticleEntry | None = None) -> Article | Problem:
    try:
        if not os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep):
            return _outside(path, "is a link out of the test set's folder")
        data = read_bytes(Path(path), "article")
    except ReadmarkError as error:
        return error.problems[0]
    except ValueError as error:
        return Problem(quoted(path), f"is not a path: {error}", "a file inside the folder")
    text = utf8(data, path)
    if isinstance(text, Problem):
        return text
    if not text.strip():
        return Problem(path, "the article is empty", "text to read")
    title = entry.title if entry else article_id
    known = {"date": entry.date, "source": entry.source, "licence": entry.licence} if entry else {}
    return Article(id=article_id, title=title, text=text, sha256=hashlib.sha256(data).hexdigest(), **known)


def _resolve(
    placed: list[tuple[str, Item]], articles: dict[str, Article]
) -> tuple[dict[str, tuple[tuple[int, int], ...]], list[Problem]]:
    """Resolve the evidence of all items and facts whose article could be read."""
    evidence: dict[str, tuple[tuple[int, int], ...]] = {}
    problems: list[Problem] = []
    for place, item in placed:
        article = articles.get(item.article)
        owners: list[tuple[str, QaItem | Fact]] = []
        if article is None:
            continue
        if isinstance(item, SummaryItem):
            owners = [(f"fact '{fact.id}' of item '{item.id}'", fact) for fact in item.facts]
        elif item.evidence:
            owners = [(f"item '{item.id}'", item)]
        for who, owner in owners:
            spans, faults = resolve_evidence(owner.evidence, article, place, who)
            problems += faults
            if owner is item:
                evidence[item.id] = tuple(spans)
    return evidence, problems


def _content_hash(
    folder: Path, questions: Path, entries: dict[str, tuple[str, ArticleEntry]], articles: dict[str, Article]
) -> str:
    """Hash the names and bytes of the data files, in the order of their names."""
    sums = {questions.name: hashlib.sha256(questions.read_bytes()).hexdigest()}
    if (folder / MANIFEST).exists():
        sums[MANIFEST] = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    sums |= {entries[name][1].file if name in entries else name: article.sha256 for name, article in articles.items()}
    listing = "".join(f"{name}\0{digest}\n" for name, digest in sorted(sums.items()))
    return hashlib.sha256(listing.encode()).hexdigest()
