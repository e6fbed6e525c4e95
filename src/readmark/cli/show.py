"""`readmark show`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from readmark.benchmark import Benchmark, load, twin_evidence
from readmark.cli.options import json_option, print_json
from readmark.cli.tables import printable
from readmark.errors import Problem, RunError
from readmark.metrics.facts import states
from readmark.prompts import asked_item
from readmark.records import Item, Prediction, QaItem
from readmark.runs import RunFolder
from readmark.scoring import ScoreRow
from readmark.text import first_words


@click.command("show")
@click.argument("run")
@click.argument("items", nargs=-1, metavar="[ITEM]...")
@click.option("--failed", is_flag=True, help="Only items that failed or are missing.")
@click.option("--wrong", is_flag=True, help="Only wrong answers, and summaries that contradict the article.")
@click.option("-b", "--benchmark", metavar="BENCHMARK", help="The test set, where it moved since the run.")
@json_option
def command(run: str, items: tuple[str, ...], failed: bool, wrong: bool, benchmark: str | None, as_json: bool) -> int:
    """Show a run's items: evidence, question, references, answer, and the rule that judged it."""
    folder = RunFolder(Path(run))
    loaded = _benchmark(folder, benchmark)
    wanted = {loaded.item(one).id for one in items}
    rows = [row for row in folder.rows() if not wanted or row.item_id in wanted]
    if failed or wrong:
        rows = [row for row in rows if (failed and _is_lost(row)) or (wrong and _is_wrong(row))]
    said = {(line.item_id, line.condition): line for line in folder.predictions()}
    shown = [_entry(loaded, row, said.get((row.item_id, row.condition))) for row in rows]
    if as_json:
        print_json({"items": shown})
        return 0
    for entry in shown:
        click.echo(_text(entry))
    click.echo(f"{len(shown)} of {len(folder.rows())} items")
    return 0


def _benchmark(folder: RunFolder, named: str | None) -> Benchmark:
    """Return the test set that the run was made on; refuse another one under its name."""
    if named and not folder.exists:
        return load(named)
    info = folder.info()
    loaded = load(named or info.benchmark.source)
    if loaded.sha256 != info.benchmark.sha256:
        found = f"was made on other content than '{loaded.source}' has now"
        fix = "name the test set of that time with -b, or run again"
        raise RunError(Problem(str(folder.path), found, f"the test set #{info.benchmark.sha256[:8]}", fix))
    return loaded


def _is_lost(row: ScoreRow) -> bool:
    return row.outcome in {"failed", "missing"}


def _is_wrong(row: ScoreRow) -> bool:
    return row.scores.get("answer_match") == 0 or row.scores.get("contradictions", 0) > 0


def _entry(benchmark: Benchmark, row: ScoreRow, line: Prediction | None) -> dict[str, Any]:
    """Return all that there is to say of one item."""
    original = benchmark.item(row.item_id)
    item = asked_item(benchmark, original, row.condition)
    entry: dict[str, Any] = {"item_id": item.id, "condition": row.condition, "outcome": row.outcome}
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


def _references(item: Item) -> list[str]:
    if isinstance(item, QaItem) and item.parts:
        return [" / ".join(part) for part in item.parts]
    return list(item.references) or ["(unanswerable)"]


def _text(entry: dict[str, Any]) -> str:
    """Return an entry as lines for a terminal."""
    lines = [f"{entry['item_id']} · {entry['condition']} · {entry['outcome']}"]
    lines += _labelled("question", [entry.get("question") or entry.get("instruction", "")])
    lines += _labelled("evidence", entry.get("evidence", []))
    lines += _labelled("references", entry["references"])
    lines += _labelled("facts", [("+ " if found else "- ") + fact for fact, found in entry.get("facts", {}).items()])
    lines += _labelled("contradicts", entry.get("contradictions", []))
    lines += _labelled("answer", [entry["answer"] or ("(abstained)" if entry["outcome"] == "abstained" else "(none)")])
    for name in ("raw", "error", "rule"):
        lines += _labelled(name, [entry[name]] if name in entry else [])
    lines += _labelled("scores", ["  ".join(f"{name} {value:.3g}" for name, value in entry["scores"].items())])
    return printable("\n".join(lines) + "\n").plain


def _labelled(label: str, texts: Sequence[str]) -> list[str]:
    return [f"  {label if number == 0 else '':<12}{text}" for number, text in enumerate(texts) if text]
