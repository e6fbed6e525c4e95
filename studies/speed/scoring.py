"""Measure scoring alone, beside the tools whose values ours equal.

SQuAD: exact match and F1 of 10,570 questions (`squad_scoring.py`).

ROUGE: rouge1, rouge2, rougeL and rougeLsum of one pair after another, stemmed, by rouge-score in a process of the
peers' own environment and by Readmark here. Texts are made up (`rouge_texts.py`): of 60 and of 400 words, 20 a line or
all in one, two fifths of them shared, in order or not, and no word stands in two pairs. Where SummEval lies beside the
project, its summaries are compared too, one with one and seven with seven of the same article. The sides take turns,
round by round, each round on pairs of its own after two to warm up, and before each of our runs every cache of Readmark
is emptied. Counted is the processor's time of scoring, not that of imports; both sides use one thread. The study fails
where a score differs by over 1e-12.

Our side has two rows: as shipped, and counting alone, where texts beyond ASCII and long ones go.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import gc
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from peer_venv import ensure_venv
from rich.console import Console
from rich.table import Table
from rouge_texts import SUMMEVAL, Pairs, draw_pairs, make_pairs
from squad_scoring import DATA, compare_squad, print_squad

from readmark.metrics.rouge import Rouge, count_rouge, rouge

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"
PINS = {"nltk": "3.10.4", "rouge-score": "0.1.2"}
TOLERANCE = 1e-12
VARIANT = "rouge-score-stemmed"


class Shape(NamedTuple):
    """Texts that are compared: what they are, pairs a round, how many times faster we aim to be, who makes them."""

    name: str
    pairs: int
    aim: int | None
    make: Callable[[int, int], Pairs]


SHAPES = [
    Shape("60 words, 20 a line", 100, 50, partial(make_pairs, words=60, line=20)),
    Shape("400 words, 20 a line", 20, 150, partial(make_pairs, words=400, line=20)),
    Shape("400 words, 20 a line, shuffled", 20, None, partial(make_pairs, words=400, line=20, is_shuffled=True)),
    Shape("400 words, one line", 20, 150, partial(make_pairs, words=400, line=400)),
]
if SUMMEVAL.exists():
    SHAPES += [
        Shape("a real summary, some 60 words", 100, None, partial(draw_pairs, joined=1)),
        Shape("seven real ones, some 400 words", 20, None, partial(draw_pairs, joined=7)),
    ]
Record = dict[str, Any]
OURS: dict[str, Callable[[str, str], Rouge]] = {
    "readmark": lambda said, wanted: rouge(said, [wanted], variant=VARIANT),
    "readmark, counting": lambda said, wanted: count_rouge(said, [wanted], VARIANT, "en"),
}


def compare_rouge(python: Path, rounds: int, seed: int) -> Record:
    """Return a row a side and length, and where scores differ."""
    rows, faults = [], []
    for shape in SHAPES:
        seconds: dict[str, list[float]] = {name: [] for name in ("rouge-score", *OURS)}
        for number in range(rounds):
            warm, pairs = shape.make(2, -seed - number), shape.make(shape.pairs, seed + number)
            peer = run_peer(python, warm, pairs)
            seconds["rouge-score"].append(peer["seconds"] / shape.pairs)
            for name, score in OURS.items():
                took, scores = run_ours(score, warm, pairs)
                seconds[name].append(took / shape.pairs)
                worst = max(abs(a - b) for mine, theirs in zip(scores, peer["scores"], strict=True)
                            for a, b in zip(mine, theirs, strict=True))  # fmt: skip
                if worst > TOLERANCE:
                    faults.append(f"{name}, {shape.name}, round {number}: a score differs by {worst:.3g}")
        rows += [summarise_rouge(name, shape, found, seconds["rouge-score"]) for name, found in seconds.items()]
    return {"rows": rows, "faults": faults}


def run_peer(python: Path, warm: Pairs, pairs: Pairs) -> Record:
    """Return what the peer's process printed."""
    work = json.dumps({"warm": warm, "pairs": pairs})
    command = [str(python), str(PEERS / "rouge_score_runner.py")]
    found: Record = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, input=work).stdout)
    return found


def run_ours(score: Callable[[str, str], Rouge], warm: Pairs, pairs: Pairs) -> tuple[float, list[list[float]]]:
    """Return the seconds and the F1s, from cold caches."""
    for said, wanted in warm:
        score(said, wanted)
    for cache in our_caches():
        cache.cache_clear()
    start = time.process_time()
    found = [score(said, wanted) for said, wanted in pairs]
    seconds = time.process_time() - start
    return seconds, [[overlap.f1 for overlap in one] for one in found]


@functools.cache
def our_caches() -> list[Any]:
    """Return every cache of a function of Readmark, but for those without a limit, which hold what is read once."""
    caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    return [one for one in caches if one.__module__.startswith("readmark.") and one.cache_parameters()["maxsize"]]


def summarise_rouge(name: str, shape: Shape, seconds: list[float], peer: list[float]) -> Record:
    """Return a row: the median over rounds, and of the ratios within each round."""
    ratios = [theirs / mine for mine, theirs in zip(seconds, peer, strict=True)]
    return {
        "tool": name,
        "texts": shape.name,
        "aim": shape.aim if name == "readmark" else None,
        "pairs_per_second": 1 / statistics.median(seconds),
        "microseconds": 1e6 * statistics.median(seconds),
        "ratio": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
    }


def print_rouge(found: Record) -> None:
    """Print the rows as a table."""
    table = Table("tool", "texts", "pairs a second", "µs a pair", "ratio", "min–max", "aim")
    for row in found["rows"]:
        table.add_row(
            row["tool"],
            row["texts"],
            f"{row['pairs_per_second']:,.0f}",
            f"{row['microseconds']:,.0f}",
            f"{row['ratio']:.0f}×",
            f"{row['ratio_min']:.0f}–{row['ratio_max']:.0f}",
            f"{row['aim']}×" if row["aim"] else "",
        )
    console = Console(width=100, highlight=False)
    console.print("ROUGE-1, -2, -L and -Lsum, stemmed")
    console.print(table)


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of each side (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the texts (default %(default)s)")
    studies = ROOT / "out" / "studies"
    parser.add_argument("--venv", type=Path, default=studies / "scoring-venv", help="the peers' own environment")
    parser.add_argument("--out", type=Path, default=studies / "scoring.json", help="where the JSON goes")
    parser.add_argument("--squad", type=Path, default=DATA, help="the folder of SQuAD's files")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return options


def main(arguments: list[str]) -> int:
    """Run the study; 1 where values differ, else 0."""
    options = parse_options(arguments)
    python = ensure_venv(options.venv.absolute(), PINS)
    session = {
        "command": shlex.join(["python", "studies/speed/scoring.py", *arguments]),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "pins": PINS,
    }
    has_squad = (options.squad / "dev-v1.1.json").exists()
    squad = compare_squad(options.squad, options.rounds) if has_squad else []
    found = {"session": session, "squad": squad, "rouge": compare_rouge(python, options.rounds, options.seed)}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if has_squad:
        print_squad(squad)
    else:
        print(f"exact match and F1 are left out: no dev-v1.1.json in {options.squad}; give SQuAD's folder with --squad")
    print_rouge(found["rouge"])
    if not SUMMEVAL.exists():
        print(f"no real summaries: {SUMMEVAL} is not there")
    print(f"{session['command']}\n{session['date']} · Python {session['python']} · {session['cpus']} CPUs")
    faults = [*found["rouge"]["faults"], *(f"SQuAD, {row['system']}" for row in squad if not row["equal"])]
    for fault in faults:
        print(f"not the same values: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
