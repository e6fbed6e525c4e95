"""`readmark board`."""

from __future__ import annotations

import click

from readmark.cli.options import exit_code, json_option, print_json
from readmark.cli.tables import Row, print_gaps, print_tables, ranks_of
from readmark.verbs.board import board


@click.command("board")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("-o", "--out", required=True, metavar="DIR", help="The leaderboard's folder.")
@click.option("-b", "--benchmark", metavar="BENCHMARK", help="The test set, where it moved since the runs.")
@json_option
def command(runs: tuple[str, ...], out: str, benchmark: str | None, as_json: bool) -> int:
    """Join runs into leaderboard.json, with every run's predictions in entries/ beside it.

    Ranks are sets: models that the data cannot tell apart share theirs. `readmark verify` makes every number anew.
    """
    leaderboard = board(runs, out, benchmark=benchmark)
    if as_json:
        print_json(leaderboard)
    else:
        rows = [
            Row(entry.model, entry.kind == "model", entry.conditions, entry.derived,
                ranks_of(leaderboard.standings, entry.id))
            for entry in leaderboard.entries
        ]  # fmt: skip
        print_tables(rows, leaderboard.signature, leaderboard.notes)
        print_gaps(leaderboard.standings)
        click.echo(f"written: {out}/leaderboard.json")
    return exit_code(*(entry.counts for entry in leaderboard.entries))
