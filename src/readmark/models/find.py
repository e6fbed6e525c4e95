"""From what stands on the command line to a model: a baseline, a file, a module, a command, a plugin."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from readmark.benchmark import bundled
from readmark.errors import ModelError, Problem, quoted
from readmark.models.command import CommandModel
from readmark.models.door import LoadedModel, adapt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.metadata import EntryPoint
    from types import ModuleType

GROUP = "readmark.models"


def _command(spec: str, arguments: Mapping[str, Any] | None) -> LoadedModel:
    return adapt(CommandModel, spec, {**(arguments or {}), "command": spec.removeprefix("command:")})


def _hf(spec: str, arguments: Mapping[str, Any] | None) -> LoadedModel:
    from readmark.models.hf.model import hf_model  # noqa: PLC0415 - for these models alone

    return hf_model(spec, arguments)


def _openai(spec: str, arguments: Mapping[str, Any] | None) -> LoadedModel:
    from readmark.models.openai_chat import OpenAIModel  # noqa: PLC0415 - for these models alone

    return adapt(OpenAIModel, spec, {**(arguments or {}), "model": spec.removeprefix("openai:")})


def _anthropic(spec: str, arguments: Mapping[str, Any] | None) -> LoadedModel:
    from readmark.models.anthropic_chat import AnthropicModel  # noqa: PLC0415 - for these models alone

    return adapt(AnthropicModel, spec, {**(arguments or {}), "model": spec.removeprefix("anthropic:")})


class Scheme(NamedTuple):
    """What a beginning such as `hf:` stands for.

    Attributes:
        form: How it is written.
        about: One line for people.
        find: (the whole name, settings) → the model.
    """

    form: str
    about: str
    find: Callable[[str, Mapping[str, Any] | None], LoadedModel]


SCHEMES = {
    scheme.form.partition(":")[0] + ":": scheme
    for scheme in (
        Scheme("command:PROGRAM", "a program in any language, JSON lines in and out", _command),
        Scheme("hf:ID-OR-FOLDER", "a model of transformers, from the hub or a folder", _hf),
        Scheme("openai:MODEL", "a model behind a server that speaks OpenAI's chat completions", _openai),
        Scheme("anthropic:MODEL", "a model behind a server that speaks Anthropic's messages", _anthropic),
    )
}
FORMS = f"a baseline, FILE.py:NAME, package.module:NAME, {', '.join(one.form for one in SCHEMES.values())}, a plugin"


def find_model(model: object, arguments: Mapping[str, Any] | None = None) -> LoadedModel:
    """Return the model that a name, or an object given to the API, stands for.

    Args:
        model: A name as on the command line, or the class, function or object itself.
        arguments: Settings for its constructor.

    Raises:
        ModelError: It cannot be found, loaded or made.
    """
    if isinstance(model, LoadedModel):
        return model
    if not isinstance(model, str):
        return adapt(model, "the model", arguments)
    for beginning, scheme in SCHEMES.items():
        if model.startswith(beginning):
            return scheme.find(model, arguments)
    baseline = baselines().get(model)
    path, _, name = model.rpartition(":") if not model.endswith(".py") else (model, "", "")
    if baseline:
        return adapt(*_from_file(baseline, "", model, arguments))
    if path.endswith(".py"):
        return adapt(*_from_file(Path(path), name, model, arguments))
    plugin = plugins().get(model)
    if plugin:
        return adapt(_guarded(plugin.load, model), model, arguments)
    if path and name.isidentifier():
        return adapt(_member(_guarded(lambda: importlib.import_module(path), model), name, model), model, arguments)
    known = ", ".join([*baselines(), *plugins()])
    raise ModelError(Problem(quoted(model), "is not a model", FORMS, f"baselines and plugins here: {known}"))


def baselines() -> dict[str, Path]:
    """Return the bundled baselines' files by name."""
    return {path.stem.replace("_", "-"): path for path in sorted(bundled("baselines").glob("[a-z]*.py"))}


def plugins() -> dict[str, EntryPoint]:
    """Return the models that installed packages offer, by name."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - reads every installed package's metadata

    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name)}


def _from_file(
    path: Path, name: str, spec: str, arguments: Mapping[str, Any] | None
) -> tuple[object, str, Mapping[str, Any] | None, Path, str]:
    """Return what `adapt` takes for an object of a Python file: the one named, or its only model."""
    if not os.path.isfile(path):  # noqa: PTH113 - also False for a name that no file can have
        raise ModelError(Problem(str(path), "there is no such file", "a Python file", "check the path"))
    module_name = f"readmark_model_{path.stem}"
    loader = importlib.util.spec_from_file_location(module_name, path)
    if loader is None:
        raise ModelError(Problem(str(path), "is not a Python file", "FILE.py:NAME", "check the path"))
    module = importlib.util.module_from_spec(loader)
    sys.modules[module_name] = module
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    _guarded(lambda: _execute(path, module), spec)
    member = name or _only_model(module, path)
    found = _member(module, member, spec)
    said = _shown_name(found)
    others = [other for key, other in vars(module).items() if key != member and other is not found]
    is_doubled = any(callable(other) and _shown_name(other) == said for other in others)
    return found, spec, arguments, path, member if is_doubled else ""


def _shown_name(member: Any) -> str:  # noqa: ANN401 - a module's member
    return str(getattr(member, "name", None) or getattr(member, "__name__", ""))


def _execute(path: Path, module: ModuleType) -> None:
    """Run a file as a module; never from a cached .pyc, which misses two edits within a second."""
    exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), vars(module))  # noqa: S102 - as import does


def _only_model(module: Any, path: Path) -> str:  # noqa: ANN401 - a module's members are its own
    """Return the name of the one class in a module that predicts."""
    found = [
        name
        for name, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and (hasattr(member, "predict") or hasattr(member, "predict_many"))
    ]
    if len(found) != 1:
        what = f"defines {len(found)} classes with predict" + (f": {', '.join(found[:8])}" if found else "")
        fix = f"{path}:{found[0] if found else 'NAME'}"
        raise ModelError(Problem(str(path), what, "exactly one, or FILE.py:NAME", fix))
    return found[0]


def _member(module: Any, name: str, spec: str) -> object:  # noqa: ANN401 - a module's members are its own
    if hasattr(module, name):
        return getattr(module, name)
    names = [member for member in vars(module) if not member.startswith("_") and callable(getattr(module, member))]
    expected = "one of " + ", ".join(names[:8]) if names else "a class or function"
    raise ModelError(Problem(spec, f"there is no {quoted(name)} in it", expected, "check the name after the colon"))


def _guarded(load: Callable[[], Any], spec: str) -> Any:  # noqa: ANN401 - what the user's code defines
    """Run the user's import and tell its fault with its place; what it prints goes to standard error."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return load()
    except SyntaxError as error:
        place = f"{error.filename}:{error.lineno}" if error.filename else spec
        raise ModelError(
            Problem(place, f"is not valid Python: {error.msg}", "a file that imports", "mend it")
        ) from error
    except (Exception, SystemExit) as error:
        place = _place(error) or spec
        what = f"cannot be imported: {type(error).__name__}: {error}"
        raise ModelError(Problem(place, what, "a module that imports", f"needed for the model {spec}")) from error


def _place(error: BaseException) -> str:
    """Return `file:line` of the last frame that is neither Python's import machinery nor ours; "" where none is."""
    machinery = (str(Path(importlib.__file__).parent), "<frozen ", __file__)
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not frame.filename.startswith(machinery)]
    return f"{theirs[-1].filename}:{theirs[-1].lineno}" if theirs else ""
