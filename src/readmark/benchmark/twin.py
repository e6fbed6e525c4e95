"""The twin: the same article after a consistent edit list, so that what is remembered is not what is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from readmark.records import QaItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from readmark.benchmark.records import Benchmark, Edit


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with all edits made at once, so that two names can be swapped.

    The longest `find` wins where two begin at one place; a match neither starts nor ends inside a word.
    """
    if not edits:
        return text
    table = {edit.find: edit.replace for edit in edits}
    finds = "|".join(re.escape(find) for find in sorted(table, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{finds})(?!\w)", lambda match: table[match[0]], text)


def edits_for(benchmark: Benchmark, article_id: str) -> list[Edit]:
    """Return the edits that touch an article."""
    return [edit for edit in benchmark.manifest.twin if edit.article in {"", article_id}]


def twin_text(benchmark: Benchmark, article_id: str) -> str:
    """Return the twin of an article."""
    return apply_edits(benchmark.articles[article_id].text, edits_for(benchmark, article_id))


def twin_evidence(benchmark: Benchmark, item: QaItem) -> list[str]:
    """Return an item's evidence as it stands in the twin."""
    edits = edits_for(benchmark, item.article)
    return [apply_edits(passage, edits) for passage in benchmark.evidence_texts(item)]


def twin_item(benchmark: Benchmark, item: QaItem) -> QaItem:
    """Return the item as it is asked of the twin: its own twin form where given, else edited like the article."""
    edits = edits_for(benchmark, item.article)
    form = item.twin

    def edited(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(apply_edits(text, edits) for text in texts)

    return msgspec.structs.replace(
        item,
        question=form.question if form and form.question else apply_edits(item.question, edits),
        references=form.references if form and form.references else edited(item.references),
        parts=form.parts if form and form.parts else tuple(edited(part) for part in item.parts),
        distractors=edited(item.distractors),
        plausible=edited(item.plausible),
    )
