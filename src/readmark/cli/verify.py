"""`readmark verify`."""

from __future__ import annotations

import click

from readmark.cli.app import DONE, INCOMPLETE
from readmark.cli.options import json_option, metric_option, print_json
from readmark.cli.tables import printable
from readmark.verbs.board import verify

SHOWN = 50  # findings; one changed answer moves many numbers


@click.command("verify")
@click.argument("leaderboard", metavar="LEADERBOARD.json")
@click.option("-b", "--benchmark", metavar="BENCHMARK", help="The test set, where it is not a bundled one.")
@metric_option
@json_option
def command(leaderboard: str, benchmark: str | None, metrics: tuple[str, ...], as_json: bool) -> int:
    """Make every number of a leaderboard anew from the predictions beside it, and tell what differs.

    No model is needed. Exit code 0: all of it holds; 1: something differs.
    """
    findings = verify(leaderboard, benchmark=benchmark, metrics=metrics)
    if as_json:
        print_json({"holds": not findings, "findings": findings})
        return INCOMPLETE if findings else DONE
    for one in findings[:SHOWN]:
        found = f", the predictions give {one.found}" if one.found else ""
        click.echo(printable(f"{one.place}: {one.board}{found}").plain)
    if len(findings) > SHOWN:
        click.echo(f"and {len(findings) - SHOWN} more; --json has all")
    click.echo("every number holds" if not findings else f"differences: {len(findings)}")
    return INCOMPLETE if findings else DONE
