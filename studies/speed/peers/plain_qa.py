"""The prompt and the SQuAD 1.1 scores in the plain manner of the official script.

The bare loop and the lm-evaluation-harness task score with this one file, so neither gains by a
quicker metric; inspect_ai and Readmark bring their own.

Source:
    Rajpurkar et al. 2016, arXiv 1606.05250, `evaluate-v1.1.py`.
"""

import re
import string
from collections import Counter


def build_prompt(article: str, question: str) -> str:
    """Return the article, the question and a cue, as one text."""
    return f"{article}\n\nQuestion: {question}\nAnswer:"


def normalize_answer(text: str) -> str:
    """Lower the text, delete ASCII punctuation, drop a/an/the, collapse white space."""
    punctuation = set(string.punctuation)
    kept = "".join(letter for letter in text.lower() if letter not in punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def exact_match(prediction: str, reference: str) -> float:
    """Return 1.0 where both texts normalise to the same, else 0.0."""
    return float(normalize_answer(prediction) == normalize_answer(reference))


def token_f1(prediction: str, reference: str) -> float:
    """Return the F1 of the two bags of tokens, in [0, 1]; 0.0 where they share none."""
    predicted = normalize_answer(prediction).split()
    expected = normalize_answer(reference).split()
    shared = sum((Counter(predicted) & Counter(expected)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(expected)
    return 2 * precision * recall / (precision + recall)
