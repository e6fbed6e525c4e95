"""`readmark show`."""

from __future__ import annotations

from pathlib import Path

import click

from readmark.cli.entries import entry_text, make_entry
from readmark.cli.options import json_option, print_json
from readmark.runs import RunFolder, benchmark_of
from readmark.scoring import ScoreRow


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
    loaded = benchmark_of(folder, benchmark)
    wanted = {loaded.item(one).id for one in items}
    rows = [row for row in folder.rows() if not wanted or row.item_id in wanted]
    if failed or wrong:
        rows = [row for row in rows if (failed and _is_lost(row)) or (wrong and _is_wrong(row))]
    said = {(line.item_id, line.condition): line for line in folder.predictions()}
    shown = [make_entry(loaded, row, said.get((row.item_id, row.condition))) for row in rows]
    if as_json:
        print_json({"items": shown})
        return 0
    for entry in shown:
        click.echo(entry_text(entry))
    click.echo(f"{len(shown)} of {len(folder.rows())} items")
    return 0


def _is_lost(row: ScoreRow) -> bool:
    return row.outcome in {"failed", "missing"}


def _is_wrong(row: ScoreRow) -> bool:
    return row.scores.get("answer_match") == 0 or row.scores.get("contradictions", 0) > 0
