"""Metrics beyond the table: any module of the `evaluate` library, by its name on the hub or its folder.

Conventions: a metric is named `evaluate:NAME_OR_PATH[:KEY]`, KEY being which of its numbers counts. In files it stands
as `evaluate:NAME[:KEY]`, NAME the path's last part, so that no path of a machine gets into a report; over summaries as
`evaluate:NAME[:KEY]@summary`, for a mean over both tasks means nothing. Each item is computed by itself, so that its
score has an interval. Loading a module runs its code.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readmark.errors import MetricError, Problem, as_json
from readmark.metrics.forms import Form, form_of
from readmark.metrics.table import METRICS, Metric
from readmark.records import Item, QaItem, Recipe, SummaryItem

if TYPE_CHECKING:
    from readmark.extraction import Answer

PREFIX = "evaluate:"
TRIAL = ("Ada met Bo.", "What happened?", ("Ada met Bo.", "Ada saw Bo."))


@dataclass(frozen=True)
class Extra:
    """A loaded module with what was asked of it.

    Attributes:
        name: As it stands in every file and table.
        module: evaluate's object.
        digest: A hash of the module's code.
        form: How it wants its inputs.
        key: Which of its numbers counts.
    """

    name: str
    module: Any
    digest: str
    form: Form
    key: str

    def score(self, answer: Answer, item: Item, article: str, _: Recipe) -> float:
        """Return the module's number for one prediction.

        Raises:
            MetricError: The module raises, or gives no number.
        """
        said = "" if answer.abstains else answer.text
        references = item.references if isinstance(item, SummaryItem) or item.is_answerable else ("",)
        question = item.question if isinstance(item, QaItem) else item.instruction
        place = f"{self.name}, item '{item.id}'"
        found = _computed(self.module, self.form.inputs(item.id, said, references, question, article), place)
        return _number(found, self.key, place)


def metrics_for(recipe: Recipe) -> Mapping[str, Metric]:
    """Return the metrics of a recipe by name: the table's, then the extra ones.

    Raises:
        MetricError: An extra one cannot be loaded or does not fit.
    """
    return _with_extras(recipe.metrics) if recipe.metrics else METRICS


@cache
def _with_extras(names: tuple[str, ...]) -> Mapping[str, Metric]:
    rows = [_as_metric(extra, task) for extra in _loaded(names) for task in TASKS]
    return METRICS | {row.name: row for row in rows}


def extras_recipe(recipe: Recipe) -> str:
    """Return the names of a recipe's extra metrics, each with eight digits of its code's hash, for the signature."""
    return ",".join(f"{extra.name}#{extra.digest[:8]}" for extra in _loaded(recipe.metrics))


def is_extra(name: str) -> bool:
    """Return whether a name in a file is that of an extra metric."""
    return name.startswith(PREFIX)


def _is_question(item: Item) -> bool:
    return isinstance(item, QaItem) and bool(item.references or not item.is_answerable)


def _is_summary(item: Item) -> bool:
    return isinstance(item, SummaryItem) and bool(item.references)


TASKS: dict[str, Callable[[Item], bool]] = {"": _is_question, "@summary": _is_summary}  # by what a name then ends in


def _as_metric(extra: Extra, task: str) -> Metric:
    about = str(extra.module.description).strip().partition("\n")[0] or "a module of evaluate"
    note = f"{extra.name} takes one reference: the first of several is compared" if extra.form.takes_one else ""
    return Metric(extra.name + task, about, TASKS[task], extra.score, range=None, higher_is_better=None, note=note)


@cache
def _loaded(names: tuple[str, ...]) -> tuple[Extra, ...]:
    extras = [_load(name) for name in dict.fromkeys(names)]
    for number, extra in enumerate(extras):
        if extra.name in {other.name for other in extras[:number]}:
            found = f"is the name of two modules in {', '.join(names)}"
            raise MetricError(Problem(extra.name, found, "a name for each", "rename the folder of one and its script"))
    return tuple(extras)


def _load(name: str) -> Extra:
    """Return an extra metric by its full name, after a trial on a made-up pair."""
    path, key = _parts(name)
    module = _module(name, path)
    short = PREFIX + Path(path).name.removesuffix(".py") + (f":{key}" if key else "")
    form = form_of(module, name)
    said, question, references = TRIAL
    found = _computed(module, form.inputs("trial", said, references, question, said), name)
    return Extra(short, module, str(module._hash or ""), form, _key(found, key, name))


def _parts(name: str) -> tuple[str, str]:
    """Return a name's path and key; a path that exists is taken whole."""
    rest = name.removeprefix(PREFIX)
    path, colon, key = rest.rpartition(":")
    found = (path, key) if colon and not Path(rest).exists() else (rest, "")
    if not name.startswith(PREFIX) or not Path(found[0]).name or (colon and not key and found[0] != rest):
        expected = "evaluate:NAME_OR_PATH or evaluate:NAME_OR_PATH:KEY"
        raise MetricError(Problem(name, "is no name of a further metric", expected, "see `readmark list metrics`"))
    return found


def _module(name: str, path: str) -> Any:  # noqa: ANN401 - evaluate has no types
    with _quiet():
        try:
            import evaluate  # noqa: PLC0415 - it takes seconds

            # Each load of a local script copies it into the cache of modules; predictions stay in memory.
            return evaluate.load(os.path.normpath(path) if Path(path).exists() else path, keep_in_memory=True)
        except Exception as error:  # someone else's code runs here, and may raise anything
            found, expected = f"cannot be loaded: {_told(error)}", "a module of evaluate: a folder of NAME/NAME.py"
            fix = "give its script's folder; a name alone is looked up on the hub, which needs the internet"
            raise MetricError(Problem(name, found, expected, fix)) from error


def _computed(module: Any, inputs: Mapping[str, Any], place: str) -> Mapping[str, Any]:  # noqa: ANN401
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = module.compute(**{name: [value] for name, value in inputs.items()})
    except Exception as error:  # as above
        fix = "see the module's documentation; it must take one prediction at a time"
        raise MetricError(Problem(place, f"raised {_told(error)}", "a number for each item", fix)) from error
    if not isinstance(found, Mapping):
        raise MetricError(Problem(place, f"gave a {type(found).__name__}", "numbers by name", "mend the module"))
    return found


def _key(found: Mapping[str, Any], key: str, name: str) -> str:
    """Return the key that counts: the one asked for, or the only one with a number; plain numbers go before lists."""
    numeric = [one for one, value in found.items() if _as_number(value) is not None]
    plain = [one for one in numeric if not isinstance(found[one], list | tuple)]
    numeric = numeric if key or not plain else plain
    if key in numeric or (not key and len(numeric) == 1):
        return key or numeric[0]
    what = f"gives no number '{key}'" if key else f"gives {len(numeric)} numbers"
    offered = ", ".join(numeric) or "none"
    raise MetricError(Problem(name, what, f"one of its numbers: {offered}", f"name it {PREFIX}…:KEY"))


def _number(found: Mapping[str, Any], key: str, place: str) -> float:
    number = _as_number(found.get(key))
    if number is None or not math.isfinite(number):
        shown = as_json(found[key]) if key in found else "nothing"
        raise MetricError(Problem(place, f"gave {shown} as {key}", "a finite number", "leave the metric out"))
    return number


def _as_number(value: object) -> float | None:
    """Return a number, or the only one of a list, as a float; numpy's too."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()
    return float(value) if isinstance(value, int | float) else None


def _told(error: Exception) -> str:
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep evaluate and datasets from drawing bars, from counting downloads, and from the hub where that is asked."""
    with contextlib.redirect_stdout(sys.stderr):
        import datasets  # noqa: PLC0415 - they take seconds
        from evaluate import config  # noqa: PLC0415
        from evaluate.utils import logging  # noqa: PLC0415

        drew = not datasets.are_progress_bars_disabled(), logging.is_progress_bar_enabled()
        kept = config.HF_UPDATE_DOWNLOAD_COUNTS, config.HF_EVALUATE_OFFLINE, logging.get_verbosity()
        datasets.disable_progress_bars()
        logging.disable_progress_bar()
        logging.set_verbosity_error()
        config.HF_UPDATE_DOWNLOAD_COUNTS = False
        config.HF_EVALUATE_OFFLINE = kept[1] or datasets.config.HF_HUB_OFFLINE
        try:
            yield
        finally:
            config.HF_UPDATE_DOWNLOAD_COUNTS, config.HF_EVALUATE_OFFLINE = kept[:2]
            logging.set_verbosity(kept[2])
            if drew[0]:
                datasets.enable_progress_bars()
            if drew[1]:
                logging.enable_progress_bar()
