"""`readmark run`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from readmark.benchmark import Benchmark, load
from readmark.cli.options import (
    benchmark_option,
    drafts_option,
    exit_code,
    extract_option,
    json_option,
    metric_option,
    model_arguments,
    print_json,
    rouge_option,
    standard_output_kept,
)
from readmark.cli.progress import progress
from readmark.cli.tables import Row, print_gaps, print_tables, ranks_of
from readmark.extraction import Extraction
from readmark.metrics import HEADLINES
from readmark.models import baselines, find_model
from readmark.plan import Plan, make_plan
from readmark.prompts import CONDITIONS, check_conditions
from readmark.records import RougeVariant
from readmark.results import Report
from readmark.runs import RunFolder
from readmark.signature import signed
from readmark.standings import make_standings
from readmark.verbs.ceiling import run_upper_bound
from readmark.verbs.run import Run, execute


@click.command("run")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@benchmark_option
@click.option(
    "-c",
    "--condition",
    "conditions",
    default="reading",
    show_default=True,
    metavar="NAME,...",
    help="What the model gets; `readmark list conditions` tells.",
)
@click.option("-o", "--out", default="runs", show_default=True, metavar="DIR", help="The folder of runs.")
@click.option(
    "--model-arg",
    "arguments",
    multiple=True,
    metavar="K=V",
    callback=model_arguments,
    help="A setting for the model's constructor; JSON where it parses.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N items.")
@drafts_option
@extract_option("answer", "answer")
@metric_option
@rouge_option
@click.option("--dry-run", is_flag=True, help="Tell what would be asked; ask nothing, write nothing.")
@json_option
def command(
    models: tuple[str, ...], benchmark: str, conditions: str, out: str, arguments: dict[str, Any],
    limit: int | None, drafts: bool, extract: Extraction, metrics: tuple[str, ...],
    rouge: RougeVariant | None, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Ask models every item of a test set and score their answers.

    MODEL is a baseline, FILE.py:NAME, package.module:NAME, command:PROGRAM, hf:ID-OR-FOLDER, openai:MODEL,
    anthropic:MODEL or a plugin's name; `readmark list models` tells. Without one, every bundled baseline runs, and the
    ceiling that the references give stands apart.

    The same command goes on with a run that was cut: answers are kept, failed items are asked again.
    """
    loaded = load(benchmark).with_metrics(metrics).with_rouge(rouge)
    names = [name.strip() for name in conditions.split(",")]
    asked = check_conditions(names, loaded)
    plans = [
        make_plan(model, loaded, conditions=names, limit=limit, drafts=drafts, model_args=arguments)
        for model in models or _fitting_baselines(loaded, asked, drafts=drafts)
    ]
    if dry_run:
        return _tell(plans, as_json=as_json)
    with progress(sum(len(plan.prompts) for plan in plans)) as watch, standard_output_kept():
        runs = [execute(plan, out, extract, watch) for plan in plans]
    if not models and limit is None and "reading" in names:
        runs.append(run_upper_bound(loaded, out, drafts=drafts, extract=extract))
    if as_json:
        print_json({"reports": [_json(run) for run in runs]})
    else:
        _print(loaded, runs)
    return exit_code(*(run.report.counts for run in runs))


def _fitting_baselines(benchmark: Benchmark, conditions: Sequence[str], *, drafts: bool) -> list[str]:
    """Return the baselines that do a task of which items are asked."""
    items = benchmark.selected(drafts=drafts)
    tasks = {item.task for item in items for name in conditions if CONDITIONS[name].asks(benchmark, item)}
    return [name for name in baselines() if tasks & set(find_model(name).tasks)]


def _tell(plans: list[Plan], *, as_json: bool) -> int:
    plain = [
        {
            "model": plan.model.name,
            "items": len(plan.items),
            "prompts": len(plan.prompts),
            "tokens": plan.tokens,
            "conditions": list(plan.conditions),
        }
        for plan in plans
    ]
    if as_json:
        print_json({"plans": plain})
    for plan in [] if as_json else plain:
        asked = f"{plan['items']} items, {plan['prompts']} prompts, about {plan['tokens']} input tokens"
        click.echo(f"{plan['model']}: {asked} ({', '.join(plan['conditions'])})")  # type: ignore[arg-type]
    return 0


def _json(run: Run) -> dict[str, object]:
    return {
        "model": run.info.model,
        "revision": run.info.revision,
        "kind": run.info.kind,
        "folder": str(run.folder),
        "report": run.report,
    }


def _print(benchmark: Benchmark, runs: list[Run]) -> None:
    models = {str(run.folder): RunFolder(run.folder).rows() for run in runs if run.info.kind == "model"}
    standings = make_standings(benchmark, models) if len(models) > 1 else {}
    rows = [
        Row(run.info.model, run.info.kind == "model", run.report.conditions, run.report.derived,
            ranks_of(standings, str(run.folder)))
        for run in runs
    ]  # fmt: skip
    notes = dict.fromkeys(note for run in runs for note in run.report.notes)
    print_tables(rows, runs[0].report.signature, notes)
    print_gaps(standings)
    if len(runs) == 1:
        _print_signed(runs[0].report)
    for run in runs:
        counts = run.report.counts
        if counts.failed or counts.missing:
            click.echo(f"{run.info.model}: {counts.failed} failed, {counts.missing} missing of {counts.items}; "
                       f"see: readmark show {run.folder} --failed")  # fmt: skip
        if run.info.cost is not None:
            tokens = f"{run.info.input_tokens or 0:,} input and {run.info.output_tokens or 0:,} output tokens"
            click.echo(f"{run.info.model}: {tokens}, cost {run.info.cost:.4f}")
    where = runs[0].folder if len(runs) == 1 else f"{runs[0].folder.parent} ({len(runs)} runs)"
    click.echo(f"written: {where}")


def _print_signed(report: Report) -> None:
    """Print the headlines as lines that can be quoted: the number with its recipe."""
    for condition, part in report.conditions.items():
        for headline in HEADLINES.values():
            if headline in part.scores:
                click.echo(signed(headline, part.scores[headline], condition, report.signature))
