"""What a test set says of itself, for forms that publish it: description, licence, provenance.

A folder says it in benchmark.toml. A SQuAD file has no place for it, so that a file of the same name that ends in
`.toml` beside it may: `description`, `licence` and `[provenance]`, and nothing else.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import NamedTuple

from readmark.benchmark import Benchmark
from readmark.benchmark.files import files_of
from readmark.benchmark.folder import MANIFEST
from readmark.decoding import decode, utf8
from readmark.errors import BenchmarkError, Problem, quoted
from readmark.jsonl import MAX_LINE, read_bytes
from readmark.records import Record


class Key(NamedTuple):
    """A key of `[provenance]` that forms know.

    Attributes:
        rai: Its property among Croissant's responsible-AI ones; "" for one that has none.
        heading: What it says, for a card.
    """

    rai: str
    heading: str


PROVENANCE: dict[str, Key] = {
    "creator": Key("", "Made by"),
    "creator_kind": Key("", "Who that is"),
    "published": Key("", "Published"),
    "url": Key("", "Where it lies"),
    "hub": Key("", "On the Hugging Face Hub"),
    "citation": Key("", "Cite as"),
    "collection": Key("rai:dataCollection", "How it was collected"),
    "raw_data": Key("rai:dataCollectionRawData", "What it was made from"),
    "annotation": Key("rai:dataAnnotationProtocol", "How it was written and read"),
    "analysis": Key("rai:dataAnnotationAnalysis", "How readers agreed"),
    "annotators": Key("rai:annotatorDemographics", "Who wrote and read it"),
    "annotations_per_item": Key("rai:annotationsPerItem", "Readers of an item"),
    "tools": Key("rai:machineAnnotationTools", "Tools"),
    "uses": Key("rai:dataUseCases", "What it is for"),
    "biases": Key("rai:dataBiases", "Biases"),
    "limitations": Key("rai:dataLimitations", "Limits"),
    "personal": Key("rai:personalSensitiveInformation", "Personal and sensitive information"),
    "impact": Key("rai:dataSocialImpact", "Social impact"),
    "maintenance": Key("rai:dataReleaseMaintenancePlan", "Upkeep"),
}
CREATOR_KINDS = ("organization", "person")


class Facts(Record, frozen=True):
    """What a test set says of itself."""

    description: str = ""
    licence: str = ""
    provenance: dict[str, str] = {}

    def of(self, key: str) -> str:
        """Return a key of the provenance; "" where it is not there or empty."""
        return self.provenance.get(key, "").strip()


def facts_of(benchmark: Benchmark) -> Facts:
    """Return what a test set says of itself.

    Raises:
        BenchmarkError: The file beside a SQuAD file cannot be read.
    """
    files, manifest = files_of(benchmark), benchmark.manifest
    if files.is_squad:
        beside = _beside(benchmark)
        return _read(beside) if beside.exists() else Facts()
    return Facts(description=manifest.description, licence=manifest.licence, provenance=manifest.provenance)


def _beside(benchmark: Benchmark) -> Path:
    return Path(benchmark.source).with_suffix(".toml")


def _read(path: Path) -> Facts:
    text = utf8(read_bytes(path, "file of facts", MAX_LINE), str(path))
    if isinstance(text, Problem):
        raise BenchmarkError(text)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        problem = Problem(f"{path}:1", f"is not valid TOML: {error}", 'lines of key = "value"', "mend the line")
        raise BenchmarkError(problem) from error
    facts = decode(table, Facts, f"{path}:1")
    if isinstance(facts, list):
        raise BenchmarkError(*facts)
    return facts


def check_publishable(benchmark: Benchmark, facts: Facts) -> None:
    """Make sure that the facts are there which nobody can invent: who made it, when, what it is, under which licence.

    Raises:
        BenchmarkError: Some are lacking or are not what they should be; all at once.
    """
    files = files_of(benchmark)
    place = str(_beside(benchmark) if files.is_squad else files.folder / MANIFEST)
    needed = {"description": facts.description.strip(), "licence": facts.licence.strip()}
    lacking = [f'{key} = "…"' for key, value in needed.items() if not value]
    under = [f'{key} = "…"' for key in ("creator", "published") if not facts.of(key)]
    problems: list[Problem] = []
    if lacking or under:
        wanted = ", ".join(lacking + (["[provenance] " + ", ".join(under)] if under else []))
        found = f"lacks what metadata must say and nobody can guess: {wanted}"
        fix = "add them; published is a date, such as 2026-11-26" if under else "add them"
        if files.manifest is None:
            fix += "; there is no such file yet" + ("" if files.is_squad else ", it also needs name and version")
        problems.append(Problem(place, found, "facts about the test set, as docs/test-sets.md lists them", fix))
    if facts.of("published") and not _is_date(facts.of("published")):
        found = f"'published' is {quoted(facts.of('published'))}"
        problems.append(Problem(place, found, "a date, such as 2026-11-26", "correct 'published'"))
    if facts.of("creator_kind") and facts.of("creator_kind") not in CREATOR_KINDS:
        found = f"'creator_kind' is {quoted(facts.of('creator_kind'))}"
        problems.append(Problem(place, found, " or ".join(CREATOR_KINDS), "leave it out for an organization"))
    if problems:
        raise BenchmarkError(*problems)


def _is_date(text: str) -> bool:
    try:
        return text == date.fromisoformat(text).isoformat()
    except ValueError:
        return False
