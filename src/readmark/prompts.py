"""From items to prompts: what a model sees under each condition, and in which words.

The article stands first and alone, so that all questions on it share a prefix; the rest is the suffix.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from readmark.benchmark import Benchmark, twin_item, twin_text
from readmark.errors import BenchmarkError, Problem, quoted
from readmark.records import Item, Prompt, QaItem
from readmark.text import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "Article:\n\n{article}\n\n"
QUESTION = (
    "Question: {question}\n\n"
    "Answer from the article alone, in as few words as possible; separate several answers with semicolons. "
    "If the article does not say, answer: unanswerable\n\nAnswer:"
)
FROM_MEMORY = (
    "Question: {question}\n\n"
    "Answer from memory, in as few words as possible; separate several answers with semicolons. "
    "If you are not sure, guess.\n\nAnswer:"
)
SUMMARY = "{instruction}\n\nWrite the summary alone.{budget}\n\nSummary:"
BUDGET = " Use at most {max_words} words."
VERSION = "1"
SEED = 0
LEAD = 3  # sentences


@dataclass(frozen=True)
class Condition:
    """What a model is given, and how its answers are read.

    Attributes:
        name: As it stands in files and on the command line.
        about: One line for people.
        asks: Whether an item is asked under it.
        article: (test set, item) → the text that is shown; "" shows none. Equal texts share a prefix.
        tests_reading: False where a high score is no merit: such a condition is never ranked.
    """

    name: str
    about: str
    asks: Callable[[Benchmark, Item], bool]
    article: Callable[[Benchmark, Item], str]
    tests_reading: bool = True


def _is_qa(_: Benchmark, item: Item) -> bool:
    return isinstance(item, QaItem)


def _is_answerable(_: Benchmark, item: Item) -> bool:
    return isinstance(item, QaItem) and item.is_answerable


def _has_evidence(benchmark: Benchmark, item: Item) -> bool:
    return (
        _is_answerable(benchmark, item)
        and bool(benchmark.evidence.get(item.id))
        and bool(benchmark.without_evidence(item))  # type: ignore[arg-type]
    )


def _text(benchmark: Benchmark, item: Item) -> str:
    return benchmark.articles[item.article].text


def _lead(benchmark: Benchmark, item: Item) -> str:
    return "\n".join(sentences(_text(benchmark, item))[:LEAD])


def _shuffled(benchmark: Benchmark, item: Item) -> str:
    pieces = sentences(_text(benchmark, item))
    chance = random.Random(f"{SEED}|{item.article}")  # noqa: S311 - an order, not a secret
    shown = list(pieces)
    while shown == pieces and len(set(pieces)) > 1:  # one of 24 orders of four sentences is their own
        chance.shuffle(shown)
    return "\n".join(shown)


def _other_article(benchmark: Benchmark, item: Item) -> str:
    names = sorted(benchmark.articles)
    return benchmark.articles[names[(names.index(item.article) + 1) % len(names)]].text


CONDITIONS: dict[str, Condition] = {
    condition.name: condition
    for condition in (
        Condition("reading", "the article and the question: the score", lambda _b, _i: True, _text),
        Condition("closed_book", "the question alone, answered from memory", _is_answerable, lambda _b, _i: "",
                  tests_reading=False),
        Condition("twin", "the article with names, numbers and order changed", _is_qa,
                  lambda b, i: twin_text(b, i.article)),
        Condition("lead", "the article's first three sentences", _is_qa, _lead),
        Condition("shuffled", "the article's sentences in another order", _is_qa, _shuffled),
        Condition("no_evidence", "the article without the evidence", _has_evidence,
                  lambda b, i: b.without_evidence(i), tests_reading=False),  # type: ignore[arg-type]
        Condition("wrong_article", "another article of the set", _is_answerable, _other_article, tests_reading=False),
    )
}  # fmt: skip


def check_conditions(names: Sequence[str], benchmark: Benchmark) -> tuple[str, ...]:
    """Return the condition names without repeats.

    Raises:
        BenchmarkError: A name is unknown, or the test set lacks what the condition needs.
    """
    problems = [
        Problem("--condition", f"there is no condition {quoted(name)}", "one of " + ", ".join(CONDITIONS), "correct it")
        for name in names
        if name not in CONDITIONS
    ]
    if "twin" in names and not benchmark.manifest.twin:
        problems.append(Problem(benchmark.source, "has no twin", "[[twin]] edits in benchmark.toml", "leave twin out"))
    if "wrong_article" in names and len(benchmark.articles) < 2:
        problems.append(Problem(benchmark.source, "has one article", "two or more for wrong_article", "leave it out"))
    if "no_evidence" in names and not benchmark.evidence:
        problems.append(
            Problem(benchmark.source, "has no evidence", "items with evidence for no_evidence", "leave it out")
        )
    if problems:
        raise BenchmarkError(*problems)
    return tuple(dict.fromkeys(names))


def check_texts(names: Sequence[str], benchmark: Benchmark) -> None:
    """Refuse conditions that show an article, where a test set is questions alone.

    Raises:
        BenchmarkError: It has no text to show.
    """
    shown = [name for name in names if name != "closed_book"]
    if shown and not any(article.text.strip() for article in benchmark.articles.values()):
        found = f"is questions alone, without a text to show under {', '.join(shown)}"
        raise BenchmarkError(Problem(benchmark.source, found, "articles, or closed_book", "use -c closed_book"))


def asked_item(benchmark: Benchmark, item: Item, condition: str) -> Item:
    """Return the item as a condition asks and scores it: the twin's form under `twin`, else itself."""
    return twin_item(benchmark, item) if condition == "twin" and isinstance(item, QaItem) else item


def make_prompts(benchmark: Benchmark, items: Sequence[Item], condition: str) -> list[Prompt]:
    """Return the prompts of a condition, those with equal prefixes together, else in the items' order."""
    rule = CONDITIONS[condition]
    groups: dict[str, list[Prompt]] = {}
    for item in items:
        if rule.asks(benchmark, item):
            article = rule.article(benchmark, item)
            prompt = _prompt(asked_item(benchmark, item, condition), condition, article)
            groups.setdefault(prompt.prefix, []).append(prompt)
    return [prompt for group in groups.values() for prompt in group]


def _prompt(item: Item, condition: str, article: str) -> Prompt:
    prefix = PREFIX.format(article=article) if article else ""
    if isinstance(item, QaItem):
        words = FROM_MEMORY if condition == "closed_book" else QUESTION
        return Prompt(
            item_id=item.id, condition=condition, prefix=prefix, suffix=words.format(question=item.question),
            article=article, question=item.question,
        )  # fmt: skip
    budget = BUDGET.format(max_words=item.max_words) if item.max_words else ""
    return Prompt(
        item_id=item.id, condition=condition, prefix=prefix, task="summary", article=article,
        suffix=SUMMARY.format(instruction=item.instruction, budget=budget),
        question=item.instruction, max_words=item.max_words,
    )  # fmt: skip


def prompt_recipe() -> str:
    """Return the name of the prompts' wording: a version and a hash over the templates."""
    text = "\0".join((PREFIX, QUESTION, FROM_MEMORY, SUMMARY, BUDGET, str(LEAD), str(SEED)))
    return f"{VERSION}#{hashlib.sha256(text.encode()).hexdigest()[:8]}"
