"""lm-evaluation-harness with a model that answers at once and a task over a local JSON file.

Usage: lm_eval_runner.py DATA OUT ANSWER fast|default; prints one JSON object (see `harness.py`).

`default` is `simple_evaluate` as called from a script, which indexes the thousands of bundled
tasks; `fast` gives it a `TaskManager(include_defaults=False)`. torch, which it imports late, is
imported before the clock starts.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

_START = time.perf_counter()
import lm_eval.evaluator  # noqa: E402, F401  (the imports are timed)
import torch.utils.collect_env  # noqa: E402, F401
from lm_eval import simple_evaluate  # noqa: E402
from lm_eval.api.instance import Instance  # noqa: E402
from lm_eval.api.model import LM  # noqa: E402
from lm_eval.loggers import EvaluationTracker  # noqa: E402
from lm_eval.loggers.utils import add_env_info  # noqa: E402
from lm_eval.tasks import TaskManager  # noqa: E402

IMPORT_SECONDS = time.perf_counter() - _START

from plain_qa import build_prompt, exact_match, token_f1  # noqa: E402  (not the peer's cost)

TASK = "speed_qa"


class InstantLM(LM):
    """Answers every request with one constant, all at once."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:  # noqa: ARG002, FBT001, FBT002, RUF100  (lm_eval's signature)
        """Return the constant, once a request."""
        return [self.answer] * len(requests)

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Refuse: the task only generates."""
        raise NotImplementedError

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Refuse: the task only generates."""
        raise NotImplementedError


def score(doc: dict[str, str], results: list[str]) -> dict[str, float]:
    """Return both scores of one item, as lm_eval's own QA tasks do in `process_results`."""
    return {"exact_match": exact_match(results[0], doc["answer"]), "f1": token_f1(results[0], doc["answer"])}


def task_config(items: Path) -> dict[str, Any]:
    """Return the task over the file of items."""
    return {
        "task": TASK,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(items)}},
        "test_split": "test",
        "output_type": "generate_until",
        "generation_kwargs": {"until": ["\n"]},
        "num_fewshot": 0,
        "doc_to_text": lambda doc: build_prompt(doc["article"], doc["question"]),
        "doc_to_target": lambda doc: doc["answer"],
        "process_results": score,
        "metric_list": [
            {"metric": name, "aggregation": "mean", "higher_is_better": True} for name in ("exact_match", "f1")
        ],
    }


def evaluate(items: Path, out: Path, answer: str, settings: str) -> dict[str, float]:
    """Evaluate and save aggregate and samples, as the command line does with `--log_samples`."""
    tracker = EvaluationTracker(output_path=str(out))
    results = simple_evaluate(
        model=InstantLM(answer),
        tasks=[task_config(items)],
        task_manager=TaskManager(include_defaults=False) if settings == "fast" else None,
        evaluation_tracker=tracker,
        log_samples=True,
    )
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    tracker.save_results_samples(task_name=TASK, samples=samples[TASK])
    means = results["results"][TASK]
    return {"exact_match": means["exact_match,none"], "f1": means["f1,none"]}


def main() -> None:
    """Time the evaluation and print the record."""
    data, out, answer, settings = sys.argv[1:]
    start = time.perf_counter()
    means = evaluate(Path(data) / "flat.jsonl", Path(out), answer, settings)
    seconds = time.perf_counter() - start
    (log,) = Path(out).glob("*/samples_*.jsonl")
    start = time.perf_counter()
    add_env_info({})
    record = {
        "version": version("lm_eval"),
        "import_seconds": IMPORT_SECONDS,
        "seconds": seconds,
        "environment_report_seconds": time.perf_counter() - start,  # a part of `seconds`, timed again
        "lines": len(log.read_text("utf-8").splitlines()),
        **means,
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
