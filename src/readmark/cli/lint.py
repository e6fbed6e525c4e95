"""`readmark lint`."""

from __future__ import annotations

import click

from readmark.benchmark import load
from readmark.cli.app import DONE, WRONG_INPUT
from readmark.cli.options import json_option, print_json
from readmark.verbs.author import PROFILES, lint
from readmark.verbs.author.lint import Profile


@click.command("lint")
@click.argument("benchmark", default="crossroads")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="plain",
    show_default=True,
    help="authored demands what a published test set needs.",
)
@json_option
def command(benchmark: str, profile: Profile, as_json: bool) -> int:
    """Check a test set beyond what loading it already refuses; an error makes the exit code 2."""
    loaded = load(benchmark)
    findings = lint(loaded, profile)
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        print_json({"benchmark": loaded.stamp, "items": len(loaded.items), "findings": findings})
    else:
        for finding in findings:
            click.echo(str(finding))
        told = f"{errors} errors, {len(findings) - errors} warnings"
        click.echo(f"{loaded.name} {loaded.manifest.version}: {len(loaded.items)} items, {told}")
    return WRONG_INPUT if errors else DONE
