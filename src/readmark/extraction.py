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
_PLACES = ("article", "text", "passage")
_SILENCES = (
    "say", "say so", "state", "state this", "mention", "mention this", "mention it", "specify", "specify this",
    "answer the question", "answer this question", "provide this information", "provide enough information",
    "give", "tell", "provide", "indicate", "contain",
)  # fmt: skip
_MISSING = ("stated", "mentioned", "specified", "given", "provided", "answerable")
ABSTENTIONS = frozenset(
    {
        "unanswerable", "no answer", "none", "n a", "unknown", "i dont know", "i do not know",
        "it does not say", "it doesnt say", "not enough information", "insufficient information",
        "this is unanswerable", "the question is unanswerable", "this question is unanswerable",
        "cannot be answered", "it cannot be answered", "this question cannot be answered",
        "the question cannot be answered", "cannot be determined", "it cannot be determined",
    }
    | {f"the {place} {no} {verb}" for place in _PLACES for no in ("does not", "doesnt") for verb in _SILENCES}
    | {f"{it}not {word}{where}" for it in ("", "it is ", "this is ") for word in _MISSING
       for where in ("", *(f" in the {place}" for place in _PLACES))}
)  # fmt: skip

# A text that begins by saying that there is no answer and does not go on to give one.
_EXPLAINED = re.compile(
    r"(?:(?:the |this )?(?:answer|question) is )?(?:unanswerable|not answerable)(?=\s*(?:[.,;:(\n–—-]|$))"
    rf"|(?:the|this) (?:{'|'.join(_PLACES)}) (?:does not|doesnt|did not|didnt) (?:{'|'.join(_SILENCES)})\b"
    r"|(?:it is |this is )?not (?:stated|mentioned|specified|given|provided) (?:in|by|anywhere)\b"
    r"|there is no (?:information|mention|answer)\b"
)
_BUT = re.compile(r"\b(?:but|however|although|though|yet|probably|likely|perhaps|i think|i guess)\b")
_UNFINISHED = re.compile(r"<(think|thinking|reasoning)>(?!.*</\1>)", re.DOTALL | re.IGNORECASE)
LONGEST_ABSTENTION = 300  # characters
_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_UNOPENED = "</think>"  # where a chat template has opened the block itself
# "Answer:" as a label: at a line's start, with a capital, or after one of these words; not the "answer:" of a sentence.
_FINAL = re.compile(
    r"(?:(?i:^[ \t*_#>]*|\b(?:the|my|final|short|correct|best)\s+)(?i:final\s+)?(?i:answer)|\bA(?:nswer|NSWER))"
    r"(?i:\s+is)?\s*+:[*_ \t]*",
    re.MULTILINE,
)
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
    text = _THINKING.sub(" ", raw).rpartition(_UNOPENED)[2]
    last = max((match.end() for match in _FINAL.finditer(text)), default=0)
    text = _unwrapped(_LABEL.sub("", text[last:]).strip())
    if not text and _UNFINISHED.search(raw):
        return Answer(text, abstains=False)  # cut off in thought: it said nothing, not that there is nothing
    return Answer(text, is_abstention(text))


def is_abstention(text: str) -> bool:
    """Return whether a text is empty, a published phrase, or begins with one and gives no answer after it.

    Case and punctuation do not count. "But", "probably" and the like announce an answer after all.
    """
    if len(text) > LONGEST_ABSTENTION:
        return False
    bare = " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’]", "", text.casefold())).split())
    plain = re.sub(r"[\"'’“”‘*_]", "", text.casefold())  # with its stops, which tell where a phrase ends
    return not bare or bare in ABSTENTIONS or (bool(_EXPLAINED.match(plain)) and not _BUT.search(plain))


def _unwrapped(text: str) -> str:
    """Strip emphasis and quotes that enclose the whole text, as long as there are any."""
    for mark in ("**", "__"):
        if text.count(mark) % 2 and text.endswith(mark):  # it was opened before the label
            text = text.removesuffix(mark).strip()
    while True:
        for left, right in _PAIRS:
            inner = text[len(left) : -len(right)]
            if len(text) > len(left + right) and text.startswith(left) and text.endswith(right) and left not in inner:
                text = inner.strip()
                break
        else:
            return text
