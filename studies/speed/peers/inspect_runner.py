"""inspect_ai with a model API that answers at once and a data set from a local JSON file.

Usage: inspect_runner.py DATA OUT ANSWER fast|default; prints one JSON object (see `harness.py`).

`default` is `eval` as called from a script; `fast` turns off the live database, the raw model
calls, running scores and the control server, and returns headers only. Its log is on in
both, in its own quick format with its own buffer. `mockllm` is not used: it would count tokens.
"""

import json
import sys
import time
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

_START = time.perf_counter()
from inspect_ai import Task  # noqa: E402  (the imports are timed)
from inspect_ai import eval as inspect_eval  # noqa: E402
from inspect_ai.dataset import Sample, json_dataset  # noqa: E402
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelAPI, ModelOutput, modelapi  # noqa: E402
from inspect_ai.scorer import exact, f1  # noqa: E402
from inspect_ai.solver import generate  # noqa: E402
from inspect_ai.tool import ToolChoice, ToolInfo  # noqa: E402

IMPORT_SECONDS = time.perf_counter() - _START

from plain_qa import build_prompt  # noqa: E402  (not the peer's cost)

FAST: dict[str, Any] = {
    "log_realtime": False,
    "log_model_api": False,
    "log_header_only": True,
    "score_display": False,
    "ctl_server": False,
}


@modelapi(name="instant")
class InstantAPI(ModelAPI):
    """Answers every request with one constant at once."""

    def __init__(self, answer: str) -> None:
        super().__init__("constant")
        self.answer = answer

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002, ARG002  (inspect_ai's signature)
        tools: list[ToolInfo],  # noqa: ARG002
        tool_choice: ToolChoice,  # noqa: ARG002
        config: GenerateConfig,  # noqa: ARG002
    ) -> ModelOutput:
        """Return the constant."""
        return ModelOutput.from_content(self.model_name, self.answer)


def read_sample(record: dict[str, Any]) -> Sample:
    """Return a line of the file as a sample with its prompt."""
    prompt = build_prompt(record["article"], record["question"])
    return Sample(id=record["id"], input=prompt, target=record["answer"])


def evaluate(items: Path, out: Path, answer: str, settings: str) -> dict[str, float]:
    """Evaluate with the log in `out` and return both means."""
    task = Task(dataset=json_dataset(str(items), read_sample), solver=generate(), scorer=[exact(), f1()])
    model = Model(InstantAPI(answer), GenerateConfig())
    (log,) = inspect_eval(task, model=model, display="none", log_dir=str(out), **(FAST if settings == "fast" else {}))
    if log.status != "success" or log.results is None:
        raise RuntimeError(f"inspect_ai ended with status {log.status}: {log.error}")
    means = {score.name: score.metrics["mean"].value for score in log.results.scores}
    return {"exact_match": means["exact"], "f1": means["f1"]}


def main() -> None:
    """Time the evaluation and print the record."""
    data, out, answer, settings = sys.argv[1:]
    start = time.perf_counter()
    means = evaluate(Path(data) / "flat.jsonl", Path(out), answer, settings)
    seconds = time.perf_counter() - start
    (log,) = Path(out).glob("*.eval")
    with zipfile.ZipFile(log) as archive:
        logged = sum(name.startswith("samples/") for name in archive.namelist())
    record = {
        "version": version("inspect_ai"),
        "import_seconds": IMPORT_SECONDS,
        "seconds": seconds,
        "lines": logged,
        **means,
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
