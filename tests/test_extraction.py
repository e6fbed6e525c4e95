"""Extraction: the answer in what a model said, and what counts as abstention."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.extraction import ABSTENTIONS, EXTRACTIONS, Answer, extract, is_abstention


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Kunduz", "Kunduz"),
        ("  Kunduz \n", "Kunduz"),
        ("Answer: Kunduz", "Kunduz"),
        ("Final answer: Kunduz", "Kunduz"),
        ("The final answer is: Kunduz", "Kunduz"),
        ("**Answer:** Kunduz", "Kunduz"),
        ("**Answer: Kunduz**", "Kunduz"),
        ("## Answer: Kunduz", "Kunduz"),
        ("ANSWER: Kunduz", "Kunduz"),
        ("A: Kunduz", "Kunduz"),
        ("Summary: Kunduz fell.", "Kunduz fell."),
        ("It may be Farah. Answer: Farah. Or rather, final answer: Kunduz", "Kunduz"),  # the last one
        ("First I look.\nanswer: Kunduz", "Kunduz"),
        ("So the answer is: Kunduz", "Kunduz"),
        ("<think>Farah? Answer: Farah</think>Kunduz", "Kunduz"),
        ("<THINKING>\nFarah\n</THINKING>\nKunduz", "Kunduz"),
        ("Farah? No.</think>\n\nKunduz", "Kunduz"),  # the template opened the block
        ("<think>Farah</think> Answer: **Kunduz**", "Kunduz"),
        ("“Kunduz”", "Kunduz"),
        ("\"'Kunduz'\"", "Kunduz"),
        ("`Kunduz`", "Kunduz"),
        ("**Kunduz**", "Kunduz"),
        ("*Kunduz*", "Kunduz"),
        # what stays
        ("“Farah” and “Kunduz”", "“Farah” and “Kunduz”"),
        ('"Farah" or "Kunduz"', '"Farah" or "Kunduz"'),
        ("**Farah** and **Kunduz**", "**Farah** and **Kunduz**"),
        ("Kunduz. It is close to the border.", "Kunduz. It is close to the border."),
        (
            "Asked for terms, the envoy had one answer: there was no point.",
            "Asked for terms, the envoy had one answer: there was no point.",
        ),
        ("It fell at 10:30", "It fell at 10:30"),
        ('"', '"'),
    ],
)
def test_answer_takes_the_answer_of_a_model_that_talks(raw, text):
    assert extract(raw, "answer").text == text


@pytest.mark.parametrize("raw", ["Answer: Kunduz", " “Kunduz” ", "<think>x</think>y", "unanswerable", "I don't know."])
def test_none_takes_every_text_as_it_is(raw):
    assert extract(raw, "none") == Answer(raw, abstains=False)


@pytest.mark.parametrize("how", EXTRACTIONS)
@pytest.mark.parametrize("raw", ["", "  \n"])
def test_silence_abstains(raw, how):
    assert extract(raw, how).abstains


@pytest.mark.parametrize(
    "raw",
    [
        "unanswerable",
        "Unanswerable.",
        "UNANSWERABLE!",
        "Answer: unanswerable",
        "**Unanswerable**",
        "“unanswerable”",
        "<think>Hm.</think>unanswerable",
        "The article does not say.",
        "The article doesn't say",
        "The article doesn’t mention this.",
        "The text does not specify.",
        "The passage does not provide enough information.",
        "Not stated in the article.",
        "It is not mentioned.",
        "This question cannot be answered.",
        "I don't know",
        "N/A",
        "No answer",
        "...",
        "-",
    ],
)
def test_phrases_that_abstain(raw):
    assert extract(raw, "answer").abstains


@pytest.mark.parametrize(
    "raw",
    [
        "Kunduz",
        "No",
        "None of the towns",
        "unanswerable, but perhaps Kunduz",
        "The article does not say, but it was Kunduz",
        "Not stated by the Taliban but by the EU",
        "an unknown official",
        "0",
        "“Unanswerable” was the title of his book",
    ],
)
def test_answers_that_do_not_abstain(raw):
    assert not extract(raw, "answer").abstains


def test_every_published_phrase_abstains_in_any_case_and_with_marks():
    assert all(is_abstention(phrase) and is_abstention(f"“{phrase.upper()}”!") for phrase in ABSTENTIONS)


@given(st.text(max_size=80))
def test_any_text_has_an_answer_without_white_space_around_it(raw):
    found = extract(raw, "answer")
    assert found.text == found.text.strip()
    assert extract(raw, "none") == Answer(raw, abstains=not raw.strip())


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "Answer:", "**", '"', "'", "a", "\n", ": "]), max_size=12).map(
        "".join
    )
)
def test_marks_in_any_order_never_raise_and_leave_an_answer(raw):
    found = extract(raw, "answer")
    assert found.abstains or found.text or "<think>" in raw  # cut off in thought: said nothing


@pytest.mark.parametrize(
    "piece", ["word ", ": ", "answer ", "Answer:", "<think>", "</think>", "**", '"', " ", "\n", "the "]
)
def test_a_model_that_repeats_itself_costs_no_time(piece):
    """4,000 words with one colon took 2.7 s with a pattern that tries every start."""
    start = time.perf_counter()
    extract("x: " + piece * 20_000 + "x", "answer")
    assert time.perf_counter() - start < 1
