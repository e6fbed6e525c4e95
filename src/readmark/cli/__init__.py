"""The command line: one file a command, each loaded when it is called."""

from readmark.cli.app import main

__all__ = ["main"]
