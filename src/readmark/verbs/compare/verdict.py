"""What the data supports, as a value and in words that claim no more."""

from __future__ import annotations

from readmark.prompts import CONDITIONS
from readmark.statistics.differences import FEWEST_CLUSTERS, Difference
from readmark.statistics.facts import RANKED_ARTICLES
from readmark.verbs.compare.pairs import FACTS, Scores
from readmark.verbs.compare.records import Compared, Verdict

LETTERS: dict[Verdict, str] = {"a_better": "A", "a_higher": "A", "b_better": "B", "b_higher": "B"}
MOST = "ten million items"


def is_undeclared(scores: Scores) -> bool:
    """Return whether no winner is declared whatever the numbers say: summaries of few articles."""
    return scores.task == "summary" and len(set(scores.clusters)) < RANKED_ARTICLES


def verdict_of(scores: Scores, condition: str, difference: Difference, adjusted: float | None) -> Verdict | None:
    """Return what may be said of an asked metric; None where neither end of it is better.

    Args:
        scores: The pairs.
        condition: One that does not test reading has a higher side, and no better one.
        difference: Of the pairs.
        adjusted: The corrected p-value; None where no winner can be declared.
    """
    if scores.higher_is_better is None or scores.metric == FACTS:
        return None
    if not difference.n:
        return "too_few"
    if is_undeclared(scores):
        return "undeclared"
    if adjusted is None:
        return "too_few"
    sign = difference.surely(adjusted)
    if not sign:
        return "undecided"
    if not CONDITIONS[condition].tests_reading:
        return "a_higher" if sign > 0 else "b_higher"
    return "a_better" if (sign > 0) == scores.higher_is_better else "b_better"


def sentence(found: Compared, gap: float, facts: Compared | None) -> str:
    """Return a verdict in words, with what the test set can show and what was left out.

    Args:
        found: With its verdict.
        gap: The wanted gap.
        facts: The comparison fact by fact, where there is one.
    """
    if found.verdict is None:
        return ""
    said = [f"{found.metric}, {found.condition}: {_verdict(found)}"]
    if facts is not None:
        said.append(
            f"Fact by fact, of {facts.n}: A alone states {facts.a_higher}, B alone {facts.b_higher}, "
            f"both or neither {facts.equal}."
        )
    if found.verdict != "undeclared" and found.n:
        said += [_smallest(found), _needed(found, gap)]
    said += [_left_out(found)] if found.left_out.items else []
    return " ".join(one for one in said if one)


def _verdict(found: Compared) -> str:
    if not found.n:
        return "no item has a score in both runs."
    if found.verdict == "undeclared":
        few = _counted(found.clusters, "article")
        return f"no winner is declared over {few}; summaries need {RANKED_ARTICLES}."
    if found.verdict == "too_few":
        unit, count = ("article", found.clusters) if found.clusters > 1 else ("item", found.n)
        return f"too few {unit}s to say: {count}, and {FEWEST_CLUSTERS} are the least. {_numbers(found)}"
    if found.verdict == "undecided":
        return f"A and B cannot be told apart. {_numbers(found)}"
    letter = LETTERS[found.verdict] if found.verdict else ""
    return f"{letter} is {'better' if found.verdict in {'a_better', 'b_better'} else 'higher'}. {_numbers(found)}"


def _numbers(found: Compared) -> str:
    ends = "" if found.low is None or found.high is None else f" [{_points(found.low)} to {_points(found.high)}]"
    p = f"p {'<' if found.p < 0.001 else '='} {max(found.p, 0.001):.3f}"
    corrected = "" if found.adjusted in {None, found.p} else f", {found.adjusted:.3f} corrected"
    return f"A - B = {_points(found.value)}{ends}, {p}{corrected}."


def _smallest(found: Compared) -> str:
    size = _size(found.n, found.clusters)
    if found.smallest_gap is None:
        return f"{size} can show no gap." if found.verdict != "too_few" else ""
    return f"{size} can show a gap of {100 * found.smallest_gap:.1f} points or more."


def _needed(found: Compared, gap: float) -> str:
    if found.needed is None:
        return ""
    wanted = f"A gap of {100 * gap:g} points"
    if found.needed.items is None:
        return f"{wanted} takes more than {MOST}."
    return f"{wanted} takes {_size(found.needed.items, found.needed.clusters or 1)} like these."


def _left_out(found: Compared) -> str:
    left = found.left_out
    reasons = ", ".join(f"{count} {reason}" for reason, count in left.reasons.items())
    said = f"Left out: {_counted(left.items, 'item')} ({reasons})."
    if left.lowest is None or left.highest is None or left.lowest == left.highest:
        return said
    said += f" They could bring A - B to between {_points(left.lowest)} and {_points(left.highest)}"
    turned = found.verdict in LETTERS and left.lowest <= 0 <= left.highest
    return said + (", and so turn it." if turned else ".")


def _size(items: int, clusters: int) -> str:
    return _counted(items, "item") + (f" in {_counted(clusters, 'article')}" if clusters > 1 else "")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _points(value: float | None) -> str:
    return "?" if value is None else f"{100 * value + 0.0:+.1f}"
