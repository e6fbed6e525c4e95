"""Answer match: the headline of question answering, a judge-free verdict that also reads verbose answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from readmark.metrics.equivalence import canonical, is_number
from readmark.metrics.list_f1 import pair_parts, split_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from readmark.extraction import Answer
    from readmark.records import QaItem

LONGEST = 60  # tokens of a verbose answer; beyond it, an answer lists the article rather than answers
_DENIALS = {"not", "no", "never", "neither", "nor", "without", "except"}


class Verdict(NamedTuple):
    """A score of 0.0 or 1.0 and the rule that decided it, in words."""

    score: float
    rule: str


def answer_match(prediction: Answer, item: QaItem) -> Verdict:
    """Return whether an answer says what a reference says, and by which rule.

    Unanswerable: right if it abstains. Otherwise right if its canonical tokens (`equivalence.canonical`: numbers
    by value, spelling folded) equal a reference's, or hold one as neighbouring tokens and nothing speaks against
    it: no distractor, no other number beside a number, no denial before it, no "or" beside it, at most 60 tokens,
    and not only words of the question. For a list, every part must be there, and nothing more.

    Args:
        prediction: The extracted answer.
        item: The question with its references or parts, and its distractors.

    Returns:
        1.0 or 0.0 with the rule; higher is better.

    Example:
        >>> from readmark.extraction import Answer
        >>> from readmark.records import QaItem
        >>> item = QaItem(id="1", article="a", question="How many?", references=("eight",))
        >>> answer_match(Answer("There were 8 of them.", abstains=False), item)
        Verdict(score=1.0, rule="holds 'eight'")

    Source:
        Readmark's own.
    """
    if not item.is_answerable:
        return (
            Verdict(1.0, "abstained, as it should") if prediction.abstains else Verdict(0.0, "answered, but should not")
        )
    if prediction.abstains:
        return Verdict(0.0, "abstained, but the article answers")
    if item.answer_type == "list":
        return _list_verdict(prediction.text, item)
    return text_verdict(prediction.text, item.references, item.distractors, item.question)


def text_verdict(text: str, references: Sequence[str], distractors: Sequence[str] = (), question: str = "") -> Verdict:
    """Return the verdict on one text against alternatives; the rule for all but lists."""
    said = canonical(text)
    if not said:
        return Verdict(0.0, "says nothing")
    for reference in references:
        if said == canonical(reference):
            return Verdict(1.0, f"equals '{reference}'")
    asked = canonical(question)
    objection = f"no reference in {len(said)} words"
    for reference in sorted(references, key=lambda one: -len(canonical(one))):
        wanted = canonical(reference)
        at = find_tokens(said, wanted)
        if at is None:
            continue
        against = _objection(said, wanted, at, asked) or _distracted(said, wanted, at, asked, distractors)
        if not against:
            return Verdict(1.0, f"holds '{reference}'")
        objection = f"holds '{reference}', but {against}"
    return Verdict(0.0, objection)


def find_tokens(said: Sequence[str], wanted: Sequence[str], start: int = 0) -> int | None:
    """Return where `wanted` stands in `said` as neighbouring tokens, or None."""
    if not wanted:
        return None
    for at in range(start, len(said) - len(wanted) + 1):
        if said[at] == wanted[0] and tuple(said[at : at + len(wanted)]) == tuple(wanted):
            return at
    return None


def _objection(said: Sequence[str], wanted: Sequence[str], at: int, asked: Sequence[str]) -> str:
    """Return what speaks against a reference found in a longer answer, or ""."""
    end = at + len(wanted)
    if len(said) > LONGEST:
        return f"in more than {LONGEST} words"
    if set(wanted) <= set(asked):
        return "only words of the question"
    if _DENIALS & set(said[max(0, at - 3) : at]):
        return "denied"
    if "or" in said[max(0, at - 1) : at] or "or" in said[end : end + 1]:
        return "beside an 'or'"
    numbers = {token for token in wanted if is_number(token)}
    others = {token for token in (*said[:at], *said[end:]) if is_number(token)} - set(asked) - numbers
    if numbers and others:
        return f"beside another number, {min(others)}"
    return ""


def _distracted(
    said: Sequence[str], wanted: Sequence[str], at: int, asked: Sequence[str], distractors: Iterable[str]
) -> str:
    """Return the distractor that stands beside the reference, or ""; the question's own words are none."""
    outside = (*said[:at], "\0", *said[at + len(wanted) :])
    for distractor in distractors:
        tokens = canonical(distractor)
        if find_tokens(outside, tokens) is not None and find_tokens(asked, tokens) is None:
            return f"beside '{distractor}'"
    return ""


def _list_verdict(text: str, item: QaItem) -> Verdict:
    pieces = split_list(text)
    pairs = pair_parts(pieces, item.parts, lambda piece, part: text_verdict(piece, part, item.distractors).score > 0)
    absent = [part[0] for number, part in enumerate(item.parts) if number not in pairs]
    if absent:
        return Verdict(0.0, f"{len(absent)} of {len(item.parts)} parts missing, '{absent[0]}' first")
    extra = [piece for number, piece in enumerate(pieces) if number not in pairs.values()]
    if extra:
        return Verdict(0.0, f"'{extra[0]}' is no part")
    order = [pairs[number] for number in range(len(item.parts))]
    if item.ordered and order != sorted(order):
        return Verdict(0.0, "all parts, in another order")
    return Verdict(1.0, f"all {len(item.parts)} parts")
