"""The records that Readmark reads and writes: frozen, typed, checked on the way in.

One step's output is the next one's input: Article and Item → Prompt → Prediction → ScoreRow → Report.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    from collections.abc import Mapping

Task = Literal["qa", "summary"]
AnswerType = Literal["entity", "number", "date", "phrase", "list", "yes_no", "none"]
Process = Literal["locate", "infer", "integrate", "evaluate"]
Operation = Literal[
    "entity", "attribution", "ordinal", "numeric", "temporal", "location", "cause", "quote", "comparison", "negation",
    "coreference", "hedge",
]  # fmt: skip
Status = Literal["draft", "active", "retired"]
Norm = Literal["squad1", "squad2"]
RougeVariant = Literal[
    "rouge-score", "rouge-score-stemmed",
    "rouge-1.5.5", "rouge-1.5.5-stemmed", "rouge-1.5.5-best", "rouge-1.5.5-stemmed-best",
]  # fmt: skip
MissingPolicy = Literal["zero", "drop", "bound"]
RunKind = Literal["model", "upper_bound"]
Outcome = Literal["answered", "abstained", "failed", "missing"]

Alternatives = tuple[str, ...]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all records share: frozen, named fields, unknown keys refused."""


class Recipe(Record, frozen=True):
    """How a test set wants answers compared; every part of it stands in the signature.

    Attributes:
        norm: SQuAD's rules, of version 1.1 or 2.0.
        language: The articles' language as a BCP 47 tag, such as "en" or "zh".
        rouge: Whose ROUGE it is; `metrics.rouge.VARIANTS` says what a name stands for.
        metrics: Names of further metrics, as `metrics.extra` reads them.
    """

    norm: Norm = "squad2"
    language: str = "en"
    rouge: RougeVariant = "rouge-score"
    metrics: tuple[str, ...] = ()


class Span(Record, frozen=True):
    """A passage by its half-open offsets in the article's characters."""

    start: int
    end: int


Evidence = tuple[str | Span, ...]


class Article(Record, frozen=True):
    """A text that questions are asked about; `text` is the file's bytes as UTF-8, never normalised."""

    id: str
    title: str
    text: str
    sha256: str
    date: str = ""
    source: str = ""
    licence: str = ""


class TwinForm(Record, frozen=True):
    """A question and its answers after the twin's edits, where they differ from the original."""

    question: str = ""
    references: Alternatives = ()
    parts: tuple[Alternatives, ...] = ()


class Fact(Record, frozen=True):
    """Something a summary should say; covered when one window holds an alternative of every facet."""

    id: str
    text: str
    facets: tuple[Alternatives, ...]
    weight: float = 1.0
    evidence: Evidence = ()


class Contradiction(Record, frozen=True):
    """Something a summary must not say; found like a fact."""

    id: str
    text: str
    facets: tuple[Alternatives, ...]


class QaItem(Record, frozen=True, tag_field="task", tag="qa"):
    """A question about an article with its accepted answers."""

    id: str
    article: str
    question: str
    answer_type: AnswerType = "phrase"
    references: Alternatives = ()
    parts: tuple[Alternatives, ...] = ()
    ordered: bool = False
    plausible: Alternatives = ()
    near: str = ""
    evidence: Evidence = ()
    process: Process | None = None
    operation: Operation | None = None
    distractors: Alternatives = ()
    twin: TwinForm | None = None
    status: Status = "active"
    tags: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """The tag, as an attribute."""
        return "qa"

    @property
    def is_answerable(self) -> bool:
        """Whether the article answers the question."""
        return self.answer_type != "none"


class SummaryItem(Record, frozen=True, tag_field="task", tag="summary"):
    """An instruction to summarise an article, with references, facts and contradictions."""

    id: str
    article: str
    instruction: str
    max_words: int | None = None
    references: Alternatives = ()
    facts: tuple[Fact, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    process: Process | None = None
    status: Status = "active"
    tags: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        """The tag, as an attribute."""
        return "summary"


Item = QaItem | SummaryItem


class Prompt(Record, frozen=True):
    """What a model is given for one item under one condition; it carries no reference.

    Attributes:
        item_id: The item; it says nothing about the answer.
        condition: A name of `CONDITIONS`, such as "reading".
        prefix: A neutral header and the article, equal for all questions on it; "" where none is shown.
        suffix: Everything particular: the question or instruction, the budget, how to abstain.
        task: "qa" or "summary".
        article: The article's text as this condition shows it, for models that read text and question apart.
        question: The question, or the instruction of a summary.
        max_words: A summary's budget in words.
    """

    item_id: str
    condition: str
    prefix: str
    suffix: str
    task: Task = "qa"
    article: str = ""
    question: str = ""
    max_words: int | None = None

    @property
    def text(self) -> str:
        """The whole prompt."""
        return self.prefix + self.suffix

    @property
    def messages(self) -> list[dict[str, str]]:
        """The whole prompt as one user message."""
        return [{"role": "user", "content": self.text}]


class Reply(Record, frozen=True):
    """A model's answer, with token counts where it knows them."""

    text: str
    input_tokens: int | None = None
    output_tokens: int | None = None


class Failure(Record, frozen=True):
    """Why an item has no answer: the fault's class and its message."""

    class_: str = msgspec.field(name="class")
    message: str = ""


class Prediction(Record, frozen=True):
    """One line of predictions.jsonl: what a model said to one prompt, or how it failed."""

    item_id: str
    condition: str = "reading"
    key: str = ""
    raw: str | UnsetType = UNSET
    error: Failure | UnsetType = UNSET
    seconds: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class BenchmarkStamp(Record, frozen=True):
    """Which test set a run was made on; `source` is how it was named on the command line."""

    name: str
    version: str
    sha256: str
    source: str = ""


def identity(name: str, revision: str, parameters: Mapping[str, Any]) -> bytes:
    """Return a model's name, revision and parameters as bytes, for keys and folder names."""
    return json.dumps([name, revision, parameters], sort_keys=True, ensure_ascii=False).encode()


class RunInfo(Record, frozen=True):
    """run.json: which model, on what, when, at what cost.

    Attributes:
        seconds: How long asking took, all commands together.
        input_tokens: Over all answers of the run, as far as the model told; None where it told none.
        output_tokens: The same.
        price: Currency units for a million input tokens and for a million output tokens, as given.
        cost: Of all answers of the run, at that price.
        notes: What the model says of how it was asked.
        threshold: Over which no-answer probabilities made predictions abstentions; None where there were none.
    """

    format: str
    benchmark: BenchmarkStamp
    model: str
    revision: str
    parameters: dict[str, Any]
    adapter: str
    kind: RunKind
    tasks: tuple[Task, ...]
    conditions: tuple[str, ...]
    extract: str
    readmark: str
    started: str
    limit: int | None = None
    drafts: bool = False
    seconds: float = 0.0
    input_tokens: int | None = None
    output_tokens: int | None = None
    price: tuple[float, float] | None = None
    cost: float | None = None
    notes: tuple[str, ...] = ()
    threshold: float | None = None
