"""Seeded, made-up questions over made-up articles, in the two forms that the harnesses read.

`benchmark/` is Readmark's four-field form: `<id>.txt` and `questions.jsonl` with `id`, `article` (a
file's stem), `question`, `answer`. `flat.jsonl` holds the same items, each with its article's text, as
lm_eval and inspect_ai like it.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WORDS = 400  # in an article
VOCABULARY = 5_000
CONSONANTS, VOWELS = "bdfgklmprstv", "aeiou"  # without n: no "none", no "nan", no English article


@dataclass(frozen=True)
class Shape:
    """How much data to make.

    Attributes:
        items: Number of questions.
        articles: Number of distinct articles; the questions take turns.
        seed: Of the generator; the same shape gives the same bytes.
    """

    items: int
    articles: int
    seed: int


def make_vocabulary(rng: random.Random) -> list[str]:
    """Return distinct words of two to four syllables, the first ones to be used most."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        syllables = (rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(rng.randint(2, 4)))
        words.setdefault("".join(syllables))
    return list(words)


def make_sentences(words: list[str], rng: random.Random) -> list[list[str]]:
    """Cut the words into sentences of 8 to 20."""
    sentences = []
    while words:
        length = rng.randint(8, 20)
        sentences.append(words[:length])
        words = words[length:]
    return sentences


def make_question(sentence: list[str], rng: random.Random) -> tuple[str, str]:
    """Return a question about a sentence and its answer, a span of one to three words."""
    length = rng.randint(1, min(3, len(sentence)))
    start = rng.randrange(len(sentence) - length + 1)
    rest = [*sentence[:start], "what", *sentence[start + length :]]
    return " ".join(rest).capitalize() + "?", " ".join(sentence[start : start + length])


def write_data(folder: Path, shape: Shape) -> str:
    """Write both forms into `folder`.

    Returns:
        The constant that the models answer: the most frequent word, right now and then.
    """
    rng = random.Random(shape.seed)  # noqa: S311  (data, not secrets)
    vocabulary = make_vocabulary(rng)
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))  # Zipf's law
    articles = [
        make_sentences(rng.choices(vocabulary, cum_weights=weights, k=WORDS), rng) for _ in range(shape.articles)
    ]
    texts = [" ".join(" ".join(words).capitalize() + "." for words in sentences) for sentences in articles]
    benchmark = folder / "benchmark"
    benchmark.mkdir(parents=True)
    for number, text in enumerate(texts):
        (benchmark / f"article-{number:04}.txt").write_text(text, "utf-8")
    short, flat = [], []
    for number in range(shape.items):
        chosen = number % shape.articles
        question, answer = make_question(rng.choice(articles[chosen]), rng)
        item = {"id": f"q-{number:04}", "article": f"article-{chosen:04}", "question": question, "answer": answer}
        short.append(json.dumps(item) + "\n")
        flat.append(json.dumps({**item, "article": texts[chosen]}) + "\n")
    (benchmark / "questions.jsonl").write_text("".join(short), "utf-8")
    (folder / "flat.jsonl").write_text("".join(flat), "utf-8")
    return vocabulary[0]
