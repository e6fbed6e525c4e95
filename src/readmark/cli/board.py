"""`readmark board`."""

from __future__ import annotations

import click

from readmark.cli.options import exit_code, json_option, print_json
from readmark.cli.tables import Row, print_tables
from readmark.verbs.board import board


@click.command("board")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("-o", "--out", required=True, metavar="DIR", help="The leaderboard's folder.")
@json_option
def command(runs: tuple[str, ...], out: str, as_json: bool) -> int:
    """Join runs into leaderboard.json, with every run's predictions in entries/ beside it."""
    leaderboard = board(runs, out)
    if as_json:
        print_json(leaderboard)
    else:
        rows = [
            Row(entry.model, entry.kind == "model", entry.conditions, entry.derived) for entry in leaderboard.entries
        ]
        print_tables(rows, leaderboard.signature, leaderboard.notes)
        click.echo(f"written: {out}/leaderboard.json")
    return exit_code(*(entry.counts for entry in leaderboard.entries))
