"""Answer match: the headline of question answering, a judge-free verdict that also reads verbose answers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from readmark.metrics.agreement import date_agreement
from readmark.metrics.denial import is_denied
from readmark.metrics.equivalence import canonical, is_number
from readmark.metrics.evidence import log_odds
from readmark.metrics.found import Found, find_tokens, places
from readmark.metrics.list_f1 import ListReading, cuts, equals_part, read_list
from readmark.metrics.objections import in_longer_name, objection
from readmark.metrics.partial import has_number, partial_objection
from readmark.metrics.rivals import distracted, rivalled, said_of_other
from readmark.metrics.words import Words, own_words, read
from readmark.metrics.yes_no import is_pole, says_yes
from readmark.text import late, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from readmark.extraction import Answer
    from readmark.records import QaItem

__all__ = [
    "LONGEST",
    "Candidate",
    "Verdict",
    "answer_match",
    "candidates",
    "find_tokens",
    "forms",
    "rule_verdict",
    "text_verdict",
]

LONGEST = 300  # tokens of a verbose answer; beyond it, an answer lists the article rather than answers
_LONG = 20_000  # characters, more than LONGEST tokens of any language have
_PARENTHESIS = late(r"\s\([^()]*\)")


class Verdict(NamedTuple):
    """A score of 0.0 or 1.0 and the rule that decided it, in words."""

    score: float
    rule: str


class Candidate(NamedTuple):
    """A reference that an answer may hold in part, with nothing to speak against it.

    Attributes:
        reference: As it is given.
        own: The stems of its own words, which the question does not have.
        wanted: The reference's words.
        said: The answer's words.
        is_less_exact: Whether the answer has its date without the day or the month.
    """

    reference: str
    own: tuple[str, ...]
    wanted: Words
    said: Words
    is_less_exact: bool


def answer_match(prediction: Answer, item: QaItem) -> Verdict:
    """Return whether an answer says what a reference says, and by which rule.

    Unanswerable: right if it abstains. Otherwise right if its canonical tokens (`equivalence.canonical`: numbers and
    dates by value, spelling folded) equal a reference's; or hold one as neighbouring tokens, and nothing speaks against
    it (`objections`); or hold enough of one (`evidence`), with every number and name agreeing (`partial`). "Yes" and
    "no" are read apart (`yes_no`). For a list, every part must be there, and nothing more.

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
    verdict = rule_verdict(text, references, distractors, question)
    if verdict:
        return verdict
    best, most, rejected = "", 0.0, "holds no reference"
    for found in candidates(text, references, distractors, question):
        if isinstance(found, str):
            rejected = found
            continue
        odds = log_odds(*found[1:])
        if odds > most:
            best, most = found.reference, odds
    return Verdict(1.0, f"holds enough of '{best}'") if best else Verdict(0.0, rejected)


def rule_verdict(text: str, references: Sequence[str], distractors: Sequence[str], question: str) -> Verdict | None:
    """Return the verdict where a rule decides: equal, empty, too long, yes or no, or held word for word."""
    if _is_book(text, references):
        return Verdict(0.0, f"in more than {LONGEST} words")
    said = canonical(text)
    for reference in references:
        for form in forms(reference):
            wanted = canonical(form)
            if said == wanted and (said or text.strip() == form.strip()):
                return Verdict(1.0, f"equals '{reference}'")
            if said and "".join(said) == "".join(wanted) and not any(map(str.isdigit, "".join(wanted))):
                return Verdict(1.0, f"equals '{reference}', spaces aside")
    if not said:
        return Verdict(0.0, "says nothing")
    if len(said) > LONGEST:
        return Verdict(0.0, f"in more than {LONGEST} words")
    if references and all(map(is_pole, references)):
        yes = says_yes(text, question)
        wanted_yes = {canonical(reference) == ("yes",) for reference in references}
        return Verdict(float(yes in wanted_yes), {None: "no plain yes or no", True: "says yes", False: "says no"}[yes])
    return _held(text, references, distractors, question)


def _is_book(text: str, references: Sequence[str]) -> bool:
    """Return whether a text is far too long; it is not read to the end to tell."""
    is_long = len(text) > _LONG and not any(2 * len(reference) > len(text) for reference in references)
    return is_long and len(canonical(text[:_LONG])) > LONGEST


@lru_cache(maxsize=16384)
def forms(reference: str) -> tuple[str, ...]:
    """Return a reference, what stands beside its parenthesis, and the sides of its "or".

    Example:
        >>> forms("adenine (A)")
        ('adenine (A)', 'adenine')
    """
    bare = _PARENTHESIS.sub("", reference).strip()
    sides = bare.split(" or ") if " or " in bare else []
    return (reference, *(form for form in (bare, *sides) if form and form != reference))


def _held(text: str, references: Sequence[str], distractors: Sequence[str], question: str) -> Verdict | None:
    """Return the verdict where the answer holds a reference word for word; None where it holds none."""
    said, asked = read(text), read(question)
    first, *rest = sentences(text) or [""]
    if rest and any(canonical(first) == canonical(reference) for reference in references):
        return Verdict(1.0, "equals a reference in a sentence of its own")
    every = [(form, reference) for reference in references for form in forms(reference)]
    accepted = frozenset(token for form, _ in every for token in canonical(form))
    against = ""
    for form, reference in sorted(every, key=lambda one: -len(canonical(one[0]))):
        wanted = canonical(form)
        for at in places(said.tokens, wanted):
            found = Found(said, at, at + len(wanted), asked, accepted)
            why = (
                _in_small_letters(found, form)
                or objection(found)
                or distracted(found, distractors)
                or in_longer_name(text, found)
                or said_of_other(text, found)
                or rivalled(text, references, asked.tokens)
            )
            if not why:
                return Verdict(1.0, f"holds '{reference}'")
            against = f"holds '{reference}', but {why}"
    return Verdict(0.0, against) if against else None


def _in_small_letters(found: Found, form: str) -> str:
    """Return the objection to "us" where "US" is right."""
    return "in small letters" if form.isupper() and len(form) <= 3 and not found.is_name else ""


def candidates(
    text: str, references: Sequence[str], distractors: Sequence[str], question: str
) -> Iterator[Candidate | str]:
    """Yield each reference that the answer may hold in part; where something speaks against one, that in words."""
    said, asked = read(text), read(question)
    for reference in (form for one in references for form in forms(one)):
        wanted = read(reference)
        own = own_words(wanted, asked)
        if not own:
            continue
        numbers = {token for token in wanted.tokens if is_number(token) and has_number(token, wanted, said, asked)}
        said = said._replace(known=said.known | numbers)
        why = partial_objection(reference, wanted, said, asked) or _distracted_part(said, asked, wanted, distractors)
        if why:
            yield f"holds a part of '{reference}', but {why}"
        else:
            yield Candidate(
                reference, own, wanted, said, date_agreement(wanted.tokens, said.tokens, asked.tokens) == 0.5
            )


def _distracted_part(said: Words, asked: Words, wanted: Words, distractors: Sequence[str]) -> str:
    """Return the objection to a distractor beside a part of a reference."""
    for distractor in distractors:
        tokens = canonical(distractor)
        for at in places(said.tokens, tokens):
            inside = set(tokens) <= set(wanted.tokens) or set(tokens) <= set(asked.tokens)
            if not inside and not is_denied(Found(said, at, at + len(tokens), asked)):
                return f"beside '{distractor}'"
    return ""


def _list_verdict(text: str, item: QaItem) -> Verdict:
    """Return the verdict on a list: in a coarse cut each piece must equal its part, in the finest it may hold it."""
    if _is_book(text, [one for part in item.parts for one in part]):
        return Verdict(0.0, f"in more than {LONGEST} words")
    *coarse, fine = cuts(text)
    if len(fine) > LONGEST:
        return Verdict(0.0, f"lists more than {LONGEST} things")
    readings = [read_list(pieces, item.parts, equals_part) for pieces in coarse]
    readings.append(read_list(fine, item.parts, lambda one, part: _names_part(one, part, item.distractors)))
    verdicts = [_judged(reading, item) for reading in readings]
    return next((verdict for verdict in verdicts if verdict.score), verdicts[-1])


def _names_part(piece: str, part: Sequence[str], distractors: Sequence[str]) -> bool:
    """Return whether a piece is or holds a part word for word."""
    verdict = rule_verdict(piece, part, distractors, "")
    return verdict is not None and verdict.score > 0


def _judged(reading: ListReading, item: QaItem) -> Verdict:
    pairs, extras = reading.pairs, reading.extras
    absent = [part[0] for number, part in enumerate(item.parts) if number not in pairs]
    if absent:
        return Verdict(0.0, f"{len(absent)} of {len(item.parts)} parts missing, '{absent[0]}' first")
    asked = read(item.question)
    extras = [
        piece
        for piece in extras
        if not set(own_words(read(piece), Words((), (), frozenset(), frozenset()))) <= asked.known
    ]
    if extras:
        return Verdict(0.0, f"'{extras[0]}' is no part")
    order = [pairs[number] for number in range(len(item.parts))]
    if item.ordered and order != sorted(order):
        return Verdict(0.0, "all parts, in another order")
    return Verdict(1.0, f"all {len(item.parts)} parts")
