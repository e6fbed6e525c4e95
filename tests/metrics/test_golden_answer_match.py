"""Hand-made pairs of question and answer, each with the verdict that careful people would give and its reason.

Witness: the pairs were written without sight of the code, by language models asked to be hostile editors, and read
again; docs/validity.md says how many were right at first sight and which kinds were left out.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from readmark.extraction import Answer, extract
from readmark.metrics.answer_match import answer_match
from readmark.metrics.equivalence import canonical
from readmark.records import QaItem

FILE = Path(__file__).parents[1] / "golden" / "answer_match.jsonl"
PAIRS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
SOURCE = Path(__file__).parents[2] / "src" / "readmark"


def item_of(pair):
    fields = {name: pair[name] for name in ("answer_type", "distractors", "parts", "ordered") if pair.get(name)}
    fields |= {"references": pair["references"]} if pair["answer_type"] not in {"none", "list"} else {}
    return msgspec.convert({"task": "qa", "id": "x", "article": "a", "question": pair["question"], **fields}, QaItem)


def judge(pair):
    item = item_of(pair)
    answer = extract(pair["prediction"], "answer")
    if answer.abstains and canonical(answer.text) in map(canonical, item.references):
        answer = Answer(answer.text, not answer.text.strip())  # as scoring does: "none" may be the answer
    return answer_match(answer, item)


def test_there_are_two_hundred_pairs_and_more_half_of_them_traps_each_with_a_reason():
    assert len(PAIRS) >= 200
    scores = Counter(pair["score"] for pair in PAIRS)
    assert scores[0] == scores[1]
    assert len({pair["id"] for pair in PAIRS}) == len(PAIRS)
    assert all(pair["reason"].strip() for pair in PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_a_pair_is_judged_as_people_judge_it(pair):
    verdict = judge(pair)
    assert verdict.score == pair["score"], f"{verdict.rule}; {pair['reason']}"


def test_no_pair_is_special_cased():
    """No answer or question of the pairs stands in the code."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    long = [text for pair in PAIRS for text in (pair["question"], pair["prediction"]) if len(text) > 25]
    assert [text for text in long if text in code] == []
