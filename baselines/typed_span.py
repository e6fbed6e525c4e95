"""typed-span: a short span of the kind that the question asks for, the strongest reader here.

Every token gets a letter for its shape. Patterns over the letters propose spans in the five sentences that share most
with the question. A linear score (Rajpurkar et al. 2016, 1606.05250) adds up how near the question's words are, by idf,
and whether the shape is the one asked for (Moldovan et al. 2003, 10.1145/763693.763694); its weights are rounded from a
fit to half of SQuAD 1.1's development titles. It abstains where a name or number of the question is nowhere near.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from readmark import Prompt, sentences, tokens

Row = tuple[str, list[tuple[int, int]], str, list[str]]  # a sentence, and its tokens' offsets, shapes and stems
Question = tuple[str, str, int, set[str], set[str]]  # kind, stem of the head noun, answers wanted, stems, names

_TOKEN = re.compile(r"[^\W_]+(?:[.,](?=\d)\d+|[-’'&](?!s\b)[^\W_]+)*%?|['’]s\b|[^\w\s]")
_LISTED = {  # of all others, N starts with a digit, Y is a year, C capitalised, v in -ed or -ly, L a word, p a mark
    "d": "a an the", "o": "of", "a": "and &", "c": ",", "q": '" “ ”', "e": "$ £ €",
    "b": "is are was were be been being am", "i": "in at on to from by for with as because",
    "s": """or but nor so into over under between among against during before after about up down out off than then do
        does did have has had having will would can could may might must shall should not no it its he she they we i you
        his her their our my your him them us this that these those there here who whom whose which what when where why
        how if while although since until also only very more most other each all some 's ’s""",
    "M": """January February March April May June July August September October November December
        Monday Tuesday Wednesday Thursday Friday Saturday Sunday""",
    "N": "one two three four five six seven eight nine ten twenty thirty forty fifty hundred thousand million billion",
    "U": "percent km miles mile meters metres feet years year months weeks days day hours hour minutes tons dollars",
}  # fmt: skip
_SHAPES = {word: shape for shape, listed in _LISTED.items() for word in listed.split()}
_CONTENT = "CLMNUYv"
_PATTERNS = r"""(?:Mc?)?(?:NMY?|M(?:Nc?Y?|c?Y)?|Y)  e?[NY]N*(?:[ia]N+)?(?:U+|L)?  e?[NY]N*
    [CM][CNMY]*  [CN]+(?:(?:od?|d|a|id?)?[CN]+)+  C  (?<=q)[^q]{1,30}(?=q)  X+(?:cX+)*c?aX+  (?<=[bis])[^cp]{2,20}
    X*[CLMNUY]  L+  (?<!X)XX?  XX?(?!X)  dX+  d?X+(?:od?|id?|a)X+  X+od?X+[aoc]X+"""
_SPANS = [re.compile(pattern.replace("X", f"[{_CONTENT}]")) for pattern in _PATTERNS.split()]
_ASKS = re.compile(r"(?s)\b(what|which|when|who|whom|whose|where|why|how|^name)\b(.*)")
_KINDS = {
    "time": "when year date day month decade century era period",
    "count": "number percentage percent amount population cost price rate score age temperature distance length size",
    "name": """who whom whose name person man woman author player president king leader scientist general minister war
        company team group organization organisation party agency university school event battle law language book""",
    "place": "where city cities country countries state place location region river town area county province capital",
    "reason": "why how reason cause caused",
}
_KIND_OF = {word: kind for kind, listed in _KINDS.items() for word in listed.split()}
_WEIGHTS = {  # those of "" unless a kind has its own; < and > are the shapes around a span, "by…" the word before it
    "": """near 4.9 support 4.9 void -2.2 several 1.5 L -1.3 v -1.2 head 1 <q 0.9 >q 0.8 >p 0.8 >c 0.5 >b 0.7
        >d -0.7 >o -0.6 <C -1.1 >C -0.9 C -0.3 <^ 0.2""",
    "time": "Y 2.5 M 0.7 C -1.8 L -1.8",
    "count": "N 2.2 U 0.2 C -2.4 v -1.4",
    "name": "C 1.1 by… 1.1 N -1.1 Y -1.5",
    "place": "C 0.6 in… 1.1 at… 1 N -0.8",
    "reason": "L 0.6 v 0.3 because… 0.6 by… 0.6 to… 0.4",
    "thing": "C 0.1 L -0.8 N -0.6 Y -1.6",
}
_TABLES = {k: {t: float(w) for t, w in re.findall(r"(\S+) (\S+)", _WEIGHTS[""] + " " + _WEIGHTS[k])} for k in _WEIGHTS}


class TypedSpan:
    """Takes the candidate with the highest score; the first wins a tie."""

    name = "typed-span"
    tasks = frozenset({"qa"})

    def predict(self, prompt: Prompt) -> str:
        """Return the best span, several with semicolons between, or "" to abstain."""
        question = kind, _, wanted, _, _ = _parse(prompt.question)
        weights = _TABLES[kind]
        candidates = _candidates(question, prompt.article)
        ranked = sorted(candidates, key=lambda one: -sum(weights.get(t, 0.0) * x for t, x in one[1].items()))
        if not ranked or ranked[0][1]["absent"]:
            return ""
        best, several = ranked[0][0], ranked[0][1]["several"]
        pieces = re.split(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", best) if several else [best]
        for span, _ in ranked:
            if len(pieces) < wanted and not set(tokens(span)).intersection(tokens(" ".join(pieces))):
                pieces.append(span)
        return "; ".join(pieces)


def _stem(word: str) -> str:
    return re.sub(r"(?<=..)(?:ations?|ings?|i?ed|i?es|ly|s|y)$", "", word.casefold())[:6].rstrip("e") or word


def _shape(word: str) -> str:
    known = _SHAPES.get(word) or _SHAPES.get(word.casefold())
    if known or word[0].isalpha():
        return known or ("C" if word[0].isupper() else "v" if word.endswith(("ed", "ly")) else "L")
    return "p" if not word[0].isdigit() else "Y" if re.fullmatch(r"1\d\d\d|20\d\d|\d{3,4}s", word) else "N"


@lru_cache(maxsize=64)
def _index(article: str) -> tuple[list[Row], dict[str, float]]:
    """Return an article's sentences, long ones in pieces of 100 tokens, and every stem's idf."""
    rows: list[Row] = []
    for text in sentences(article):
        found = list(_TOKEN.finditer(text))
        for start in range(0, len(found), 100):
            part = found[start : start + 100]
            shapes = "".join(_shape(match[0]) for match in part)
            rows.append((text, [match.span() for match in part], shapes, [_stem(match[0]) for match in part]))
    spread = Counter(stem for row in rows for stem in set(row[3]))
    return rows, {stem: math.log(1 + len(rows) / count) for stem, count in spread.items()}


def _parse(question: str) -> Question:
    asks, rest = match.groups() if (match := _ASKS.search(question.casefold())) else ("", "")
    after = [word for word in _TOKEN.findall(rest) if word[0].isalnum()]
    forms = [asks, *(form for word in after[:4] for form in (word, word.removesuffix("s")))]
    kind = next((_KIND_OF[form] for form in forms if form in _KIND_OF), "thing")
    if asks == "how" and after and _shape(after[0]) == "L":  # how many, how long
        kind, after = "count", after[1:]
    head = next((word for word in after if _shape(word) in _CONTENT), "")
    wanted = next((n for n, word in enumerate(("two", "three", "four"), 2) if word in after[:3]), head[-1:] == "s")
    found = [word for word in _TOKEN.findall(question) if _shape(word) in _CONTENT]
    names = {_stem(word) for word in _TOKEN.findall(question)[1:] if word[0].isdigit() or _shape(word) in "CM"}
    return kind, _stem(head), wanted if asks in {"what", "which", "name"} else 0, {_stem(word) for word in found}, names


def _candidates(question: Question, article: str) -> list[tuple[str, dict[str, float]]]:
    """Return the spans of the five sentences that share most with the question, with their traits."""
    rows, idf = _index(article)
    _, head, wanted, asked, names = question
    weights = {stem: idf.get(stem, math.log(2 + len(rows))) for stem in asked}
    share = {stem: weight / math.fsum(weights.values()) for stem, weight in weights.items()}
    support = [math.fsum(share[stem] for stem in asked.intersection(row[3])) for row in rows]
    candidates = []
    for row in sorted(range(len(rows)), key=lambda row: -support[row])[:5]:
        text, offsets, shapes, stems = rows[row]
        absent = names.difference(*(near[3] for near in rows[max(0, row - 1) : row + 2]))
        around = {"support": support[row], "absent": float(len(absent))}
        where = {stem: [at for at, one in enumerate(stems) if one == stem] for stem in asked.intersection(stems)}
        hidden = "".join("x" if stem in asked else shape for stem, shape in zip(stems, shapes, strict=True))
        found = {match.span() for pattern in _SPANS for view in (shapes, hidden) for match in pattern.finditer(view)}
        for start, end in sorted(found):
            body, left, right = shapes[start:end], shapes[start - 1] if start else "^", shapes[end : end + 1]
            before = text[slice(*offsets[start - 1])].casefold() if start else ""
            gaps = {stem: min(max(start - at, at + 1 - end, 0) for at in places) for stem, places in where.items()}
            traits = dict.fromkeys([*body, "<" + left, ">" + right, before + "…"], 1.0) | {
                "near": math.fsum(share[stem] * max(0.0, 1 - gap / 12) for stem, gap in gaps.items() if gap),
                "head": 1 / (1 + gaps[head]) if head in gaps else 0.0,
                "void": not set(_CONTENT).intersection(hidden[start:end]),
                "several": wanted > 0 and "a" in body,
            }
            candidates.append((text[offsets[start][0] : offsets[end - 1][1]], traits | around))
    return candidates
