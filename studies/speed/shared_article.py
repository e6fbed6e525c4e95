"""Measure one read of an article for all its questions: Readmark's `hf:` beside lm-evaluation-harness's `hf`.

48 questions on the bundled article of about 1,080 tokens are put to a Llama-type model of 27 M parameters with random
weights, made on the spot (`made_model.py`): float32, 16 new tokens, greedy, two cores. Both tools get the same folder
and the same prompts.

Counted: the whole process, from its start to its end: Python, imports, weights, generation, and what the tool writes.
Readmark is its command line, and logs, scores and reports as always. lm_eval is its Python API with the cheap settings
(`peers/lm_eval_hf.py`): it logs nothing and scores next to nothing. Peak memory is the process's, as the kernel counts
it. lm_eval is tried once at each batch size; a try that takes twice as long as the best so far is cut. The best size
and Readmark then take turns, after one run of Readmark for warming up (file caches, byte code). What other processes
used of the machine meanwhile is told: above a tenth of a core the times are not to be trusted.

Compared: all answers as text, at every batch size. Where two differ, the two highest logits must come within what
rounding makes at some token; else the study ends with an error.

Not counted: making the model and the peer's environment. Only installing the peer needs the network.

Where there is a CUDA device, Readmark is then compared with transformers' own `generate` on it (`article_cells.py`).
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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from article_cells import compare_on_gpu, print_cells
from harness import PEERS, ROOT, WIDTH
from peer_venv import ensure_venv
from rich.console import Console
from rich.table import Table
from whole_process import CORES, LONGEST, Process, Surroundings, run_process, use_two_cores

MAKER = Path(__file__).resolve().parent / "made_model.py"
BATCHES = ("8", "4", "1", "16", "48", "auto")  # of lm_eval
PINS = ("lm_eval[hf]==0.4.13", "transformers==5.23.0")
NEW_TOKENS = 16
AIM = 10  # times as fast as lm_eval
PATIENCE = 2  # times the best so far, after which a batch size is given up
NEAR_TIE = 1e-3  # between two logits of some 1 to 10; sums in another order differ by about 1e-5

VERSIONS_PROGRAM = """
import importlib.metadata, json
print(json.dumps({name: importlib.metadata.version(name) for name in ("readmark", "transformers", "torch")}))
"""

Record = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """Where and with what the tools run.

    Attributes:
        scratch: For everything; gone when the study ends.
        made: From `made_model.py`: `model/`, `benchmark/` and `prompts.jsonl`.
        peer_python: Of the environment with lm_eval.
    """

    scratch: Path
    made: Path
    peer_python: Path

    @property
    def questions(self) -> tuple[Path, Path]:
        """The model and the prompts, as runners take them."""
        return self.made / "model", self.made / "prompts.jsonl"


def run_readmark(stage: Stage) -> Record:
    """Run Readmark's command once, from nothing.

    Raises:
        SystemExit: The command failed, or an answer is missing or has fewer tokens than asked for.
    """
    model, benchmark, out = stage.made / "model", stage.made / "benchmark", tempfile.mkdtemp(dir=stage.scratch)
    settings = ["--model-arg", f"max_new_tokens={NEW_TOKENS}", "--model-arg", "stop=null"]
    command = [sys.executable, "-m", "readmark", "run", f"hf:{model}", "-b", benchmark, "-o", out, *settings]
    process = run_process(command, Surroundings(stage.scratch))
    (log,) = Path(out).glob("*/predictions.jsonl")
    rows = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    if any(row.get("output_tokens") != NEW_TOKENS for row in rows):
        raise SystemExit(f"not every answer has {NEW_TOKENS} tokens")
    asking = json.loads((log.parent / "run.json").read_text("utf-8"))["seconds"]
    answers = {row["item_id"]: row["raw"] for row in rows}
    return _measured(process) | {"asking_seconds": asking, "answers": answers}


def run_lm_eval(stage: Stage, batch: str, limit: float = LONGEST) -> Record:
    """Run lm_eval once at a batch size.

    Raises:
        TimeoutError: It took longer than `limit` seconds.
    """
    command = [stage.peer_python, PEERS / "lm_eval_hf.py", *stage.questions, batch]
    process = run_process(command, Surroundings(stage.scratch, is_peer=True, limit=limit))
    return _measured(process) | {"batch": batch} | process.record


def _measured(process: Process) -> Record:
    return {"seconds": process.seconds, "peak_mib": process.peak_mib, "others": process.others}


def try_batches(stage: Stage, batches: Sequence[str]) -> list[Record]:
    """Run lm_eval once at each batch size; a record without answers is one that was cut."""
    tries: list[Record] = []
    for batch in batches:
        print(f"lm_eval, batch {batch}", file=sys.stderr)
        limit = PATIENCE * min((row["seconds"] for row in tries), default=LONGEST)
        try:
            tries.append(run_lm_eval(stage, batch, limit))
        except TimeoutError:
            tries.append({"seconds": limit, "batch": batch})
    return tries


def run_rounds(stage: Stage, batch: str, runs: int) -> tuple[list[Record], list[Record]]:
    """Run both tools by turns, and Readmark once more before.

    Returns:
        Readmark's records and lm_eval's.
    """
    run_readmark(stage)
    ours, theirs = [], []
    for turn in range(runs):
        print(f"round {turn + 1}", file=sys.stderr)
        ours.append(run_readmark(stage))
        theirs.append(run_lm_eval(stage, batch))
    return ours, theirs


def find_disagreements(stage: Stage, records: list[Record]) -> dict[str, float]:
    """Return the items to which two runs answered otherwise, each with the smallest gap between two likeliest tokens.

    Raises:
        SystemExit: A run did not answer every item.
    """
    expected = records[0]["answers"]
    if any(record["answers"].keys() != expected.keys() for record in records):
        raise SystemExit("not the same items were answered")
    different = [name for name in expected if len({record["answers"][name] for record in records}) > 1]
    if not different:
        return {}
    command = [sys.executable, PEERS / "greedy_gaps.py", *stage.questions, *different]
    return run_process(command, Surroundings(stage.scratch)).record


def summarise(tool: str, rows: list[Record]) -> Record:
    """Return a tool's median, range and peak, with all of its runs but for their answers."""
    seconds = [row["seconds"] for row in rows]
    return {
        "tool": tool,
        "seconds": statistics.median(seconds),
        "seconds_min": min(seconds),
        "seconds_max": max(seconds),
        "peak_mib": max(row["peak_mib"] for row in rows),
        "runs": [without_answers(row) for row in rows],
    }


def without_answers(record: Record) -> Record:
    """Return a record without its answers."""
    return {key: value for key, value in record.items() if key != "answers"}


def describe_session(arguments: list[str], made: Record, peer: Record) -> Record:
    """Return what the figures hang on: command, time, versions, machine, model."""
    printed = subprocess.run([sys.executable, "-c", VERSIONS_PROGRAM], check=True, capture_output=True, text=True)
    return {
        "command": shlex.join(["python", "studies/speed/shared_article.py", *arguments]),
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "cores_used": CORES,
        "versions": {"ours": json.loads(printed.stdout), "peer": peer["versions"]},
        "model": made,
    }


def print_study(study: Record) -> None:
    """Print the table, 80 columns wide, the tries, the agreement, the verdict and the session."""
    session, made = study["session"], study["session"]["model"]
    table = Table(title=f"{made['prompts']} questions on {made['article_tokens']:,} tokens, {NEW_TOKENS} new tokens")
    table.add_column("tool")
    for heading in ("whole process, s", "min–max", "ratio", "peak, MiB"):
        table.add_column(heading, justify="right", no_wrap=True)
    fastest = study["tools"][0]["seconds"]
    for row in study["tools"]:
        span = f"{row['seconds_min']:.2f}–{row['seconds_max']:.2f}"
        table.add_row(
            row["tool"], f"{row['seconds']:.2f}", span, f"{row['seconds'] / fastest:.1f}", f"{row['peak_mib']:,.0f}"
        )
    console = Console(width=WIDTH, highlight=False)
    console.print(table)
    tries = (f"{row['batch']}: {row['seconds']:.0f} s" + " (cut)" * ("versions" not in row) for row in study["tries"])
    console.print("lm_eval's batch sizes, one run each: " + ", ".join(tries))
    equal = made["prompts"] - len(study["disagreements"])
    console.print(f"answers equal in all runs: {equal} of {made['prompts']}")
    met = "met" if study["ratio"] >= AIM else "missed"
    others = [run["others"] for row in study["tools"] for run in row["runs"]]
    if None not in others:
        console.print(f"cores used by other processes meanwhile: {min(others):.1f} to {max(others):.1f}")
    console.print(f"{study['ratio']:.1f} times as fast as lm_eval; the aim of {AIM} is {met}")
    versions = session["versions"]
    console.print(f"readmark's side: {versions['ours']}\nlm_eval's side: {versions['peer']}")
    console.print(f"{session['command']}\n{session['date']} · Python {session['python']} · {CORES} cores")


def ensure_lm_eval(folder: Path) -> Path:
    """Return the Python of an environment with lm_eval and what its `hf` model needs.

    It is not that of `harness.py`: wherever transformers is installed, lm_eval imports it for its report, which would
    count against lm_eval there.
    """
    python = ensure_venv(folder)
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([str(python), "-m", "pip", "install", *quiet, *PINS], check=True)
    return python


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="of each tool (default %(default)s)")
    parser.add_argument(
        "--batches", nargs="+", default=BATCHES, help="at which lm_eval is tried (default: %(default)s)"
    )
    studies = ROOT / "out" / "studies"
    parser.add_argument("--venv", type=Path, default=studies / "lm-eval-venv", help="the peer's own environment")
    parser.add_argument("--out", type=Path, default=studies / "shared_article.json", help="where the JSON goes")
    options = parser.parse_args(arguments)
    if options.runs < 1:
        parser.error("--runs must be 1 or more")
    return options


def study_two_cores(stage: Stage, options: argparse.Namespace, arguments: list[str], made: Record) -> Record:
    """Run both tools on the CPU and return all there is to tell."""
    tries = try_batches(stage, options.batches)
    done = [row for row in tries if "answers" in row]
    best = min(done, key=lambda row: row["seconds"])["batch"]
    ours, theirs = run_rounds(stage, best, options.runs)
    tools = [summarise("readmark, hf:", ours), summarise(f"lm_eval, hf, batch {best}", theirs)]
    return {
        "session": describe_session(arguments, made, theirs[0]),
        "tools": tools,
        "ratio": tools[1]["seconds"] / tools[0]["seconds"],
        "tries": [without_answers(row) for row in tries],
        "disagreements": find_disagreements(stage, [*theirs, *ours, *done]),
    }


def main(arguments: list[str]) -> int:
    """Run the study; 1 where answers differ by more than rounding, else 0."""
    options = parse_options(arguments)
    peer_python = ensure_lm_eval(options.venv.absolute())
    with tempfile.TemporaryDirectory() as name:
        stage = Stage(Path(name), Path(name) / "made", peer_python)
        around = Surroundings(stage.scratch, sees_gpu=True)
        made = run_process([sys.executable, MAKER, stage.made, "27M"], around).record
        on_gpu = compare_on_gpu(stage.scratch, options.runs) if made["device"] else None
        use_two_cores()
        study = study_two_cores(stage, options, arguments, made) | {"gpu": on_gpu}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(study, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print_study(study)
    if on_gpu:
        print_cells(on_gpu)
    else:
        print("no CUDA device: the comparison with transformers' generate was left out")
    faults = [f"{name}: {gap:.2g}" for name, gap in study["disagreements"].items() if gap > NEAR_TIE]
    for fault in faults:
        print(f"another answer, and no near tie between two tokens: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
