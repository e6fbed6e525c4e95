"""`readmark score`."""

from __future__ import annotations

from pathlib import Path

import click

from readmark.cli.options import benchmark_option, drafts_option, exit_code, extract_option, json_option, print_json
from readmark.cli.tables import Row, print_tables
from readmark.extraction import Extraction
from readmark.verbs.score import score


@click.command("score")
@click.argument("predictions", nargs=-1, required=True, metavar="PREDICTIONS...")
@benchmark_option
@click.option("-o", "--out", required=True, metavar="DIR", help="Where scores.jsonl and report.json are written.")
@click.option(
    "-c",
    "--condition",
    default="reading",
    show_default=True,
    metavar="NAME",
    help="Under which condition the predictions were made, where the file does not say.",
)
@extract_option(None, "answer for our own logs, else none")
@drafts_option
@json_option
def command(
    predictions: tuple[str, ...], benchmark: str, out: str, condition: str, extract: Extraction | None, drafts: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Score files of predictions: our predictions.jsonl, JSONL of {"id", "prediction"}, or JSON of {id: text}."""
    report = score(list(predictions), benchmark, condition=condition, out=out, extract=extract, drafts=drafts)
    if as_json:
        print_json(report)
    else:
        print_tables(
            [Row(Path(predictions[0]).stem, True, report.conditions, report.derived)], report.signature, report.notes
        )
        click.echo(f"written: {out}")
    counts = report.counts
    if counts.missing or counts.unknown:
        told = f"{counts.missing} items have no prediction; {counts.unknown} predictions are for unknown items"
        click.echo(told, err=True)
    return exit_code(counts)
