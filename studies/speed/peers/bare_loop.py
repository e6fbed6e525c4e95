"""The bare loop: what the work costs with no harness around it.

Usage: bare_loop.py DATA OUT ANSWER SETTINGS; prints one JSON object (see `harness.py`).
"""

import json
import os
import sys
import time
from pathlib import Path

from plain_qa import build_prompt, exact_match, token_f1


def evaluate(benchmark: Path, log: Path, answer: str) -> dict[str, float]:
    """Ask, score and log every item; one `os.write` an item, nothing synced.

    Returns:
        The means of exact match and F1 over the items.
    """
    lines = (benchmark / "questions.jsonl").read_text("utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    articles = {name: (benchmark / f"{name}.txt").read_text("utf-8") for name in {item["article"] for item in items}}
    totals = {"exact_match": 0.0, "f1": 0.0}
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for item in items:
        prompt = build_prompt(articles[item["article"]], item["question"])
        prediction = answer if prompt else ""
        scores = {"exact_match": exact_match(prediction, item["answer"]), "f1": token_f1(prediction, item["answer"])}
        os.write(file, (json.dumps({"id": item["id"], "prediction": prediction, **scores}) + "\n").encode())
        for name, score in scores.items():
            totals[name] += score
    os.close(file)
    return {name: total / len(items) for name, total in totals.items()}


def main() -> None:
    """Time the loop and print the record."""
    data, out, answer, _settings = sys.argv[1:]
    log = Path(out) / "log.jsonl"
    start = time.perf_counter()
    means = evaluate(Path(data) / "benchmark", log, answer)
    seconds = time.perf_counter() - start
    lines = len(log.read_text("utf-8").splitlines())
    print(json.dumps({"version": "", "import_seconds": 0.0, "seconds": seconds, "lines": lines, **means}))


if __name__ == "__main__":
    main()
