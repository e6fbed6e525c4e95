"""Readmark's `hf:` beside transformers' own `generate` on a GPU, over articles of several lengths.

1, 2 and 8 articles of 1,024, 4,096 and 16,384 words of the bundled article in seeded random order, most of them one
token each, with 24 questions an article, are put to a model of 1 B parameters with random weights: bfloat16, 16 new
tokens, greedy. Both sides are this Python with one transformers, in a process each.

Counted: from the prompts as text to the answers as text, with the weights loaded and after a short article of another
text, which also empties what a side may have kept. `generate` is timed at each batch size of `BATCHES`, the questions
of one article together, and its best stands in the table. Memory is the most that PyTorch held on the device.

Answers are compared and counted only: in bfloat16 near ties between two tokens are common.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import sys
from itertools import product
from pathlib import Path
from typing import Any

from harness import PEERS, WIDTH
from rich.console import Console
from rich.table import Table
from whole_process import Surroundings, run_process

ARTICLES = (1, 2, 8)
LENGTHS = (1_024, 4_096, 16_384)  # words
BATCHES = (8, 24)  # of generate
QUESTIONS = 24  # an article
WARM_LENGTH = 256  # words of the article that is asked before each run
SIDES = ("readmark", *(f"generate, batch {batch}" for batch in BATCHES))

Record = dict[str, Any]


def write_cell(file: Path, prompts: list[Record], articles: int, length: int) -> None:
    """Write the prompts of one cell, one a line, those of an article together.

    Args:
        file: Where they go.
        prompts: Of the bundled article; their words and questions are used.
        articles: How many.
        length: Words in each.
    """
    rng = random.Random(f"{file.stem}")  # noqa: S311  (data, not secrets)
    words = re.findall(r"[A-Za-z]+", prompts[0]["prefix"])
    rows = []
    for number in range(articles):
        prefix = "Article:\n\n" + " ".join(rng.choices(words, k=length)) + ".\n\n"
        asked = prompts[:QUESTIONS]
        rows += [{"id": f"{number}-{one['id']}", "prefix": prefix, "suffix": one["suffix"]} for one in asked]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def write_cells(made: Path) -> list[Path]:
    """Write all cells, and the short one before each run, beside a model; return the cells' files."""
    prompts = [json.loads(line) for line in (made / "prompts.jsonl").read_text("utf-8").splitlines()]
    write_cell(made / "warm.jsonl", prompts, 1, WARM_LENGTH)
    files = []
    for length, articles in product(LENGTHS, ARTICLES):
        files.append(made / f"cell-{articles}x{length}.jsonl")
        write_cell(files[-1], prompts, articles, length)
    return files


def compare_on_gpu(scratch: Path, runs: int, size: str = "1B") -> list[Record]:
    """Make the model, time every side on every cell and return one record a cell.

    Args:
        scratch: A folder for the model and the cells.
        runs: How often each side answers each cell.
        size: Of the model, a name in `made_model.py`.
    """
    made, around = scratch / "made-large", Surroundings(scratch, sees_gpu=True)
    maker = Path(__file__).resolve().parent / "made_model.py"
    model = run_process([sys.executable, maker, made, size], around).record
    files = write_cells(made)
    found = {}
    for side in SIDES:
        print(f"{model['device'] or 'CPU'}: {side}", file=sys.stderr)
        command = [sys.executable, PEERS / "cell_runner.py", side, made / "model", str(runs), made / "warm.jsonl"]
        found[side] = run_process([*command, *files], around).record["cells"]
    return [describe_cell(file.stem, model, {side: found[side][file.stem] for side in SIDES}) for file in files]


def describe_cell(name: str, model: Record, sides: dict[str, Record]) -> Record:
    """Return a cell's medians and peaks by side, and how many answers of the best `generate` were Readmark's too."""
    rows = {
        side: {
            "seconds": statistics.median(row["seconds"]) if row["seconds"] else None,
            "runs": row["seconds"],
            "peak_mib": row["peak_mib"],
            "fault": row["fault"],
        }
        for side, row in sides.items()
    }
    finished = [side for side in SIDES[1:] if rows[side]["seconds"]]
    best = min(finished, key=lambda side: rows[side]["seconds"]) if finished else None
    ours = sides[SIDES[0]]["answers"]
    equal = sum(ours.get(item) == answer for item, answer in sides[best]["answers"].items()) if best else None
    return {"cell": name, "model": model, "sides": rows, "best": best, "equal": equal, "prompts": len(ours)}


def print_cells(cells: list[Record]) -> None:
    """Print one line a cell, 80 columns wide."""
    table = Table(title=f"{cells[0]['model']['parameters'] / 1e9:.2f} B parameters on {cells[0]['model']['device']}")
    for heading in ("articles × words", "readmark, s", "generate, s", "batch", "ratio", "our MiB", "its MiB", "equal"):
        table.add_column(heading, justify="right")
    for cell in cells:
        ours = cell["sides"][SIDES[0]]
        theirs = cell["sides"].get(cell["best"], {"seconds": None, "peak_mib": None})
        ratio = theirs["seconds"] / ours["seconds"] if ours["seconds"] and theirs["seconds"] else None
        table.add_row(
            cell["cell"].removeprefix("cell-").replace("x", " × "),
            shown(ours["seconds"], ".2f"),
            shown(theirs["seconds"], ".2f"),
            cell["best"].rpartition(" ")[2] if cell["best"] else "–",
            shown(ratio, ".1f"),
            shown(ours["peak_mib"], ",.0f"),
            shown(theirs["peak_mib"], ",.0f"),
            f"{cell['equal']} of {cell['prompts']}",
        )
    Console(width=WIDTH, highlight=False).print(table)


def shown(number: float | None, form: str) -> str:
    """Return a number for a table; a dash where there is none."""
    return "–" if number is None else format(number, form)
