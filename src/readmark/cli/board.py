"""`readmark board`."""

from __future__ import annotations

import click

from readmark.cli.options import exit_code, json_option, print_json
from readmark.cli.tables import Row, print_gaps, print_tables, ranks_of
from readmark.verbs.board import board


def _pairs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return `MODEL=TAG` as pairs; a model's name may hold the sign, a tag not."""
    found = []
    for value in values:
        model, equals, tag = value.rpartition("=")
        if not equals or not model or not tag.strip():
            raise click.BadParameter(f"'{value}' is not MODEL=TAG, such as 'hf:*=small'")
        found.append((model, tag.strip()))
    return tuple(found)


@click.command("board")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("-o", "--out", required=True, metavar="DIR", help="The leaderboard's folder.")
@click.option("-b", "--benchmark", metavar="BENCHMARK", help="The test set, where it moved since the runs.")
@click.option("--title", default="", metavar="TEXT", help="The page's title.  [default: the test set's name]")
@click.option("--description", default="", metavar="TEXT", help="A paragraph under the title.")
@click.option(
    "--tag", "tags", multiple=True, metavar="MODEL=TAG", callback=_pairs,
    help="A word to filter by; MODEL may be a pattern, such as 'hf:*'. May be repeated.",
)  # fmt: skip
@click.option(
    "--without-items", is_flag=True, help="Leave articles, questions, references and answers out of leaderboard.html."
)
@json_option
def command(
    runs: tuple[str, ...], out: str, benchmark: str | None, title: str, description: str,
    tags: tuple[tuple[str, str], ...], without_items: bool, as_json: bool,
) -> int:  # fmt: skip
    """Join runs into leaderboard.json and leaderboard.html, with every run's predictions in entries/ beside them.

    Ranks are sets: models that the data cannot tell apart share theirs. `readmark verify` makes every number anew.
    """
    leaderboard = board(
        runs, out, benchmark=benchmark, title=title, description=description, tags=tags, with_items=not without_items
    )
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
        click.echo(f"written: {out}/leaderboard.json, {out}/leaderboard.html")
    if not without_items:
        click.echo("the page holds articles, references and answers; --without-items leaves them out", err=True)
    return exit_code(*(entry.counts for entry in leaderboard.entries))
