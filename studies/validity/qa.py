"""Set verdicts on answers beside people's: answer_match, and the rules of other tools.

Data: EVOUNA on Natural Questions (`evouna.py`), answers of five systems, each judged by a person. Every rule judges
every answer; F1 counts as right from 0.5 on. Each peer is called by its own public function, in a process of the peers'
own environment (`peers/`); one that cannot be installed or run here is named in the table. Readmark's rules read
the answer that `extract: answer` takes out of a text, peers the text itself.

answer_match has two rows. As shipped, its five weights were fitted to this very file. By folds, each fifth of the
questions is judged by weights made without it; that is the row to compare.

Printed: agreement and its interval, clustered by question; the bias, the rule's mean score minus people's, and how far
the five systems stand in people's order; and by which rules answer_match errs. Seconds are the processor's, of judging
alone. The JSON holds all of it, and some of answer_match's mistakes to read.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from agreement import Agreement, measure
from answer_match_weights import FOLDS, Case, verdicts_by_folds
from evouna import DEFAULT, ROOT, SYSTEMS, Judged, read_judged
from mistakes import Kind, count_kinds, sample
from rich.console import Console
from rich.table import Table

from readmark import __version__
from readmark.extraction import extract
from readmark.metrics.answer_match import Verdict, answer_match
from readmark.metrics.exact_match import exact_match
from readmark.metrics.normalize import normalize_answer
from readmark.metrics.token_f1 import token_f1
from readmark.records import QaItem

PEERS = Path(__file__).resolve().parent / "peers"
THRESHOLD = 0.5  # of F1, and of a reference's tokens
SAMPLED = 20
WARM = 20  # answers judged before the clock starts, as in `peers/judging.py`
LONGEST = 900  # seconds of a peer
TORCH = {"torch": "2.13.0"}  # lm_eval and lighteval need one, and any later one would do for pip


class Peer(NamedTuple):
    """A tool: its package, the version that we compare with, the script that calls it."""

    name: str
    package: str
    version: str
    script: str


PINS = (
    Peer("lm-evaluation-harness", "lm_eval", "0.4.13", "lm_eval_rules.py"),
    Peer("inspect-ai", "inspect_ai", "0.3.285", "inspect_rules.py"),
    Peer("lighteval", "lighteval", "0.13.0", "lighteval_rules.py"),
    Peer("DeepEval", "deepeval", "4.3.1", "deepeval_rules.py"),
)
# Tools that fetch what they judge by when they run, from where this study does not go.
FETCHING = {
    "evaluate 0.4.6": "fetches its modules; its squad has the values of our exact_match and token_f1 (squad1)",
    "qa-metrics 0.2.42": "fetches the weights of its PEDANT",
}


def holds_reference(one: Judged) -> bool:
    """Return whether the answer has all tokens of a reference, side by side."""
    said = f" {normalize_answer(one.text)} "
    return any(f" {normalize_answer(reference)} " in said for reference in one.references)


def holds_half(one: Judged) -> bool:
    """Return whether the answer has half of a reference's tokens."""
    said = Counter(normalize_answer(one.text).split())
    every = [Counter(normalize_answer(reference).split()) for reference in one.references]
    return any(wanted and (wanted & said).total() >= THRESHOLD * wanted.total() for wanted in every)


def shipped_verdict(one: Judged) -> Verdict:
    """Return answer_match's verdict."""
    item = QaItem(id=str(one.number), article="none", question=one.question, references=one.references)
    return answer_match(extract(one.text, "answer"), item)


RULES: tuple[tuple[str, str, Callable[[Judged], bool]], ...] = (
    ("readmark", "answer_match, as shipped", lambda one: shipped_verdict(one).score > 0),
    ("readmark", "exact_match", lambda one: exact_match(extract(one.text, "answer").text, one.references) == 1),
    (
        "readmark",
        "token_f1 of 0.5 or more",
        lambda one: token_f1(extract(one.text, "answer").text, one.references) >= THRESHOLD,
    ),
    ("plain", "holds the reference", holds_reference),
    ("plain", "holds half of the reference's tokens", holds_half),
    ("plain", "always right", lambda _: True),
)


def ours(answers: Sequence[Judged]) -> list[Agreement]:
    """Return the rows of Readmark's rules and the plain ones; answer_match by folds comes first."""
    rows = []
    for tool, name, rule in RULES:
        for one in answers[:WARM]:
            rule(one)
        start = time.process_time()
        called = [rule(one) for one in answers]
        rows.append(measure(tool, name, answers, called, time.process_time() - start))
    folds = verdicts_by_folds([Case(one) for one in answers])
    return [measure("readmark", f"answer_match, by {FOLDS} folds", answers, list(folds)), *rows]


def peers(answers: Sequence[Judged], venv: Path) -> tuple[list[Agreement], dict[str, str]]:
    """Return the rows of the peers, and by name why one has none."""
    rows, absent = [], dict(FETCHING)
    for peer in PINS:
        try:
            found = run_peer(peer, answers, venv)
        except subprocess.CalledProcessError as error:
            said = (error.stderr or "").strip().splitlines()
            absent[peer.name] = said[-1] if said else f"version {peer.version} would not install"
            continue
        except subprocess.TimeoutExpired:
            absent[peer.name] = f"took more than {LONGEST} s"
            continue
        if found["version"] != peer.version:
            absent[peer.name] = f"version {found['version']} is installed, not {peer.version}"
            continue
        rows += [measure(peer.name, row["rule"], answers, row["right"], row["seconds"]) for row in found["rows"]]
    return rows, absent


def run_peer(peer: Peer, answers: Sequence[Judged], venv: Path) -> dict[str, Any]:
    """Return what a peer's process wrote, installed first where need be.

    Raises:
        subprocess.CalledProcessError: It would not install or failed.
        subprocess.TimeoutExpired: It took too long.
    """
    sys.path.append(str(ROOT / "studies" / "speed"))  # the studies share one way to install peers
    from peer_venv import ensure_venv

    python = ensure_venv(venv, TORCH | {peer.package: peer.version})
    quiet = {"DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "answers.json"), Path(folder, "verdicts.json")
        source.write_text(json.dumps({"answers": [[one.text, one.references] for one in answers]}), "utf-8")
        subprocess.run(
            [str(python), str(PEERS / peer.script), str(source), str(target)],
            check=True, capture_output=True, text=True, timeout=LONGEST, cwd=folder, env=os.environ | quiet,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return found


def print_agreement(rows: Sequence[Agreement], absent: dict[str, str]) -> None:
    """Print how often each rule agrees with people, and what it costs."""
    table = Table(
        "tool", "rule", *SYSTEMS.values(), "mean", "95 %", "s / 1,000", title="Agreement with people, percent"
    )
    for row in rows:
        shares = [f"{100 * one.value:.1f}" for one in row.systems.values()]
        ends = "" if row.low is None or row.high is None else f"{100 * row.low:.1f}–{100 * row.high:.1f}"
        seconds = "" if row.seconds is None else f"{row.seconds:.3f}"
        table.add_row(row.tool, row.rule, *shares, f"{100 * row.mean:.1f}", ends, seconds)
    for name, why in absent.items():
        table.add_row(name, f"not run: {why}")
    Console(width=180, highlight=False).print(table)


def print_bias(rows: Sequence[Agreement], answers: Sequence[Judged]) -> None:
    """Print each rule's mean scores less people's, and how the order of the systems fares."""
    table = Table("tool", "rule", *SYSTEMS.values(), "largest", "tau", title="Mean score minus people's, points")
    people = [[one.is_right for one in answers if one.system == system] for system in SYSTEMS]
    table.add_row("people", "mean score", *(f"{100 * sum(one) / len(one):.1f}" for one in people), "", "")
    for row in rows:
        bias = [f"{100 * one:+.1f}" for one in row.bias.values()]
        tau = "–" if row.tau is None else f"{row.tau:+.1f}"
        table.add_row(row.tool, row.rule, *bias, f"{100 * row.worst:.1f}", tau)
    Console(width=180, highlight=False).print(table)


def print_mistakes(kinds: Sequence[Kind]) -> None:
    """Print how often people contradict each kind of rule."""
    title = "answer_match as shipped: people say otherwise"
    table = Table("rule", "verdict", "answers", "otherwise", "percent", *SYSTEMS.values(), title=title)
    for kind in kinds:
        counts = [str(count) for count in kind.by_system.values()]
        share = f"{100 * kind.wrong / kind.verdicts:.1f}"
        verdict = "right" if kind.is_right else "wrong"
        table.add_row(kind.kind, verdict, f"{kind.verdicts:,}", str(kind.wrong), share, *counts)
    for name, is_right in (("all", True), ("all", False)):
        mine = [kind for kind in kinds if kind.is_right == is_right]
        every, wrong = sum(kind.verdicts for kind in mine), sum(kind.wrong for kind in mine)
        counts = [str(sum(kind.by_system[system] for kind in mine)) for system in SYSTEMS]
        verdict = "right" if is_right else "wrong"
        table.add_row(name, verdict, f"{every:,}", str(wrong), f"{100 * wrong / every:.1f}", *counts)
    Console(width=140, highlight=False).print(table)


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=DEFAULT, help="EVOUNA's NQ.json (default: beside us)")
    parser.add_argument("--seed", type=int, default=1, help="of the mistakes to read (default %(default)s)")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    studies = ROOT / "out" / "studies"
    parser.add_argument("--venv", type=Path, default=studies / "validity-venv", help="the peers' own environment")
    parser.add_argument("--out", type=Path, default=studies / "validity.json", help="where the JSON goes")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    """Run the study."""
    options = parse_options(arguments)
    answers = read_judged(options.file)
    rows = ours(answers)
    theirs, absent = ([], {}) if options.no_peers else peers(answers, options.venv.absolute())
    verdicts = [shipped_verdict(one) for one in answers]
    kinds = count_kinds(answers, verdicts)
    session = {
        "command": shlex.join(["python", "studies/validity/qa.py", *arguments]),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "python": platform.python_version(),
        "readmark": __version__,
        "peers": {peer.name: peer.version for peer in PINS},
        "answers": len(answers),
        "questions": len({one.number for one in answers}),
    }
    record = {
        "session": session,
        "rows": [row._asdict() | {"mean": row.mean} for row in (*rows, *theirs)],
        "absent": absent,
        "kinds": [kind._asdict() for kind in kinds],
        "mistakes": sample(answers, verdicts, SAMPLED, options.seed),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print_agreement([*rows, *theirs], absent)
    print_bias([*rows, *theirs], answers)
    print_mistakes(kinds)
    print(f"{session['command']}\n{session['date']} · readmark {__version__} · Python {session['python']} · "
          f"{session['answers']:,} answers to {session['questions']:,} questions")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
