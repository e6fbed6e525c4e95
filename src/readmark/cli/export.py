"""`readmark export`."""

from __future__ import annotations

import click

from readmark.cli.options import json_option, metric_option, print_json
from readmark.cli.tables import printable
from readmark.verbs.export import FORMATS, export

_LINES = "\n".join(f"{name:<16} {form.about}" for name, form in FORMATS.items())


@click.command("export", help=f"Write a run, a leaderboard or a test set in a form that others read.\n\n\b\n{_LINES}")
@click.argument("source", metavar="RUN|BOARD|BENCHMARK")
@click.option("--to", required=True, type=click.Choice(list(FORMATS)), metavar="FORMAT", help="One of those above.")
@click.option("-o", "--out", metavar="PATH", help="The file or folder.  [default: standard output, for one file]")
@click.option("--with-references", is_flag=True, help="References and articles may go out.")
@click.option("-b", "--benchmark", metavar="BENCHMARK", help="The test set of a run or board, where it moved.")
@metric_option
@json_option
def command(
    source: str, to: str, out: str | None, with_references: bool, benchmark: str | None, metrics: tuple[str, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """Write a run, a leaderboard or a test set in a form that others read."""
    made = export(source, to, out, with_references=with_references, benchmark=benchmark, metrics=metrics)
    for note in made.notes:
        click.echo(printable(note).plain, err=True)
    if as_json:
        text = {} if made.written else {"text": b"".join(made.files.values()).decode()}
        print_json({"format": to, "written": [str(path) for path in made.written], "notes": made.notes, **text})
    elif not made.written:
        click.echo(b"".join(made.files.values()), nl=False)
    else:
        click.echo(f"written: {out} ({len(made.written)} file{'s' if len(made.written) != 1 else ''})")
