"""SQuAD 1.1 and 2.0 files as test sets: the paragraph is the article, the title the cluster.

Rules are the official scripts': which questions have an answer is told by the answers alone, a missing prediction
scores 0 under 1.1 and leaves the denominator under 2.0.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from readmark.benchmark.items import NAME_LENGTH
from readmark.benchmark.manifest import is_name
from readmark.benchmark.records import Benchmark, Manifest
from readmark.benchmark.squad_file import SquadAnswer, SquadFile, SquadParagraph, SquadQuestion, read_squad
from readmark.errors import BenchmarkError, Problem, quoted
from readmark.languages import is_language_tag
from readmark.records import Article, QaItem, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VERSION_2 = ("v2.0", "2.0")
Spans = tuple[tuple[int, int], ...]


def load_squad(path: Path, source: str) -> Benchmark:
    """Load a SQuAD file.

    Args:
        path: The file.
        source: How the user named it.

    Raises:
        ReadmarkError: It cannot be read, or is not as it should be; all problems at once.
    """
    data, found = read_squad(path)
    told = _told_2(found)
    if problems := list(_faults(found, str(path), is_2=bool(told))):
        raise BenchmarkError(*problems)
    version = str(found.version or "")
    manifest = Manifest(
        name=path.stem if is_name(path.stem) else "SQuAD",
        version=version if is_name(version) else "2.0" if told else "1.1",
        language=found.language,
        norm="squad2" if told else "squad1",
        missing="drop" if told else "zero",
        cluster="title",
    )
    return _benchmark(found, manifest, hashlib.sha256(data).hexdigest(), source, _notes(found, told))


def _told_2(found: SquadFile) -> str:
    """Return what tells that a file is SQuAD 2.0; "" for 1.1."""
    if any(qa.is_impossible is not None for qa in found.questions()):
        return "is_impossible"
    return f"version {found.version}" if str(found.version) in VERSION_2 else ""


def _notes(found: SquadFile, told: str) -> tuple[str, ...]:
    """Return which rules hold, and where the file contradicts itself, in words."""
    notes = [f"SQuAD 2.0 rules (told by {told})" if told else "SQuAD 1.1 rules (no is_impossible, no version v2.0)"]
    answered = sum(bool(qa.is_impossible and qa.answers) for qa in found.questions())
    silent = sum(qa.is_impossible is False and not qa.answers for qa in found.questions())
    if answered:
        notes.append(f"{answered} questions are is_impossible but have answers: answerable, as in the official script")
    if silent:
        notes.append(f"{silent} questions lack answers but not is_impossible: unanswerable, as in the official script")
    return tuple(notes)


def _faults(found: SquadFile, file: str, *, is_2: bool) -> Iterator[Problem]:
    """Yield what the types alone cannot refuse."""
    seen: dict[str, str] = {}
    has_text = {bool(paragraph.context.strip()) for entry in found.data for paragraph in entry.paragraphs}
    for place, paragraph in _paragraphs(found, file):
        if len(has_text) > 1 and not paragraph.context.strip():
            expected = "a text in every paragraph, or in none (questions alone)"
            yield Problem(place, "has an empty 'context', and others do not", expected, "add the text")
        for number, qa in enumerate(paragraph.qas):
            at = f"{place}.qas[{number}]"
            yield from _question_faults(qa, at, is_2=is_2)
            if qa.id in seen:
                found_twice = f"id {quoted(qa.id)} stands twice, first at {seen[qa.id]}"
                yield Problem(at, found_twice, "unique ids", "give every question an id of its own")
            seen.setdefault(qa.id, at)
    if not is_language_tag(found.language):
        fix = "name the texts' language by its tag"
        yield Problem(f"{file}:language", f"is {quoted(found.language)}", "a BCP 47 tag, such as en, zh or pt-BR", fix)
    if not seen:
        yield Problem(f"{file}:data", "holds no questions", "one question or more", "is this the whole file?")


def _question_faults(qa: SquadQuestion, place: str, *, is_2: bool) -> Iterator[Problem]:
    if not qa.id.strip() or len(qa.id) > NAME_LENGTH or not qa.id.isprintable():
        expected = f"1 to {NAME_LENGTH} printable characters"
        yield Problem(place, f"has the id {quoted(qa.id)}, which cannot be used", expected, "give it a short name")
    if not qa.question.strip():
        yield Problem(place, f"question {quoted(qa.id)} is empty", "the question in words", "write it")
    if not qa.answers and not is_2:
        fix = 'add the answer, or mark it with "is_impossible": true, which makes the file SQuAD 2.0'
        yield Problem(place, f"question {quoted(qa.id)} has no answers", "one or more answers (SQuAD 1.1)", fix)


def _paragraphs(found: SquadFile, file: str) -> Iterator[tuple[str, SquadParagraph]]:
    for number, entry in enumerate(found.data):
        for index, paragraph in enumerate(entry.paragraphs):
            yield f"{file}:data[{number}].paragraphs[{index}]", paragraph


def _benchmark(found: SquadFile, manifest: Manifest, sha256: str, source: str, notes: Sequence[str]) -> Benchmark:
    """Return the test set; paragraphs without a question are left out."""
    articles: dict[str, Article] = {}
    items: list[QaItem] = []
    lines: dict[str, str] = {}
    evidence: dict[str, Spans] = {}
    counts: Counter[str] = Counter()  # of paragraphs by title, which two entries may share
    titles = (entry.title for entry in found.data for _ in entry.paragraphs)
    for (place, paragraph), title in zip(_paragraphs(found, source), titles, strict=True):
        counts[title] += 1
        if not paragraph.qas:
            continue
        article = _article(paragraph.context, title, counts[title])
        articles[article.id] = article
        for index, qa in enumerate(paragraph.qas):
            spans = _spans(qa.answers, article.text)
            items.append(_item(qa, article.id, spans))
            lines[qa.id] = f"{place}.qas[{index}]"
            if spans:
                evidence[qa.id] = spans
    return Benchmark(manifest, articles, tuple(items), lines, evidence, sha256, source, tuple(notes))


def _article(text: str, title: str, number: int) -> Article:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Article(id=f"{title}#{number}", title=title, text=text, sha256=digest)


def _item(qa: SquadQuestion, article: str, spans: Spans) -> QaItem:
    if qa.answers:
        return QaItem(
            id=qa.id, article=article, question=qa.question, references=_distinct(qa.answers),
            evidence=tuple(Span(start=start, end=end) for start, end in spans),
        )  # fmt: skip
    plausible = tuple(text for text in _distinct(qa.plausible_answers or ()) if text.strip())
    return QaItem(id=qa.id, article=article, question=qa.question, answer_type="none", plausible=plausible)


def _distinct(answers: Sequence[SquadAnswer]) -> tuple[str, ...]:
    """Return the answers' texts in their order; people who agree say the same thing once."""
    return tuple(dict.fromkeys(answer.text for answer in answers))


def _spans(answers: Sequence[SquadAnswer], text: str) -> Spans:
    """Return where the answers stand: where the file says so and it is so, else where there is but one place.

    An answer that stands elsewhere, and more than once, leaves no span: a guess is no evidence.
    """
    spans: dict[tuple[int, int], None] = {}
    for answer in answers:
        start = answer.answer_start
        if start is None or start < 0 or not text.startswith(answer.text, start):
            start = text.find(answer.text)
            if start < 0 or text.find(answer.text, start + 1) >= 0:
                continue
        if answer.text.strip():
            spans[start, start + len(answer.text)] = None
    return tuple(spans)
