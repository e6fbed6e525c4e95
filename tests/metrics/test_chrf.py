"""chrF: sacrebleu's own numbers, as fractions, and the settings that the signature names."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from readmark.metrics.chrf import RECIPE, chrf
from readmark.records import Prediction, QaItem, SummaryItem
from readmark.scoring import score_rows
from readmark.signature import COMPARED, make_signature

TEXT = st.text(max_size=40) | st.lists(st.sampled_from(["kabul", "fell", "北京", "हिन्दी", "a", ".", "\n"])).map(
    " ".join
)


@given(said=TEXT, references=st.lists(TEXT, min_size=1, max_size=4))
def test_it_is_sacrebleus_sentence_chrf(said, references):
    """Witness: sacrebleu.sentence_chrf of the installed version, defaults throughout."""
    assert chrf(said, references) == sacrebleu.sentence_chrf(said, references).score / 100


@given(said=TEXT, references=st.lists(TEXT, min_size=1, max_size=4))
def test_the_best_reference_counts(said, references):
    assert chrf(said, references) == max(chrf(said, [one]) for one in references)


def test_the_definition_by_hand():
    """Of abc and abd two letters, one pair and no triple agree: P = R = (2/3 + 1/2 + 0) / 3, and chrF2 = P there."""
    assert chrf("a bc", ["abd"]) == pytest.approx((2 / 3 + 1 / 2) / 3, abs=1e-15)


def test_the_recipe_is_sacrebleus_signature_without_version_and_references():
    scorer = CHRF()
    name = scorer.sentence_score("a", ["a"]).name
    parts = str(scorer.get_signature()).split("|")
    kept = [part for part in parts if not part.startswith(("nrefs:", "version:"))]
    assert f"sacrebleu {name}|{'|'.join(kept)}" == RECIPE


def test_the_recipe_stands_in_the_signature_and_is_compared(test_set):
    assert make_signature(test_set([], {}), "none", "0")["chrf"] == RECIPE
    assert "chrf" in COMPARED


def test_summaries_with_references_have_it(test_set):
    items = [
        SummaryItem(id="s", article="a", instruction="?", references=("Ada met Bo.", "Snow.")),
        SummaryItem(id="t", article="a", instruction="?"),
        QaItem(id="q", article="a", question="?", references=("Ada",)),
    ]
    benchmark = test_set(items, {"a": "Ada met Bo."})
    found = {(item.id, "reading"): Prediction(item_id=item.id, raw="Ada met him.") for item in items}
    rows = {row.item_id: row.scores for row in score_rows(benchmark, items, found, ["reading"], "none")}
    assert rows["s"]["chrf"] == sacrebleu.sentence_chrf("Ada met him.", ["Ada met Bo.", "Snow."]).score / 100
    assert "chrf" not in rows["t"].keys() | rows["q"].keys()


def test_questions_alone_do_not_load_sacrebleu():
    code = (
        "import sys, readmark.scoring as s\n"
        "from readmark.benchmark import Benchmark, Manifest\n"
        "from readmark.records import Article, Prediction, QaItem\n"
        "item = QaItem(id='q', article='a', question='?', references=('Ada',))\n"
        "article = Article(id='a', title='a', text='Ada.', sha256='')\n"
        "b = Benchmark(Manifest(name='n', version='1'), {'a': article}, (item,), {}, {}, '', 'n')\n"
        "said = {('q', 'reading'): Prediction(item_id='q', raw='Ada')}\n"
        "assert s.score_rows(b, (item,), said, ['reading'], 'none')[0].scores['exact_match'] == 1.0\n"
        "assert 'sacrebleu' not in sys.modules and 'evaluate' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
