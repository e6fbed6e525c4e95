"""Options and manners that several commands share."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click
import msgspec

from readmark.cli.app import DONE, INCOMPLETE
from readmark.extraction import EXTRACTIONS
from readmark.records import RougeVariant

if TYPE_CHECKING:
    from readmark.results import Counts

F = TypeVar("F", bound=Callable[..., Any])

benchmark_option = click.option(
    "-b", "--benchmark", default="crossroads", show_default=True, metavar="BENCHMARK",
    help="A bundled name, a folder, a .jsonl or .csv file of questions, or a SQuAD .json file.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="The result alone as JSON on standard output.")
metric_option = click.option(
    "--metric", "metrics", multiple=True, metavar="NAME",
    help="A further metric: evaluate:NAME_OR_PATH[:KEY], a module of the evaluate library. May be repeated.",
)  # fmt: skip
rouge_option = click.option(
    "--rouge", type=click.Choice(get_args(RougeVariant)), help="Whose ROUGE it is.  [default: the test set's]"
)
drafts_option = click.option("--drafts", is_flag=True, help="Draft items too.")


def extract_option(default: str | None, when: str) -> Callable[[F], F]:
    """Return the option for the extraction rule with a command's own default, and the default in words."""
    text = f"How the answer is found in the text: none takes it as it is.  [default: {when}]"
    return click.option("--extract", type=click.Choice(EXTRACTIONS), default=default, help=text)


def print_json(value: object) -> None:
    """Print a record or a mapping of records as JSON."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


@contextlib.contextmanager
def standard_output_kept() -> Iterator[None]:
    """Send what models and the programs they start print to standard error, so that a result stands alone."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def model_arguments(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> dict[str, Any]:
    """Return `K=V` pairs as a mapping; values are JSON where they parse, else text."""
    arguments = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"'{pair}' is not K=V, such as temperature=0.5")
        try:
            arguments[key] = json.loads(text)
        except (ValueError, RecursionError):
            arguments[key] = text
    return arguments


def exit_code(*counts: Counts) -> int:
    """Return 1 where an item failed, is missing or unknown, else 0."""
    return INCOMPLETE if any(one.failed or one.missing or one.unknown for one in counts) else DONE
