"""From what a model said to its answer: a named rule, published phrases of abstention.

`none` takes the text as it is and reads only an empty one as abstention, as SQuAD's files mean it.
`answer` is for models that talk: it drops thinking blocks, takes what stands after the last "Final answer:",
strips one label, Markdown emphasis and enclosing quotes, and knows the phrases below. It never takes the first
sentence of a longer text; whether a verbose answer is right is for `answer_match` to say.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Extraction = Literal["answer", "none"]
EXTRACTIONS: tuple[Extraction, ...] = ("answer", "none")
ABSTENTIONS = frozenset(
    {
        "unanswerable", "not answerable", "no answer", "none", "n a", "unknown", "not stated", "not mentioned",
        "not specified", "not given", "not provided", "i dont know", "i do not know", "the article does not say",
        "the article doesnt say", "the article does not state", "the article does not mention",
        "the article does not specify", "the text does not say", "it is not stated", "this is unanswerable",
        "the question is unanswerable", "the article does not answer the question",
        "the article does not provide this information", "not stated in the article", "not mentioned in the article",
        "cannot be answered", "it cannot be answered", "this question cannot be answered",
        "cannot be determined", "it does not say", "the article does not say so",
    }
)  # fmt: skip

_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_FINAL = re.compile(r".*\b(?:final answer|answer)\s*(?:is)?\s*:[*_ \t]*", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r"^\s*(?:summary|a)\s*:\s*", re.IGNORECASE)
_PAIRS = (
    ("**", "**"),
    ("__", "__"),
    ("*", "*"),
    ("`", "`"),
    ('"', '"'),
    ("'", "'"),
    ("“", "”"),
    ("‘", "’"),
    ("«", "»"),
)


class Answer(NamedTuple):
    """What a model's text comes to: the answer's words, and whether it abstains."""

    text: str
    abstains: bool


def extract(raw: str, how: Extraction) -> Answer:
    """Return the answer in a model's text.

    Example:
        >>> extract("<think>Farah?</think> Answer: **Kunduz**", "answer")
        Answer(text='Kunduz', abstains=False)
    """
    if how == "none":
        return Answer(raw, not raw.strip())
    text = _THINKING.sub(" ", raw)
    text = _LABEL.sub("", _FINAL.sub("", text)) if ":" in text else text
    text = _unwrapped(text.strip())
    return Answer(text, is_abstention(text))


def is_abstention(text: str) -> bool:
    """Return whether a text is empty or one of the published phrases, whatever its case and punctuation."""
    if len(text) > 80:
        return False
    bare = " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’]", "", text.casefold())).split())
    return not bare or bare in ABSTENTIONS


def _unwrapped(text: str) -> str:
    """Strip emphasis and quotes that enclose the whole text, as long as there are any."""
    while True:
        for left, right in _PAIRS:
            inner = text[len(left) : -len(right)]
            if len(text) > len(left + right) and text.startswith(left) and text.endswith(right) and left not in inner:
                text = inner.strip()
                break
        else:
            return text
