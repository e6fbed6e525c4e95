r"""From what a model said to its answer: a named rule.

`none` takes the text as it is and reads only an empty one as abstention, as SQuAD's files mean it.
`answer` is for models that talk: it drops thinking blocks, takes what stands after the last "Final answer:", in
\boxed{} or under "answer" in JSON, leaves what is taken back ("12. Wait, 16"), strips one label, Markdown and
enclosing quotes, and knows the phrases of `abstention`. It never takes the first sentence of a longer text; whether a
verbose answer is right is for `answer_match` to say.
"""

from __future__ import annotations

import json
import re
from typing import Literal, NamedTuple

from readmark.abstention import ABSTENTIONS, is_abstention
from readmark.text import late

__all__ = ["ABSTENTIONS", "EXTRACTIONS", "Answer", "Extraction", "extract", "is_abstention"]

Extraction = Literal["answer", "none"]
EXTRACTIONS: tuple[Extraction, ...] = ("answer", "none")

_UNFINISHED = late(r"<(think|thinking|reasoning)>(?!.*</\1>)", re.DOTALL | re.IGNORECASE)
_THINKING = late(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_UNOPENED = "</think>"  # where a chat template has opened the block itself
# "Answer:" as a label: at a line's start, with a capital, or after one of these words; not the "answer:" of a sentence.
# A conclusion needs no colon: "So the answer is Kunduz."
_FINAL = late(
    r"(?:(?i:^[ \t*_#>]*|\b(?:the|my|final|short|correct|best)\s+)(?i:final\s+)?(?i:answer)|\bA(?:nswer|NSWER))"
    r"(?i:\s+is)?\s*+:[*_ \t]*"
    r"|(?i:\b(?:so|therefore|thus|hence|in conclusion)\b,?\s+(?:the|my)\s+(?:final\s+|correct\s+)?answer\s+is)"
    r"\s++(?!:)",
    re.MULTILINE,
)
_BOXED = late(r"\\boxed\{(?:\\text\{)?([^{}]*)\}")
_FENCE = late(r"```[a-z]*\n(.*?)(?:\n```|\Z)", re.DOTALL)
_LABEL = late(r"^\s*(?:summary|a)\s*:\s*", re.IGNORECASE)
_KEYS = ("final_answer", "answer", "response", "prediction")
# An answer taken back, between two stops: "Graz — no, sorry, Linz." Nothing is taken back where nothing stands before.
_BACK = late(
    r"(?<=\w)\s*[\"”’')]?\s*(?:[.!?…,;]|\.{3}|[—–]|\s-)\s+(?:"
    r"(?:oh|no|wait|sorry|hold on|correction|scratch that|i mean|actually,? no|"
    r"or rather|make that|that is wrong|let me correct (?:that|myself))\b\s*(?:[,.:;!…]|[—–]|\s-)\s*)+",
    re.IGNORECASE,
)
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
    text = _THINKING.sub(" ", raw).rpartition(_UNOPENED)[2]
    text = _fielded(text)
    boxed = _BOXED.findall(text) if "\\boxed" in text else []
    if boxed:
        text = boxed[-1]
    last = max((match.end() for match in _FINAL.finditer(text)), default=0)
    text = _unwrapped(_LABEL.sub("", text[last:]).strip())
    text = _unwrapped(_corrected(text))
    if not text and _UNFINISHED.search(raw):
        return Answer(text, abstains=False)  # cut off in thought: it said nothing, not that there is nothing
    return Answer(text, is_abstention(text))


def _fielded(text: str) -> str:
    """Return what stands under "answer" where the text is a JSON object, fenced or not; else the text unfenced."""
    inner = _FENCE.search(text)
    is_fenced = inner is not None and text.strip().startswith("```")
    body = inner[1].strip() if inner and is_fenced else text.strip()
    if body.startswith("{") and body.endswith("}"):
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return body
        known = [found[key] for key in _KEYS if isinstance(found, dict) and key in found]
        if known:
            return known[0] if isinstance(known[0], str) else "" if known[0] is None else json.dumps(known[0])
    return body if is_fenced else text


def _corrected(text: str) -> str:
    """Return what stands behind the last correction."""
    last = max((match.end() for match in _BACK.finditer(text)), default=0)
    return text[last:] or text


def _unwrapped(text: str) -> str:
    """Strip emphasis and quotes that enclose the whole text, as long as there are any."""
    for mark in ("**", "__"):
        if text.count(mark) % 2 and text.endswith(mark):  # it was opened before the label
            text = text.removesuffix(mark).strip()
    while True:
        for left, right in _PAIRS:
            if not text.startswith(left) or not text.endswith(right) or len(text) <= len(left + right):
                continue
            inner = text[len(left) : -len(right)]
            if left not in inner:
                text = inner.strip()
                break
        else:
            return text
