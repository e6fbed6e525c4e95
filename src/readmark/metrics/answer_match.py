"""Answer match: the headline of question answering, a judge-free verdict that also reads verbose answers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from readmark.metrics.equivalence import canonical, is_number
from readmark.metrics.list_f1 import ListReading, cuts, equals_part, read_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from readmark.extraction import Answer
    from readmark.records import QaItem

LONGEST = 60  # tokens of a verbose answer; beyond it, an answer lists the article rather than answers
_DENIALS = {"not", "cannot", "no", "never", "neither", "nor", "without", "except"}
_DENYING_PAIRS = {("rather", "than"), ("instead", "of")}
_AUXILIARIES = {"is", "was", "are", "were", "do", "does", "did", "has", "have", "had", "would", "could", "will"}
_POLES = {"yes", "no"}


class Verdict(NamedTuple):
    """A score of 0.0 or 1.0 and the rule that decided it, in words."""

    score: float
    rule: str


def answer_match(prediction: Answer, item: QaItem) -> Verdict:
    """Return whether an answer says what a reference says, and by which rule.

    Unanswerable: right if it abstains. Otherwise right if its canonical tokens (`equivalence.canonical`: numbers
    by value, spelling folded) equal a reference's, or hold one as neighbouring tokens and nothing speaks against
    it: a distractor, another number of its kind beside a number ("8 towns, 9 towns"), a denial, an "or", a further
    answer behind a semicolon, more than 60 tokens, only words of the question. "Yes" and "no" must open or close
    the answer. For a list, every part must be there, and nothing more.

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


class Found(NamedTuple):
    """A reference in an answer: the answer's tokens, the reference's place in them, the question's tokens."""

    said: tuple[str, ...]
    start: int
    end: int
    asked: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The reference's tokens."""
        return self.said[self.start : self.end]


def text_verdict(text: str, references: Sequence[str], distractors: Sequence[str] = (), question: str = "") -> Verdict:
    """Return the verdict on one text against alternatives; the rule for all but lists."""
    said = canonical(text)
    for reference in references:
        if said == canonical(reference) and (said or text.strip() == reference.strip()):
            return Verdict(1.0, f"equals '{reference}'")
    if not said:
        return Verdict(0.0, "says nothing")
    objection = "holds no reference"
    for reference in sorted(references, key=lambda one: -len(canonical(one))):
        wanted = canonical(reference)
        at = find_tokens(said, wanted)
        if at is None:
            continue
        found = Found(said, at, at + len(wanted), canonical(question))
        against = _objection(found) or _distracted(found, distractors) or _rivalled(text, references)
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


def _objection(found: Found) -> str:
    """Return what speaks against a reference found in a longer answer, or ""."""
    said, start, end, asked = found
    if len(said) > LONGEST:
        return f"in more than {LONGEST} words"
    if _POLES.issuperset(found.wanted):
        return "" if {said[0], said[-1]} & _POLES == set(found.wanted) else "not as a plain yes or no"
    if set(found.wanted) <= set(asked):
        return "only words of the question"
    if _is_denied(found):
        return "denied"
    if "or" in said[max(0, start - 2) : start] or "or" in said[end : end + 2]:
        return "beside an 'or'"
    return _other_number(found)


def _is_denied(found: Found) -> bool:
    """Return whether a denial stands up to three words before, after any "but", or "is not" right behind.

    A denial that the question itself holds in the same words is none: "not yet captured" answers what is not yet
    captured.
    """
    said, start, end, asked = found
    denials = _DENIALS - {one for one, after in pairwise(asked) if find_tokens(said, (one, after)) is not None}
    before = said[max(0, start - 3) : start]
    while "but" in before:
        before = before[before.index("but") + 1 :]
    behind = said[end : end + 2]
    return (
        not denials.isdisjoint(before)
        or before[-2:] in _DENYING_PAIRS
        or (len(behind) == 2 and behind[0] in _AUXILIARIES and behind[1] in denials)
    )


def _other_number(found: Found) -> str:
    """Return the objection to a further number that could answer the same question: one of the same kind.

    A lone 1 is no such number, since it is mostly the pronoun ("one official said").
    """
    said, start, end, asked = found
    own = {_kind(said, at) for at in range(start, end) if is_number(said[at])}
    if own and said[start - 1 : start] == ("minus",):
        return "of the other sign"
    known = {*asked, *found.wanted, "1"}
    for at in (*range(start), *range(end, len(said))) if own else ():
        if is_number(said[at]) and said[at] not in known and any(_compete(kind, _kind(said, at)) for kind in own):
            return f"beside another number, {said[at]}"
    return ""


def _kind(said: Sequence[str], at: int) -> str:
    """Return of which kind a number is: a rank, a year, or an amount of what the next word says, "" at the end."""
    number = said[at]
    if number.endswith("th"):
        return "(rank)"
    if len(number) == 4 and number < "2100":
        return "(year)"
    return said[at + 1] if at + 1 < len(said) else ""


def _compete(kind: str, other: str) -> bool:
    return kind == other or ("" in {kind, other} and not {kind, other} & {"(rank)", "(year)"})


def _distracted(found: Found, distractors: Iterable[str]) -> str:
    """Return the objection to a distractor that is not part of the reference, denied, or the question's own words."""
    said, asked = found.said, found.asked
    own = [(at, at + len(found.wanted)) for at in _places(said, found.wanted)]
    for distractor in distractors:
        tokens = canonical(distractor)
        if find_tokens(asked, tokens) is not None:
            continue
        for at in _places(said, tokens):
            end = at + len(tokens)
            inside = any(first <= at and end <= last for first, last in own)
            if not inside and not _is_denied(Found(said, at, end, asked)):
                return f"beside '{distractor}'"
    return ""


def _places(said: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[int]:
    at = find_tokens(said, wanted)
    while at is not None:
        yield at
        at = find_tokens(said, wanted, at + 1)


def _rivalled(text: str, references: Sequence[str]) -> str:
    """Return the objection to a second short answer behind a semicolon, by which the prompt parts several answers."""
    pieces = cuts(text.replace("\n", " "))[0] if ";" in text else []
    for piece in pieces if len(pieces) > 1 else ():
        said = canonical(piece)
        if len(said) <= 4 and all(find_tokens(said, canonical(one)) is None for one in references):
            return f"beside '{piece}'"
    return ""


def _list_verdict(text: str, item: QaItem) -> Verdict:
    """Return the verdict on a list: in a coarse cut each piece must equal its part, in the finest it may hold it."""
    *coarse, fine = cuts(text)
    if len(fine) > LONGEST:
        return Verdict(0.0, f"lists more than {LONGEST} things")
    readings = [read_list(pieces, item.parts, equals_part) for pieces in coarse]
    readings.append(read_list(fine, item.parts, lambda one, part: text_verdict(one, part, item.distractors).score > 0))
    verdicts = [_judged(reading, item) for reading in readings]
    return next((verdict for verdict in verdicts if verdict.score), verdicts[-1])


def _judged(reading: ListReading, item: QaItem) -> Verdict:
    pairs, extras = reading.pairs, reading.extras
    absent = [part[0] for number, part in enumerate(item.parts) if number not in pairs]
    if absent:
        return Verdict(0.0, f"{len(absent)} of {len(item.parts)} parts missing, '{absent[0]}' first")
    if extras:
        return Verdict(0.0, f"'{extras[0]}' is no part")
    order = [pairs[number] for number in range(len(item.parts))]
    if item.ordered and order != sorted(order):
        return Verdict(0.0, "all parts, in another order")
    return Verdict(1.0, f"all {len(item.parts)} parts")
