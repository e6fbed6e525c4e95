"""What stands beside a reference and could be meant instead: another number, a distractor, one of many candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readmark.metrics.dates import MONTHS
from readmark.metrics.denial import AUXILIARIES, is_denied
from readmark.metrics.equivalence import canonical, is_number
from readmark.metrics.found import Found, find_tokens, places
from readmark.metrics.list_f1 import cuts
from readmark.metrics.spelling import UNIT_NAMES
from readmark.metrics.words import SHORT, STOPWORDS, stem
from readmark.text import late

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MANY = 5  # short pieces in a row are a list of candidates
_KINDS = {"(rank)", "(year)", "(day)", "(time)"}
BARE = 6  # tokens of an answer that is little more than "this or that"
_NEAR = 3  # tokens to a rival number in a longer answer
_EXPLAINING = {"who", "which", "whose", "after", "before", "while", "since", "than", "when", "following", "unlike"}
_CLAUSE = late(r"[;:!?]|[.,](?=\s|$)|\b(?:and|but|while|whereas)\b")
_SLASH = late(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])")
_LISTED = late(r"[,\n|]")


def other_number(found: Found) -> str:
    """Return the objection to a further number that could answer the same question: one of the same kind, near by.

    A lone 1 is no such number, since it is mostly the pronoun ("one official said").
    """
    said, start, end, asked = found.said, found.start, found.end, found.asked
    own = {_kind(said, at) for at in range(start, end) if is_number(said[at])}
    if own and said[start - 1 : start] == ("minus",):
        return "of the other sign"
    known = {*asked, *found.wanted, *found.accepted, "1"}
    reach = len(said) if len(said) <= SHORT else _NEAR
    near = (*range(max(0, start - reach), start), *range(end, min(len(said), end + reach)))
    for at in near if own else ():
        between = said[at + 1 : start] if at < start else said[end:at]
        if AUXILIARIES & set(between):
            continue  # it is said of something else
        if is_number(said[at]) and said[at] not in known and any(_compete(kind, _kind(said, at)) for kind in own):
            return f"beside another number, {said[at]}"
    return ""


def _kind(said: Sequence[str], at: int) -> str:
    """Return of which kind a number is: a rank, a time, a day, a year, or an amount of what the next word says."""
    number = said[at]
    after = said[at + 1] if at + 1 < len(said) else ""
    if after in UNIT_NAMES or "h" in number:
        return after if after in UNIT_NAMES else "(time)"
    if at and said[at - 1] in MONTHS:
        return "(day)"
    if number.endswith("th"):
        return "(rank)"
    if (len(number) == 4 and number < "2100") or number[-1] == "s":
        return "(year)"
    return after


def _compete(kind: str, other: str) -> bool:
    return kind == other or ("" in {kind, other} and not {kind, other} & _KINDS)


def distracted(found: Found, distractors: Iterable[str]) -> str:
    """Return the objection to a distractor that is not part of the reference, denied, or the question's own words."""
    said, asked = found.said, found.asked
    own = [(at, at + len(found.wanted)) for at in places(said, found.wanted)]
    for distractor in distractors:
        tokens = canonical(distractor)
        if find_tokens(asked, tokens) is not None:
            continue
        for at in places(said, tokens):
            end = at + len(tokens)
            inside = any(first <= at and end <= last for first, last in own) or _is_context(found, at)
            if not inside and not is_denied(Found(found.answer, at, end, found.question)):
                return f"beside '{distractor}'"
    return ""


def _is_context(found: Found, at: int) -> bool:
    """Return whether what stands at a place only explains the reference before it: "X, who beat Y", "9 of the 60"."""
    between = found.said[found.end : at]
    return bool(_EXPLAINING & set(between)) or (between[:1] == ("of",) and is_number(found.wanted[-1]))


def said_of_other(text: str, found: Found) -> str:
    """Return the objection to a number in a clause that says less of the question than that of a number of its kind.

    "20 % were lost, and 80 % were saved" answers how many were saved.
    """
    is_short = len(found.said) <= 2 * SHORT and "between" not in found.said
    if not is_short or len(found.wanted) > _NEAR or not any(map(is_number, found.wanted)):
        return ""
    content = {stem(token) for token in found.asked if token not in STOPWORDS and token not in found.wanted}
    own = -1
    others: dict[str, int] = {}
    for clause in _CLAUSE.split(text):
        said = canonical(clause)
        shared = len(content & set(map(stem, said)))
        if find_tokens(said, found.wanted) is not None:
            own = max(own, shared)
        elif rivals := [at for at, token in enumerate(said) if is_number(token) and token not in found.accepted]:
            kinds = {_kind(said, at) for at in rivals if said[at] not in found.asked}
            others |= {kind: max(others.get(kind, 0), shared) for kind in kinds}
    kinds = {_kind(found.said, at) for at in range(found.start, found.end) if is_number(found.said[at])} - _KINDS
    more = [kind for kind, shared in others.items() if shared > own >= 0 and any(_compete(kind, one) for one in kinds)]
    return "said of something else" if more else ""


def rivalled(text: str, references: Sequence[str], question: Sequence[str]) -> str:
    """Return the objection to rival answers: short ones behind a semicolon, or the reference as one of many."""
    if len(canonical(text)) > 2 * SHORT:
        return ""
    wanted = [canonical(reference) for reference in references]

    def is_rival(said: Sequence[str]) -> bool:
        return (
            len(said) <= 4 and not set(said) <= set(question) and all(find_tokens(said, one) is None for one in wanted)
        )

    pieces = cuts(text.replace("\n", " "))[0] if ";" in text else []
    if "/" in text and len(canonical(text)) <= BARE and not any("/" in reference for reference in references):
        pieces = pieces or _SLASH.split(text)
    rivals = [piece for piece in pieces if is_rival(canonical(piece))] if len(pieces) > 1 else []
    if rivals:
        return f"beside '{rivals[0]}'"
    short = [canonical(piece) for piece in cuts(text)[2]] if _LISTED.search(text) else []
    if len(short) >= MANY and all(len(said) <= 4 for said in short) and sum(map(is_rival, short)) >= MANY - 1:
        return f"as one of {len(short)}"
    return ""
