"""SQuAD 1.1 and 2.0 files become test sets under the official scripts' rules."""

from __future__ import annotations

import copy
import hashlib
import json
import time

import pytest

from readmark.benchmark import load
from readmark.errors import BenchmarkError
from readmark.records import Span
from readmark.verbs.run import run
from readmark.verbs.score import score

TEXT = "Ada met Bo in Kabul on 3 May. Bo left Kabul at noon."
OTHER = "The Aller joins the Weser at Verden."


def answer(text, start=None, **more):
    return {"text": text, **({} if start is None else {"answer_start": start}), **more}


def question(qid, *answers, **more):
    return {"id": qid, "question": f"What of {qid}?", "answers": list(answers), **more}


ONE = {
    "version": "1.1",
    "data": [
        {"title": "Town", "paragraphs": [
            {"context": TEXT, "qas": [question("a", answer("Bo", 8), answer("Bo", 8), answer("Mr Bo", 8)),
                                      question("b", answer("noon", 47))]},
            {"context": OTHER, "qas": [question("c", answer("Verden", 29))]},
        ]},
        {"title": "Empty", "paragraphs": [{"context": "Nothing is asked of this.", "qas": []}]},
        {"title": "Town", "paragraphs": [{"context": OTHER, "qas": [question("d", answer("Weser", 20))]}]},
    ],
}  # fmt: skip
TWO = {
    "version": "v2.0",
    "data": [
        {"title": "Town", "paragraphs": [
            {"context": TEXT, "qas": [
                question("a", answer("Bo", 8), is_impossible=False),
                question("n", is_impossible=True, plausible_answers=[answer("noon", 47), answer("noon", 47)]),
            ]},
        ]},
    ],
}  # fmt: skip


@pytest.fixture
def squad(tmp_path):
    """Write a SQuAD file; return its path."""

    def squad(content, name="town.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return squad


def with_answer(**fields):
    """Return ONE with one answer of question b changed."""
    changed = copy.deepcopy(ONE)
    changed["data"][0]["paragraphs"][0]["qas"][1]["answers"] = [fields]
    return changed


def problems(path):
    with pytest.raises(BenchmarkError) as caught:
        load(path)
    return [str(problem).partition("\n")[0].removeprefix(f"{path}:") for problem in caught.value.problems]


def test_the_paragraph_is_the_article_and_the_title_the_cluster(squad):
    loaded = load(squad(ONE))
    assert [(item.id, item.article) for item in loaded.items] == [
        ("a", "Town#1"), ("b", "Town#1"), ("c", "Town#2"), ("d", "Town#3"),
    ]  # fmt: skip
    assert list(loaded.articles) == ["Town#1", "Town#2", "Town#3"]
    assert loaded.articles["Town#1"].text == TEXT
    assert {loaded.cluster_of(item) for item in loaded.items} == {"Town"}


def test_an_item_keeps_its_references_once_and_its_place(squad):
    path = squad(ONE)
    loaded = load(path)
    assert loaded.item("a").references == ("Bo", "Mr Bo")
    assert loaded.item("a").answer_type == "phrase"
    assert loaded.lines["d"] == f"{path}:data[2].paragraphs[0].qas[0]"


def test_the_rules_of_1_1_and_of_2_0(squad):
    one, two = load(squad(ONE)).manifest, load(squad(TWO)).manifest
    assert (one.norm, one.missing, one.version, one.name) == ("squad1", "zero", "1.1", "town")
    assert (two.norm, two.missing, two.version) == ("squad2", "drop", "v2.0")


def without(content, *keys):
    """Return a copy of a file from whose parts keys are gone."""
    if isinstance(content, dict):
        return {key: without(value, *keys) for key, value in content.items() if key not in keys}
    return [without(value, *keys) for value in content] if isinstance(content, list) else content


@pytest.mark.parametrize(
    ("content", "norm", "told"),
    [
        (TWO, "squad2", "told by is_impossible"),
        (without(TWO, "version"), "squad2", "told by is_impossible"),
        (without(TWO, "is_impossible"), "squad2", "told by version v2.0"),
        ({**ONE, "version": "2.0"}, "squad2", "told by version 2.0"),
        (without(ONE, "version"), "squad1", "no is_impossible, no version v2.0"),
        ({**ONE, "version": 1.1}, "squad1", "no is_impossible, no version v2.0"),
    ],
)
def test_what_tells_2_0_and_says_so(squad, content, norm, told):
    loaded = load(squad(content))
    assert loaded.manifest.norm == norm
    assert told in loaded.notes[0]
    assert loaded.notes[0] in score({"a": "Bo"}, loaded).notes


def test_a_file_may_name_its_language(squad):
    """Chinese answers are compared by character; the quotation marks of book titles do not count."""
    chinese = {**with_answer(**answer("《红楼梦》")), "language": "zh"}
    assert score({"b": "红楼梦"}, squad(chinese)).scores["exact_match"].value == 1 / 4
    assert score({"b": "红楼梦"}, squad({**chinese, "language": "en"})).scores["exact_match"].value == 0.0
    assert problems(squad({**ONE, "language": "Chinese!"})) == ["language: is 'Chinese!'"]


def test_the_unanswerable_keep_their_plausible_answers(squad):
    item = load(squad(TWO)).item("n")
    assert (item.answer_type, item.references, item.plausible) == ("none", (), ("noon",))
    assert load(squad(TWO)).item("a").is_answerable


def test_the_content_hash_is_that_of_the_files_bytes(squad):
    path = squad(ONE)
    assert load(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert load(squad(json.dumps(ONE, indent=1))).sha256 != hashlib.sha256(json.dumps(ONE).encode()).hexdigest()


# Evidence: never a lie


@pytest.mark.parametrize(
    ("text", "start", "spans"),
    [
        ("Kabul", 14, ((14, 19),)),  # the file says which
        ("Kabul", 38, ((38, 43),)),
        ("Kabul", 15, ()),  # it stands elsewhere, in two places
        ("noon", 3, ((47, 51),)),  # it stands elsewhere, in one place
        ("noon", None, ((47, 51),)),
        ("Kabul", None, ()),
        ("Kabul", -5, ()),
        ("midnight", 47, ()),
        ("", 0, ()),
    ],
)
def test_evidence_is_where_the_answer_is_known_to_stand(squad, text, start, spans):
    loaded = load(squad(with_answer(**answer(text, start))))
    assert loaded.evidence.get("b", ()) == spans
    assert loaded.item("b").evidence == tuple(Span(start=begin, end=end) for begin, end in spans)


def test_all_evidence_of_the_real_files_is_a_reference(shared):
    for name in ("dev-v1.1.json", "dev-v2.0.json"):
        loaded = load(shared / "squad" / name)
        assert all(
            set(loaded.evidence_texts(item)) <= set(item.references) and bool(item.references) == item.is_answerable
            for item in loaded.items
        )
        assert len(loaded.evidence) == sum(item.is_answerable for item in loaded.items)


# The official rule on what is odd


def test_a_question_of_2_0_without_answers_is_unanswerable_whatever_it_is_called(squad):
    odd = copy.deepcopy(TWO)
    odd["data"][0]["paragraphs"][0]["qas"] += [
        question("e", is_impossible=False), question("f", answer("Ada", 0), is_impossible=True),
    ]  # fmt: skip
    loaded = load(squad(odd))
    assert not loaded.item("e").is_answerable
    assert loaded.item("f").is_answerable
    assert any("1 questions are is_impossible but have answers" in note for note in loaded.notes)
    assert any("1 questions lack answers but not is_impossible" in note for note in loaded.notes)


@pytest.mark.parametrize("nothing", ["the", "...", "", " "])
@pytest.mark.parametrize(("version", "scores"), [("1.1", (1.0, 0.0)), ("v2.0", (1.0, 1.0))])
def test_nothing_against_references_that_normalise_to_nothing(squad, nothing, version, scores):
    path = squad({**with_answer(**answer(nothing, 0)), "version": version})
    found = score({"a": "x", "b": "", "c": "x", "d": "x"}, path).scores
    assert (found["exact_match"].value * 4, found["token_f1"].value * 4) == scores


def test_answers_that_normalise_to_nothing_are_dropped_beside_others(squad):
    content = {**with_answer(), "version": "v2.0"}
    content["data"][0]["paragraphs"][0]["qas"][1]["answers"] = [answer("the", 0), answer("noon", 47)]
    silent = score({"b": ""}, squad(content)).scores
    assert silent["exact_match"].value == 0.0


# Questions alone


def test_empty_contexts_make_a_set_of_questions_alone(squad):
    alone = copy.deepcopy(ONE)
    for entry in alone["data"]:
        for paragraph in entry["paragraphs"]:
            paragraph["context"] = ""
    path = squad(alone)
    assert score({"a": "Bo", "b": "noon", "c": "Verden", "d": "Weser"}, path).scores["exact_match"].value == 1.0
    with pytest.raises(BenchmarkError, match="is questions alone, without a text to show under reading"):
        run(lambda prompt: "Bo", path, out=path.parent / "runs")
    finished = run(lambda prompt: prompt.question, path, conditions=["closed_book"], out=path.parent / "runs")
    assert finished.report.counts.answered == 4
    assert not load(path).evidence


def test_a_model_is_run_on_a_squad_file(squad):
    finished = run(lambda prompt: prompt.article.split()[2], squad(TWO), out=squad(TWO).parent / "runs")
    assert finished.report.scores["exact_match"].value == 0.5
    assert finished.report.counts.items == 2


# What is refused; more lies in tests/bad_input


def test_every_fault_is_named_by_its_json_path(squad):
    bad = copy.deepcopy(ONE)
    first, second = bad["data"][0]["paragraphs"]
    first["qas"][0]["answers"][1] = "Bo"
    first["qas"][1] = {"id": 7, "answers": None}
    second["qas"][0]["answers"][0]["answer_start"] = "29"
    del bad["data"][1]["title"]
    bad["data"][2]["paragraphs"] = {"context": ""}
    bad["data"].append(3)
    assert problems(squad(bad)) == [
        'data[0].paragraphs[0].qas[0].answers[1]: is text: "Bo"',
        "data[0].paragraphs[0].qas[1].id: is a number: 7",
        "data[0].paragraphs[0].qas[1]: has no 'question'",
        "data[0].paragraphs[0].qas[1].answers: is null: null",
        'data[0].paragraphs[1].qas[0].answers[0].answer_start: is text: "29"',
        "data[1]: has no 'title'",
        'data[2].paragraphs: is an object: {"context": ""}',
        "data[3]: is a number: 3",
    ]


def test_what_the_types_allow_and_the_rules_do_not(squad):
    bad = copy.deepcopy(ONE)
    first, second = bad["data"][0]["paragraphs"]
    first["qas"][1]["id"] = "a"
    first["qas"][0]["question"] = "  "
    second["context"] = ""
    second["qas"][0]["answers"] = []
    bad["data"][2]["paragraphs"][0]["qas"][0]["id"] = "\t"
    assert problems(squad(bad)) == [
        "data[0].paragraphs[0].qas[0]: question 'a' is empty",
        "data[0].paragraphs[0].qas[1]: id 'a' stands twice, first at " + f"{squad(bad)}:data[0].paragraphs[0].qas[0]",
        "data[0].paragraphs[1]: has an empty 'context', and others do not",
        "data[0].paragraphs[1].qas[0]: question 'c' has no answers",
        "data[2].paragraphs[0].qas[0]: has the id '\\t', which cannot be used",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"context"', '"context": "first", "context"', "1: has 'context' twice in one object"),
        ('"answer_start"', '"answer_start": 0, "answer_start"', "1: has 'answer_start' twice in one object"),
        ("Bo left", "Bo\\u0000left", "1: a string contains a NUL character (\\u0000)"),
    ],
)
def test_what_a_fast_reader_would_pass_over_is_refused(squad, old, new, told):
    path = squad(json.dumps(ONE).replace(old, new, 1))
    assert problems(path) == [told]


@pytest.mark.parametrize("text", ["context", '"context": "x"', 'say "id" : 3', "\\"])
@pytest.mark.parametrize("more", [{}, {"publisher": {"id": None, "text": "x"}}])
def test_a_text_that_looks_like_a_key_and_a_key_of_others_are_no_fault(squad, text, more):
    loaded = load(squad({**with_answer(**answer(text, 0)), **more}))
    assert loaded.item("b").references == (text,)


def test_the_real_file_loads_fast(shared):
    """A quarter of a second where nothing else runs; the bound leaves room for a busy machine."""
    start = time.process_time()
    loaded = load(shared / "squad" / "dev-v1.1.json")
    assert time.process_time() - start < 1.0
    assert (len(loaded.items), len(loaded.articles)) == (10570, 2067)
