"""Languages: the table, the form of a tag, and what the language of a test set changes in its scores."""

from __future__ import annotations

import json

import pytest

import readmark
from readmark.benchmark import load
from readmark.errors import BenchmarkError
from readmark.languages import LANGUAGES, UNKNOWN, is_language_tag, language_of
from readmark.metrics.normalize import normalize_answer
from readmark.records import Contradiction, Fact, Prediction, QaItem, SummaryItem
from readmark.reporting import make_report
from readmark.scoring import score_rows


def test_every_row_has_a_name_and_its_articles_are_dropped_as_words():
    for tag, row in LANGUAGES.items():
        assert row.name
        assert is_language_tag(tag)
        for article in row.articles:
            assert normalize_answer(f"{article.upper()} 7", tag) == "7"
    assert language_of("zh-Hant-TW") == LANGUAGES["zh"]
    assert language_of("xx") == UNKNOWN


@pytest.mark.parametrize(
    "tag",
    ["en", "zh-Hant", "pt-BR", "es-419", "sr-Latn-RS", "de-CH-1996", "yue", "en-US-x-twain", "EN-us", "sl-rozaj"],
)
def test_a_tag_is_known_by_its_form(tag):
    assert is_language_tag(tag)


@pytest.mark.parametrize("tag", ["", "e", "english", "zh_CN", "en-", "-en", "en US", "e1", "en--US", "ü", "en\n", "٣٣"])
def test_what_is_no_tag_is_refused(tag):
    assert not is_language_tag(tag)


def report(test_set, language, reference, said):
    item = QaItem(id="q", article="a", question="?", references=(reference,))
    benchmark = test_set([item], {"a": reference}, language=language)
    found = {("q", "reading"): Prediction(item_id="q", raw=said)}
    return make_report(benchmark, score_rows(benchmark, benchmark.items, found, ["reading"], "none"), {})


@pytest.mark.parametrize(
    ("language", "exact", "f1"), [("zh", 0.0, 0.8), ("ja", 0.0, 0.8), ("en", 0.0, 0.0), ("zh-Hant", 0.0, 0.8)]
)
def test_a_test_sets_language_decides_how_answers_are_compared(test_set, language, exact, f1):
    scores = report(test_set, language, "北京", "北京市。").scores
    assert (scores["exact_match"].value, scores["token_f1"].value) == (exact, pytest.approx(f1, abs=1e-15))


def test_articles_are_those_of_the_test_sets_language(test_set):
    assert report(test_set, "de", "die Katze", "eine Katze!").scores["exact_match"].value == 1.0
    assert report(test_set, "en", "die Katze", "eine Katze!").scores["exact_match"].value == 0.0


def test_summaries_are_cut_into_the_tokens_of_the_test_sets_language(test_set):
    """The capital of ı is I in Turkish alone."""
    facts = (Fact(id="f", text="", facets=(("ırmak",),)),)
    points = (Contradiction(id="c", text="", facets=(("ırmak taştı",),)),)
    item = SummaryItem(
        id="s", article="a", instruction="?", references=("ırmak taştı",), facts=facts, contradictions=points
    )
    for language, value in (("tr", 1.0), ("en", 0.0)):
        benchmark = test_set([item], {"a": "Dün ırmak taştı."}, language=language)
        found = {("s", "reading"): Prediction(item_id="s", raw="IRMAK TAŞTI")}
        scores = score_rows(benchmark, benchmark.items, found, ["reading"], "none")[0].scores
        names = ("fact_recall", "contradictions", "rouge1", "rougeLsum", "extractive_coverage")
        assert [scores[name] for name in names] == [value] * 5
        assert scores["novelty"] == 1.0 - value


def test_words_of_hindi_share_no_token_because_they_share_a_letter(test_set):
    """Cut at vowel signs, as Python's own idea of a word would have it, both hold the token ह."""
    item = SummaryItem(id="s", article="a", instruction="?", references=("हिमालय",))
    benchmark = test_set([item], {"a": "हिमालय"}, language="hi")
    for said, value in (("हिन्दी", 0.0), ("हिमालय", 1.0)):
        found = {("s", "reading"): Prediction(item_id="s", raw=said)}
        assert score_rows(benchmark, [item], found, ["reading"], "none")[0].scores["rouge1"] == value


def test_an_unknown_language_is_compared_neutrally_and_told(test_set):
    told = "no articles are known for the language eo: exact_match and token_f1 drop none"
    found = report(test_set, "eo", "la kato", "«la kato»")
    assert found.scores["exact_match"].value == 1.0
    assert found.notes == ("conditional on this article", told)
    assert report(test_set, "zh-Hant", "x", "x").notes == ("conditional on this article",)


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_real_answers_in_three_scripts_are_right_in_every_metric(shared, tmp_path, language):
    """The same 1,190 questions, each answered with its reference in other punctuation."""
    data = json.loads((shared / "xquad" / f"xquad.{language}.json").read_text(encoding="utf-8"))
    (tmp_path / "xquad.json").write_text(json.dumps({**data, "language": language}), encoding="utf-8")
    said = {
        qa["id"]: f"{qa['answers'][0]['text']}{'.' if language == 'en' else '。'}"
        for part in data["data"]
        for one in part["paragraphs"]
        for qa in one["qas"]
    }
    report = readmark.score(said, tmp_path / "xquad.json")
    assert report.signature["language"] == language
    for name in ("answer_match", "exact_match", "token_f1"):
        assert (report.scores[name].value, report.scores[name].n) == (1.0, 1190), name


def test_a_manifest_with_no_language_tag_is_refused_at_its_line(tmp_path):
    (tmp_path / "a.txt").write_text("Ada met Bo.")
    line = '{"id": "q", "task": "qa", "article": "a", "question": "Who met Bo?", "references": ["Ada"]}'
    (tmp_path / "questions.jsonl").write_text(line)
    (tmp_path / "benchmark.toml").write_text('name = "n"\nversion = "1"\nlanguage = "zh_CN"\n')
    with pytest.raises(BenchmarkError) as refused:
        load(tmp_path)
    assert [str(problem).splitlines() for problem in refused.value.problems] == [
        [
            f"{tmp_path / 'benchmark.toml'}:3: 'language' is 'zh_CN'",
            "  expected: a BCP 47 tag, such as en, zh or pt-BR",
            "  fix: name the articles' language by its tag",
        ]
    ]
