"""The forms in which modules of `evaluate` want their inputs, read from the features that they declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readmark.errors import MetricError, Problem

SAID = ("id", "prediction_text", "no_answer_probability")  # SQuAD's form of a prediction
# What a module may ask for beside predictions and references.
QUESTION = ("question", "questions")
ARTICLE = ("article", "articles", "context", "contexts", "source", "sources", "document", "documents")


@dataclass(frozen=True)
class Form:
    """How a module wants one prediction and its references.

    Attributes:
        shapes: For each input, "text", "texts", or a mapping of the like; any other type is named as it is.
    """

    shapes: Mapping[str, Any]

    @property
    def takes_one(self) -> bool:
        """Whether it takes a single reference where others take a list."""
        return bool(self.shapes.get("references") == "text")

    @property
    def fits(self) -> bool:
        """Whether a text with its references can be put into it."""
        said, wanted = self.shapes.get("predictions"), self.shapes.get("references", "texts")
        rest = self.shapes.keys() - {"predictions", "references", *QUESTION, *ARTICLE}
        return (
            (said == "text" or (isinstance(said, Mapping) and said.keys() <= {*SAID}))
            and (wanted in ("text", "texts") or (isinstance(wanted, Mapping) and _has_answers(wanted)))
            and not rest
            and all(self.shapes[name] == "text" for name in (*QUESTION, *ARTICLE) if name in self.shapes)
        )

    def inputs(
        self, item_id: str, said: str, references: Sequence[str], question: str, article: str
    ) -> dict[str, object]:
        """Return what one item puts into each input."""
        values: dict[str, object] = {"predictions": said}
        values |= dict.fromkeys(QUESTION, question) | dict.fromkeys(ARTICLE, article)
        if isinstance(self.shapes["predictions"], Mapping):
            whole = dict(zip(SAID, (item_id, said, 0.0), strict=True))
            values["predictions"] = {name: whole[name] for name in self.shapes["predictions"]}
        values["references"] = references[0] if self.takes_one else list(references)
        wanted = self.shapes.get("references")
        if isinstance(wanted, Mapping):
            texts = [one for one in references if one]  # SQuAD 2.0 has no answers where there is none
            parts: dict[str, list[Any]] = {"text": texts, "answer_start": [0] * len(texts)}
            answers = {name: parts[name] for name in wanted["answers"]}
            values["references"] = {"id": item_id, "answers": answers} if "id" in wanted else {"answers": answers}
        return {name: values[name] for name in self.shapes}


def form_of(module: Any, name: str) -> Form:  # noqa: ANN401 - evaluate has no types
    """Return the first form of a module that takes texts.

    Raises:
        MetricError: None does.
    """
    features = module.features if isinstance(module.features, list) else [module.features]
    forms = [Form({key: _shape(feature) for key, feature in one.items()}) for one in features]
    for form in forms:
        if form.fits:
            return form
    found = "wants " + " or ".join(_shown(form.shapes) for form in forms)
    expected = "predictions as text or {id, prediction_text}, references as text, texts or {id, answers}"
    raise MetricError(Problem(name, found, expected, "choose a module that compares texts"))


def _shape(feature: Any) -> Any:  # noqa: ANN401 - a feature of datasets, or a mapping or list of features
    if isinstance(feature, Mapping):
        return {key: _shape(part) for key, part in feature.items()}
    inner = feature[0] if isinstance(feature, list) and feature else getattr(feature, "feature", None)
    if inner is not None:
        shape = _shape(inner)
        return "texts" if shape == "text" else f"list of {_shown(shape)}"
    dtype = getattr(feature, "dtype", type(feature).__name__)
    return "text" if dtype in {"string", "large_string"} else str(dtype)


def _has_answers(wanted: Mapping[str, Any]) -> bool:
    answers = wanted.get("answers")
    is_squads = isinstance(answers, Mapping) and answers.keys() <= {"text", "answer_start"}
    return wanted.keys() <= {"id", "answers"} and is_squads and wanted["answers"].get("text") == "texts"


def _shown(shape: object) -> str:
    if isinstance(shape, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(part)}" for key, part in shape.items()) + "}"
    return str(shape)
