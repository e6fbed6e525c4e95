"""The verb `run`: ask a model every item once, keep every answer, score what there is."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import readmark
from readmark.benchmark import Benchmark, load
from readmark.errors import printable
from readmark.extraction import Extraction
from readmark.jsonl import Log, mend
from readmark.models import Asked, LoadedModel, ask
from readmark.plan import Pair, Plan, make_plan
from readmark.records import Failure, Prediction, Prompt, Reply, RougeVariant, RunInfo, RunKind
from readmark.reporting import make_report, money, token_costs
from readmark.results import Report
from readmark.runs import FORMAT, Lock, RunFolder, answers_beside, folder_name
from readmark.scoring import score_rows
from readmark.signature import make_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE_LENGTH = 1000  # characters of a fault's message that are kept


@dataclass(frozen=True)
class Watch:
    """What is told while a run goes on; both default to silence.

    Attributes:
        begin: Called once with (the model, prompts in all, prompts already answered).
        step: Called with each prompt's prediction when it is final.
        tell: Called with a sentence a person should read.
    """

    begin: Callable[[LoadedModel, int, int], None] = lambda _model, _all, _done: None
    step: Callable[[Prediction], None] = lambda _line: None
    tell: Callable[[str], None] = lambda _text: None


SILENT = Watch()


@dataclass(frozen=True)
class Run:
    """A finished run: where it lies, what it was, and its numbers."""

    folder: Path
    info: RunInfo
    report: Report


def run(
    model: object,
    benchmark: str | Path | Benchmark = "crossroads",
    *,
    conditions: Sequence[str] = ("reading",),
    out: str | Path = "runs",
    limit: int | None = None,
    drafts: bool = False,
    model_args: Mapping[str, Any] | None = None,
    extract: Extraction = "answer",
    metrics: Sequence[str] = (),
    rouge: RougeVariant | None = None,
) -> Run:
    """Ask a model every item of a test set, score its answers, and write the run's folder.

    The same call goes on with a run that was cut: what was answered to an equal prompt is not asked again, what
    failed is. A further condition extends the run.

    Args:
        model: A name as on the command line, or a function, class or object with `predict`.
        benchmark: A bundled name, a folder, a file of questions, or a loaded test set.
        conditions: Names of `CONDITIONS`.
        out: The folder of runs; the run gets a folder of its own in it.
        limit: Only the first so many items.
        drafts: Draft items too.
        model_args: Settings for the model's constructor.
        extract: How answers are found in what the model says.
        metrics: Further metrics, such as `evaluate:NAME_OR_PATH`.
        rouge: The variant of ROUGE; by default the test set's.

    Raises:
        ReadmarkError: An input is wrong; nothing was changed.
    """
    loaded = load(benchmark).with_metrics(metrics).with_rouge(rouge)
    plan = make_plan(model, loaded, conditions=conditions, limit=limit, drafts=drafts, model_args=model_args)
    return execute(plan, out, extract)


def execute(plan: Plan, out: str | Path = "runs", extract: Extraction = "answer", watch: Watch = SILENT) -> Run:
    """Carry out a plan: ask what is not answered yet, then score all conditions that the run ever had.

    Args:
        plan: From `make_plan`.
        out: The folder of runs.
        extract: How answers are found in what the model says.
        watch: Who is told of the progress.
    """
    folder = RunFolder(Path(out) / folder_name(plan.model, plan.benchmark.sha256))
    with _closing(plan.model, watch.tell), Lock(folder.path):
        mend(folder.log, watch.tell)
        earlier = folder.info() if folder.exists else None
        wider = plan.widened(earlier)
        info = run_info(wider, extract, earlier)
        folder.write_info(info)
        found = _earlier(wider, folder, watch)
        keys = {_pair(prompt): key for prompt, key in zip(plan.prompts, plan.keys, strict=True)}
        rest = [p for p in plan.prompts if _pair(p) not in found or not isinstance(found[_pair(p)].raw, str)]
        watch.begin(plan.model, len(keys), len(keys) - len(rest))
        start = time.monotonic()
        try:
            with Log(folder.log) as log:
                for asked in ask(plan.model, rest, watch.tell):
                    info = _noted(info, plan.model, folder)
                    line = _prediction(asked, keys[_pair(asked.prompt)])
                    log.write(line)
                    found[_pair(asked.prompt)] = line
                    watch.step(line)
        finally:
            info = _spent(info, plan.model, found, time.monotonic() - start if rest else 0.0)
            folder.write_info(info)
        return Run(folder.path, info, score_run(wider, folder, found, extract, info.notes))


def _pair(prompt: Prompt) -> Pair:
    return prompt.item_id, prompt.condition


def _noted(info: RunInfo, model: LoadedModel, folder: RunFolder) -> RunInfo:
    """Return run.json with what the model says of how it was asked, written as soon as it says so."""
    notes = tuple(dict.fromkeys([*info.notes, *(f"{model.name}: {note}" for note in model.notes())]))
    if notes != info.notes:
        info = msgspec.structs.replace(info, notes=notes)
        folder.write_info(info)
    return info


def _spent(info: RunInfo, model: LoadedModel, found: Mapping[Pair, Prediction], seconds: float) -> RunInfo:
    """Return run.json with what the run's answers took."""
    tokens = token_costs(found.values())
    return msgspec.structs.replace(
        info,
        seconds=round(info.seconds + seconds, 3),
        input_tokens=tokens.get("input_tokens"),
        output_tokens=tokens.get("output_tokens"),
        price=model.price,
        cost=money(tokens, model.price),
    )


def run_info(plan: Plan, extract: Extraction, earlier: RunInfo | None = None, kind: RunKind = "model") -> RunInfo:
    """Return run.json for a plan; an earlier one's start and seconds go on."""
    return RunInfo(
        format=FORMAT,
        benchmark=plan.benchmark.stamp,
        model=plan.model.name,
        revision=plan.model.revision,
        parameters=plan.model.parameters,
        adapter=plan.model.spec,
        kind=kind,
        tasks=plan.model.tasks,
        conditions=plan.conditions,
        extract=extract,
        readmark=readmark.__version__,
        started=earlier.started if earlier else datetime.now(UTC).isoformat(timespec="seconds"),
        limit=plan.limit,
        drafts=plan.drafts,
        seconds=earlier.seconds if earlier else 0.0,
        notes=earlier.notes if earlier else (),
    )


def _earlier(plan: Plan, folder: RunFolder, watch: Watch) -> dict[Pair, Prediction]:
    """Return what was said to every prompt that was asked before: here, or where the key is equal.

    Equal keys have two questions in the same words, and runs beside this one whose test set differed elsewhere. Such
    answers are copied into the log, so that it holds a line for every item. Failures stand until they are asked again.
    """
    lines = folder.predictions()
    last = {(line.item_id, line.condition): line for line in lines}
    answers = {line.key: line for line in lines if isinstance(line.raw, str)}
    if not all(key in answers for key in plan.keys):
        answers = answers_beside(folder, plan.model, watch.tell) | answers
    found: dict[Pair, Prediction] = {}
    copies: list[Prediction] = []
    for prompt, key in zip(plan.prompts, plan.keys, strict=True):
        pair = _pair(prompt)
        is_same = pair in last and last[pair].key == key
        if key in answers and not (is_same and isinstance(last[pair].raw, str)):
            found[pair] = msgspec.structs.replace(answers[key], item_id=prompt.item_id, condition=prompt.condition)
            copies.append(found[pair])
        elif is_same:
            found[pair] = last[pair]
    if copies:
        with Log(folder.log) as log:
            for line in copies:
                log.write(line)
    return found


@contextlib.contextmanager
def _closing(model: LoadedModel, tell: Callable[[str], None]) -> Iterator[None]:
    """Close the model at the end; that it cannot be closed is told and costs no answer."""
    try:
        yield
    finally:
        try:
            model.close()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's code, and the answers are all there
            tell(f"{model.name}: close() raised {type(error).__name__}: {_message(error)}")


def _prediction(asked: Asked, key: str) -> Prediction:
    prompt, outcome, seconds = asked
    if isinstance(outcome, Reply):
        said: dict[str, Any] = {"raw": outcome.text}
        said |= {"input_tokens": outcome.input_tokens, "output_tokens": outcome.output_tokens}
    else:
        said = {"error": Failure(class_=type(outcome).__name__, message=_message(outcome))}
    return Prediction(item_id=prompt.item_id, condition=prompt.condition, key=key, seconds=round(seconds, 6), **said)


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as fault:  # noqa: BLE001 - the message of the user's own exception class may fail too
        text = f"(its message cannot be read: {type(fault).__name__})"
    return printable(text)[:MESSAGE_LENGTH]


def score_run(
    plan: Plan,
    folder: RunFolder,
    found: Mapping[tuple[str, str], Prediction],
    extract: Extraction,
    notes: Sequence[str] = (),
) -> Report:
    """Score what was said and write scores.jsonl and report.json."""
    rows = score_rows(plan.benchmark, plan.items, found, plan.conditions, extract)
    signature = make_signature(plan.benchmark, extract, readmark.__version__, limit=plan.limit, drafts=plan.drafts)
    report = make_report(plan.benchmark, rows, signature, costs=token_costs(found.values()), notes=notes)
    folder.write_scores(rows, report)
    return report
