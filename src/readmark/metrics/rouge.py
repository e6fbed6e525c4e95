"""ROUGE-1, -2, -L and -Lsum in named variants: as rouge-score defines them and as the original Perl script does."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from readmark.metrics.lcs import union_positions
from readmark.metrics.rouge_text import RougeText, read_text
from readmark.records import RougeVariant
from readmark.text import MARKS, tokenizer_for, tokens

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from rouge_score_rs.rouge_scorer import RougeScorer

T = TypeVar("T", bound="Hashable")
# Characters of the prediction times those of a reference, 8,192 each. Beyond, rouge-score-rs is slower than our own
# counting, and for two lines of 250 kB its table takes gigabytes.
SHORT = 2**26


class Options(NamedTuple):
    """What a variant's name stands for.

    Attributes:
        is_perl: ROUGE-1.5.5's tokens and stems, else rouge-score's.
        is_stemmed: Compare stems, not words.
        several: What several references give: the one of best F1; all of them, their counts summed (`-f A`); the one
            of best recall (`-f B`).
    """

    is_perl: bool
    is_stemmed: bool
    several: Literal["best F1", "sum", "best recall"]


VARIANTS: dict[RougeVariant, Options] = {
    "rouge-score": Options(is_perl=False, is_stemmed=False, several="best F1"),
    "rouge-score-stemmed": Options(is_perl=False, is_stemmed=True, several="best F1"),
    "rouge-1.5.5": Options(is_perl=True, is_stemmed=False, several="sum"),
    "rouge-1.5.5-stemmed": Options(is_perl=True, is_stemmed=True, several="sum"),
    "rouge-1.5.5-best": Options(is_perl=True, is_stemmed=False, several="best recall"),
    "rouge-1.5.5-stemmed-best": Options(is_perl=True, is_stemmed=True, several="best recall"),
}


class Overlap(NamedTuple):
    """What share two texts have in common: of the prediction, of the reference, and the harmonic mean of both."""

    precision: float
    recall: float
    f1: float


class Rouge(NamedTuple):
    """The four overlaps of a prediction with its references."""

    rouge1: Overlap
    rouge2: Overlap
    rougeL: Overlap  # noqa: N815 - the field's spelling
    rougeLsum: Overlap  # noqa: N815 - the field's spelling


class Counts(NamedTuple):
    """How many n-grams, or tokens in common subsequences, two texts share and have."""

    shared: int
    prediction: int
    reference: int

    @property
    def recall(self) -> float:
        """The share of the reference; 0.0 where it has nothing."""
        return self.shared / self.reference if self.reference else 0.0

    @property
    def overlap(self) -> Overlap:
        """The fractions, in rouge-score's order of operations, to the last bit."""
        if not self.shared:
            return Overlap(0.0, 0.0, 0.0)
        precision, recall = self.shared / self.prediction, self.shared / self.reference
        return Overlap(precision, recall, 2 * precision * recall / (precision + recall))


def rouge(
    prediction: str, references: Sequence[str], *, variant: RougeVariant = "rouge-score", language: str = "en"
) -> Rouge:
    """Return how much a summary shares with its references: words, pairs of words, and sequences of words.

    With c shared, precision = c / |prediction|, recall = c / |reference|, F1 is their harmonic mean.

    - rouge1, rouge2: c counts shared n-grams, as bags.
    - rougeL: c is the length of the longest common subsequence of the whole texts.
    - rougeLsum: a line is a sentence. For each reference line, the tokens of one longest common subsequence with each
      line of the prediction are joined; c counts them all, a word at most as often as it stands on either side. The
      Perl script calls this ROUGE-L.

    Args:
        prediction: The summary, one sentence a line.
        references: At least one, likewise.
        variant: A name of `VARIANTS`.
        language: The texts' language as a BCP 47 tag; it chooses the tokens.

    Returns:
        Fractions in [0, 1], unrounded; higher is better.

    Edge cases:
        Without n-grams on either side: 0.0. Perl rounds recall and precision to five digits before it takes F; ours
        does not, and differs by up to 1.5e-5.

    Example:
        >>> rouge("to be or not to be", ["to be"]).rouge1.f1
        0.5

    Source:
        Lin 2004, W04-1013. The variants named rouge-score equal rouge-score 0.1.2 on ASCII text, its choice among
        equally long subsequences included; those named rouge-1.5.5 equal ROUGE-1.5.5.pl with WordNet 2.0's exceptions.
    """
    options = VARIANTS[variant]
    if not options.is_perl:  # typographic marks separate as all others do: without them, most text is ASCII
        prediction, *references = (_without_marks(text) for text in (prediction, *references))
    if not options.is_perl and all(_is_short_ascii(prediction, one, language) for one in references):
        has_lines = any("\n" in text for text in (prediction, *references))
        scores = _scorer(options.is_stemmed, has_lines).score_multi(list(references), prediction)
        found = {name: Overlap(*score) for name, score in scores.items()}
        return Rouge(**{"rougeLsum": found["rougeL"], **found})
    return count_rouge(prediction, references, variant, language)


def count_rouge(prediction: str, references: Sequence[str], variant: RougeVariant, language: str) -> Rouge:
    """Return the same in any script and at any length, by our own counting."""
    is_perl, is_stemmed, several = VARIANTS[variant]
    said, *wanted = (
        read_text(text, language, is_perl=is_perl, is_stemmed=is_stemmed) for text in (prediction, *references)
    )
    by_metric = zip(*(_counts(said, one) for one in wanted), strict=True)
    return Rouge(*(_joined(found, several, is_ngram=at < 2) for at, found in enumerate(by_metric)))


def _without_marks(text: str) -> str:
    """Return a text with a space for each run of marks beyond ASCII that belong to no token."""
    return text if text.isascii() else _marks().sub(" ", text)


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(rf"[^\w\x00-\x7f{MARKS}]+")


def _is_short_ascii(prediction: str, reference: str, language: str) -> bool:
    is_short = len(prediction) * len(reference) <= SHORT
    return is_short and prediction.isascii() and reference.isascii() and tokenizer_for(language) is tokens


@cache
def _scorer(is_stemmed: bool, has_lines: bool) -> RougeScorer:
    """Return the fast library's scorer; of texts of one line, rougeLsum is rougeL."""
    from rouge_score_rs.rouge_scorer import RougeScorer  # noqa: PLC0415 - only where there are summaries

    return RougeScorer(list(Rouge._fields if has_lines else Rouge._fields[:-1]), use_stemmer=is_stemmed)


def _joined(found: Sequence[Counts], several: str, *, is_ngram: bool) -> Overlap:
    """Return what several references give together; among equals, the first."""
    if several == "sum":
        return Counts(*map(sum, zip(*found, strict=True))).overlap
    if several == "best F1":
        return max((one.overlap for one in found), key=lambda one: one.f1)
    # The script compares recalls of n-grams as it prints them, with five digits, and those of subsequences unrounded.
    return max(found, key=lambda one: round(one.recall, 5) if is_ngram else one.recall).overlap


def _counts(said: RougeText, wanted: RougeText) -> tuple[Counts, ...]:
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415 - only where there are summaries

    sizes = len(said.tokens), len(wanted.tokens)
    pairs = max(0, sizes[0] - 1), max(0, sizes[1] - 1)
    common = set(said.tokens).intersection(wanted.tokens)  # all else matches nothing
    left, right = ([token for token in text.tokens if token in common] for text in (said, wanted))
    longest = LCSseq.similarity(left, right)
    has_lines = len(said.lines) > 1 or len(wanted.lines) > 1
    return (
        Counts(_shared(left, right), *sizes),
        Counts(_shared(_pairs(said.tokens, common), _pairs(wanted.tokens, common)), *pairs),
        Counts(longest, *sizes),
        Counts(_shared(left, _union(said, wanted)) if has_lines else longest, *sizes),
    )


def _pairs(tokens: Sequence[str], common: set[str]) -> list[tuple[str, str]]:
    return [(token, after) for token, after in pairwise(tokens) if token in common and after in common]


def _union(said: RougeText, wanted: RougeText) -> list[str]:
    """Return the reference's tokens that the lines' common subsequences use together."""
    positions = union_positions(wanted.lines, said.lines)
    return [line[at] for line, used in zip(wanted.lines, positions, strict=True) for at in used]


def _shared(left: Sequence[T], right: Sequence[T]) -> int:
    """Return how many members two bags share."""
    counts, others = Counter(left), Counter(right)
    return sum([min(count, others[one]) for one, count in counts.items() if one in others])
