"""A loaded test set, and the manifest that describes one."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, get_args

import msgspec

from readmark.errors import BenchmarkError, Problem, quoted
from readmark.metrics import metrics_for
from readmark.records import Article, BenchmarkStamp, Item, MissingPolicy, Norm, QaItem, Recipe, Record, RougeVariant
from readmark.text import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterable


class ArticleEntry(Record, frozen=True):
    """An article as benchmark.toml lists it; `file` is relative to the folder and may not leave it."""

    id: str
    file: str
    sha256: str
    title: str = ""
    date: str = ""
    source: str = ""
    licence: str = ""


class Edit(Record, frozen=True):
    """One replacement of the twin: every whole-word `find` becomes `replace`, in one article or in all."""

    find: str
    replace: str
    article: str = ""


class Manifest(Record, frozen=True):
    """benchmark.toml."""

    name: str
    version: str
    articles: tuple[ArticleEntry, ...] = ()
    language: str = "en"
    licence: str = ""
    canary: str = ""
    norm: Norm = "squad2"
    rouge: RougeVariant = "rouge-score"
    missing: MissingPolicy = "bound"
    cluster: str = "article"
    description: str = ""
    twin: tuple[Edit, ...] = ()
    provenance: dict[str, str] = {}


@dataclass(frozen=True)
class Benchmark:
    """A test set in memory: articles, items in their order, and the policies of its manifest.

    Attributes:
        manifest: Name, version, norm, policy for missing predictions, the twin's edits.
        articles: By id; only those that an item asks about.
        items: All items, retired ones too, in the file's order.
        lines: `file:line` of every item, for messages.
        evidence: An item's resolved evidence as character spans; items without any are absent.
        sha256: Hash over the data files' names and bytes.
        source: How the user named the test set.
        notes: What a reader of any score on it must know.
        metrics: Names of further metrics that its items are scored by; `with_metrics` checks them.
    """

    manifest: Manifest
    articles: dict[str, Article]
    items: tuple[Item, ...]
    lines: dict[str, str]
    evidence: dict[str, tuple[tuple[int, int], ...]]
    sha256: str
    source: str
    notes: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The manifest's name, or the folder's."""
        return self.manifest.name

    @property
    def stamp(self) -> BenchmarkStamp:
        """What a run remembers of its test set."""
        return BenchmarkStamp(name=self.name, version=self.manifest.version, sha256=self.sha256, source=self.source)

    @cached_property
    def recipe(self) -> Recipe:
        """How its answers are compared."""
        return Recipe(
            norm=self.manifest.norm, language=self.manifest.language, rouge=self.manifest.rouge, metrics=self.metrics
        )

    def with_metrics(self, names: Iterable[str]) -> Benchmark:
        """Return the test set with further metrics, such as `evaluate:NAME`; they count in the signature.

        Raises:
            MetricError: One of them cannot be loaded, or compares no texts.
        """
        wanted = tuple(dict.fromkeys((*self.metrics, *names)))
        if wanted == self.metrics:
            return self
        wider = replace(self, metrics=wanted)
        metrics_for(wider.recipe)
        return wider

    def with_rouge(self, variant: RougeVariant | None) -> Benchmark:
        """Return the test set with another variant of ROUGE than its own; None keeps it.

        Raises:
            BenchmarkError: There is no such variant.
        """
        if variant is None:
            return self
        if variant not in get_args(RougeVariant):
            found, expected = f"the ROUGE variant is {quoted(variant)}", "one of " + ", ".join(get_args(RougeVariant))
            raise BenchmarkError(Problem(self.source, found, expected, "correct 'rouge'"))
        return replace(self, manifest=msgspec.structs.replace(self.manifest, rouge=variant))

    def selected(self, *, drafts: bool = False) -> tuple[Item, ...]:
        """Return the items that are asked and scored: the active ones, and with `drafts` those too.

        Raises:
            BenchmarkError: There is none.
        """
        wanted = {"active", "draft"} if drafts else {"active"}
        chosen = tuple(item for item in self.items if item.status in wanted)
        if not chosen:
            found = f"none of its {len(self.items)} items is active"
            fix = 'give items the status "active"' + ("" if drafts else ", or use --drafts")
            raise BenchmarkError(Problem(self.source, found, "at least one active item", fix))
        return chosen

    def item(self, item_id: str) -> Item:
        """Return an item by its id.

        Raises:
            BenchmarkError: There is no such item.
        """
        if item_id not in self._by_id:
            raise BenchmarkError(
                Problem(self.source, f"has no item '{item_id}'", "an item's id", "see `readmark lint`")
            )
        return self._by_id[item_id]

    def cluster_of(self, item: Item) -> str:
        """Return the label that groups an item with others whose scores hang together."""
        article = self.articles[item.article]
        return article.title or article.id if self.manifest.cluster == "title" else article.id

    def evidence_texts(self, item: Item) -> list[str]:
        """Return an item's evidence, passage by passage."""
        text = self.articles[item.article].text
        return [text[start:end] for start, end in self.evidence.get(item.id, ())]

    def without_evidence(self, item: QaItem) -> str:
        """Return the article without every sentence that touches the item's evidence."""
        text = self.articles[item.article].text
        spans = sentence_spans(text)
        starts = [start for start, _ in spans]
        touched = set()
        for start, end in self.evidence[item.id]:
            first = max(0, bisect.bisect_right(starts, start) - 1)
            touched |= {i for i in range(first, len(spans)) if spans[i][0] < end and spans[i][1] > start}
        kept = [text[slice(*span)] for i, span in enumerate(spans) if i not in touched]
        return "\n".join(kept)

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}
