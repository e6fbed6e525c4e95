"""lm-evaluation-harness's `hf` model on the prompts of `made_model.py`, in one process through its Python API.

Usage: lm_eval_hf.py MODEL PROMPTS BATCH; prints one JSON object (see `shared_article.py`).

Settings are the cheap ones: no bundled tasks indexed, no bootstrap, nothing logged, a score that costs nothing.
`batch_size` is as on its command line, a number or `auto`.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

_START = time.perf_counter()
import datasets  # noqa: E402  (the imports are timed)
import lm_eval.evaluator  # noqa: E402, F401
from lm_eval import simple_evaluate  # noqa: E402
from lm_eval.api.instance import Instance  # noqa: E402
from lm_eval.models.huggingface import HFLM  # noqa: E402
from lm_eval.tasks import TaskManager  # noqa: E402

IMPORT_SECONDS = time.perf_counter() - _START

NEW_TOKENS = 16


class TimedHFLM(HFLM):
    """The peer's model, with a clock around its generation."""

    generation_seconds = 0.0

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:  # noqa: FBT001, FBT002, RUF100  (lm_eval's signature)
        """Return what the peer generates."""
        start = time.perf_counter()
        answers: list[str] = super().generate_until(requests, disable_tqdm=disable_tqdm)
        self.generation_seconds += time.perf_counter() - start
        return answers


def make_task(rows: list[dict[str, str]], answers: dict[str, str]) -> dict[str, Any]:
    """Return a task that asks the rows as they are and puts what is said into `answers`."""

    def keep(doc: dict[str, str], results: list[str]) -> dict[str, float]:
        answers[doc["id"]] = results[0]
        return {"answered": 1.0}

    return {
        "task": "shared_article",
        "custom_dataset": lambda **_: {"test": datasets.Dataset.from_list(rows)},
        "test_split": "test",
        "output_type": "generate_until",
        "generation_kwargs": {"until": [], "max_gen_toks": NEW_TOKENS, "do_sample": False},
        "num_fewshot": 0,
        "doc_to_text": lambda doc: doc["prefix"] + doc["suffix"],
        "doc_to_target": lambda _: "",
        "process_results": keep,
        "metric_list": [{"metric": "answered", "aggregation": "mean", "higher_is_better": True}],
    }


def main() -> None:
    """Load, evaluate and print the record."""
    folder, prompts, batch = sys.argv[1:]
    rows = [json.loads(line) for line in Path(prompts).read_text("utf-8").splitlines()]
    answers: dict[str, str] = {}
    start = time.perf_counter()
    model = TimedHFLM(pretrained=folder, dtype="float32", device="cpu", batch_size=batch)
    load_seconds = time.perf_counter() - start
    simple_evaluate(
        model=model,
        tasks=[make_task(rows, answers)],
        task_manager=TaskManager(include_defaults=False),
        bootstrap_iters=0,
        log_samples=False,
    )
    record = {
        "versions": {name: version(name) for name in ("lm_eval", "transformers", "torch")},
        "import_seconds": IMPORT_SECONDS,
        "load_seconds": load_seconds,
        "generation_seconds": model.generation_seconds,
        "answers": answers,
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
