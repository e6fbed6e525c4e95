"""What a published test set must be as a whole: rules over all its items, from 20 questions on."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence

from readmark.benchmark import Benchmark, twin_item, twin_text
from readmark.metrics.answer_match import find_tokens
from readmark.metrics.equivalence import canonical
from readmark.records import Item, QaItem, SummaryItem
from readmark.verbs.author.finding import Finding, error, warning

SMALLEST_SET = 20  # questions; shares of fewer say nothing
UNANSWERABLE = (0.20, 0.25)  # share of the questions
CHANGED = 0.40  # least share of the answerable questions whose answer the twin changes
CONTRADICTIONS = 8  # least of a summary
WORDS_A_FACT = 6  # a summary's budget has at least one fact for so many words
TELLTALE = 0.10  # how far a reader of the questions' words alone may beat the majority
FOLDS = 10


def whole_findings(benchmark: Benchmark) -> Iterator[Finding]:
    """Yield what is wrong with a test set as a whole."""
    active = [item for item in benchmark.items if item.status == "active"]
    questions = [item for item in active if isinstance(item, QaItem)]
    for item in active:
        if isinstance(item, SummaryItem):
            yield from _summary(benchmark, item)
    if len(questions) < SMALLEST_SET:
        return
    yield from _balance(benchmark, questions)
    yield from _spread(benchmark, active, questions)
    yield from _twin(benchmark, questions)


def _summary(benchmark: Benchmark, item: SummaryItem) -> Iterator[Finding]:
    place = benchmark.lines[item.id]
    needed = math.ceil((item.max_words or 0) / WORDS_A_FACT)
    if len(item.facts) < needed:
        expected = f"{needed} or more for {item.max_words} words"
        yield error(place, f"'{item.id}' has {len(item.facts)} facts", expected, "add facts")
    if len(item.contradictions) < CONTRADICTIONS:
        found = f"'{item.id}' has {len(item.contradictions)} contradictions"
        yield error(place, found, f"{CONTRADICTIONS} or more", "add what a hasty reader gets wrong")
    if len(item.references) < 2:
        yield error(place, f"'{item.id}' has one reference or none", "two or more", "write another")


def _balance(benchmark: Benchmark, questions: Sequence[QaItem]) -> Iterator[Finding]:
    """Yield a wrong share of unanswerable questions, near-misses of nothing, and wording that tells them apart."""
    share = sum(not item.is_answerable for item in questions) / len(questions)
    low, high = UNANSWERABLE
    if not low <= share <= high:
        expected = f"{low:.0%} to {high:.0%}"
        yield error(benchmark.source, f"{share:.1%} of the questions are unanswerable", expected, "add or retire some")
    answerable = {item.id: item for item in questions if item.is_answerable}
    for item in questions:
        near = answerable.get(item.near)
        if item.near and (near is None or near.article != item.article):
            found = f"item '{item.id}' is near '{item.near}', which is no active answerable question on its article"
            yield error(benchmark.lines[item.id], found, "an answerable question's id", "correct 'near'")
    told, majority = answerable_from_wording(questions), max(share, 1 - share)
    if told > majority + TELLTALE:
        found = f"the questions' words alone tell {told:.1%} of them answerable or not"
        expected = f"at most {TELLTALE:.0%} more than the majority's {majority:.1%}"
        yield error(benchmark.source, found, expected, "word both kinds alike")


def answerable_from_wording(questions: Sequence[QaItem]) -> float:
    """Return how often a bag of words tells whether a question is answerable, without seeing the article.

    Multinomial naive Bayes over the questions' words and pairs of words, add-one smoothing, ten folds by place in the
    file: each question is judged by what the others hold.

    Args:
        questions: Two or more.

    Returns:
        Fraction in [0, 1].

    Source:
        Manning, Raghavan and Schütze 2008, Introduction to Information Retrieval, chapter 13.
    """
    bags = [_bag(item.question) for item in questions]
    right = 0
    for fold in range(FOLDS):
        counts = {True: Counter[str](), False: Counter[str]()}
        sizes = Counter[bool]()
        for place, (item, bag) in enumerate(zip(questions, bags, strict=True)):
            if place % FOLDS != fold:
                counts[item.is_answerable].update(bag)
                sizes[item.is_answerable] += 1
        terms = len(counts[True] | counts[False])
        for item, bag in list(zip(questions, bags, strict=True))[fold::FOLDS]:
            scores = {
                kind: math.log(sizes[kind] + 1)
                + sum(math.log((seen[term] + 1) / (seen.total() + terms + 1)) for term in bag)
                for kind, seen in counts.items()
            }
            right += (scores[True] >= scores[False]) == item.is_answerable
    return right / len(questions)


def _bag(question: str) -> list[str]:
    tokens = list(canonical(question))
    return [*tokens, *(f"{first} {second}" for first, second in itertools.pairwise(tokens))]


def _spread(benchmark: Benchmark, active: Sequence[Item], questions: Sequence[QaItem]) -> Iterator[Finding]:
    """Yield an article of many questions that lacks evidence in some tenth."""
    for name, article in benchmark.articles.items():
        asked = [item for item in questions if item.article == name]
        spans = [span for item in active if item.article == name for span in benchmark.evidence.get(item.id, ())]
        tenths = {min(9, 10 * start // max(1, len(article.text))) for start, _ in spans}
        if len(asked) >= SMALLEST_SET and tenths != set(range(10)):
            empty = ", ".join(str(tenth + 1) for tenth in range(10) if tenth not in tenths)
            found = f"no item on article '{name}' has evidence in its tenth {empty}"
            yield error(benchmark.source, found, "evidence from every tenth", "ask about that part")


def _twin(benchmark: Benchmark, questions: Sequence[QaItem]) -> Iterator[Finding]:
    """Yield a missing twin, one that changes too few answers, and old answers that its text still holds."""
    if not benchmark.manifest.twin:
        yield error(benchmark.source, "has no twin", "[[twin]] edits in benchmark.toml", "write an edit list")
        return
    answerable = [item for item in questions if item.is_answerable]
    changed = [item for item in answerable if is_changed(benchmark, item)]
    if len(changed) < CHANGED * len(answerable):
        found = f"the twin changes {len(changed)} of {len(answerable)} answers"
        yield error(benchmark.source, found, f"{CHANGED:.0%} or more", "edit more that is asked about")
    for item in changed:
        text = canonical(twin_text(benchmark, item.article))
        for reference in item.references:
            if find_tokens(text, canonical(reference)) is not None:
                found = f"item '{item.id}' has the old answer '{reference}', which the twin's text holds too"
                yield warning(benchmark.lines[item.id], found, "old answers that are gone", "it says nothing of memory")


def is_changed(benchmark: Benchmark, item: QaItem) -> bool:
    """Return whether no reference of an item, or of one of its parts, is accepted in the twin as well."""
    twin = twin_item(benchmark, item)
    pairs = zip(item.parts or (item.references,), twin.parts or (twin.references,), strict=False)
    return any(not {*map(canonical, old)} & {*map(canonical, new)} for old, new in pairs)
