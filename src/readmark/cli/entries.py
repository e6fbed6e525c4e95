"""Items with what was answered: all that there is to say of one, and its lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from readmark.benchmark import Benchmark, twin_evidence
from readmark.cli.tables import printable
from readmark.metrics.facts import states
from readmark.prompts import asked_item
from readmark.records import Item, Prediction, QaItem
from readmark.scoring import ScoreRow
from readmark.text import first_words

Entry = dict[str, Any]


def make_entry(benchmark: Benchmark, row: ScoreRow, line: Prediction | None) -> Entry:
    """Return all that there is to say of one item."""
    original = benchmark.item(row.item_id)
    item = asked_item(benchmark, original, row.condition)
    entry: Entry = {"item_id": item.id, "condition": row.condition, "outcome": row.outcome}
    if isinstance(item, QaItem):
        entry["question"] = item.question
        entry["references"] = _references(item)
        is_twin = row.condition == "twin"
        entry["evidence"] = twin_evidence(benchmark, item) if is_twin else benchmark.evidence_texts(item)
    else:
        entry["instruction"] = item.instruction
        entry["references"] = list(item.references)
        read = row.text if item.max_words is None else first_words(row.text, item.max_words)
        entry["facts"] = {fact.text: states(read, fact.facets, benchmark.recipe.language) for fact in item.facts}
        entry["contradictions"] = [
            one.text for one in item.contradictions if states(row.text, one.facets, benchmark.recipe.language)
        ]
    entry["answer"] = row.text
    if line and isinstance(line.raw, str) and line.raw.strip() != row.text:
        entry["raw"] = line.raw
    if line and not isinstance(line.raw, str) and line.error:
        entry["error"] = f"{line.error.class_}: {line.error.message}"
    return {**entry, **({"rule": row.rule} if row.rule else {}), "scores": row.scores}


def entry_text(entry: Entry) -> str:
    """Return an entry as lines for a terminal."""
    head = f"{entry['item_id']} · {entry['condition']} · {entry['outcome']}"
    return _shown([head, *_item_lines(entry), *_answer_lines(entry)])


def entries_text(sides: Mapping[str, Entry]) -> str:
    """Return what several runs answered to one item: the item once, then each run's answer under its letter."""
    first = next(iter(sides.values()))
    outcomes = ", ".join(f"{letter} {entry['outcome']}" for letter, entry in sides.items())
    lines = [f"{first['item_id']} · {first['condition']} · {outcomes}", *_item_lines(first)]
    for letter, entry in sides.items():
        lines += _answer_lines(entry, f"{letter} ")
    return _shown(lines)


def _item_lines(entry: Entry) -> list[str]:
    """Return what all runs were asked alike."""
    lines = _labelled("question", [entry.get("question") or entry.get("instruction", "")])
    lines += _labelled("evidence", entry.get("evidence", []))
    return lines + _labelled("references", entry["references"])


def _answer_lines(entry: Entry, letter: str = "") -> list[str]:
    facts = [("+ " if found else "- ") + fact for fact, found in entry.get("facts", {}).items()]
    answer = entry["answer"] or ("(abstained)" if entry["outcome"] == "abstained" else "(none)")
    lines = _labelled(f"{letter}facts", facts)
    lines += _labelled(f"{letter}contradicts", entry.get("contradictions", []))
    lines += _labelled(f"{letter}answer", [answer])
    for name in ("raw", "error", "rule"):
        lines += _labelled(f"{letter}{name}", [entry[name]] if name in entry else [])
    return lines + _labelled(
        f"{letter}scores", ["  ".join(f"{name} {value:.3g}" for name, value in entry["scores"].items())]
    )


def _references(item: Item) -> list[str]:
    if isinstance(item, QaItem) and item.parts:
        return [" / ".join(part) for part in item.parts]
    return list(item.references) or ["(unanswerable)"]


def _labelled(label: str, texts: Sequence[str]) -> list[str]:
    return [f"  {label if number == 0 else '':<12}{text}" for number, text in enumerate(texts) if text]


def _shown(lines: Sequence[str]) -> str:
    return printable("\n".join(lines) + "\n").plain
