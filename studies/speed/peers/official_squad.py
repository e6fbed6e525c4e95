"""SQuAD's official way to score, as its evaluation scripts describe it: every text is normalised anew, pair by pair.

Usage: official_squad.py DATA PREDICTIONS; prints {"exact_match", "f1", "seconds"}, scoring alone. Run by `scoring.py`,
and imported by it for nothing.
"""

from __future__ import annotations

import json
import re
import string
import sys
import time
from collections import Counter
from pathlib import Path


def normalize(text: str) -> str:
    """Return a text in lower case, without punctuation, articles and superfluous white space."""
    marks = set(string.punctuation)
    bare = "".join(character for character in text.lower() if character not in marks)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def exact(prediction: str, truth: str) -> bool:
    """Return whether both are equal once normalised."""
    return normalize(prediction) == normalize(truth)


def f1(prediction: str, truth: str) -> float:
    """Return the F1 of both bags of tokens."""
    said, wanted = normalize(prediction).split(), normalize(truth).split()
    shared = sum((Counter(said) & Counter(wanted)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(said), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


def main(data: str, predictions: str) -> None:
    """Score a file of predictions for SQuAD 1.1."""
    paragraphs = [p for article in json.loads(Path(data).read_bytes())["data"] for p in article["paragraphs"]]
    questions = [question for paragraph in paragraphs for question in paragraph["qas"]]
    said = json.loads(Path(predictions).read_bytes())
    started = time.process_time()
    exact_sum = f1_sum = 0.0
    for question in questions:
        if question["id"] in said:
            truths = [answer["text"] for answer in question["answers"]]
            exact_sum += max(exact(said[question["id"]], truth) for truth in truths)
            f1_sum += max(f1(said[question["id"]], truth) for truth in truths)
    seconds = time.process_time() - started
    found = {"exact_match": exact_sum / len(questions), "f1": f1_sum / len(questions), "seconds": seconds}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
