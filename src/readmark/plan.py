"""Plans: what a run would ask, before anything is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readmark.benchmark import Benchmark, load
from readmark.errors import ModelError, Problem
from readmark.models import LoadedModel, find_model
from readmark.prompts import CONDITIONS, check_conditions, check_texts, make_prompts
from readmark.records import Item, Prompt, RunInfo
from readmark.runs import prediction_keys

Pair = tuple[str, str]  # an item's id and the condition it is asked under


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
        made = {name: make_prompts(self.benchmark, items, name) for name in conditions}
        prompts = tuple(prompt for name in conditions for prompt in made[name])
        conditions = tuple(name for name in conditions if made[name]) or conditions  # a summariser has no closed_book
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
    check_texts(names, loaded)
    found = find_model(model, model_args)
    every = tuple(item for item in loaded.selected(drafts=drafts) if item.task in found.tasks)
    plan = Plan(found, loaded, every, drafts=drafts).under(names, limit)
    if not plan.prompts:
        what = f"does {' and '.join(found.tasks)}, of which '{loaded.name}' has no items under {', '.join(names)}"
        expected = "a model, test set and condition that go together"
        raise ModelError(Problem(found.spec, what, expected, "see `readmark list conditions` and the model's tasks"))
    return plan
