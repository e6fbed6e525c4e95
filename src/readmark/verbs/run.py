"""The verb `run`: ask a model every item once, keep every answer, score what there is."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import readmark
from readmark.benchmark import Benchmark, load
from readmark.errors import ModelError, Problem, printable
from readmark.extraction import Extraction
from readmark.jsonl import Log, mend
from readmark.models import Asked, LoadedModel, ask, find_model
from readmark.prompts import CONDITIONS, check_conditions, make_prompts
from readmark.records import Failure, Item, Prediction, Prompt, Reply, Report, RunInfo, RunKind
from readmark.reporting import make_report, token_costs
from readmark.runs import FORMAT, Lock, RunFolder, answers_beside, folder_name, prediction_keys
from readmark.scoring import score_rows
from readmark.signature import make_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE_LENGTH = 1000  # characters of a fault's message that are kept


Pair = tuple[str, str]  # an item's id and the condition it is asked under


@dataclass(frozen=True)
class Watch:
    """What is told while a run goes on; both default to silence.

    Attributes:
        begin: Called once with (model's name, prompts in all, prompts already answered).
        step: Called after each prompt with whether it failed.
        tell: Called with a sentence a person should read.
    """

    begin: Callable[[str, int, int], None] = lambda _name, _all, _done: None
    step: Callable[[bool], None] = lambda _failed: None
    tell: Callable[[str], None] = lambda _text: None


SILENT = Watch()


@dataclass(frozen=True)
class Run:
    """A finished run: where it lies, what it was, and its numbers."""

    folder: Path
    info: RunInfo
    report: Report


@dataclass(frozen=True)
class Plan:
    """What a run would ask: the items, and the prompts with their keys.

    Attributes:
        every: All items that the model does; `items` are the first `limit` of them.
    """

    model: LoadedModel
    benchmark: Benchmark
    every: tuple[Item, ...]
    limit: int | None = None
    drafts: bool = False
    conditions: tuple[str, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that are asked."""
        return self.every[: self.limit]

    @property
    def tokens(self) -> int:
        """Input tokens, roughly: UTF-8 bytes by four."""
        return sum(len(prompt.text.encode()) for prompt in self.prompts) // 4

    def under(self, conditions: tuple[str, ...], limit: int | None) -> Plan:
        """Return the same plan under other conditions, or for more items."""
        if (conditions, limit) == (self.conditions, self.limit):
            return self
        items = self.every[:limit]
        prompts = tuple(prompt for name in conditions for prompt in make_prompts(self.benchmark, items, name))
        keys = tuple(prediction_keys(self.model, prompts))
        return dataclasses.replace(self, conditions=conditions, limit=limit, prompts=prompts, keys=keys)

    def widened(self, earlier: RunInfo | None) -> Plan:
        """Return the plan for all items and conditions that it or an earlier run in its folder asked."""
        wanted = {*self.conditions, *(earlier.conditions if earlier else ())}
        limits = (self.limit, earlier.limit if earlier else self.limit)
        limit = None if None in limits else max(one for one in limits if one is not None)
        return self.under(tuple(name for name in CONDITIONS if name in wanted), limit)


def make_plan(
    model: object,
    benchmark: str | Path | Benchmark = "crossroads",
    *,
    conditions: Sequence[str] = ("reading",),
    limit: int | None = None,
    drafts: bool = False,
    model_args: Mapping[str, Any] | None = None,
) -> Plan:
    """Return what a run would ask, without asking.

    Raises:
        ReadmarkError: The model, the test set or a condition is not as it should be.
    """
    loaded = load(benchmark)
    names = check_conditions(conditions, loaded)
    found = find_model(model, model_args)
    every = tuple(item for item in loaded.selected(drafts=drafts) if item.task in found.tasks)
    plan = Plan(found, loaded, every, drafts=drafts).under(names, limit)
    if not plan.prompts:
        what = f"does {' and '.join(found.tasks)}, of which '{loaded.name}' has no items under {', '.join(names)}"
        expected = "a model, test set and condition that go together"
        raise ModelError(Problem(found.spec, what, expected, "see `readmark list conditions` and the model's tasks"))
    return plan


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

    Raises:
        ReadmarkError: An input is wrong; nothing was changed.
    """
    plan = make_plan(model, benchmark, conditions=conditions, limit=limit, drafts=drafts, model_args=model_args)
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
        known = _known(wider, folder, watch)
        start = time.monotonic()
        try:
            found = _ask_rest(plan, folder, known, watch)
        finally:
            if len(known) < len(wider.prompts):
                info = msgspec.structs.replace(info, seconds=round(info.seconds + time.monotonic() - start, 3))
                folder.write_info(info)
        return Run(folder.path, info, score_run(wider, folder, found, extract))


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
    )


def _known(plan: Plan, folder: RunFolder, watch: Watch) -> dict[Pair, Prediction]:
    """Return the answer to every prompt that was answered before: here, or where the key is equal.

    Equal keys have two questions in the same words, and runs beside this one whose test set differed elsewhere. Such
    answers are copied into the log, so that it holds a line for every item.
    """
    lines = folder.predictions()
    last = {(line.item_id, line.condition): line for line in lines}
    answers = {line.key: line for line in lines if isinstance(line.raw, str)}
    if not all(key in answers for key in plan.keys):
        answers = answers_beside(folder, plan.model, watch.tell) | answers
    known: dict[Pair, Prediction] = {}
    copies: list[Prediction] = []
    for prompt, key in zip(plan.prompts, plan.keys, strict=True):
        pair = (prompt.item_id, prompt.condition)
        if pair in last and last[pair].key == key and isinstance(last[pair].raw, str):
            known[pair] = last[pair]
        elif key in answers:
            known[pair] = msgspec.structs.replace(answers[key], item_id=prompt.item_id, condition=prompt.condition)
            copies.append(known[pair])
    if copies:
        with Log(folder.log) as log:
            for line in copies:
                log.write(line)
    return known


def _ask_rest(plan: Plan, folder: RunFolder, known: Mapping[Pair, Prediction], watch: Watch) -> dict[Pair, Prediction]:
    """Return what is known and a line for every other prompt of the plan, asked and logged as it comes."""
    keys = {(p.item_id, p.condition): key for p, key in zip(plan.prompts, plan.keys, strict=True)}
    rest = [prompt for prompt in plan.prompts if (prompt.item_id, prompt.condition) not in known]
    watch.begin(plan.model.name, len(keys), len(keys) - len(rest))
    found = dict(known)
    if not rest:
        return found
    with Log(folder.log) as log:
        for asked in ask(plan.model, rest):
            pair = (asked.prompt.item_id, asked.prompt.condition)
            found[pair] = _prediction(asked, keys[pair])
            log.write(found[pair])
            watch.step(not isinstance(found[pair].raw, str))
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
    plan: Plan, folder: RunFolder, found: Mapping[tuple[str, str], Prediction], extract: Extraction
) -> Report:
    """Score what was said and write scores.jsonl and report.json."""
    rows = score_rows(plan.benchmark, plan.items, found, plan.conditions, extract)
    signature = make_signature(plan.benchmark, extract, readmark.__version__, limit=plan.limit, drafts=plan.drafts)
    report = make_report(plan.benchmark, rows, signature, costs=token_costs(found.values()))
    folder.write_scores(rows, report)
    return report
