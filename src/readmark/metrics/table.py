"""The one table of metrics: names, ranges and on which items each is defined; help and tests derive from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from readmark.extraction import Answer
from readmark.metrics.answer_match import answer_match
from readmark.metrics.chrf import chrf
from readmark.metrics.exact_match import exact_match
from readmark.metrics.extractive import compression, density, extractive_coverage, novelty
from readmark.metrics.facts import contradictions, fact_recall
from readmark.metrics.list_f1 import list_f1
from readmark.metrics.rouge import Overlap, Rouge, rouge
from readmark.metrics.token_f1 import token_f1
from readmark.records import Item, QaItem, Recipe, SummaryItem, Task
from readmark.text import sentences, words

Range = tuple[float, float] | None
SHARE: Range = (0.0, 1.0)
HEADLINES: dict[Task, str] = {"qa": "answer_match", "summary": "fact_recall"}


@dataclass(frozen=True)
class Metric:
    """A named measure of one prediction.

    Attributes:
        name: As it stands in every file and table.
        about: One line for people.
        applies: Whether the metric is defined on an item.
        score: (answer, item, article's text, recipe) → a number, or None where this answer gives none.
        range: Its lowest and highest value; None where it has no finite range.
        higher_is_better: None where neither end is.
        note: What a reader of its scores must know; "" where there is nothing.
    """

    name: str
    about: str
    applies: Callable[[Item], bool]
    score: Callable[[Answer, Item, str, Recipe], float | None]
    range: Range = SHARE
    higher_is_better: bool | None = True
    note: str = ""


def _qa(item: Item) -> bool:
    return isinstance(item, QaItem)


def _text_qa(item: Item) -> bool:
    return isinstance(item, QaItem) and item.answer_type != "list"


def _list_qa(item: Item) -> bool:
    return isinstance(item, QaItem) and item.answer_type == "list"


def _answerable(item: Item) -> bool:
    return isinstance(item, QaItem) and item.is_answerable


def _unanswerable(item: Item) -> bool:
    return isinstance(item, QaItem) and not item.is_answerable


def _summary(item: Item) -> bool:
    return isinstance(item, SummaryItem)


def _referenced(item: Item) -> bool:
    return isinstance(item, SummaryItem) and bool(item.references)


def _lexical(function: Callable[..., float]) -> Callable[[Answer, Item, str, Recipe], float]:
    """Return exact_match or token_f1 over items: abstention is "", the unanswerable's reference is ""."""

    def score(answer: Answer, item: Item, _: str, recipe: Recipe) -> float:
        item = cast(QaItem, item)
        said = "" if answer.abstains else answer.text
        references, norm = (item.references, recipe.norm) if item.is_answerable else (("",), "squad2")
        return function(said, references, norm=norm, language=recipe.language)

    return score


def _rouge(name: str) -> Callable[[Answer, Item, str, Recipe], float]:
    """Return one score of ROUGE; the four of an item are computed together."""

    def score(answer: Answer, item: Item, _: str, recipe: Recipe) -> float:
        found: Overlap = getattr(_all_rouge(answer.text, cast(SummaryItem, item).references, recipe), name)
        return found.f1

    return score


@lru_cache(maxsize=4)
def _all_rouge(text: str, references: tuple[str, ...], recipe: Recipe) -> Rouge:
    said, *wanted = map(_by_sentence, (text, *references))
    return rouge(said, wanted, variant=recipe.rouge, language=recipe.language)


def _copying(function: Callable[[str, str, str], float | None]) -> Callable[[Answer, Item, str, Recipe], float | None]:
    return lambda answer, _item, article, recipe: function(answer.text, article, recipe.language)


def _by_sentence(text: str) -> str:
    return "\n".join(sentences(text))


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("answer_match", "says what a reference says; reads verbose answers; abstains where it should", _qa,
               lambda a, i, _t, _r: answer_match(a, cast(QaItem, i)).score),
        Metric("exact_match", "equals a reference after SQuAD's normalisation", _text_qa, _lexical(exact_match)),
        Metric("token_f1", "shares tokens with a reference (SQuAD's F1)", _text_qa, _lexical(token_f1)),
        Metric("list_f1", "names the parts of a list", _list_qa,
               lambda a, i, _t, _r: list_f1("" if a.abstains else a.text, cast(QaItem, i).parts)),
        Metric("false_answer", "answers the unanswerable", _unanswerable,
               lambda a, _i, _t, _r: float(not a.abstains), higher_is_better=False),
        Metric("missed_answer", "abstains from the answerable", _answerable,
               lambda a, _i, _t, _r: float(a.abstains), higher_is_better=False),
        Metric("fact_recall", "weighted facts stated within the budget", lambda i: _summary(i) and bool(i.facts),  # type: ignore[union-attr]
               lambda a, i, _t, r: fact_recall(a.text, cast(SummaryItem, i).facts,
                                               max_words=cast(SummaryItem, i).max_words, language=r.language)),
        Metric("contradictions", "listed contradictions stated",
               lambda i: _summary(i) and bool(i.contradictions),  # type: ignore[union-attr]
               lambda a, i, _t, r: contradictions(a.text, cast(SummaryItem, i).contradictions, language=r.language),
               higher_is_better=False),
        Metric("rouge1", "shares words with a reference", _referenced, _rouge("rouge1")),
        Metric("rouge2", "shares pairs of words with a reference", _referenced, _rouge("rouge2")),
        Metric("rougeL", "shares a sequence of words with a reference", _referenced, _rouge("rougeL")),
        Metric("rougeLsum", "the same, sentence by sentence", _referenced, _rouge("rougeLsum")),
        Metric("chrf", "shares runs of characters with a reference", _referenced,
               lambda a, i, _t, _r: chrf(a.text, cast(SummaryItem, i).references)),
        Metric("extractive_coverage", "share of tokens copied from the article", _summary,
               _copying(extractive_coverage), higher_is_better=None),
        Metric("density", "length of the copied run a token stands in", _summary, _copying(density), None, None),
        Metric("compression", "the article's tokens by the summary's", _summary, _copying(compression), None, None),
        Metric("novelty", "share of bigrams that are not the article's", _summary, _copying(novelty),
               higher_is_better=None),
        Metric("words", "length in words", _summary, lambda a, _i, _t, _r: float(len(words(a.text))), None, None),
        Metric("over_budget", "longer than the budget",
               lambda i: _summary(i) and i.max_words is not None,  # type: ignore[union-attr]
               lambda a, i, _t, _r: float(len(words(a.text)) > (cast(SummaryItem, i).max_words or 0)),
               higher_is_better=False),
    )
}  # fmt: skip
