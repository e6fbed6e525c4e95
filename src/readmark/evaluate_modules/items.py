"""What our modules for `evaluate` share: inputs become items, and the table's metrics score them."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any, ClassVar, cast

import datasets
import evaluate
import msgspec

from readmark.errors import MetricError, Problem
from readmark.extraction import Extraction, extract
from readmark.metrics import METRICS
from readmark.records import Item, QaItem, Recipe, SummaryItem

TEXT = datasets.Value("string")
ABOUT = """
Args:
    predictions: One text each.
    references: {references}
    questions: The questions, where the metric reads them; optional.
    language: A BCP 47 tag. Default "en".
    norm: "squad1" or "squad2" (default): SQuAD's rules of version 1.1 or 2.0.
    extract: "none" (default) takes a prediction as it is, "answer" finds the answer in what a model says.

Returns:
    The mean of each metric by its name, unrounded, and all items' own scores under "scores".
"""
ALTERNATIVES = "The accepted texts of each, a list; an empty list where there is no answer."


class ItemModule(evaluate.Metric):  # type: ignore[misc]
    """A module whose scores are those of metrics in our table.

    Attributes:
        metrics: Their names.
        about: What it compares, in a line.
    """

    metrics: ClassVar[tuple[str, ...]] = ()
    about: ClassVar[str] = ""
    references_are: ClassVar[str] = ALTERNATIVES
    shape: ClassVar[Any] = datasets.List(TEXT)

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=self.about,
            citation="",
            inputs_description=ABOUT.format(references=self.references_are),
            features=datasets.Features({"predictions": TEXT, "references": self.shape}),
        )

    def _compute(
        self,
        predictions: Sequence[str],
        references: Sequence[Sequence[Any]],
        questions: Sequence[str] | None = None,
        extract: Extraction = "none",
        **recipe: Any,  # noqa: ANN401 - the fields of Recipe, which checks them
    ) -> dict[str, Any]:
        """Return each metric's mean and the items' scores."""
        questions = questions or [""] * len(predictions)
        if len(predictions) != len(questions):
            found = f"holds {len(questions)} texts for {len(predictions)} predictions"
            raise MetricError(Problem("questions", found, "as many as predictions"))
        compared = msgspec.convert(recipe, Recipe)
        rows = [self._scores(*one, extract, compared) for one in zip(predictions, questions, references, strict=True)]
        scores = {name: [row[name] for row in rows if name in row] for name in self.metrics}
        means = {name: fsum(values) / len(values) for name, values in scores.items() if values}
        return {**means, "scores": scores if len(self.metrics) > 1 else scores[self.metrics[0]]}

    def _scores(
        self, prediction: str, question: str, references: Sequence[Any], how: Extraction, recipe: Recipe
    ) -> dict[str, float]:
        item = self.item(question, references)
        answer = extract(prediction, how)
        found = {
            name: METRICS[name].score(answer, item, "", recipe) for name in self.metrics if METRICS[name].applies(item)
        }
        return {name: value for name, value in found.items() if value is not None}

    @staticmethod
    def item(question: str, references: Sequence[Any]) -> Item:
        """Return the question with its accepted answers; without any it is unanswerable."""
        accepted = tuple(cast(Sequence[str], references))
        kind = "phrase" if accepted else "none"
        return QaItem(id="", article="", question=question, answer_type=kind, references=accepted)  # type: ignore[arg-type]


class ListModule(ItemModule):
    """A module over lists: references are parts, each a list of alternatives."""

    references_are = "The parts of each list, each a list of accepted texts."
    shape = datasets.List(datasets.List(TEXT))

    @staticmethod
    def item(question: str, references: Sequence[Any]) -> Item:
        """Return the question with the parts of its list."""
        parts = tuple(tuple(one) for one in references)
        return QaItem(id="", article="", question=question, answer_type="list", parts=parts)


class SummaryModule(ItemModule):
    """A module over summaries."""

    references_are = "The reference summaries of each, a list; the best counts."

    @staticmethod
    def item(question: str, references: Sequence[Any]) -> Item:
        """Return the summary's item with its references."""
        return SummaryItem(id="", article="", instruction=question, references=tuple(references))
