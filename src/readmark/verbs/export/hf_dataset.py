"""hf-dataset: a test set as a data set of the Hugging Face Hub: a card, and a Parquet file a config.

Articles stand once, in a config of their own, as they do in a test set; an item names its article.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from readmark.benchmark import Benchmark, twin_item, twin_text
from readmark.benchmark.items import resolve_evidence
from readmark.records import Evidence, Item, QaItem, SummaryItem
from readmark.verbs.export.active import active
from readmark.verbs.export.facts import PROVENANCE, Facts, facts_of
from readmark.verbs.export.licences import is_url, licences_of, spdx
from readmark.verbs.export.source import Made, Source

if TYPE_CHECKING:
    from datasets import Features

Row = dict[str, Any]
TEMPLATE = Path(__file__).with_name("hf_card.md")
SPLIT = "test"
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


class Config(NamedTuple):
    """One table of the data set."""

    name: str
    about: str
    data: list[Row]

    @property
    def path(self) -> str:
        """Its file in the folder."""
        return f"{self.name}/{SPLIT}.parquet"

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.data)


def write_hf_dataset(source: Source, with_references: bool) -> Made:  # noqa: ARG001 - the verb has asked for consent
    """Return the card and the Parquet files.

    Raises:
        BenchmarkError: The test set cannot be read, or no item of it is active.
    """
    benchmark = source.benchmark
    items, notes = active(benchmark)
    configs = _configs(benchmark, items)
    schemas = _schemas()
    with _no_progress():
        files = {config.path: _parquet(config.data, schemas[config.name]) for config in configs}
    return Made({"README.md": _card(benchmark, configs, notes).encode(), **files}, notes)


def _configs(benchmark: Benchmark, items: tuple[Item, ...]) -> list[Config]:
    """Return the tables that have rows, the articles last."""
    asked = dict.fromkeys(item.article for item in items)
    questions = [_question(benchmark, item) for item in items if isinstance(item, QaItem)]
    summaries = [_summary(benchmark, item) for item in items if isinstance(item, SummaryItem)]
    articles = [_article(benchmark, name) for name in asked]
    tables = (
        Config("questions", "questions with references and evidence", questions),
        Config("summaries", "summary tasks with facts, contradictions and references", summaries),
        Config("articles", "the texts that they are about", articles),
    )
    return [config for config in tables if config.data]


def _question(benchmark: Benchmark, item: QaItem) -> Row:
    twin = twin_item(benchmark, item) if benchmark.manifest.twin else None
    spans = benchmark.evidence.get(item.id, ())
    return {
        "id": item.id, "article": item.article, "question": item.question, "answer_type": item.answer_type,
        "references": item.references, "parts": item.parts, "ordered": item.ordered, "plausible": item.plausible,
        "near": item.near or None, "evidence": _passages(benchmark.articles[item.article].text, spans),
        "distractors": item.distractors, "process": item.process, "operation": item.operation, "tags": item.tags,
        "twin": twin and {"question": twin.question, "references": twin.references, "parts": twin.parts},
    }  # fmt: skip


def _summary(benchmark: Benchmark, item: SummaryItem) -> Row:
    return {
        "id": item.id, "article": item.article, "instruction": item.instruction, "max_words": item.max_words,
        "references": item.references, "process": item.process, "tags": item.tags,
        "facts": [
            {"id": fact.id, "text": fact.text, "weight": fact.weight, "facets": fact.facets,
             "evidence": _resolved(benchmark, item, fact.evidence)}
            for fact in item.facts
        ],
        "contradictions": [{"id": one.id, "text": one.text, "facets": one.facets} for one in item.contradictions],
    }  # fmt: skip


def _article(benchmark: Benchmark, name: str) -> Row:
    article = benchmark.articles[name]
    return {
        "id": name, "title": article.title, "text": article.text, "sha256": article.sha256,
        "date": article.date or None, "source": article.source or None, "licence": article.licence or None,
        "twin": twin_text(benchmark, name) if benchmark.manifest.twin else None,
    }  # fmt: skip


def _resolved(benchmark: Benchmark, item: Item, evidence: Evidence) -> list[Row]:
    article = benchmark.articles[item.article]
    spans, _ = resolve_evidence(evidence, article, benchmark.lines[item.id], item.id)  # no fault: it was loaded
    return _passages(article.text, spans)


def _passages(text: str, spans: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> list[Row]:
    return [{"start": start, "end": end, "text": text[start:end]} for start, end in spans]


def _schemas() -> dict[str, Features]:
    """Return the columns of each table, whatever its rows hold: a set without lists has the column `parts` too."""
    from datasets import Features, List, Value  # noqa: PLC0415 - takes seconds

    text, number = Value("string"), Value("int64")
    texts = List(text)
    evidence = List({"start": number, "end": number, "text": text})
    fact = {"id": text, "text": text, "weight": Value("float64"), "facets": List(texts), "evidence": evidence}
    columns: dict[str, dict[str, Any]] = {
        "questions": {
            "id": text, "article": text, "question": text, "answer_type": text, "references": texts,
            "parts": List(texts), "ordered": Value("bool"), "plausible": texts, "near": text, "evidence": evidence,
            "distractors": texts, "process": text, "operation": text, "tags": texts,
            "twin": {"question": text, "references": texts, "parts": List(texts)},
        },
        "summaries": {
            "id": text, "article": text, "instruction": text, "max_words": number, "references": texts,
            "process": text, "tags": texts, "facts": List(fact),
            "contradictions": List({"id": text, "text": text, "facets": List(texts)}),
        },
        "articles": dict.fromkeys(("id", "title", "text", "sha256", "date", "source", "licence", "twin"), text),
    }  # fmt: skip
    return {name: Features(table) for name, table in columns.items()}


def _parquet(rows: list[Row], schema: Features) -> bytes:
    from datasets import Dataset  # noqa: PLC0415 - the same

    written = io.BytesIO()
    Dataset.from_list(rows, features=schema).to_parquet(written)
    return written.getvalue()


@contextlib.contextmanager
def _no_progress() -> Iterator[None]:
    """Keep `datasets` from drawing a bar for each file, and leave its setting as it was."""
    from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars  # noqa: PLC0415

    was_disabled = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not was_disabled:
            enable_progress_bars()


def _card(benchmark: Benchmark, configs: list[Config], notes: tuple[str, ...]) -> str:
    from huggingface_hub import DatasetCard, DatasetCardData  # noqa: PLC0415 - half a second

    facts = facts_of(benchmark)
    licences = licences_of(facts.licence, benchmark)
    data = DatasetCardData(
        **_language(benchmark.manifest.language),
        **_licence(licences),
        pretty_name=benchmark.name,
        task_categories=_tasks(configs),
        size_categories=_size(sum(config.rows for config in configs if config.name != "articles")),
        tags=["reading-comprehension", "benchmark", "readmark"],
        configs=[
            {"config_name": config.name, "data_files": [{"split": SPLIT, "path": config.path}], "default": not number}
            for number, config in enumerate(configs)
        ],
    )
    return str(
        DatasetCard.from_template(
            data, template_path=str(TEMPLATE), manifest=benchmark.manifest, facts=facts, sha256=benchmark.sha256,
            configs=configs, first=configs[0].name, notes=notes, provenance=_provenance(facts), licences=licences,
        )
    )  # fmt: skip


def _language(tag: str) -> dict[str, Any]:
    """Return the language's code, and the whole tag where it says more."""
    code = tag.split("-", maxsplit=1)[0].lower()
    return {"language": code} | ({} if code == tag else {"language_bcp47": [tag]})


def _licence(licences: tuple[str, ...]) -> dict[str, Any]:
    """Return the licence as the Hub names it: one that it knows only where there is no other beside it."""
    known = spdx(licences[0]) if len(licences) == 1 else None
    if known:
        return {"license": known.lower()}
    if not licences:
        return {"license": "unknown"}
    link = {"license_link": licences[0]} if len(licences) == 1 and is_url(licences[0]) else {}
    return {"license": "other", "license_name": "see-card"} | link


def _tasks(configs: list[Config]) -> list[str]:
    tasks = {"questions": "question-answering", "summaries": "summarization"}
    return [tasks[config.name] for config in configs if config.name in tasks]


def _size(rows: int) -> str:
    return next((name for most, name in SIZES if rows < most), "n>1M")


def _provenance(facts: Facts) -> list[tuple[str, str]]:
    """Return what the set says of its making, known keys first, under their headings."""
    known = [(key.heading, facts.of(name)) for name, key in PROVENANCE.items() if facts.of(name)]
    return known + [(name, text) for name, text in facts.provenance.items() if name not in PROVENANCE and text.strip()]
