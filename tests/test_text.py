"""Words, tokens and sentences: the cuts, by example and over any text."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.tokenize import tokenize

from readmark.text import MARKS, UNSPACED, first_words, sentence_spans, sentences, tokenizer_for, tokens, words

STOPS = st.text(st.sampled_from("ab A1.!?…。\n\"'“”’() –_"), max_size=40)
ANY_TEXT = st.text(max_size=60) | STOPS


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("  \n ", 0),
        ("one", 1),
        ("Pul-e-Khumri, 140 miles – north.", 4),  # the dash is no word
        ("*** # … !?", 0),
        ("_ __", 0),
        ("a\tb\nc\u00a0d\u2003e", 5),  # any white space parts words
        ("don't 3.5 65%", 3),
    ],
)
def test_words(text, count):
    assert len(words(text)) == count


@pytest.mark.parametrize(
    ("text", "count", "first"),
    [
        ("one two three", 2, "one two"),
        ("one – two three", 2, "one – two"),
        ("  one  two", 1, "  one"),  # nothing is changed, only cut
        ("one two", 9, "one two"),
        ("", 3, ""),
    ],
)
def test_first_words(text, count, first):
    assert first_words(text, count) == first


@given(ANY_TEXT, st.integers(1, 20))
def test_the_first_words_are_the_first_words(text, count):
    cut = first_words(text, count)
    assert text.startswith(cut)
    assert words(cut) == words(text)[:count]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Pul-e-Khumri's 1,000", ("pul", "e", "khumri", "s", "1", "000")),
        ("snake_case", ("snake", "case")),
        ("Straße", ("strasse",)),
        ("ÉCOLE", ("école",)),
        ("北京 2008", ("北", "京", "2008")),
        ("ひらがなとカタカナ・ー", tuple("ひらがなとカタカナー")),
        ("한국 사람", ("한국", "사람")),
        ("हिन्दी में", ("हिन्दी", "में")),  # vowel signs are no letters for Python
        ("العَرَبِيَّة", ("العَرَبِيَّة",)),
        ("தமிழ் বাংলা", ("தமிழ்", "বাংলা")),
        ("می\u200cشود", ("می\u200cشود",)),  # a zero-width non-joiner
        ("กรุงเทพ ๑๒๓", ("ก", "รุ", "ง", "เ", "ท", "พ", "๑๒๓")),
        ("ភាសា", ("ភា", "សា")),
        ("ລາວ", ("ລ", "າ", "ວ")),
        ("မြန်မာ", ("မြ", "န်", "မာ")),
        ("cafe\u0301s", ("cafés",)),  # a letter and its accent are one
        ("❤️ 1️⃣", ("1",)),  # what makes an emoji is no mark of a letter
        ("", ()),
    ],
)
def test_tokens(text, found):
    assert tokens(text) == found


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_tokens_of_ascii_text_are_rouge_scores(text):
    """Witness: rouge-score 0.1.2, tokenize(text, None)."""
    assert list(tokens(text)) == tokenize(text, None)


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=60))
def test_tokens_begin_with_a_letter_or_digit_and_hold_no_more_than_their_marks(text):
    for token in tokens(text):
        assert token[0].isalnum()
        assert all(c.isalnum() or c in "\u200c\u200d" or unicodedata.category(c) in {"Mn", "Mc"} for c in token)


def test_all_of_unicodes_marks_and_nothing_that_parts_tokens_are_marks():
    """Witness: unicodedata of the interpreter at hand; variation selectors are left out."""
    mark = re.compile(f"[{MARKS}]")
    signs = range(0x1BC00, 0x1DA9B)  # shorthand, music and sign writing
    for code in range(0x1F000):
        character, category = chr(code), unicodedata.category(chr(code))
        if category in {"Mn", "Mc"} and "VARIATION SELECTOR" not in unicodedata.name(character):
            assert mark.match(character) or code in signs, hex(code)
        elif mark.match(character):
            assert category[0] in "LN" or category == "Cn" or character in "\u200c\u200d", hex(code)
            assert not re.match(f"[{UNSPACED}]", character), hex(code)


def test_turkish_has_two_letters_i():
    assert tokenizer_for("tr-TR")("IRMAK İzmir") == ("ırmak", "izmir")
    assert tokenizer_for("en")("IRMAK") == ("irmak",)


@given(ANY_TEXT, st.sampled_from(["en", "zh", "hi", "xx"]))
def test_the_default_tokens_are_those_of_other_languages(text, language):
    assert tokenizer_for(language)(text) == tokens(text)


@pytest.mark.parametrize(
    "parts",
    [
        ["It fell.", "They fled."],
        ["Where?!", "Nobody knows"],
        ["“It fell.”", "“They fled.”"],
        ["It fell.)", "(They fled.)"],
        ["Wait…", "What?"],
        ["It cost $3.5 million.", "34 fell."],
        ["Headline without a stop", "The text."],  # a line break ends a sentence
        ["Dr. Who met Gen. Smith on Aug. 10 in St. Paul.", "He left."],
        ["The U.S. Army came at 10 a.m. and left.", "J. R. R. Tolkien wrote."],
        ["He said “stop!” and left.", "She stayed."],  # a small letter goes on
        ["No. 5 is alive."],
        ["他们在北京。", "城市沦陷了！", "谁知道？"],
        ["One.", "Две.", "Три."],
        ["كيف الحال؟", "بخير."],
        ["یہ ایک ہے۔", "وہ دو ہے۔"],
        ["यह एक है।", "वह दो है॥", "क्या?"],
        ["ဒါက ဘာလဲ။", "ကောင်းတယ်။"],
        ["......", "So it ends"],
    ],
)
def test_sentences(parts):
    between = "" if parts[0].endswith("。") else "\n\n" if parts[0].startswith("Headline") else " "
    assert sentences(between.join(parts)) == parts


@given(ANY_TEXT)
def test_sentences_lose_nothing_but_white_space_around_them(text):
    spans = sentence_spans(text)
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    assert all(end <= start and not text[end:start].strip() for end, start in zip(ends, starts, strict=True))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


@pytest.mark.parametrize(
    "mark",
    [".", "-", "_", "…", '."', "\n", ". ", "?!", "。", "(", "'", "؟.", "।", "\u0301", "e\u0301", "\u0301\u0323", "ก"],
)
@pytest.mark.parametrize(
    "cut", [words, tokens, sentences, lambda text: first_words(text, 3)], ids=["words", "tokens", "sentences", "first"]
)
def test_a_model_that_repeats_a_mark_costs_no_time(cut, mark):
    """20,000 of a mark took 3 s each with patterns that try every start of a run."""
    start = time.perf_counter()
    cut(mark * 20_000 + "x")
    assert time.perf_counter() - start < 1


def test_words_joined_with_hyphens_do_not_dodge_a_budget():
    joined = "-".join(["kunduz"] * 40)
    assert len(words(joined)) == 10
    assert first_words(joined, 2) == "-".join(["kunduz"] * 8) + "-"


def test_text_without_spaces_has_a_length():
    assert len(words("塔利班占领了昆都士城")) == 3
