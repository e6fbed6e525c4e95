"""Makes the schemas from the types: `python -m readmark.schemas.make` writes the files anew; a test compares them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from readmark.leaderboard import Leaderboard
from readmark.records import Item, Prediction, RunInfo
from readmark.results import Report

# The file's name → the type of the whole file or, for JSON lines, of one line.
SCHEMAS: dict[str, Any] = {
    "questions.jsonl": Item,
    "predictions.jsonl": Prediction,
    "run.json": RunInfo,
    "report.json": Report,
    "leaderboard.json": Leaderboard,
}


def make_schema(name: str) -> bytes:
    """Return the schema of a published file as indented JSON."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        **msgspec.json.schema(SCHEMAS[name]),
    }
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2) + b"\n"


def path_of(name: str) -> Path:
    """Return where a schema lies in the package."""
    return Path(__file__).with_name(f"{name.partition('.')[0]}.schema.json")


if __name__ == "__main__":
    for file in SCHEMAS:
        path_of(file).write_bytes(make_schema(file))
