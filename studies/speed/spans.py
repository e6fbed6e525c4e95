"""Measure the search for spans: `SpanReader` beside a plain search, one question and one window at a time.

Questions are drawn by a seed from a SQuAD file. Both sides use the same weights in float32, `torch.inference_mode` and
as many threads. The plain search asks the model one window at a time and scores each span in two Python loops. What it
costs depends on how it is written, so it is written in four ways, which differ in two things:

- Windows are as long as their text, or padded to 384 tokens, as BERT's run_squad.py does, and transformers' run_qa.py
  unless told otherwise.
- The loops read logits from lists, from NumPy arrays as those scripts do, or from PyTorch's tensors.

Our side runs as shipped, and with one thing changed: without oneDNN, with batches of another size, in bfloat16.

The sides take turns on chunks of questions. A row tells the median over chunks of milliseconds a question, the median
over chunks of its ratio to ours, and in how many answers it differs from ours. With several threads, anything else that
runs on the machine slows all sides several times over, and not alike: only figures of an idle machine mean something.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, logging

from readmark.models.hf.spans import SpanReader
from readmark.records import Prompt

SHARED = Path(__file__).resolve().parents[3] / "shared"
WINDOW, OVERLAP, LONGEST = 384, 128, 30
CHUNK = 20  # questions that a side answers before it is the next one's turn
OURS = "ours, as shipped"

Side = Callable[[list[Prompt]], list[str]]


class Plain:
    """A plain search: one question, one window, two loops.

    Args:
        folder: The model.
        reads: What the loops read logits from: "lists", "arrays" or "tensors".
        padding: "max_length" pads each window to its full size, False does not.
    """

    def __init__(self, folder: Path, reads: str, padding: str | bool) -> None:
        self._model, self._tokenizer = load(folder)
        self._reads, self._padding = reads, padding

    def __call__(self, prompts: list[Prompt]) -> list[str]:
        """Return the answers."""
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: Prompt) -> str:
        best, place, none = float("-inf"), (0, 0), float("inf")
        for starts, ends, parts, offsets in self._windows(prompt):
            none = min(none, float(starts[0] + ends[0]))
            for first in range(len(parts)):
                if parts[first] != 1:
                    continue
                for last in range(first, len(parts)):
                    if parts[last] != 1 or last - first + 1 > LONGEST:
                        break
                    score = starts[first] + ends[last]
                    if score > best:
                        best, place = score, (offsets[first][0], offsets[last][1])
        return "" if none > float(best) else prompt.article[slice(*place)]

    def _windows(self, prompt: Prompt) -> Iterator[tuple[Any, Any, list[int | None], list[tuple[int, int]]]]:
        encoded = self._tokenizer(
            prompt.question,
            prompt.article,
            truncation="only_second",
            max_length=WINDOW,
            stride=OVERLAP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=self._padding,
        )
        for row in range(len(encoded["input_ids"])):
            inputs = {name: torch.tensor([encoded[name][row]]) for name in self._tokenizer.model_input_names}
            with torch.inference_mode():
                output = self._model(**inputs)
            starts, ends = output.start_logits[0], output.end_logits[0]
            if self._reads == "lists":
                starts, ends = starts.tolist(), ends.tolist()
            elif self._reads == "arrays":
                starts, ends = starts.numpy(), ends.numpy()
            yield starts, ends, encoded.sequence_ids(row), encoded["offset_mapping"][row]


def load(folder: Path, dtype: torch.dtype = torch.float32) -> tuple[Any, Any]:
    """Return a model and its tokenizer."""
    model = AutoModelForQuestionAnswering.from_pretrained(folder, dtype=dtype).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def ours(folder: Path, rows: int | None = None, dtype: torch.dtype = torch.float32, *, is_onednn: bool = True) -> Side:
    """Return our side: `rows` is the size of its batches; without oneDNN the layers compute as PyTorch has them."""
    model, tokenizer = load(folder, dtype)
    reader = SpanReader(model, tokenizer, window=WINDOW, overlap=OVERLAP, longest=LONGEST)
    if not is_onednn:
        for layer in model.modules():
            vars(layer).pop("forward", None)
    if rows:
        reader._batches.size = rows
    return lambda prompts: [reply.text for reply in reader.answer(prompts)]  # type: ignore[union-attr]


def draw(file: Path, count: int, seed: int) -> list[Prompt]:
    """Return questions of a SQuAD file as prompts."""
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    pairs = [(p["context"], q["question"]) for a in articles for p in a["paragraphs"] for q in p["qas"]]
    return [
        Prompt(item_id=str(i), condition="reading", prefix="", suffix="", article=article, question=question)
        for i, (article, question) in enumerate(random.Random(seed).sample(pairs, count))  # noqa: S311 - a sample
    ]


def measure(sides: dict[str, Side], prompts: list[Prompt]) -> tuple[dict[str, list[float]], dict[str, list[str]]]:
    """Return each side's seconds a question, by chunk, and its answers."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    answers: dict[str, list[str]] = {name: [] for name in sides}
    for side in sides.values():
        side(prompts[:2])  # what is done once is not counted
    for i in range(0, len(prompts), CHUNK):
        chunk = prompts[i : i + CHUNK]
        for name, side in sides.items():
            start = time.perf_counter()
            answers[name] += side(chunk)
            seconds[name].append((time.perf_counter() - start) / len(chunk))
    return seconds, answers


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=SHARED / "models" / "reader-minilm")
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "xquad" / "xquad.en.json")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    sides: dict[str, Side] = {
        OURS: ours(options.model),
        "ours, without oneDNN": ours(options.model, is_onednn=False),
        "ours, batches of 1": ours(options.model, rows=1),
        "ours, batches of 16": ours(options.model, rows=16),
        "ours, bfloat16": ours(options.model, dtype=torch.bfloat16),
        "plain, lists": Plain(options.model, "lists", padding=False),
        "plain, arrays": Plain(options.model, "arrays", padding=False),
        "plain, tensors": Plain(options.model, "tensors", padding=False),
        "plain, arrays, padded": Plain(options.model, "arrays", padding="max_length"),
    }
    seconds, answers = measure(sides, draw(options.data, options.questions, options.seed))
    table = Table("side", "ms a question", "ratio to ours", "answers that differ")
    for name, found in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(found, seconds[OURS], strict=True))
        differ = sum(a != b for a, b in zip(answers[name], answers[OURS], strict=True))
        table.add_row(name, f"{statistics.median(found) * 1000:.1f}", f"{ratio:.2f}", str(differ))
    Console().print(table)
    print(f"{options.questions} questions, seed {options.seed}, {options.threads} threads, torch {torch.__version__}")


if __name__ == "__main__":
    main()
