"""Exact match and F1 of SQuAD 1.1's 10,570 questions: the official algorithm beside ours.

Part of `scoring.py`, and to be run alone: squad_scoring.py [--data FOLDER] [--rounds N]. FOLDER holds dev-v1.1.json
and predictions-v1.1/, as SQuAD's explorer has them. The official way (`peers/official_squad.py`) and ours take turns,
each in a fresh process, so that no cache is warm. Counted is the processor's time of scoring alone: texts are in
memory, imports are done. The study fails where a value differs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data" / "squad"
ROUNDS = 7
AIM = 5.0
SYSTEMS = ("bert-ensemble", "match-lstm", "logistic-regression")
Figures = dict[str, float]


def score_ours(data: Path, predictions: Path) -> Figures:
    """Return exact match, F1 and the seconds of scoring by Readmark, in this process."""
    from readmark.benchmark import load
    from readmark.metrics.exact_match import exact_match
    from readmark.metrics.token_f1 import token_f1
    from readmark.records import QaItem

    items = [item for item in load(data).items if isinstance(item, QaItem)]
    said = json.loads(predictions.read_bytes())
    started = time.process_time()
    exact_sum = f1_sum = 0.0
    for item in items:
        if item.id in said:
            exact_sum += exact_match(said[item.id], item.references, norm="squad1")
            f1_sum += token_f1(said[item.id], item.references, norm="squad1")
    seconds = time.process_time() - started
    return {"exact_match": exact_sum / len(items), "f1": f1_sum / len(items), "seconds": seconds}


def compare_squad(folder: Path, rounds: int) -> list[dict[str, object]]:
    """Return a row for each file of predictions: median seconds of both sides, their ratio, the values."""
    rows: list[dict[str, object]] = []
    for system in SYSTEMS:
        files = [str(folder / "dev-v1.1.json"), str(folder / "predictions-v1.1" / f"{system}.json")]
        programs = [str(HERE / "peers" / "official_squad.py"), __file__]
        pairs = [
            [
                _run([sys.executable, program, *(["--one"] if program == __file__ else []), *files])
                for program in programs
            ]
            for _ in range(rounds)
        ]
        (official, ours) = pairs[0]
        ratios = [one["seconds"] / other["seconds"] for one, other in pairs]
        rows.append({
            "system": system,
            "official_s": statistics.median(one["seconds"] for one, _ in pairs),
            "readmark_s": statistics.median(other["seconds"] for _, other in pairs),
            "ratio": statistics.median(ratios), "least": min(ratios), "most": max(ratios),
            "exact_match": ours["exact_match"], "f1": ours["f1"],
            "equal": all(abs(official[name] - ours[name]) < 1e-12 for name in ("exact_match", "f1")),
        })  # fmt: skip
    return rows


def _run(command: list[str]) -> Figures:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: Figures = json.loads(done.stdout)
    return found


def print_squad(rows: list[dict[str, object]]) -> None:
    """Print the table."""
    table = Table(title="SQuAD 1.1, exact match and F1 of 10,570 questions: processor seconds of scoring, medians")
    for heading in ("predictions", "official", "readmark", "ratio", "min–max", "values"):
        table.add_column(heading, justify="left" if heading == "predictions" else "right")
    for row in rows:
        spread = f"{row['least']:.1f}–{row['most']:.1f}"
        times = f"{row['official_s']:.3f}", f"{row['readmark_s']:.3f}", f"{row['ratio']:.1f}×"
        table.add_row(str(row["system"]), *times, spread, "equal" if row["equal"] else "DIFFER")
    Console(width=100).print(table)


def main(arguments: list[str]) -> int:
    """Run the study; 1 where values differ, else 0; 2 without data."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with SQuAD's files")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path, default=Path("out/speed/squad.json"))
    parser.add_argument("--one", type=Path, nargs=2, metavar=("DATA", "PREDICTIONS"), help="score once, print JSON")
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(score_ours(*options.one)))
        return 0
    if not (options.data / "dev-v1.1.json").exists():
        print(f"{options.data}: no dev-v1.1.json there; give the folder of SQuAD's files with --data", file=sys.stderr)
        return 2
    rows = compare_squad(options.data, options.rounds)
    command = shlex.join(["python", "studies/speed/squad_scoring.py", *arguments])
    date = dt.datetime.now(dt.UTC).date().isoformat()
    session = {
        "command": command,
        "date": date,
        "python": platform.python_version(),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"session": session, "rows": rows}, indent=2) + "\n", "utf-8")
    print_squad(rows)
    print(f"{command}\n{date} · Python {session['python']}")
    return 0 if all(row["equal"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
