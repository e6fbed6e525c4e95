"""The door: what a model is, and how a class, a function or an object of the user's becomes one."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, get_args, runtime_checkable

from readmark.errors import ModelError, Problem, quoted
from readmark.models.revision import as_json, is_json, source_digest, state_of
from readmark.records import Prompt, Reply, Task, identity

TASKS: tuple[Task, ...] = get_args(Task)
NAME_LENGTH = 200
AT_ONCE = 16  # prompts under way with an async predict that says nothing else
MOST_AT_ONCE = 1024


@runtime_checkable
class Model(Protocol):
    """What anybody may plug in: a name, and an answer to a prompt.

    `predict` may be async. Optional attributes: `revision`, `parameters`, `tasks`, `predict_many(prompts)` returning
    or yielding one answer or exception each, `close()`, `at_once`, `price`, `notes`; see `LoadedModel`.
    """

    name: str

    def predict(self, prompt: Prompt) -> str | Reply:
        """Return the answer; "" or "unanswerable" abstains; raising fails the item."""
        ...


@dataclass(frozen=True)
class LoadedModel:
    """A model that was found, with what identifies its answers.

    Attributes:
        name: Shown everywhere.
        revision: Which version of it; a file's SHA-256 where it says nothing itself.
        parameters: The settings that its answers depend on, JSON values.
        tasks: What it can be asked.
        spec: How it was named on the command line.
        predict: One prompt in, one answer out; None where it only takes batches.
        predict_many: Several at once, or None.
        close: Called when the run ends.
        close_async: Awaited where `predict` ran, once all prompts are asked; None where `close` is not async.
        at_once: How many calls of an async `predict` may be under way.
        price: Currency units for a million input tokens and for a million output tokens, or None.
        notes: What a reader of its numbers must know, such as which way it could not be asked; asked for late.
    """

    name: str
    revision: str
    parameters: dict[str, Any]
    tasks: tuple[Task, ...]
    spec: str
    predict: Callable[[Prompt], Any] | None
    predict_many: Callable[[list[Prompt]], Any] | None = None
    close: Callable[[], None] = field(default=lambda: None)
    close_async: Callable[[], Awaitable[None]] | None = None
    at_once: int = AT_ONCE
    price: tuple[float, float] | None = None
    notes: Callable[[], Iterable[str]] = field(default=lambda: ())

    @functools.cached_property
    def identity(self) -> bytes:
        """Name, revision and parameters as bytes, for keys and folder names."""
        return identity(self.name, self.revision, self.parameters)


def adapt(
    target: object, spec: str, arguments: Mapping[str, Any] | None = None, file: Path | None = None, member: str = ""
) -> LoadedModel:
    """Return what the user plugged in as a model.

    Args:
        target: A class (instantiated with `arguments`), a function of a prompt, or an object with `predict`
            or `predict_many`.
        spec: How it was named.
        arguments: From `--model-arg`; unknown keys are refused.
        file: The file that it was found in, where it was found in one.
        member: Its name there; two models of one file are two models.

    Raises:
        ModelError: It is none of these, or does not keep the door's contract.
    """
    arguments = dict(arguments or {})
    bound = arguments
    revision = source_digest(target, file, member)
    if inspect.isclass(target):
        bound = _bind(target, arguments, spec)
        target = _built(target, arguments, spec)
    elif _is_predictor(target):
        if arguments:
            raise _refused(spec, sorted(arguments), [])
        bound = {key: value for key, value in state_of(target).items() if is_json(value)}
    elif callable(target):
        bound = _bind(target, arguments, spec, skip=1)
        target = functools.partial(target, **arguments) if arguments else target
    else:
        fix = 'def predict(self, prompt): return "…"'
        raise ModelError(
            Problem(spec, f"is a {type(target).__name__}, not a model", "a class, function or object", fix)
        )
    return _loaded(target, spec, bound, revision)


def _is_predictor(target: object) -> bool:
    return callable(getattr(target, "predict", None)) or callable(getattr(target, "predict_many", None))


def _built(made: type, arguments: dict[str, Any], spec: str) -> object:
    try:
        with contextlib.redirect_stdout(sys.stderr):  # standard output is for results
            built = made(**arguments)
    except ModelError:
        raise
    except (Exception, SystemExit) as error:
        found = f"{made.__name__}() raised {type(error).__name__}: {error}"
        fix = "see its __init__; settings are given with --model-arg K=V"
        raise ModelError(Problem(spec, found, "a model that can be made", fix)) from error
    if not _is_predictor(built):
        fix = 'def predict(self, prompt): return "…"'
        raise ModelError(Problem(spec, f"class {made.__name__} has no predict", "a method predict(prompt)", fix))
    return built


def _loaded(target: Any, spec: str, bound: dict[str, Any], digest: str) -> LoadedModel:  # noqa: ANN401 - user's object
    plain = target.func if isinstance(target, functools.partial) else target
    name = getattr(plain, "name", None) or getattr(plain, "__name__", None) or type(plain).__name__
    revision = getattr(plain, "revision", None) or digest
    parameters = getattr(plain, "parameters", {key: bound[key] for key in bound if key not in {"at_once", "price"}})
    tasks = getattr(plain, "tasks", TASKS)
    close = getattr(plain, "close", None)
    problems = []
    if not isinstance(name, str) or len(name) > NAME_LENGTH or not name.isprintable():
        expected = f"1 to {NAME_LENGTH} printable characters"
        problems.append(Problem(spec, f"has the name {quoted(name)}", expected, 'name = "my-model"'))
    if not isinstance(revision, str) or not is_json(revision):
        problems.append(Problem(spec, f"has the revision {quoted(revision)}", "text, such as a commit", "make it text"))
    tasks = {tasks} if isinstance(tasks, str) else tasks
    if not isinstance(tasks, Collection) or not tasks or any(task not in TASKS for task in tasks):
        expected = "a set of " + " and ".join(TASKS)
        problems.append(Problem(spec, f"has the tasks {quoted(tasks)}", expected, 'tasks = {"qa"}'))
    try:
        parameters = as_json(dict(parameters))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        expected = "a mapping of text, numbers, lists and mappings"
        fix = "leave out what answers do not depend on"
        problems.append(Problem(spec, f"has parameters that JSON cannot hold: {error}", expected, fix))
    at_once, price = _at_once(plain, spec, problems), _price(plain, spec, problems)
    if problems:
        raise ModelError(*problems)
    is_async = inspect.iscoroutinefunction(close)
    return LoadedModel(
        name=name,
        revision=revision,
        parameters=parameters,
        tasks=tuple(task for task in TASKS if task in tasks),
        spec=spec,
        predict=getattr(target, "predict", None) or (target if not _is_predictor(target) else None),
        predict_many=getattr(target, "predict_many", None),
        close=close if callable(close) and not is_async else lambda: None,
        close_async=close if is_async else None,
        at_once=at_once,
        price=price,
        notes=lambda: getattr(plain, "notes", ()),
    )


def _at_once(model: object, spec: str, problems: list[Problem]) -> int:
    value = getattr(model, "at_once", AT_ONCE)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_AT_ONCE:
        expected = f"a whole number from 1 to {MOST_AT_ONCE}"
        problems.append(Problem(spec, f"has at_once {quoted(value)}", expected, "at_once = 16"))
        return AT_ONCE
    return int(value)


def _price(model: object, spec: str, problems: list[Problem]) -> tuple[float, float] | None:
    value = getattr(model, "price", None)
    if value is None:
        return None
    parts = list(value) if isinstance(value, tuple | list) else []
    if len(parts) == 2 and all(_is_amount(part) for part in parts):
        return float(parts[0]), float(parts[1])
    expected = "two numbers, 0 or more: what a million input tokens cost, and a million output tokens"
    problems.append(Problem(spec, f"has the price {quoted(value)}", expected, "price = (0.5, 1.5)"))
    return None


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e12


def _bind(target: Callable[..., Any], arguments: dict[str, Any], spec: str, skip: int = 0) -> dict[str, Any]:
    """Return the settings a class or function takes with their values; refuse arguments that it does not take."""
    try:
        known = list(inspect.signature(target).parameters.values())[skip:]
    except (ValueError, TypeError):
        return arguments
    named = [one for one in known if one.kind in {one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY}]
    takes_any = any(one.kind is one.VAR_KEYWORD for one in known)
    unknown = [key for key in arguments if key not in {one.name for one in named}]
    if unknown and not takes_any:
        raise _refused(spec, unknown, [one.name for one in named])
    lacking = [one.name for one in named if one.default is one.empty and one.name not in arguments]
    if lacking:
        fix = f"--model-arg {lacking[0]}=…"
        raise ModelError(Problem(spec, f"needs the argument '{lacking[0]}'", ", ".join(one.name for one in named), fix))
    defaults = {one.name: one.default for one in named if one.default is not one.empty}
    return {**{key: value for key, value in defaults.items() if is_json(value)}, **arguments}


def _refused(spec: str, unknown: list[str], known: list[str]) -> ModelError:
    expected = "one of " + ", ".join(known) if known else "no arguments"
    fix = "correct or leave out the --model-arg"
    return ModelError(*(Problem(spec, f"takes no argument {quoted(key)}", expected, fix) for key in unknown))
