"""What speaks against a reference that stands in an answer: each rule returns its words, or "" where it has none.

Conventions: an answer, a reference and a question are canonical tokens; a place is half-open, in the answer's tokens.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from readmark.metrics.dates import MONTHS
from readmark.metrics.equivalence import canonical, is_number
from readmark.metrics.evidence import SHORT, STOPWORDS, Words, stem
from readmark.metrics.list_f1 import cuts
from readmark.metrics.spelling import UNIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LONGEST = 300  # tokens of a verbose answer; beyond it, an answer lists the article rather than answers
MANY = 5  # short pieces in a row are a list of candidates
_DENIALS = {"not", "no", "never", "neither", "nor", "without", "except"}
_DENYING_PAIRS = {("rather", "than"), ("instead", "of"), ("other", "than"), ("far", "from"), ("false", "that"),
                  ("untrue", "that"), ("wrong", "that")}  # fmt: skip
_DISCOURSE = {("no", "doubt"), ("not", "only"), ("not", "just"), ("no", "less"), ("no", "fewer"), ("not", "until")}
_NOBODY = {"nobody", "none", "nothing", "nowhere", "one", "no", "only", "place"}
_EXCEPTING = {"except", "but", "besides"}
_AUXILIARIES = {"is", "was", "are", "were", "do", "does", "did", "has", "have", "had", "would", "could", "will", "can"}
_FALSE = {"wrong", "false", "incorrect", "untrue", "mistaken"}
# Words that make another's of a name or a title: a deputy is not the chairman, Lower Saxony is not Saxony.
RANKS = {"vice", "deputy", "assistant", "acting", "former", "ex", "anti", "non", "pseudo", "step"}
_COMPASS = {"north", "south", "east", "west", "northern", "southern", "eastern", "western"}
_PLACES = _COMPASS | {"new", "lower", "upper", "equatorial", "papua", "greater", "inner", "outer"}
_RELATIVES = {
    "mother", "father", "son", "daughter", "wife", "husband", "brother", "sister", "widow", "widower", "uncle", "aunt",
    "nephew", "niece", "cousin", "grandson", "granddaughter", "grandfather", "grandmother", "friend", "assistant", "aide",
    "deputy", "successor", "predecessor", "secretary", "spokesman", "spokeswoman", "spokesperson", "lawyer", "rival",
    "neighbor", "partner", "pupil", "student", "teacher", "enemy", "opponent", "parents", "children", "family",
}  # fmt: skip
_BOUNDS = {"before", "after"}
_HEDGES = {"either", "perhaps", "maybe", "possibly", "probably", "might", "may", "could", "unsure", "uncertain"}
_ASKING = {"who", "whom", "whose", "what", "which", "when", "where", "why", "how", "or"}
_GENERIC = {"city", "province", "county", "state", "river", "island", "company", "limited", "incorporated", "corporation",
            "junior", "senior", "university", "airport", "station", "street", "church", "school", "party", "war"}  # fmt: skip
_MEASURES = UNIT_NAMES | {"percent"}
_KINDS = {"(rank)", "(year)", "(day)", "(time)"}
_BARE = 6  # tokens of an answer that is little more than "this or that"
_NEAR = 3  # tokens to a rival number in a longer answer
_EXPLAINING = {"who", "which", "whose", "after", "before", "while", "since", "than", "when", "following", "unlike"}
_CLAUSE = re.compile(r"[;:!?]|[.,](?=\s|$)|\b(?:and|but|while|whereas)\b")
_SLASH = re.compile(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])")
_LISTED = re.compile(r"[,\n|]")


class Found(NamedTuple):
    """A reference in an answer: the answer, the reference's place in its tokens, the question."""

    answer: Words
    start: int
    end: int
    question: Words
    accepted: frozenset[str] = frozenset()  # the tokens of all references

    @property
    def said(self) -> tuple[str, ...]:
        """The answer's tokens."""
        return self.answer.tokens

    @property
    def asked(self) -> tuple[str, ...]:
        """The question's tokens."""
        return self.question.tokens

    @property
    def wanted(self) -> tuple[str, ...]:
        """The reference's tokens."""
        return self.said[self.start : self.end]

    @property
    def before(self) -> str:
        """The token before the reference, or ""."""
        return self.said[self.start - 1] if self.start else ""

    @property
    def after(self) -> str:
        """The token behind the reference, or ""."""
        return self.said[self.end] if self.end < len(self.said) else ""

    @property
    def is_name(self) -> bool:
        """Whether the reference may be a name where it stands."""
        return self.answer.is_name(self.start)


def find_tokens(said: Sequence[str], wanted: Sequence[str], start: int = 0) -> int | None:
    """Return where `wanted` stands in `said` as neighbouring tokens, or None."""
    if not wanted:
        return None
    wanted, size = tuple(wanted), len(wanted)
    for at in range(start, len(said) - size + 1):
        if said[at] == wanted[0] and tuple(said[at : at + size]) == wanted:
            return at
    return None


def places(said: Sequence[str], wanted: Sequence[str]) -> Iterator[int]:
    """Yield every place at which `wanted` begins in `said`."""
    at = find_tokens(said, wanted)
    while at is not None:
        yield at
        at = find_tokens(said, wanted, at + 1)


def objection(found: Found) -> str:
    """Return what the answer's own words say against a reference at a place, or ""."""
    return (
        _echoed(found)
        or _numbered(found)
        or ("denied" if is_denied(found) else "")
        or _beside_or(found)
        or _modified(found)
        or _bounded(found)
        or other_unit(found)
        or _other_number(found)
    )


def _echoed(found: Found) -> str:
    """Return the objection to the question said again."""
    said, asked = set(found.said), set(found.asked)
    is_echo = said <= asked and len(found.said) > len(found.wanted) and (said & _ASKING or said == asked)
    return "only words of the question" if is_echo else ""


def _numbered(found: Found) -> str:
    """Return the objection to "Rocky 2" where "Rocky" is right."""
    rest = found.said[found.end :]
    is_sequel = len(rest) == 1 and is_number(rest[0]) and not found.start and found.is_name
    if is_sequel and not set(MONTHS) & set(found.wanted) and not is_number(found.wanted[-1]):
        return f"before the number {rest[0]}"
    return ""


def in_longer_name(text: str, found: Found) -> str:
    """Return the objection to "Martin Luther King" where "Martin Luther" is right; "West Palm Beach, Florida" is none."""
    rest = found.said[found.end :]
    is_longer = len(rest) == 1 and not found.start and len(found.wanted) > 1 and found.is_name and "," not in text
    if is_longer and rest[0] in found.answer.capitals and rest[0] not in {*found.asked, *_GENERIC} and rest[0].isalpha():
        return "" if set(MONTHS) & set(found.wanted) else f"as a part of a longer name, with '{rest[0]}'"
    return ""


def is_denied(found: Found) -> bool:
    """Return whether a denial stands up to three words before, after any "but", or "is not" or "is wrong" right behind.

    A denial that the question or the reference itself holds in the same words is none: "not yet captured" answers
    what is not yet captured. "No one except X" names X.
    """
    said, start, end, asked = found.said, found.start, found.end, found.asked
    denials = _DENIALS - {one for one, after in pairwise(asked) if find_tokens(said, (one, after)) is not None}
    before = said[max(0, start - 3) : start]
    if _EXCEPTING & set(before):
        at = max(i for i, token in enumerate(before) if token in _EXCEPTING)
        if _NOBODY & set(said[max(0, start - 6) : start - len(before) + at]):
            return False
    while "but" in before:
        if {"anything", "anyone", "anywhere", "everything", "everyone", "all"} & set(before[: before.index("but")]):
            return True
        before = before[before.index("but") + 1 :]
    behind = said[end : end + 3]
    return (
        any(token in denials and not _is_discourse(said, start - len(before) + i) for i, token in enumerate(before))
        or before[-2:] in _DENYING_PAIRS
        or before[-2:-1] + before[-1:] in _DENYING_PAIRS
        or (len(behind) >= 2 and behind[0] in _AUXILIARIES and (behind[1] in denials | _FALSE | {"nothing"}))
    )


def _is_discourse(said: Sequence[str], at: int) -> bool:
    """Return whether the "no" at a place belongs to "no doubt", "not only" or "not until"."""
    return said[at : at + 2] in _DISCOURSE


def _beside_or(found: Found) -> str:
    """Return the objection to "or": between names, between numbers, and anywhere in a short or hedging answer.

    In a longer answer "a bank or credit union" rather explains than doubts.
    """
    said, start, end = found.said, found.start, found.end
    if "or" in found.wanted:
        return ""
    if sum(token in _HEDGES for token in said) > 1 and len(said) <= 2 * SHORT:
        return "as one of several guesses"
    for at in (i for i in (*range(max(0, start - 2), start), *range(end, min(end + 2, len(said)))) if said[i] == "or"):
        other = at + 1 if at >= end else at - 1
        beyond = said[other : other + 3] if at >= end else said[max(0, other - 2) : other + 1]
        if not beyond or found.accepted & {token for token in beyond if token not in STOPWORDS}:
            continue
        both = (is_number(said[other]) and is_number(found.wanted[0])) or (found.answer.is_name(other) and found.is_name)
        if both or len(said) <= _BARE or _HEDGES & set(said):
            return "beside an 'or'"
    return ""


def _modified(found: Found) -> str:
    """Return the objection to a word that makes another thing of the reference: "vice", "Lower", "X's mother"."""
    said, start, end, asked = found.said, found.start, found.end, found.asked
    before, after = found.before, found.after
    if before and before not in asked and not is_number(found.wanted[0]):
        is_place = before in _PLACES and found.answer.is_name(start - 1) and found.is_name
        if before in RANKS or is_place or (before in _COMPASS and found.wanted[0] in _COMPASS):
            return f"behind '{before}'"
    if start >= 2 and before == "of" and said[start - 2] in _RELATIVES and said[start - 2] not in asked:
        if start == 2 or said[start - 3] in _AUXILIARIES:
            return f"behind '{said[start - 2]} of'"
    if after in _RELATIVES and not {"whose", after} & set(asked) and (len(said) <= end + 1 or start <= 3):
        is_whole = len(said) <= end + 1
        return f"before '{after}'" if is_whole or (found.answer.is_name(end - 1) and not found.answer.is_name(end)) else ""
    return ""


def _bounded(found: Found) -> str:
    """Return the objection to "before 1914" where 1914 is right."""
    if not (is_number(found.wanted[0]) or found.wanted[0] in MONTHS):
        return ""
    if found.before in _BOUNDS and found.before not in found.asked:
        return f"behind '{found.before}'"
    if found.after == "or" and found.said[found.end + 1 : found.end + 2] in {("earlier",), ("later",)}:
        return f"before '{found.said[found.end + 1]}'"
    return ""


def other_unit(found: Found) -> str:
    """Return the objection to a number with another unit than the question asks for: miles where rooms are counted."""
    asked, unit = found.asked, found.after
    if not is_number(found.wanted[-1]) or unit not in _MEASURES or unit in asked or "or" in asked:
        return ""
    if unit == "percent":
        return "" if {"percentage", "share", "rate", "proportion", "much"} & set(asked) else "with 'percent'"
    counted = find_tokens(asked, ("how", "many")) is not None
    return f"with the unit '{unit}'" if counted or _MEASURES & set(asked) else ""


def _other_number(found: Found) -> str:
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
        if _AUXILIARIES & set(between):
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
    own, others = -1, {}
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
        return len(said) <= 4 and not set(said) <= set(question) and all(find_tokens(said, one) is None for one in wanted)

    pieces = cuts(text.replace("\n", " "))[0] if ";" in text else []
    if "/" in text and len(canonical(text)) <= _BARE and not any("/" in reference for reference in references):
        pieces = pieces or _SLASH.split(text)
    rivals = [piece for piece in pieces if is_rival(canonical(piece))] if len(pieces) > 1 else []
    if rivals:
        return f"beside '{rivals[0]}'"
    short = [canonical(piece) for piece in cuts(text)[2]] if _LISTED.search(text) else []
    if len(short) >= MANY and all(len(said) <= 4 for said in short) and sum(map(is_rival, short)) >= MANY - 1:
        return f"as one of {len(short)}"
    return ""
