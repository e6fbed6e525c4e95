"""The command `readmark`: its commands by name, and the exit code for every way to end.

0 done · 1 done, but items failed or are missing · 2 the input was wrong, nothing was changed ·
70 a bug, with its traceback · 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import cast

import click

from readmark.errors import ReadmarkError

COMMANDS = {
    "run": "Ask models every item and score their answers.",
    "score": "Score files of predictions, no model needed.",
    "show": "Show items with evidence, answer and the rule that judged it.",
    "compare": "Tell whether two runs differ by more than chance.",
    "board": "Join runs into a leaderboard.",
    "verify": "Make a leaderboard's numbers anew and tell what differs.",
    "export": "Write a run, board or test set in a form that others read.",
    "lint": "Check a test set.",
    "list": "List models, metrics, conditions or benchmarks.",
}
DONE, INCOMPLETE, WRONG_INPUT, BUG, INTERRUPTED = 0, 1, 2, 70, 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Return a command, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, importlib.import_module(f"readmark.cli.{cmd_name}").command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="readmark")
def app() -> None:
    """Turn an article into a reading test, score any model on it, publish numbers that hold up.

    \b
    readmark run lead-3 typed-span        score two baselines on the bundled test set
    readmark run my_model.py:MyModel -b FOLDER
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = _guarded(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output left; nothing is wrong with us
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code)


def _guarded(arguments: Sequence[str]) -> int:
    try:
        result = app(list(arguments), standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo(
            "\ninterrupted; answers that a run has logged are kept, and the same command goes on from there", err=True
        )
        return INTERRUPTED
    except ReadmarkError as error:
        _tell(error, as_json="--json" in arguments)
        return WRONG_INPUT
    except (BrokenPipeError, SystemExit) as error:  # click exits when the reader of our output left
        raise BrokenPipeError from error
    except Exception:  # noqa: BLE001 - the last resort: a bug is told as one
        traceback.print_exc()
        click.echo("this is a bug in readmark; please report it with the lines above", err=True)
        return BUG
    return result if isinstance(result, int) else DONE


def _tell(error: ReadmarkError, *, as_json: bool) -> None:
    if as_json:
        import msgspec  # noqa: PLC0415 - only for this message

        click.echo(msgspec.json.encode({"problems": error.problems}).decode())
    click.echo(str(error).encode(errors="replace").decode(), err=True)
