"""Answers with a span of the kind that the question asks for: the strongest reader without learning at run time.

Each token gets a letter for its shape (C capitalised, N number, Y year, M month or weekday, U unit, L other content
word, v word in -ed or -ly, and small words by their kind). Patterns over those letters propose spans in the sentences
nearest to the question: names, numbers with units, dates, noun phrases, clauses, quotations, lists. A linear score
then weighs how near the span stands to the question's rarer words, and whether its shape is what the question word
asks for. Poor support abstains.

Sources: Rajpurkar et al. 2016, arXiv 1606.05250, section 5, for a linear score over candidate spans; Moldovan et al.
2003, doi 10.1145/763693.763694, for the expected answer type. The weights were fitted on half of the titles of SQuAD
1.1's development set and rounded.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from readmark import Prompt, sentences

Row = tuple[str, list[tuple[int, int]], str, list[str]]  # a sentence: text, offsets, shapes and stems of its tokens
Question = tuple[str, set[str], set[tuple[str, str]], str, bool]  # kind, stems, pairs of stems, head's stem, is plural

_TOKEN = re.compile(r"[^\W_]+(?:[.,](?=\d)\d+|[-’'&](?!s\b)[^\W_]+)*%?|['’]s\b|[^\w\s]")
_LISTED = {
    "d": "a an the",
    "o": "of",
    "a": "and &",
    "i": "in at on to from by for with as because",
    "s": """or but nor so into onto over under between among against during before after about above below up down out
        off through than then is are was were be been being am do does did done have has had having will would can could
        may might must shall should not no it its he she they we i you his her their our my your him them us me this that
        these those there here who whom whose which what when where why how if while although though since until unless
        also only just very more most less least much many such same other another each every either neither both all
        any some own too however therefore within without upon per via like 's ’s""",
    "M": """january february march april may june july august september october november december
        monday tuesday wednesday thursday friday saturday sunday""",
    "N": """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
        trillion dozen dozens half hundreds thousands millions third quarter""",
    "U": """% percent cent km kilometres kilometers miles mile metres meters feet foot inches acres hectares years year
        months month weeks week days day hours hour minutes minute seconds tons tonnes kg pounds dollars euros degrees
        square cubic times centuries century mph""",
    ",": ",",
    '"': '" “ ”',
    "$": "$ £ €",
}
_SHAPES = {word: shape for shape, listed in _LISTED.items() for word in listed.split()}
_SMALL = frozenset("daosi")
_SPANS = tuple(
    re.compile(pattern.replace("X", "[CLNUMYv]"))
    for pattern in (
        r"(?:M,?)?(?:NMY?|M(?:N(?:,?Y)?|,?Y)?|Y)",  # a date
        r"\$?[NY]N*(?:[ia]N+)?(?:U+|L)?", r"\$?[NY]N*",  # a number with its unit, and without
        r"[CM][CNMY]*", r"[CN]+(?:(?:od?|d|a|id?)?[CN]+)+", r"C",  # a name, also in several words
        r"X*[CLNUMY]", r"L+", r"(?<!X)XX?", r"XX?(?!X)",  # a noun phrase, and its two ends
        r"dX+", r"d?X+(?:od?|id?|a)X+", r"X+od?X+[ao,]X+", r"X+(?:,X+)*,?aX+",  # "the X of the X", "X, X and X"
        r"(?<=[is])[^,p]{2,20}", r'(?<=")[^"]{1,30}(?=")',  # a clause, a quotation
    )
)  # fmt: skip
_KINDS = tuple(
    (kind, re.compile(pattern.replace("@", r"\b(?:what|which)(?: \w+){0,3}?")))
    for kind, pattern in (
        ("time", r"\bwhen\b|@ (?:years?|dates?|days?|month|decade|century|era|period)\b"),
        ("count", r"\bhow (?:many|much)\b|@ (?:number|percentage|percent|amount|population|cost|price|rate|score|age|temperature|distance|length|size|total|speed|height|share)\b"),
        ("measure", r"\bhow (?:long|far|old|often|large|big|tall|high|fast|deep|wide|heavy)\b"),
        ("person", r"\bwho(?:m|se)?\b|@ (?:person|man|woman|author|player|president|king|queen|leader|scientist|general|minister|governor|official|coach|writer|director)s?\b"),
        ("place", r"\bwhere\b|@ (?:cit(?:y|ies)|countr(?:y|ies)|count(?:y|ies)|state|place|location|region|river|town|continent|area|province|village|island|mountain|district|capital|nation)s?\b"),
        ("name", r"@ (?:name|compan(?:y|ies)|team|group|organi[sz]ation|part(?:y|ies)|agenc(?:y|ies)|institution|university|college|school|event|war|battle|treaty|law|language|religion|game|newspaper|show|film|book)s?\b"),
        ("cause", r"\bwhy\b|\bwhat causes?d?\b|@ (?:reason|cause)s?\b"),
        ("manner", r"\bhow\b"),
        ("thing", r""),
    )
)  # fmt: skip
_WEIGHTS = {}


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    low = word.casefold()
    return re.sub(r"(?<=..)(?:ations?|ings?|i?ed|i?es|ly|s|y)$", "", low)[:6].rstrip("e") or low


def _shape(word: str, common: frozenset[str], *, opens: bool) -> str:
    """Return a token's letter; a sentence's first word is a name only where the article never has it in small."""
    low = word.casefold()
    known = _SHAPES.get(low, "")
    if known and (known != "M" or word[0].isupper()):
        return known
    if not word[0].isalnum():
        return "p"
    if word[0].isdigit():
        return "Y" if re.fullmatch(r"1\d\d\d|20\d\d|\d{3,4}s", word) else "N"
    if word[0].isupper() and not (opens and low in common):
        return "C"
    return "v" if low.endswith(("ed", "ly")) else "L"


@lru_cache(maxsize=64)
def _index(article: str) -> tuple[list[Row], dict[str, float]]:
    """Return an article's sentences, those over 100 tokens in pieces, and each stem's idf."""
    common = frozenset(re.findall(r"\b[^\W\d_A-Z]\w*", article))
    rows: list[Row] = []
    for text in sentences(article):
        found = list(_TOKEN.finditer(text))
        for start in range(0, len(found), 100):
            part = found[start : start + 100]
            opening = start + (not found[0][0].isalnum()) if start == 0 else -1
            shapes = "".join(_shape(match[0], common, opens=at == opening) for at, match in enumerate(part))
            stems = [_stem(match[0]) if match[0][0].isalnum() else "" for match in part]
            rows.append((text, [match.span() for match in part], shapes, stems))
    spread = Counter(stem for row in rows for stem in set(row[3]))
    return rows, {stem: math.log(1 + len(rows) / df) for stem, df in spread.items()}


def _parse(question: str) -> Question:
    """Return what a question asks for, and by which words."""
    low = question.casefold()
    found = [word for word in _TOKEN.findall(question) if word[0].isalnum()]
    stems = [_stem(word) for word in found]
    asked = {_stem(word) for word in found if _SHAPES.get(word.casefold(), "") not in _SMALL}
    _, _, rest = re.split(r"\b(what|which|how (?:many|much)|who[ms]?e?|where|when|how|why|name)\b", low + " what ", maxsplit=1)
    head = next((word for word in _TOKEN.findall(rest) if word[0].isalnum() and _SHAPES.get(word, "") not in _SMALL), "")
    kind = next(kind for kind, pattern in _KINDS if pattern.search(low))
    return kind, asked, set(zip(stems, stems[1:], strict=False)), _stem(head), bool(re.search(r"[^s]s$", head))


def _candidates(question: Question, article: str):
    rows, idf = _index(article)
    kind, asked, pairs, head, is_plural = question
    weigh = {stem: idf.get(stem, math.log(1 + len(rows))) for stem in asked}
    total = sum(weigh.values()) or 1.0
    support = [0.0, *(sum(weigh[s] for s in asked.intersection(row[3])) / total for row in rows), 0.0]
    order = sorted(range(len(rows)), key=lambda i: -support[i + 1])[:5]
    for at in order:
        text, offsets, shapes, stems = rows[at]
        where = {}
        for i, stem in enumerate(stems):
            if stem in asked: where.setdefault(stem, []).append(i)
        base = {"support": support[at+1], "before": support[at], "next": support[at+2], "first": float(at == order[0]),
            "pairs": sum(pair in pairs for pair in zip(stems, stems[1:], strict=False)) / 10}
        hidden = "".join("q" if stem in asked else shape for shape, stem in zip(shapes, stems, strict=True))
        for start, end in sorted({match.span() for p in _SPANS for view in (shapes, hidden) for match in p.finditer(view)}):
            traits = dict(base)
            near = close = left = 0.0
            for stem, places in where.items():
                gap, place = min((start - i if i < start else max(0, i + 1 - end), i) for i in places)
                if gap:
                    near += weigh[stem] * max(0, 1 - gap / 12)
                    close += weigh[stem] / (1 + gap)
                    left += weigh[stem] * (place < start)
                if stem == head:
                    traits["head"] = 1 / (1 + gap)
            traits |= {"near": near / total, "close": close / total, "left": left / total}
            body = shapes[start:end]
            content = [stem for stem, shape in zip(stems[start:end], body) if shape in "CLNUMYv"]
            echo = sum(stem in asked for stem in content)
            traits["echo"] = echo / max(1, len(content))
            traits["void"] = float(echo == len(content))
            traits["rare"] = sum(idf[stem] for stem in content) / max(1, len(content))
            traits["long"] = math.log(end - start)
            traits["one"] = float(end - start == 1)
            traits["several"] = float(is_plural and "a" in body)
            traits |= dict.fromkeys(body, 1.0)
            before = shapes[start-1] if start else "^"
            after = shapes[end] if end < len(shapes) else "^"
            traits["<" + before] = traits[">" + after] = 1.0
            if before in 'is' and body[0] != 'd': traits["after " + text[slice(*offsets[start - 1])].casefold()] = 1.0
            if after != "^" and text[slice(*offsets[end])] in ("is","was","are","were"): traits[">be"] = 1.0
            if head and after!='^' and stems[end] == head: traits["head next"] = 1.0
            if head and stems[end-1] == head: traits["head last"] = 1.0
            if body[0] == before == "C" or body[-1] == after == "C": traits["cut"] = 1.0
            yield text[offsets[start][0]:offsets[end-1][1]], traits, kind, at
