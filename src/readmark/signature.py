"""What a number carries: its recipe, so that two scores are compared only where they mean the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readmark.metrics import extras_recipe
from readmark.metrics.chrf import RECIPE as CHRF
from readmark.prompts import prompt_recipe
from readmark.statistics.intervals import METHOD

if TYPE_CHECKING:
    from readmark.benchmark import Benchmark
    from readmark.results import Score

SCORING = "2"  # raised whenever a metric's or an extraction rule's meaning changes
COMPARED = (
    "benchmark",
    "version",
    "sha256",
    "norm",
    "language",
    "missing",
    "prompt",
    "extract",
    "scoring",
    "rouge",
    "chrf",
    "metrics",
    "judge",
    "limit",
    "drafts",
)


def make_signature(
    benchmark: Benchmark, extract: str, readmark: str, *, limit: int | None = None, drafts: bool = False
) -> dict[str, str | int]:
    """Return a report's signature; the keys of `COMPARED` must agree before two reports are compared."""
    recipe = benchmark.recipe
    special = {
        "metrics": extras_recipe(recipe) if recipe.metrics else None,
        "limit": limit,
        "drafts": 1 if drafts else None,
    }
    return {
        "benchmark": benchmark.name,
        "version": benchmark.manifest.version,
        "sha256": benchmark.sha256,
        "norm": benchmark.recipe.norm,
        "language": benchmark.recipe.language,
        "missing": benchmark.manifest.missing,
        "prompt": prompt_recipe(),
        "extract": extract,
        "scoring": SCORING,
        "rouge": benchmark.recipe.rouge,
        "chrf": CHRF,
        "judge": "none",
        "interval": METHOD,
        "cluster": benchmark.manifest.cluster,
        "readmark": readmark,
        **{key: value for key, value in special.items() if value is not None},
    }


def differing(first: dict[str, str | int], second: dict[str, str | int]) -> list[str]:
    """Return the compared keys in which two signatures differ."""
    return [key for key in COMPARED if first.get(key) != second.get(key)]


def signed(metric: str, score: Score, condition: str, signature: dict[str, str | int]) -> str:
    """Return one score of a metric in fractions as a line that says what it is, in percent.

    Example: `token_f1 = 83.2 [79.1, 86.6] | items:84|cond:reading|norm:squad2|extract:answer|ci:wilson95|…`.
    """
    ends = (
        f" [{100 * score.low:.1f}, {100 * score.high:.1f}]" if score.low is not None and score.high is not None else ""
    )
    value = "–" if score.value is None else f"{100 * score.value:.1f}"
    bench = f"{signature['benchmark']}@{signature['version']}#{str(signature['sha256'])[:4]}"
    recipe = "|".join(
        f"{key}:{part}"
        for key, part in (
            ("items", score.n),
            ("cond", condition),
            ("norm", signature["norm"]),
            ("extract", signature["extract"]),
            *((key, signature[key]) for key in ("limit", "drafts") if key in signature),
            ("prompt", signature["prompt"]),
            ("ci", signature["interval"]),
            ("bench", bench),
        )
    )
    return f"{metric} = {value}{ends} | {recipe}"
