"""What speaks against an answer that has a part of a reference, or its words in another order.

Numbers and dates must agree in value, a name must not have another name in the place of a part, and of things joined
by "and" none may be missing.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from readmark.metrics.agreement import date_agreement, is_year
from readmark.metrics.dates import MONTHS
from readmark.metrics.denial import is_denied
from readmark.metrics.equivalence import canonical, is_number
from readmark.metrics.found import Found, find_tokens
from readmark.metrics.objections import RANKS, objection, other_unit
from readmark.metrics.spelling import UNIT_NAMES
from readmark.metrics.words import STOPWORDS, Words, is_held, stem

_PAIRS = (
    "before after", "increase decrease", "increased decreased", "rise fall", "rose fell", "rising falling",
    "thin thick",
    "lower raise", "lowered raised", "higher lower", "high low", "open close", "opened closed", "more less",
    "more fewer",
    "first last", "left right", "up down", "win lose", "won lost", "alive dead", "early late", "inside outside",
    "with without", "accept reject", "accepted rejected", "buy sell", "bought sold", "agree disagree",
    "guilty innocent",
    "north south", "east west", "northern southern", "eastern western", "male female", "men women", "man woman",
    "old young", "old new", "hot cold", "wet dry", "strong weak", "long short", "large small", "big small", "rich poor",
    "gain loss", "gained lost", "arrive leave", "arrived left", "above below", "over under", "upper lower", "day night",
    "morning evening", "summer winter", "spring autumn", "husband wife", "father mother", "brother sister",
    "son daughter",
    "king queen", "hard soft", "light dark", "black white", "full empty", "maximum minimum", "majority minority",
    "ad bc", "legal illegal", "true false", "success failure", "succeeded failed", "attack defend", "minor major",
    "pre post",
)  # fmt: skip
_SHORT = 6  # tokens of an answer in which any word may be a name where none has a capital
_PRECISE = {"date", "dates", "day", "days", "exact", "exactly", "month", "weekday", "precise", "precisely"}

_COUNTING = {"when", "year", "years", "date", "long", "many", "much", "number", "century", "decade", "time"}
_WORDING = {"words", "wording", "verb", "adverb", "adjective", "phrase", "verbatim"}  # a question for words wants these
_VOWELS = set("aeiou")
_DENYING = {"not", "no", "never", "without", "non", "neither", "nobody", "none", "nothing"}


def partial_objection(reference: str, wanted: Words, said: Words, asked: Words) -> str:
    """Return what speaks against taking an answer for a reference that it does not hold word for word, or ""."""
    return (
        _repeated(said, asked)
        or _disagreement(wanted, said, asked)
        or _unnamed(wanted, said, asked)
        or _unmodified(wanted, said)
        or _opposite(wanted, said, asked)
        or _one_of_two(wanted, said, asked)
        or _other_name(reference, wanted, said, asked)
        or _other_unit(wanted, said, asked)
        or _objected(wanted, said, asked)
    )


def _repeated(said: Words, asked: Words) -> str:
    """Return the objection where the question wants words as they stand, and to the question said again."""
    if _WORDING & set(asked.tokens):
        return "not in those words"
    is_echo = len(said.tokens) >= len(asked.tokens) - 2 and asked.known.issuperset(set(said.stems) - STOPWORDS)
    return "only words of the question" if is_echo else ""


def _disagreement(wanted: Words, said: Words, asked: Words) -> str:
    """Return the objection to another date, number, order of numbers or sign, and to a denial that is left out."""
    agreement = date_agreement(wanted.tokens, said.tokens, asked.tokens)
    if agreement is None:
        missing = [token for token in needed_numbers(wanted, asked) if not has_number(token, wanted, said, asked)]
        if missing:
            return f"not the number {missing[0]}"
        own = [said.tokens.index(token) for token in wanted.tokens if is_number(token) and token in said.tokens]
        if len(own) == len(wanted.tokens) and own != sorted(own):
            return "in another order"
    elif agreement < 1.0 and (agreement == 0.0 or _PRECISE & set(asked.tokens)):
        return "another date" if agreement == 0.0 else "a less exact date"
    if "minus" in wanted.tokens and "minus" not in said.tokens:
        return "of the other sign"
    return "not denied" if _undenied(wanted, said, asked) else ""


def _undenied(wanted: Words, said: Words, asked: Words) -> bool:
    """Return whether the answer affirms what the reference denies."""
    denied = [after for token, after in pairwise(wanted.tokens) if token in _DENYING]
    if not denied:
        return False
    places = [at for at, token in enumerate(said.tokens) if token in denied]
    if not places:
        return not _DENYING & set(said.tokens)
    return not any(_DENYING & set(said.tokens[max(0, at - 3) : at]) for at in places) and not set(denied) <= set(
        asked.tokens
    )


def needed_numbers(wanted: Words, asked: Words) -> list[str]:
    """Return the numbers that an answer must have; the year of "the act of 1790" only where a number is asked for."""
    is_counted = bool(_COUNTING & set(asked.tokens))
    return [
        token
        for i, token in enumerate(wanted.tokens)
        if is_number(token) and (is_counted or not (is_year(token) and i > 1 and wanted.tokens[i - 1] in {"of", "in"}))
    ]


def has_number(number: str, wanted: Words, said: Words, asked: Words) -> bool:
    """Return whether an answer has a number; "season 4" has that of "the fourth season", and the other way round.

    Where the reference is a rank alone, the question has the noun: "attempt 3" for "third".
    """
    if number in said.tokens or (number == "0" and said.tokens[:1] in {("none",), ("nobody",), ("no",)}):
        return True
    at = wanted.tokens.index(number)
    if number.endswith("th"):
        nouns = wanted.tokens[at + 1 : at + 2] or asked.tokens
        return any(find_tokens(said.tokens, (noun, number[:-2])) is not None for noun in nouns)
    return at > 0 and find_tokens(said.tokens, (f"{number}th", wanted.tokens[at - 1])) is not None


def _one_of_two(wanted: Words, said: Words, asked: Words) -> str:
    """Return the objection to a missing side of an "and"."""
    if "and" not in wanted.tokens:
        return ""
    sides: list[list[str]] = [[]]
    for word in wanted.tokens:
        if word == "and":
            sides.append([])
        elif word not in STOPWORDS and stem(word) not in asked.known:
            sides[-1].append(word)
    missing = [side for side in sides if side and not any(is_held(stem(token), said) for token in side)]
    for side, after in pairwise(sides):  # "Marie and Pierre Curie": the surname is both's
        if len(side) == 1 and len(after) > 1 and wanted.capitals.issuperset((*side, *after)):
            missing += [one for one in (side, after) if not is_held(stem(one[0]), said)]
    return f"not '{' '.join(missing[0])}'" if missing and len(missing) < len(sides) else ""


def _other_name(reference: str, wanted: Words, said: Words, asked: Words) -> str:
    """Return the objection to another name in the place of a part: "Franklin Roosevelt" for "Theodore Roosevelt".

    A name that begins as the missing one does may be a short form of it ("Kate" of "Kathleen", "J." of "John").
    """
    own = [word for word in wanted.stems if word not in STOPWORDS]
    if "," in reference or not wanted.capitals.issuperset(token for token in wanted.tokens if token not in STOPWORDS):
        return ""
    if not said.capitals and len(said.tokens) > _SHORT:
        return ""
    for i, word in enumerate(own) if not set(MONTHS) & set(own) else ():
        for step in (1, -1) if not is_number(word) else ():
            neighbour = own[i - step] if 0 <= i - step < len(own) else ""
            if neighbour not in said.stems or is_held(word, said):
                continue
            slot = said.stems.index(neighbour) + step
            other = said.stems[slot] if 0 <= slot < len(said.stems) else ""
            is_free = other and said.is_name(slot) and other not in {*own, *STOPWORDS} and other not in asked.known
            near = said.stems[max(0, slot - 2) : slot + 3]
            given = own[:-1]  # a surname has no short form
            is_short = word in given and any(_is_short_form(one, word) for one in near if one not in own)
            if (
                is_free
                and not is_number(other)
                and not is_short
                and not any(_is_short_form(other, one) for one in given)
                and not _is_variant(other, word)
            ):
                return f"'{other}' in the place of '{word}'"
    return ""


def _is_short_form(one: str, other: str) -> bool:
    """Return whether one name may stand for another: the same beginning, or initials ("BR" for "Ramji")."""
    short, long = sorted((one, other), key=len)
    is_initials = len(short) == 1 or (len(short) <= 3 and not _VOWELS & set(short))
    return long[0] in short if is_initials else len(short) > 2 and short[:3] == long[:3]


def _is_variant(one: str, other: str) -> bool:
    """Return whether two surnames differ by a last letter: "Bennet", "Bennett"."""
    short, long = sorted((one, other), key=len)
    return long[:-1] == short


def _unnamed(wanted: Words, said: Words, asked: Words) -> str:
    """Return the objection to a name of several words that the answer has as common words alone."""
    own = [word for word in wanted.tokens if word not in STOPWORDS and word not in asked.tokens]
    is_name = len(own) > 1 and wanted.capitals.issuperset(own) and not any(map(is_number, own))
    if not is_name or len(said.capitals) < 1 or said.capitals & set(own):
        return ""
    return "not as a name" if set(own) & set(said.tokens) else ""


def _unmodified(wanted: Words, said: Words) -> str:
    """Return the objection to a chairman where the deputy is right."""
    pairs = pairwise(wanted.tokens)
    missing = [
        word for word, after in pairs if word in RANKS and word not in said.tokens and word + after not in said.known
    ]
    return f"not '{missing[0]}'" if missing else ""


@cache
def _opposites() -> dict[str, tuple[str, ...]]:
    """Return each word's contraries, in one spelling; made when first needed."""
    found: dict[str, tuple[str, ...]] = {}
    for one, other in map(canonical, _PAIRS):
        found[one] = (*found.get(one, ()), other)
        found[other] = (*found.get(other, ()), one)
    return found


def _opposite(wanted: Words, said: Words, asked: Words) -> str:
    """Return the objection to a word that means the contrary of a missing one."""
    for token in wanted.tokens:
        for other in _opposites().get(token, ()) if token not in said.tokens else ():
            if other in said.tokens and other not in asked.tokens and other not in wanted.tokens:
                return f"'{other}' for '{token}'"
    return ""


def _other_unit(wanted: Words, said: Words, asked: Words) -> str:
    """Return the objection to the reference's number with another unit."""
    missing = [token for token in wanted.tokens if token in UNIT_NAMES and token not in said.tokens]
    if not missing:
        return ""
    for number in (token for token in wanted.tokens if is_number(token)):
        at = find_tokens(said.tokens, (number,))
        after = said.tokens[at + 1 : at + 4] if at is not None else ()
        other = [token for token in after if token in UNIT_NAMES and token not in {*wanted.tokens, *asked.tokens}]
        if other:
            return f"with the unit '{other[0]}'"
    return ""


def _objected(wanted: Words, said: Words, asked: Words) -> str:
    """Return what the answer says against the first own word that it holds."""
    own = [word for word in wanted.stems if word not in STOPWORDS and word not in asked.known]
    at = next((said.stems.index(word) for word in own if word in said.stems), None)
    if at is None:
        return ""
    found = Found(said, at, at + 1, asked)
    if is_denied(found) and not {"not", "no", "never"} & set(wanted.tokens):
        return "denied"
    return objection(found) if len(wanted.tokens) == 1 else other_unit(found)
