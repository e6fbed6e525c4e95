"""Measure harness overhead: Readmark beside a bare loop, lm-evaluation-harness and inspect_ai.

1,000 questions over 1,000 articles of 400 words (seeded, made up) are put to a model
that answers at once with a constant: load the test set, build prompts, score exact
match and F1, and leave one line an item on disk.

Counted: the time in the process from the call that starts the evaluation to its
return, with all files written and closed. Each run is a fresh process that writes
into an empty folder; the tools take turns, round by round, and one round for
warming up is thrown away (file caches, byte code, and lm_eval's conversion of the
data, which later runs find done). The median is reported.

Not counted: starting Python and importing (`import`, a column of its own); making
the data; installing the peers; checking afterwards that every item was logged and
that all tools found the same scores, to 0.005 (inspect_ai rounds each F1 to two
places). Imports that a tool puts off until the evaluation are counted, but for
lm_eval's torch, which is imported before.

On disk: the bare loop writes a line an item and syncs nothing; Readmark writes a
line an item and syncs each second and at the end; lm_eval writes its lines after the
last item and syncs nothing; inspect_ai writes after every 50 of 1,000, into a zip,
and syncs at the end. The bare loop and Readmark read one file an article; the peers
read one flat JSON file with the articles in it, the form they like best.

The peers run twice: with settings chosen for speed (`fast`, see `peers/`) and with
those they have when called from a script (`default`). lm_eval lists the installed
packages in every run, which no setting turns off; what that costs stands in the
JSON as `environment_report_seconds`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peer_venv import ensure_venv
from qa_data import Shape, write_data
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"
AIM_ITEMS, AIM_SECONDS = 1_000, 0.25  # the aim is stated for this size
TOLERANCE = 0.005  # of a mean: inspect_ai rounds each item's F1 to two places
WIDTH = 80  # columns

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TQDM_DISABLE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

Record = dict[str, Any]


@dataclass(frozen=True)
class Tool:
    """A row of the table: a runner file and the settings it gets."""

    name: str
    runner: str
    settings: str = "default"
    is_peer: bool = False


TOOLS = (
    Tool("bare loop", "bare_loop.py"),
    Tool("readmark", "readmark_runner.py"),
    Tool("lm-eval, fast", "lm_eval_runner.py", "fast", is_peer=True),
    Tool("lm-eval, default", "lm_eval_runner.py", "default", is_peer=True),
    Tool("inspect-ai, fast", "inspect_runner.py", "fast", is_peer=True),
    Tool("inspect-ai, default", "inspect_runner.py", "default", is_peer=True),
)


@dataclass(frozen=True)
class Stage:
    """Where and with what the tools run."""

    data: Path
    scratch: Path
    answer: str
    peer_python: Path


def child_environment(scratch: Path, *, is_peer: bool) -> dict[str, str]:
    """Return an environment without the network, with all caches in the scratch folder."""
    caches = {name: str(scratch / "cache") for name in ("HF_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    dropped = {"PYTHONDONTWRITEBYTECODE"} | ({"PYTHONPATH", "PYTHONHOME"} if is_peer else set())
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | OFFLINE | caches


def run_once(tool: Tool, stage: Stage) -> Record:
    """Run one tool in a fresh process and an empty folder and return what it printed.

    Raises:
        SystemExit: The tool failed; its last words are passed on.
    """
    python = stage.peer_python if tool.is_peer else Path(sys.executable)
    out = tempfile.mkdtemp(dir=stage.scratch)
    command = [str(python), str(PEERS / tool.runner), str(stage.data), out, stage.answer, tool.settings]
    environment = child_environment(stage.scratch, is_peer=tool.is_peer)
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=stage.scratch)
    if done.returncode != 0:
        raise SystemExit(f"{tool.name} failed (exit {done.returncode}):\n{done.stderr[-2000:]}")
    record: Record = json.loads(done.stdout.splitlines()[-1])
    return record


def run_rounds(tools: list[Tool], stage: Stage, runs: int, peer_runs: int) -> dict[str, list[Record]]:
    """Run the tools by turns, once unrecorded, then as often as asked.

    Returns:
        Each tool's records by its name.
    """
    records: dict[str, list[Record]] = {tool.name: [] for tool in tools}
    for turn in range(max(runs, peer_runs) + 1):
        for tool in tools:
            if turn > (peer_runs if tool.is_peer else runs):
                continue
            print(f"{'warm-up' if turn == 0 else f'round {turn}'}: {tool.name}", file=sys.stderr)
            record = run_once(tool, stage)
            if turn > 0:
                records[tool.name].append(record)
    return records


def find_disagreements(records: dict[str, list[Record]], items: int) -> list[str]:
    """Name every run that logged too few items or scored otherwise than the first tool."""
    expected = next(iter(records.values()))[0]
    faults = []
    for name, rows in records.items():
        for row in rows:
            if row["lines"] != items:
                faults.append(f"{name}: {row['lines']} of {items} items logged")
            faults += [
                f"{name}: {metric} {row[metric]:.4f} instead of {expected[metric]:.4f}"
                for metric in ("exact_match", "f1")
                if abs(row[metric] - expected[metric]) > TOLERANCE
            ]
    return sorted(set(faults))


def summarise(tool: Tool, rows: list[Record], bare: float | None) -> Record:
    """Return a tool's median, range and ratio to the bare loop, with all of its runs."""
    seconds = [row["seconds"] for row in rows]
    median = statistics.median(seconds)
    return {
        "tool": tool.name,
        "version": rows[0]["version"],
        "seconds": median,
        "seconds_min": min(seconds),
        "seconds_max": max(seconds),
        "ratio_to_bare_loop": median / bare if bare else None,
        "import_seconds": statistics.median(row["import_seconds"] for row in rows),
        "exact_match": rows[0]["exact_match"],
        "f1": rows[0]["f1"],
        "runs": rows,
    }


def describe_session(options: argparse.Namespace, arguments: list[str]) -> Record:
    """Return what the figures hang on: command, time, Python, machine, data."""
    return {
        "command": shlex.join(["python", "studies/speed/harness.py", *arguments]),
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "items": options.items,
        "articles": options.articles,
        "seed": options.seed,
    }


def verdict(row: Record) -> str:
    """Return whether Readmark's median meets the aim, in words."""
    return f"≤ {AIM_SECONDS} s: {'met' if row['seconds'] <= AIM_SECONDS else 'missed'}"


def print_table(session: Record, rows: list[Record]) -> None:
    """Print the session and the table, 80 columns wide."""
    table = Table(title=f"{session['items']:,} items, {session['articles']:,} articles, a model that answers at once")
    for heading in ("tool", "version"):
        table.add_column(heading)
    for heading in ("seconds", "min–max", "ratio", "import"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        is_judged = row["tool"] == "readmark" and session["items"] == AIM_ITEMS
        table.add_row(
            f"{row['tool']}\n{verdict(row)}" if is_judged else row["tool"],
            row["version"] or session["python"],
            f"{row['seconds']:.3f}",
            f"{row['seconds_min']:.3f}–{row['seconds_max']:.3f}",
            f"{row['ratio_to_bare_loop']:.1f}×" if row["ratio_to_bare_loop"] else "",
            f"{row['import_seconds']:.2f}",
        )
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    console.print(f"{session['command']}\n{session['date']} · Python {session['python']} · {session['cpus']} CPUs")


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=AIM_ITEMS, help="questions (default %(default)s)")
    parser.add_argument("--articles", type=int, default=AIM_ITEMS, help="distinct articles (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the data (default %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of the bare loop and Readmark (default %(default)s)")
    parser.add_argument("--peer-runs", type=int, default=3, help="of each peer (default %(default)s)")
    parser.add_argument(
        "--only", nargs="+", metavar="TOOL", default=[], choices=[tool.name for tool in TOOLS],
        help="run these rows alone: " + ", ".join(f'"{tool.name}"' for tool in TOOLS),
    )  # fmt: skip
    studies = ROOT / "out" / "studies"
    parser.add_argument("--venv", type=Path, default=studies / "harness-venv", help="the peers' own environment")
    parser.add_argument("--out", type=Path, default=studies / "harness.json", help="where the JSON goes")
    options = parser.parse_args(arguments)
    if min(options.items, options.articles, options.runs, options.peer_runs) < 1:
        parser.error("--items, --articles, --runs and --peer-runs must be 1 or more")
    if options.articles > options.items:
        parser.error("--articles may not exceed --items")
    return options


def main(arguments: list[str]) -> int:
    """Run the study; 1 where the tools disagree about the scores, else 0."""
    options = parse_options(arguments)
    tools = [tool for tool in TOOLS if tool.name in options.only or not options.only]
    peer_python = ensure_venv(options.venv.absolute()) if any(tool.is_peer for tool in tools) else Path(sys.executable)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        answer = write_data(scratch / "data", Shape(options.items, options.articles, options.seed))
        stage = Stage(scratch / "data", scratch, answer, peer_python)
        records = run_rounds(tools, stage, options.runs, options.peer_runs)
    bare = [row["seconds"] for row in records.get("bare loop", [])]
    rows = [summarise(tool, records[tool.name], statistics.median(bare) if bare else None) for tool in tools]
    faults = find_disagreements(records, options.items)
    session = describe_session(options, arguments)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    study = {"session": session, "tools": rows, "disagreements": faults}
    options.out.write_text(json.dumps(study, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print_table(session, rows)
    for fault in faults:
        print(f"not the same work: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
