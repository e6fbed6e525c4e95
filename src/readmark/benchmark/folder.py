"""A folder becomes a test set: with benchmark.toml, or with articles and questions alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from readmark.benchmark.items import parse_items, read_rows, resolve_evidence
from readmark.benchmark.manifest import Listed, is_name, read_manifest
from readmark.benchmark.records import ArticleEntry, Benchmark, Manifest
from readmark.decoding import utf8
from readmark.errors import BenchmarkError, Problem, ReadmarkError, quoted
from readmark.jsonl import MAX_WHOLE, read_bytes
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
    manifest, listed, problems = _manifest(folder)
    placed: list[tuple[str, Item]] = []
    try:
        questions = questions or question_file(folder)
        rows, row_problems = read_rows(_inside(folder, questions))
        placed, item_problems = parse_items(rows)
        problems += row_problems + item_problems
        if not listed:
            placed = [
                (place, msgspec.structs.replace(item, article=item.article.removesuffix(".txt")))
                for place, item in placed
            ]
    except ReadmarkError as error:
        problems += error.problems
    articles: dict[str, Article] = {}
    if listed is not None:  # a manifest that cannot be read would make every article unknown
        articles, article_problems = _read_articles(folder, listed, _first_named(placed))
        problems += article_problems
    evidence, evidence_problems = _resolve(placed, articles)
    problems += evidence_problems
    if problems or questions is None:
        raise BenchmarkError(*problems)
    digest = _content_hash(folder, questions, listed or [], articles)
    return Benchmark(
        manifest=manifest,
        articles=articles,
        items=tuple(item for _, item in placed),
        lines={item.id: place for place, item in placed},
        evidence=evidence,
        sha256=digest,
        source=source,
    )


def _manifest(folder: Path) -> tuple[Manifest, list[Listed] | None, list[Problem]]:
    """Return the manifest or a default one, the articles it lists, and problems; None where it cannot be read."""
    path = folder / MANIFEST
    name = os.path.basename(os.path.realpath(folder)).encode(errors="replace").decode()  # noqa: PTH119 - of a text
    default = Manifest(name=name if is_name(name) else "test set", version="0")
    if not os.path.lexists(path):
        return default, [], []
    try:
        return read_manifest(_inside(folder, path))
    except ReadmarkError as error:
        return default, None, list(error.problems)


def _first_named(placed: list[tuple[str, Item]]) -> dict[str, str]:
    """Return the articles that items name, each with the place of the first."""
    return {item.article: place for place, item in reversed(placed)}


def question_file(folder: Path) -> Path:
    """Return the one question file of a folder.

    Raises:
        BenchmarkError: It has none, or both kinds.
    """
    found = [folder / name for name in QUESTIONS if (folder / name).exists()]
    if len(found) == 1:
        return found[0]
    what = "has both questions.jsonl and questions.csv" if found else "has no question file"
    fix = "name one of them with -b" if found else "add a questions.jsonl with id, article, question, answer a line"
    raise BenchmarkError(Problem(str(folder), what, "questions.jsonl or questions.csv", fix))


def _inside(folder: Path, path: Path) -> Path:
    """Return the path if it stays in the folder, also behind symbolic links."""
    if path.is_symlink() and not _is_inside(folder, path):
        raise BenchmarkError(_outside(str(path), "is a link out of the test set's folder"))
    return path


def _is_inside(folder: Path, path: str | Path) -> bool:
    """Return whether a path below the folder stays there; only links need to be followed to know."""
    root, step = str(folder), str(path)
    while len(step) > len(root) and not os.path.islink(step):  # noqa: PTH114 - a thousand articles, each looked at
        step = os.path.dirname(step)  # noqa: PTH120 - the same
    if len(step) <= len(root):
        return True
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip(os.sep) + os.sep)


def _outside(place: str, what: str) -> Problem:
    return Problem(place, what, "a file inside the folder", "copy the file into the folder")


def _read_articles(
    folder: Path, listed: list[Listed], named: dict[str, str]
) -> tuple[dict[str, Article], list[Problem]]:
    """Read the articles that the manifest lists or, without one, that items name."""
    articles: dict[str, Article] = {}
    problems: list[Problem] = []
    if listed:
        for one in listed:
            _keep(_listed_article(folder, one), one.entry.id, articles, problems)
        known = {one.entry.id for one in listed}
        problems += [_no_article(place, name, known) for name, place in named.items() if name not in known]
        return articles, problems
    files = text_files(folder)
    for name, place in named.items():
        path = files.get(name)
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
    some = sorted(known)
    listed = ", ".join(some[:8]) + (f" and {len(some) - 8} more" if len(some) > 8 else "")
    expected = f"one of {listed}" if some else "the name of a .txt file in the folder or in articles/"
    fix = "give its name without a path" if "/" in name or "\\" in name else "name an article, or add its file"
    return Problem(place, f"there is no article {quoted(name)}", expected, fix)


def text_files(folder: Path) -> dict[str, str]:
    """Return the paths of .txt files in the folder and in articles/ by their stem."""
    files: dict[str, str] = {}
    for place in (folder / "articles", folder):
        if place.is_dir():
            with os.scandir(place) as found:
                files |= {entry.name[:-4]: str(place / entry.name) for entry in found if entry.name.endswith(".txt")}
    return files


def _listed_article(folder: Path, listed: Listed) -> Article | Problem:
    entry = listed.entry
    relative = Path(entry.file)
    if relative.is_absolute() or ".." in relative.parts or "\\" in entry.file or not entry.file.strip():
        return _outside(listed.place("file"), f"article '{entry.id}' has the file {quoted(entry.file)}")
    article = _read_article(folder, str(folder / relative), entry.id, entry)
    if isinstance(article, Problem):
        fix = f"{article.fix}; it is listed at {listed.place('file')}"
        return Problem(article.place, article.what, article.expected, fix)
    if article.sha256 != entry.sha256.lower():
        found = f"article '{entry.id}' has the SHA-256 {article.sha256}, not that of the manifest"
        fix = "restore the file, or write the new sum and version"
        return Problem(listed.place("sha256"), found, quoted(entry.sha256, 70), fix)
    return article


def _read_article(folder: Path, path: str, article_id: str, entry: ArticleEntry | None = None) -> Article | Problem:
    try:
        if not _is_inside(folder, path):
            return _outside(path, "is a link out of the test set's folder")
        data = read_bytes(Path(path), "article", MAX_WHOLE)
    except ReadmarkError as error:
        return error.problems[0]
    except ValueError as error:
        return Problem(quoted(path), f"is not a path: {error}", "a file inside the folder", "check the path")
    text = utf8(data, path)
    if isinstance(text, Problem):
        return text
    if not text.strip():
        return Problem(f"{path}:1", "the article is empty", "text to read", "copy the article's text into it")
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


def _content_hash(folder: Path, questions: Path, listed: list[Listed], articles: dict[str, Article]) -> str:
    """Hash the names and bytes of the data files, in the order of their names."""
    sums = {questions.name: hashlib.sha256(questions.read_bytes()).hexdigest()}
    if (folder / MANIFEST).exists():
        sums[MANIFEST] = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    files = {one.entry.id: one.entry.file for one in listed}
    sums |= {files.get(name, name): article.sha256 for name, article in articles.items()}
    listing = "".join(f"{name}\0{digest}\n" for name, digest in sorted(sums.items()))
    return hashlib.sha256(listing.encode()).hexdigest()
