"""Which ROUGE a score is: the test set says so, the user may say otherwise, and the signature carries the name."""

from __future__ import annotations

import hashlib
import json

import pytest

from readmark.errors import BenchmarkError
from readmark.metrics.rouge import VARIANTS
from readmark.signature import differing
from readmark.verbs.run import run
from readmark.verbs.score import score

ARTICLE = "Towns fell on Friday. Officials fled.\n"
SAID = "Town falls. Official flees – better."
REFERENCES = ["Towns fell.", "Officials fled; it was good."]
# rouge1 by hand. Words of ours: town falls official flees better, 5; of the references: 2 and 5.
EXPECTED = {
    "rouge-score": 0.0,
    "rouge-score-stemmed": 2 * 1 / (5 + 2),  # town; the second reference gives official, 2 · 1 / (5 + 5)
    "rouge-1.5.5": 0.0,
    "rouge-1.5.5-stemmed": 2 * 5 / (10 + 7),  # fall and town; official, flee and better as good: summed
    "rouge-1.5.5-best": 0.0,
    "rouge-1.5.5-stemmed-best": 2 * 2 / (5 + 2),  # recall 2/2, against 3/5
}


@pytest.fixture
def folder(tmp_path):
    def folder(rouge=""):
        path = tmp_path / "towns"
        path.mkdir(exist_ok=True)
        (path / "a.txt").write_text(ARTICLE)
        (path / "benchmark.toml").write_text(
            f'name = "towns"\nversion = "1"\n{rouge}\n[[articles]]\nid = "a"\nfile = "a.txt"\n'
            f'sha256 = "{hashlib.sha256(ARTICLE.encode()).hexdigest()}"\n'
        )
        item = {"id": "s", "task": "summary", "article": "a", "instruction": "Sum up.", "references": REFERENCES}
        (path / "questions.jsonl").write_text(json.dumps(item) + "\n")
        return path

    return folder


@pytest.mark.parametrize(("variant", "expected"), EXPECTED.items())
def test_the_test_set_chooses(folder, variant, expected):
    report = score({"s": SAID}, folder(f'rouge = "{variant}"'))
    assert report.signature["rouge"] == variant
    assert report.scores["rouge1"].value == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(("variant", "expected"), EXPECTED.items())
def test_the_user_may_choose_another(folder, variant, expected):
    report = score({"s": SAID}, folder(), rouge=variant)
    assert report.signature["rouge"] == variant
    assert report.scores["rouge1"].value == pytest.approx(expected, abs=1e-15)


def test_all_variants_are_tried_here():
    assert set(EXPECTED) == set(VARIANTS)


def test_only_rouge_moves_and_the_signatures_differ_by_it(folder):
    first, second = (score({"s": SAID}, folder(), rouge=variant) for variant in ("rouge-score", "rouge-1.5.5-stemmed"))
    assert differing(first.signature, second.signature) == ["rouge"]
    moved = {name for name in first.scores if first.scores[name] != second.scores[name]}
    assert moved == {"rouge1", "rougeL", "rougeLsum", "rouge2"}


def test_a_run_is_scored_anew_without_asking_again(folder, tmp_path):
    asked = []

    class Model:
        name = revision = "fixed"

        def predict(self, prompt):
            asked.append(prompt.item_id)
            return SAID

    first, second = (
        run(Model(), folder(), out=tmp_path / "runs", rouge=variant) for variant in (None, "rouge-score-stemmed")
    )
    assert asked == ["s"]
    assert first.folder == second.folder
    assert (first.report.signature["rouge"], second.report.signature["rouge"]) == ("rouge-score", "rouge-score-stemmed")
    assert second.report.scores["rouge1"].value == pytest.approx(EXPECTED["rouge-score-stemmed"], abs=1e-15)


def test_the_command_line_chooses(cli, folder, tmp_path):
    (tmp_path / "said.jsonl").write_text(json.dumps({"id": "s", "prediction": SAID}) + "\n")
    code, out, _ = cli(
        "score", "said.jsonl", "-b", folder(), "-o", "scored", "--rouge", "rouge-1.5.5-stemmed", "--json"
    )
    report = json.loads(out)
    assert (code, report["signature"]["rouge"]) == (0, "rouge-1.5.5-stemmed")
    assert report["scores"]["rouge1"]["value"] == pytest.approx(EXPECTED["rouge-1.5.5-stemmed"], abs=1e-15)
    code, out, _ = cli("run", "lead-1", "-b", folder(), "--rouge", "rouge-1.5.5-best", "--json")
    assert (code, json.loads(out)["reports"][0]["report"]["signature"]["rouge"]) == (0, "rouge-1.5.5-best")


def test_an_unknown_variant_is_refused_at_its_place(cli, folder):
    with pytest.raises(BenchmarkError, match=r"benchmark\.toml:3.*'rouge'"):
        score({"s": SAID}, folder('rouge = "rouge-2.0"'))
    with pytest.raises(BenchmarkError, match=r"(?s)rouge-2\.0.*rouge-1\.5\.5-stemmed-best"):
        score({"s": SAID}, folder(), rouge="rouge-2.0")
    code, _, err = cli("run", "lead-1", "-b", folder(), "--rouge", "rouge-2.0")
    assert code == 2
    assert "rouge-1.5.5-stemmed-best" in err
