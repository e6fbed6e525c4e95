"""What speaks against a reference that stands in an answer: each rule returns its words, or "" where it has none."""

from __future__ import annotations

from readmark.metrics.dates import MONTHS
from readmark.metrics.denial import AUXILIARIES, is_denied
from readmark.metrics.equivalence import is_number
from readmark.metrics.found import Found, find_tokens
from readmark.metrics.rivals import BARE, other_number
from readmark.metrics.spelling import UNIT_NAMES
from readmark.metrics.words import SHORT, STOPWORDS

# Words that make another's of a name or a title: a deputy is not the chairman, Lower Saxony is not Saxony.
RANKS = {"vice", "deputy", "assistant", "acting", "former", "ex", "anti", "non", "pseudo", "step"}
_COMPASS = {"north", "south", "east", "west", "northern", "southern", "eastern", "western"}
_PLACES = _COMPASS | {"new", "lower", "upper", "equatorial", "papua", "greater", "inner", "outer"}
_RELATIVES = {
    "mother", "father", "son", "daughter", "wife", "husband", "brother", "sister", "widow", "widower", "uncle", "aunt",
    "nephew", "niece", "cousin", "grandson", "granddaughter", "grandfather", "grandmother", "friend", "assistant",
    "aide",
    "deputy", "successor", "predecessor", "secretary", "spokesman", "spokeswoman", "spokesperson", "lawyer", "rival",
    "neighbor", "partner", "pupil", "student", "teacher", "enemy", "opponent", "parents", "children", "family",
}  # fmt: skip
_BOUNDS = {"before", "after"}
_HEDGES = {"either", "perhaps", "maybe", "possibly", "probably", "might", "may", "could", "unsure", "uncertain"}
_ASKING = {"who", "whom", "whose", "what", "which", "when", "where", "why", "how", "or"}
_GENERIC = {
    "city", "province", "county", "state", "river", "island", "company", "limited", "incorporated", "corporation",
    "junior", "senior", "university", "airport", "station", "street", "church", "school", "party", "war",
}  # fmt: skip
_MEASURES = UNIT_NAMES | {"percent"}


def objection(found: Found) -> str:
    """Return what the answer's own words say against a reference at a place, or ""."""
    return (
        _echoed(found)
        or _numbered(found)
        or ("denied" if is_denied(found) else "")
        or _beside_or(found)
        or _beside_and(found)
        or _modified(found)
        or _bounded(found)
        or other_unit(found)
        or other_number(found)
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
    """Return the objection to "Martin Luther King" where "Martin Luther" is right; not to "Palm Beach, Florida"."""
    rest = found.said[found.end :]
    is_longer = len(rest) == 1 and not found.start and len(found.wanted) > 1 and found.is_name and "," not in text
    if (
        is_longer
        and rest[0] in found.answer.capitals
        and rest[0] not in {*found.asked, *_GENERIC}
        and rest[0].isalpha()
    ):
        return "" if set(MONTHS) & set(found.wanted) else f"as a part of a longer name, with '{rest[0]}'"
    return ""


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
        both = (is_number(said[other]) and is_number(found.wanted[0])) or (
            found.answer.is_name(other) and found.is_name
        )
        if both or len(said) <= BARE or _HEDGES & set(said):
            return "beside an 'or'"
    return ""


def _beside_and(found: Found) -> str:
    """Return the objection to a bare "this and that", names or numbers, where one is asked for."""
    said, start, end = found.said, found.start, found.end
    rest = [at for at in (*range(start), *range(end, len(said))) if said[at] not in {"and", "both"}]
    joined = "and" in said and "and" not in found.wanted and len(said) <= BARE
    others = [at for at in rest if said[at] not in found.accepted and said[at] not in found.asked]
    is_bare = joined and others and len(others) == len(rest) and found.is_name
    return "beside an 'and'" if is_bare and all(found.answer.is_name(at) for at in others) else ""


def _modified(found: Found) -> str:
    """Return the objection to a word that makes another thing of the reference: "vice", "Lower", "X's mother"."""
    said, start, end, asked = found.said, found.start, found.end, found.asked
    before, after = found.before, found.after
    if before and before not in asked and not is_number(found.wanted[0]):
        is_place = before in _PLACES and found.answer.is_name(start - 1) and found.is_name
        if before in RANKS or is_place or (before in _COMPASS and found.wanted[0] in _COMPASS):
            return f"behind '{before}'"
    is_of = start >= 2 and before == "of" and said[start - 2] in _RELATIVES and said[start - 2] not in asked
    if is_of and (start == 2 or said[start - 3] in AUXILIARIES):
        return f"behind '{said[start - 2]} of'"
    if after in _RELATIVES and not {"whose", after} & set(asked) and (len(said) <= end + 1 or start <= 3):
        is_whole = len(said) <= end + 1
        return (
            f"before '{after}'" if is_whole or (found.answer.is_name(end - 1) and not found.answer.is_name(end)) else ""
        )
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
