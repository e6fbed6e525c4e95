"""List F1: how an answer is cut into pieces, and which of them are parts."""

from __future__ import annotations

import pytest

from readmark.metrics.list_f1 import cuts, list_f1

CITIES = (("Farah",), ("Kunduz", "Kondoz"), ("Zaranj",))


@pytest.mark.parametrize(
    "text",
    [
        "Farah; Kunduz; Zaranj",
        "Farah, Kunduz, Zaranj",
        "Farah, Kunduz, and Zaranj.",
        "zaranj, KONDOZ & the Farah",
        "- Farah\n- Kunduz\n- Zaranj",
        "1. Farah\n2. Kunduz\n3. Zaranj",
        "(1) Farah, (2) Kunduz, (3) Zaranj",
        "The cities are Farah, Kunduz and Zaranj",
        "The cities are: Farah; Kunduz; Zaranj",
        "They include Farah, Kunduz and Zaranj.",
        "According to the article, Farah, Kunduz and Zaranj",
        "Farah, Kunduz and Zaranj are the three cities",
        "**Farah**, **Kunduz**, **Zaranj**",
    ],
)
def test_a_full_list_scores_1_however_it_is_written(text):
    assert list_f1(text, CITIES) == 1.0


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Farah", 2 / (1 + 3)),
        ("Farah, Kunduz", 4 / (2 + 3)),
        ("Farah, Kunduz, Zaranj and Kabul", 6 / (4 + 3)),  # an extra piece
        ("Farah, Farah, Kunduz", 4 / (3 + 3)),  # named twice: one pair, one piece too many
        ("Kunduz, Kondoz, Farah", 4 / (3 + 3)),  # two spellings of one part likewise
        ("Kabul", 0.0),
        ("", 0.0),
        (" ; , and ", 0.0),
        ("North Farah, Kunduz, Zaranj", 4 / (3 + 3)),  # more than the part is not the part
        ("not Farah, Kunduz, Zaranj", 4 / (3 + 3)),
    ],
)
def test_f1_over_parts(text, score):
    assert list_f1(text, CITIES) == pytest.approx(score, abs=1e-15)


def test_the_order_does_not_count():
    assert list_f1("Zaranj, Farah, Kunduz", CITIES) == 1.0


@pytest.mark.parametrize(
    "text", ["Trinidad and Tobago; Cuba", "Trinidad and Tobago, Cuba", "Cuba, Trinidad and Tobago"]
)
def test_a_part_that_holds_an_and_is_found(text):
    assert list_f1(text, (("Trinidad and Tobago",), ("Cuba",))) == 1.0


def test_a_part_that_holds_a_comma_is_found_between_semicolons():
    assert list_f1("Doha, Qatar; Kabul", (("Doha, Qatar",), ("Kabul",))) == 1.0


def test_the_comma_of_a_number_cuts_nothing():
    assert list_f1("400,000, 65 percent and 140", (("400000",), ("65%",), ("140",))) == 1.0


def test_a_numbered_list_of_numbers_keeps_its_numbers():
    assert list_f1("1. 34\n2. 65", (("34",), ("65",))) == 1.0


def test_parts_are_paired_so_that_most_fit():
    """The piece "A" fits both parts; it must be left to the part that fits nothing else."""
    assert list_f1("B, A", (("A", "B"), ("A",))) == 1.0
    assert list_f1("A, B", (("A", "B"), ("A",))) == 1.0


def test_cuts_go_from_coarse_to_fine():
    assert cuts("A, B and C; D") == [["A, B and C", "D"], ["A", "B and C", "D"], ["A", "B", "C", "D"]]
