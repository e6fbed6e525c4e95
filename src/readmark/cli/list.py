"""`readmark list`."""

from __future__ import annotations

import ast
from pathlib import Path

import click

from readmark.benchmark import BENCHMARKS, load
from readmark.cli.options import json_option, print_json
from readmark.metrics import METRICS
from readmark.models import SCHEMES, baselines, plugins
from readmark.prompts import CONDITIONS


def _models() -> dict[str, str]:
    return {
        **{name: _first_line(path) for name, path in baselines().items()},
        **{name: f"plugin: {entry.value}" for name, entry in plugins().items()},
        **{scheme.form: scheme.about for scheme in SCHEMES.values()},
    }


def _first_line(path: Path) -> str:
    """Return the first line of a file's docstring, without running the file."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].partition(": ")[2] or text.partition("\n")[0]


def _metrics() -> dict[str, str]:
    return {name: metric.about for name, metric in METRICS.items()} | {EXTRA: "any module of the evaluate library"}


def _conditions() -> dict[str, str]:
    return {name: condition.about for name, condition in CONDITIONS.items()}


def _benchmarks() -> dict[str, str]:
    return {name: load(name).manifest.description for name in BENCHMARKS}


EXTRA = "evaluate:NAME_OR_PATH[:KEY]"  # the form of further metrics, given as --metric
KINDS = {"models": _models, "metrics": _metrics, "conditions": _conditions, "benchmarks": _benchmarks}


@click.command("list")
@click.argument("kind", type=click.Choice(list(KINDS)))
@json_option
def command(kind: str, as_json: bool) -> int:
    """List models, metrics, conditions or benchmarks by name."""
    found = KINDS[kind]()
    if as_json:
        print_json({kind: found})
    else:
        width = max(map(len, found), default=0)
        for name, about in found.items():
            click.echo(f"{name:<{width}}  {about}")
    return 0
