"""`readmark score`."""

from __future__ import annotations

from pathlib import Path

import click

from readmark.cli.options import (
    benchmark_option,
    drafts_option,
    exit_code,
    extract_option,
    json_option,
    metric_option,
    print_json,
    rouge_option,
)
from readmark.cli.tables import COLUMNS, Row, percent, print_tables, printable
from readmark.extraction import Extraction
from readmark.records import RougeVariant
from readmark.results import Report, Score
from readmark.verbs.score import NOT_KNOWN, NOT_PREDICTED, score

OFFICIAL = ("exact_match", "token_f1")  # what SQuAD's script splits by whether there is an answer
GROUPS = {"yes": "answerable", "no": "unanswerable"}


@click.command("score")
@click.argument("predictions", nargs=-1, required=True, metavar="PREDICTIONS...")
@benchmark_option
@click.option("-o", "--out", required=True, metavar="DIR", help="The folder for predictions, scores and report.")
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
@click.option("--no-answer", metavar="FILE", help="JSON of {id: probability of no answer}: finds the best threshold.")
@click.option("--threshold", type=float, metavar="X", help="Over it, a prediction counts as abstaining.  [default: 1]")
@click.option("--name", metavar="NAME", help="Whose predictions they are.  [default: the file's name]")
@metric_option
@rouge_option
@json_option
def command(
    predictions: tuple[str, ...], benchmark: str, out: str, condition: str, extract: Extraction | None, drafts: bool,
    no_answer: str | None, threshold: float | None, metrics: tuple[str, ...],
    rouge: RougeVariant | None, name: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Score files of predictions: our predictions.jsonl, JSONL of {"id", "prediction"}, or JSON of {id: text}."""
    report = score(
        list(predictions), benchmark, condition=condition, out=out, extract=extract, drafts=drafts,
        no_answer=no_answer, threshold=threshold, metrics=metrics, rouge=rouge, name=name,
    )  # fmt: skip
    if as_json:
        print_json(report)
    else:
        row = Row(name or Path(predictions[0]).stem, True, report.conditions, report.derived)
        print_tables([row], report.signature, report.notes)
        for line in [*_splits(report), *_thresholds(report)]:
            click.echo(line)
        click.echo(f"written: {out}")
    counts = report.counts
    if counts.missing or counts.unknown:
        told = f"{counts.missing} items have no prediction; {counts.unknown} predictions are for unknown items"
        named = [note for note in report.notes if note.startswith((NOT_PREDICTED, NOT_KNOWN))]
        click.echo("\n".join([told, *(printable(note).plain for note in named)]), err=True)
    return exit_code(counts)


def _splits(report: Report) -> list[str]:
    """Return a line for the answerable and one for the unanswerable, where a condition has scores of both."""
    lines = []
    for condition, part in report.conditions.items():
        groups = part.by.get("answerable", {})
        if GROUPS.keys() <= groups.keys():
            for group, name in GROUPS.items():
                told = ", ".join(f"{COLUMNS['qa'][one]} {_percent(groups[group].get(one))}" for one in OFFICIAL)
                n = max(score.n for score in groups[group].values())
                lines.append(f"{condition}, {name}: {told} over {n} items")
    return lines


def _percent(score: Score | None) -> str:
    return percent(score, "exact_match")


def _thresholds(report: Report) -> list[str]:
    """Return the best thresholds on the no-answer probabilities, and the one that was used."""
    best = [
        f"{COLUMNS['qa'][name]} {100 * found.value:.1f} at {found.threshold:g}"
        for name, found in report.thresholds.items()
    ]
    return [f"best threshold: {', '.join(best)} (used: {report.signature.get('threshold')})"] if best else []
