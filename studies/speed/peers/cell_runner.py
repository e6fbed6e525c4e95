"""Answer cells of prompts with Readmark's `hf:` or with plain transformers `generate`, on a GPU where there is one.

Usage: cell_runner.py SIDE MODEL RUNS WARM CELL…; SIDE is `readmark` or `generate, batch N`, the rest are a folder, a
number and files of prompts. Prints one JSON object: for each cell, by its file's stem, the seconds of each run, the
most memory held on the device, and the last run's answers. Memory that runs out is a cell's `fault`.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

NEW_TOKENS = 16
Answer = Callable[[list[dict[str, str]]], dict[str, str]]


def with_readmark(folder: str) -> Answer:
    """Return a function that answers rows with `hf:`, as `readmark run` asks it."""
    from readmark.models import ask, find_model
    from readmark.records import Prompt, Reply

    model = find_model(f"hf:{folder}", {"max_new_tokens": NEW_TOKENS, "stop": None, "dtype": "bfloat16"})

    def answer(rows: list[dict[str, str]]) -> dict[str, str]:
        prompts = [
            Prompt(item_id=row["id"], condition="reading", prefix=row["prefix"], suffix=row["suffix"]) for row in rows
        ]
        asked = list(ask(model, prompts))
        failed = [one.outcome for one in asked if not isinstance(one.outcome, Reply)]
        if failed:
            raise RuntimeError(f"{len(failed)} of {len(rows)} items failed: {failed[0]!r}")
        return {one.prompt.item_id: one.outcome.text for one in asked}

    return answer


def with_generate(folder: str, batch: int) -> Answer:
    """Return a function that answers rows in padded batches with transformers' own `generate`."""
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).to(device).eval()

    def answer(rows: list[dict[str, str]]) -> dict[str, str]:
        answers = {}
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            tokens = tokenizer([row["prefix"] + row["suffix"] for row in part], return_tensors="pt", padding=True)
            said = model.generate(**tokens.to(device), max_new_tokens=NEW_TOKENS, do_sample=False)
            texts = tokenizer.batch_decode(said[:, tokens["input_ids"].shape[1] :], skip_special_tokens=True)
            answers |= {row["id"]: text for row, text in zip(part, texts, strict=True)}
        return answers

    return answer


def timed(answer: Answer, rows: list[dict[str, str]]) -> tuple[float, dict[str, str]]:
    """Return the seconds that the answers took, and the answers."""
    start = time.perf_counter()
    answers = answer(rows)  # text: the device has finished
    return time.perf_counter() - start, answers


def run_cell(answer: Answer, rows: list[dict[str, str]], warm: list[dict[str, str]], runs: int) -> dict[str, Any]:
    """Answer a cell as often as asked, each time after the short article, and once more before for warming up."""
    on_gpu = torch.cuda.is_available()
    record: dict[str, Any] = {"seconds": [], "peak_mib": None, "answers": {}, "fault": ""}
    try:
        answer(rows)
        if on_gpu:
            torch.cuda.reset_peak_memory_stats()
        for _ in range(runs):
            answer(warm)
            seconds, record["answers"] = timed(answer, rows)
            record["seconds"].append(seconds)
    except torch.cuda.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        record |= {"seconds": [], "fault": str(error).splitlines()[0]}
    if on_gpu:
        record["peak_mib"] = torch.cuda.max_memory_allocated() / 2**20
    return record


def read_rows(file: str) -> list[dict[str, str]]:
    """Return a file's prompts."""
    return [json.loads(line) for line in Path(file).read_text("utf-8").splitlines()]


def main() -> None:
    """Run all cells and print the record."""
    side, folder, runs, warm, *cells = sys.argv[1:]
    logging.disable_progress_bar()
    answer = with_readmark(folder) if side == "readmark" else with_generate(folder, int(side.rpartition(" ")[2]))
    rows = {Path(cell).stem: read_rows(cell) for cell in cells}
    found = {name: run_cell(answer, rows[name], read_rows(warm), int(runs)) for name in rows}
    print(json.dumps({"cells": found}))


if __name__ == "__main__":
    main()
