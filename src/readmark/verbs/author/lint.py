"""The verb `lint`: what a rule can find wrong in a test set that loads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from readmark.benchmark import Benchmark, Edit, apply_edits, load, twin_evidence, twin_item
from readmark.extraction import is_abstention
from readmark.metrics.answer_match import find_tokens, rule_verdict
from readmark.metrics.equivalence import canonical
from readmark.metrics.facts import fact_recall, states
from readmark.records import QaItem, SummaryItem
from readmark.text import words
from readmark.verbs.author.finding import Finding, error, warning
from readmark.verbs.author.whole import whole_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

Profile = Literal["plain", "authored"]
PROFILES: tuple[Profile, ...] = ("plain", "authored")
REFERENCE_COVERS = 0.8  # of the facts' weight


def lint(benchmark: str | Path | Benchmark = "crossroads", profile: Profile = "plain") -> list[Finding]:
    """Return everything that rules find wrong in a test set, in the order of its lines.

    Args:
        benchmark: The test set.
        profile: `authored` demands what a published test set needs: process, operation, evidence and near-misses; from
            20 questions on also what the set must be as a whole (`whole`).

    Raises:
        BenchmarkError: It does not even load.
    """
    loaded = load(benchmark)
    findings = list(_twin_findings(loaded)) + list(_repeated_questions(loaded))
    for item in loaded.items:
        if item.status == "retired":
            continue
        if isinstance(item, QaItem):
            findings += _qa_findings(loaded, item)
            findings += _authored_findings(loaded, item) if profile == "authored" else []
        else:
            findings += _summary_findings(loaded, item)
    return findings + (list(whole_findings(loaded)) if profile == "authored" else [])


def _holds(text: str, piece: str) -> bool:
    return find_tokens(canonical(text), canonical(piece)) is not None


def _repeated_questions(benchmark: Benchmark) -> Iterator[Finding]:
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for item in benchmark.items:
        if isinstance(item, QaItem) and item.status != "retired":
            key = (item.article, canonical(item.question))
            if key in seen:
                what = f"item '{item.id}' asks the same as '{seen[key]}'"
                yield error(benchmark.lines[item.id], what, "one item a question", "retire one")
            seen.setdefault(key, item.id)


def _qa_findings(benchmark: Benchmark, item: QaItem) -> Iterator[Finding]:
    place = benchmark.lines[item.id]
    references = (*item.references, *(one for part in item.parts for one in part))
    article = benchmark.articles[item.article].text
    for distractor in item.distractors:
        clash = next((one for one in references if _holds(one, distractor) or _holds(distractor, one)), None)
        if clash:
            what = f"item '{item.id}' has the distractor '{distractor}', which shares words with '{clash}'"
            yield error(place, what, "distractors that no right answer holds", "remove it")
    for reference in references:
        if is_abstention(reference):
            what = f"item '{item.id}' has the reference '{reference}', which reads as an abstention"
            yield warning(place, what, "an answer in other words", 'reword it, or set answer_type to "none"')
        if not canonical(reference):
            yield error(place, f"item '{item.id}' has the reference '{reference}', which has no words", "an answer")
    held = rule_verdict(item.question, item.references, (), "") if item.references else None
    if held and held.score:
        yield warning(place, f"item '{item.id}' holds its answer in the question", "a question that does not tell")
    for plausible in item.plausible:
        if not _holds(article, plausible):
            yield warning(place, f"item '{item.id}' has '{plausible}' as plausible, which is not in the article")
    yield from _evidence_findings(benchmark, item, place)


def _evidence_findings(benchmark: Benchmark, item: QaItem, place: str) -> Iterator[Finding]:
    """Yield answers to be located that their evidence does not hold."""
    is_told = item.is_answerable and item.answer_type != "yes_no"  # no passage holds "yes"
    if item.process != "locate" or item.id not in benchmark.evidence or not is_told:
        return
    evidence = " \n".join(benchmark.evidence_texts(item))
    for group in item.parts or (item.references,):
        if not any(_holds(evidence, one) for one in group):
            what = f"item '{item.id}' is to be located, but its evidence does not hold '{group[0]}'"
            yield error(place, what, "evidence that holds the answer", "quote the passage with the answer")


def _authored_findings(benchmark: Benchmark, item: QaItem) -> Iterator[Finding]:
    """Yield what a published test set must not lack."""
    place = benchmark.lines[item.id]
    needed: dict[str, object] = {"process": item.process, "operation": item.operation}
    needed |= {"evidence": item.evidence} if item.is_answerable else {"plausible": item.plausible, "near": item.near}
    for name, value in needed.items():
        if not value:
            yield error(
                place, f"item '{item.id}' has no '{name}'", f"'{name}' in every item of an authored set", "add it"
            )
    if item.answer_type == "yes_no":
        yield error(
            place, f"item '{item.id}' is answered by yes or no", "an answer that cannot be tossed for", "reword it"
        )


def _summary_findings(benchmark: Benchmark, item: SummaryItem) -> Iterator[Finding]:
    place = benchmark.lines[item.id]
    article, language = benchmark.articles[item.article].text, benchmark.recipe.language
    for fact in item.facts:
        evidence = [one if isinstance(one, str) else article[one.start : one.end] for one in fact.evidence]
        if evidence and not any(states(one, fact.facets, language) for one in evidence):
            what = f"fact '{fact.id}' of '{item.id}' is not found in its own evidence"
            yield error(place, what, "facets that the evidence holds in one sentence", "widen the facets")
    for point in item.contradictions:
        if states(article, point.facets, language):
            what = f"contradiction '{point.id}' of '{item.id}' is found in the article itself"
            yield error(place, what, "facets that no window of the article holds", "narrow the facets")
    for number, reference in enumerate(item.references, start=1):
        yield from _reference_findings(benchmark, item, number, reference)


def _reference_findings(benchmark: Benchmark, item: SummaryItem, number: int, reference: str) -> Iterator[Finding]:
    place, language = benchmark.lines[item.id], benchmark.recipe.language
    length = len(words(reference))
    if item.max_words is not None and length > item.max_words:
        yield error(
            place, f"reference {number} of '{item.id}' has {length} words", f"at most {item.max_words}", "cut it"
        )
    if item.facts:
        covered = fact_recall(reference, item.facts, max_words=item.max_words, language=language)
        if covered < REFERENCE_COVERS:
            what = f"reference {number} of '{item.id}' covers {covered:.2f} of the facts' weight"
            yield error(place, what, f"at least {REFERENCE_COVERS}", "mend the reference or the facts")
    for point in item.contradictions:
        if states(reference, point.facets, language):
            yield error(place, f"reference {number} of '{item.id}' states contradiction '{point.id}'", "none")


def _twin_findings(benchmark: Benchmark) -> Iterator[Finding]:
    texts = {name: article.text for name, article in benchmark.articles.items()}
    place = f"{benchmark.source}: benchmark.toml"
    finds = Counter((edit.find, edit.article) for edit in benchmark.manifest.twin)
    for (find, article), count in finds.items():
        where: Iterable[str] = [texts.get(article, "")] if article else texts.values()
        if article and article not in texts:
            yield error(place, f"the twin's edit of '{find}' is for '{article}'", "an article's id", "correct it")
        elif all(apply_edits(text, [Edit(find=find, replace="")]) == text for text in where):
            yield error(place, f"the twin's edit of '{find}' finds nothing", "whole words of the article", "remove it")
        if count > 1 or (article and (find, "") in finds):
            yield error(place, f"the twin edits '{find}' twice", "one edit for each text", "remove one")
    for item in benchmark.items:
        if benchmark.manifest.twin and isinstance(item, QaItem) and item.status != "retired":
            yield from _twin_item_findings(benchmark, item)


def _twin_item_findings(benchmark: Benchmark, item: QaItem) -> Iterator[Finding]:
    """Yield answers that the evidence holds in the article, but not in the twin."""
    place = benchmark.lines[item.id]
    twin = twin_item(benchmark, item)
    evidence = " \n".join(benchmark.evidence_texts(item))
    edited = " \n".join(twin_evidence(benchmark, item))
    for group, changed in zip(item.parts or (item.references,), twin.parts or (twin.references,), strict=False):
        if any(_holds(evidence, one) for one in group) and not any(_holds(edited, one) for one in changed):
            what = f"item '{item.id}' has the twin's answer '{changed[0]}', which the twin's evidence does not hold"
            yield error(place, what, "an answer that follows from the edited evidence", "correct its 'twin'")
