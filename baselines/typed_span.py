"""Answers with a span of the kind that the question asks for: the strongest reader here, by lexical means alone.

Every token gets a letter for its shape. Patterns over the letters propose spans in the five sentences that share most
with the question. A linear score weighs how near a span stands to the question's words, by their idf, and whether its
shape is what the question asks for. No answer where a name or number of the question is nowhere near the best span.

Sources: Rajpurkar et al. 2016, arXiv 1606.05250, section 5 (a linear score over spans); Moldovan et al. 2003, doi
10.1145/763693.763694 (the expected answer type). The weights are rounded from a log-linear fit to SQuAD 1.1, half of
the development set's titles.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from readmark import Prompt, sentences

Row = tuple[str, list[tuple[int, int]], str, list[str]]  # a sentence, and its tokens' offsets, shapes and stems
Question = tuple[str, str, bool, set[str], set[str]]  # kind, stem of the head noun, is it plural, all stems, names

_TOKEN = re.compile(r"[^\W_]+(?:[.,](?=\d)\d+|[-’'&](?!s\b)[^\W_]+)*%?|['’]s\b|[^\w\s]")
_LISTED = {  # of all others, N starts with a digit, Y is a year, C capitalised, v in -ed or -ly, L a word, p a mark
    "d": "a an the", "o": "of", "a": "and &", "c": ",", "q": '" “ ”', "e": "$ £ €",
    "b": "is are was were be been being am", "i": "in at on to from by for with as because",
    "s": """or but nor so into onto over under between among against during before after about above below up down out off
        through than then do does did done have has had having will would can could may might must shall should not no it
        its he she they we i you his her their our my your him them us me this that these those there here who whom whose
        which what when where why how if while although though since until unless also only just very more most less least
        much many such same other another each every either neither both all any some own too within without per 's ’s""",
    "M": """january february march april may june july august september october november december monday tuesday wednesday
        thursday friday saturday sunday""",
    "N": """one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy
        eighty ninety hundred thousand million billion trillion dozen dozens half hundreds thousands millions""",
    "U": """percent cent km kilometres kilometers miles mile metres meters feet inches acres hectares years year months month
        weeks week days day hours hour minutes minute tons tonnes kg pounds dollars euros degrees square times""",
}  # fmt: skip
_SHAPES = {word: shape for shape, listed in _LISTED.items() for word in listed.split()}
_PATTERNS = r"""(?:Mc?)?(?:NMY?|M(?:Nc?Y?|c?Y)?|Y)  e?[NY]N*(?:[ia]N+)?(?:U+|L)?  e?[NY]N*
    [CM][CNMY]*  [CN]+(?:(?:od?|d|a|id?)?[CN]+)+  C  (?<=q)[^q]{1,30}(?=q)  X+(?:cX+)*c?aX+  (?<=[bis])[^cp]{2,20}
    X*[CLNUMY]  L+  (?<!X)XX?  XX?(?!X)  dX+  d?X+(?:od?|id?|a)X+  X+od?X+[aoc]X+"""
_SPANS = [re.compile(pattern.replace("X", "[CLNUMYv]")) for pattern in _PATTERNS.split()]
_ASKS = re.compile(r"\b(how many|how much|how (?:long|far|old|often|large|big|tall|high|fast|deep|wide)|what|which|when|"
                   r"who(?:m|se)?|where|why|how|^name)\b(.*)", re.DOTALL)  # fmt: skip
_KINDS = {
    "time": "when year date day month decade century era period",
    "count": "number percentage percent amount population cost price rate score age temperature distance length size total",
    "name": """who whom whose name person man woman author player president king queen leader scientist general minister
        official director company team group organization organisation party agency university college school event war
        battle law language religion game newspaper show film book""",
    "place": """where city cities country countries state place location region river town continent area county province
        village island mountain district capital nation""",
    "reason": "why how reason cause caused",
}
_KIND_OF = {word: kind for kind, listed in _KINDS.items() for word in listed.split()}
_WEIGHTS = {  # "<" and ">" are the shapes before and after a span, "by…" the word before it; "" is for all kinds
    "": """near 4.6 support 3.1 void -2.2 L -1.4 v -1.2 head 1 first 0.9 <q 0.9 >p 0.8 several 0.8 >q 0.8 cut -0.7 >b 0.7
        >d -0.7 <C -0.6 >c 0.6 >o -0.5 >C -0.5 head> 0.5 C -0.3 <^ 0.3""",
    "time": "Y 2.7 C -1.3 M 0.7",
    "count": "N 2.3 C -1.9 U 0.5",
    "name": "C 1.6 by… 1.3 Y -1.3 N -0.7",
    "place": "in… 1.2 C 1.1 at… 0.9",
    "reason": "L 1.9 v 0.5 because… 0.8 to… 0.7 by… 0.5",
    "thing": "Y -1.5 N -0.7 L 0.7 C 0.5",
}
_TRAITS = {kind: {t: float(w) for t, w in re.findall(r"(\S+) (\S+)", listed)} for kind, listed in _WEIGHTS.items()}


class TypedSpan:
    """Takes the candidate with the highest score; the first wins a tie."""

    name = "typed-span"
    tasks = frozenset({"qa"})

    def predict(self, prompt: Prompt) -> str:
        """Return the best span, several with semicolons between, or "" to abstain."""
        question = _parse(prompt.question)
        every, own = _TRAITS[""], _TRAITS[question[0]]
        best, answer, several = -math.inf, "", 0.0
        for span, traits in _candidates(question, prompt.article):
            score = sum((every.get(t, 0.0) + own.get(t, 0.0)) * value for t, value in traits.items())
            if score > best:
                best, answer, several = score, "" if traits["absent"] else span, traits["several"]
        return "; ".join(re.split(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", answer)) if several else answer


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return re.sub(r"(?<=..)(?:ations?|ings?|i?ed|i?es|ly|s|y)$", "", word.casefold())[:6].rstrip("e") or word


def _shape(word: str) -> str:
    low = word.casefold()
    if low in _SHAPES and (word[0].isupper() or _SHAPES[low] != "M"):
        return _SHAPES[low]
    if not word[0].isalpha():
        return "p" if not word[0].isdigit() else "Y" if re.fullmatch(r"1\d\d\d|20\d\d|\d{3,4}s", word) else "N"
    return "C" if word[0].isupper() else "v" if low.endswith(("ed", "ly")) else "L"


@lru_cache(maxsize=64)
def _index(article: str) -> tuple[list[Row], dict[str, float]]:
    """Return an article's sentences, long ones in pieces of 100 tokens, and every stem's idf."""
    rows: list[Row] = []
    for text in sentences(article):
        found = list(_TOKEN.finditer(text))
        for part in (found[start : start + 100] for start in range(0, len(found), 100)):
            shapes = "".join(_shape(match[0]) for match in part)
            rows.append((text, [match.span() for match in part], shapes, [_stem(match[0]) for match in part]))
    spread = Counter(stem for row in rows for stem in set(row[3]))
    return rows, {stem: math.log(1 + len(rows) / df) for stem, df in spread.items()}


def _parse(question: str) -> Question:
    """Return what a question asks for, and by which words."""
    asks, rest = match.groups() if (match := _ASKS.search(question.casefold())) else ("", "")
    after = [word for word in _TOKEN.findall(rest) if word[0].isalnum()]
    hints = [asks, *(form for word in after[:4] for form in (word, word.removesuffix("s")))]
    kind = "count" if asks[:4] == "how " else next((_KIND_OF[word] for word in hints if word in _KIND_OF), "thing")
    head = next((word for word in after if _SHAPES.get(word, "L") in "LNMU"), "")
    found = [word for word in _TOKEN.findall(question) if word[0].isalnum()]
    names = {_stem(word) for word in found[1:] if not word.islower() and word.casefold() not in _SHAPES}
    asked = {_stem(word) for word in found if _SHAPES.get(word.casefold(), "L") in "LNMU"}
    return kind, _stem(head), bool(re.search("[^s]s$", head)), asked, names


def _candidates(question: Question, article: str) -> list[tuple[str, dict[str, float]]]:
    """Return the spans of the five sentences that share most with the question, with their traits."""
    rows, idf = _index(article)
    _, head, is_plural, asked, names = question
    weights = {stem: idf.get(stem, math.log(1 + len(rows))) for stem in asked}
    share = {stem: weight / sum(weights.values()) for stem, weight in weights.items()}
    support = [sum(share[stem] for stem in asked.intersection(row[3])) for row in rows]
    order = sorted(range(len(rows)), key=lambda at: -support[at])[:5]
    candidates = []
    for at in order:
        text, offsets, shapes, stems = rows[at]
        around = {"support": support[at], "first": at == order[0],
                  "absent": len(names.difference(*(row[3] for row in rows[max(0, at - 1) : at + 2])))}
        where = {stem: [i for i, one in enumerate(stems) if one == stem] for stem in asked.intersection(stems)}
        hidden = "".join("x" if stem in asked else shape for stem, shape in zip(stems, shapes, strict=True))
        for start, end in sorted({m.span() for pattern in _SPANS for view in (shapes, hidden) for m in pattern.finditer(view)}):
            body, left, right = shapes[start:end], shapes[start - 1] if start else "^", shapes[end : end + 1]
            before = text[slice(*offsets[start - 1])].casefold() if start else ""
            gaps = {stem: min(max(start - i, i + 1 - end, 0) for i in places) for stem, places in where.items()}
            traits = around | dict.fromkeys([*body, "<" + left, ">" + right, before + "…"], 1.0) | {
                "near": sum(share[stem] * max(0.0, 1 - gap / 12) for stem, gap in gaps.items() if gap),
                "head": 1 / (1 + gaps[head]) if head in gaps else 0.0,
                "head>": stems[end : end + 1] == [head],
                "void": not set("CLNUMYv").intersection(hidden[start:end]),
                "cut": body[0] == left == "C" or body[-1] == right == "C",
                "several": is_plural and "a" in body,
            }
            candidates.append((text[offsets[start][0] : offsets[end - 1][1]], traits))
    return candidates
