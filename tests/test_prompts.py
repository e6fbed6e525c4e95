"""What a model is given under each condition: the article first and alone, and never an answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.benchmark import load
from readmark.errors import BenchmarkError
from readmark.prompts import CONDITIONS, asked_item, check_conditions, make_prompts, prompt_recipe
from readmark.records import Item, Prompt, QaItem, SummaryItem
from readmark.text import sentences

RIVER = (
    "The Aller rises near Seehausen. It joins the Weser at Verden. It is {about} 211 km long. "
    "Two engineers, Ada and Bo, dammed it in 1908.\n"
)
HILL = "Brocken is a hill of 1,141 m. Snow lies there from November to May. A railway climbs it.\n"
ROWS = [
    {"id": "a", "article": "river", "question": "Where does the Aller join the Weser?", "references": ["Verden"],
     "evidence": ["joins the Weser at Verden"], "distractors": ["Seehausen"], "answer_type": "entity"},
    {"id": "b", "article": "hill", "question": "What climbs the {hill}?", "references": ["A railway", "a train"],
     "evidence": ["A railway climbs it."]},
    {"id": "c", "article": "river", "question": "How deep is it?", "answer_type": "none", "plausible": ["211 m"],
     "near": "a"},
    {"id": "d", "article": "river", "question": "Who dammed it?", "answer_type": "list", "parts": [["Ada"], ["Bo"]],
     "evidence": ["Two engineers, Ada and Bo, dammed it", {"start": 0, "end": 9}]},
    {"id": "e", "article": "river", "question": "When was it dammed?", "references": ["1908"],
     "twin": {"question": "In which year was it dammed?", "references": ["1911"]}},
    {"id": "s", "article": "river", "task": "summary", "instruction": "Sum up.", "max_words": 12,
     "references": ["A dammed river."], "facts": [{"id": "f", "text": "dam", "facets": [["dammed"]]}]},
    {"id": "t", "article": "hill", "task": "summary", "instruction": "Sum up the {hill}.", "references": ["A hill."]},
]  # fmt: skip
TWIN = '[[twin]]\nfind = "Ada"\nreplace = "Cleo"\n[[twin]]\nfind = "1908"\nreplace = "1911"\n'


def articles(folder):
    import hashlib

    entries = []
    for name, text in (("river", RIVER), ("hill", HILL)):
        (folder / f"{name}.txt").write_text(text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        entries.append(f'[[articles]]\nid = "{name}"\nfile = "{name}.txt"\nsha256 = "{digest}"\n')
    return "".join(entries)


def make(folder, rows):
    """Write a test set of two articles with a twin, and load it."""
    folder.mkdir(exist_ok=True)
    (folder / "benchmark.toml").write_text(f'name = "waters"\nversion = "1"\n{articles(folder)}{TWIN}')
    rows = [{"task": "qa", **row} for row in rows]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return load(folder)


@pytest.fixture
def waters(tmp_path):
    return make(tmp_path / "waters", ROWS)


def prompts(benchmark, condition):
    return {prompt.item_id: prompt for prompt in make_prompts(benchmark, benchmark.items, condition)}


def test_a_prompt_has_no_field_for_an_answer():
    of_answers = {"references", "parts", "plausible", "distractors", "evidence", "facts", "contradictions", "twin"}
    in_items = {*QaItem.__struct_fields__, *SummaryItem.__struct_fields__}
    assert of_answers <= in_items
    assert not of_answers & set(Prompt.__struct_fields__)


def spoilt(item: Item) -> Item:
    """Return the item with every answer in it replaced by other words."""
    other = ("XYZZY",)
    if isinstance(item, SummaryItem):
        return msgspec.structs.replace(item, references=other, facts=(), contradictions=())
    return msgspec.structs.replace(
        item, references=item.references and other, parts=item.parts and (other, other), plausible=other, near="",
        distractors=other, operation="hedge", tags=other,
        twin=item.twin and msgspec.structs.replace(item.twin, references=other),
    )  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("name", ["waters", "crossroads"])
def test_no_prompt_depends_on_an_answer(waters, name, condition):
    benchmark = waters if name == "waters" else load("crossroads")
    items = benchmark.items
    assert make_prompts(benchmark, [spoilt(item) for item in items], condition) == make_prompts(
        benchmark, items, condition
    )


@pytest.mark.parametrize("condition", [name for name in CONDITIONS if name != "no_evidence"])
def test_no_prompt_depends_on_the_evidence(tmp_path, waters, condition):
    bare = make(tmp_path / "bare", [{key: row[key] for key in row if key != "evidence"} for row in ROWS])
    assert prompts(bare, condition) == prompts(waters, condition)


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("reading", "abcdest"), ("closed_book", "abde"), ("twin", "abcde"), ("lead", "abcde"), ("shuffled", "abcde"),
        ("no_evidence", "abd"), ("wrong_article", "abde"),
    ],
)  # fmt: skip
def test_a_condition_asks_the_items_that_it_is_for(waters, condition, asked):
    assert sorted(prompts(waters, condition)) == list(asked)
    assert {prompt.condition for prompt in prompts(waters, condition).values()} == {condition}


def test_the_table_of_conditions_is_covered_by_these_tests():
    assert list(CONDITIONS) == ["reading", "closed_book", "twin", "lead", "shuffled", "no_evidence", "wrong_article"]


@pytest.mark.parametrize("condition", ["reading", "twin", "lead", "shuffled", "wrong_article"])
def test_all_questions_on_an_article_share_its_prefix(waters, condition):
    prefixes = {}
    for item_id, prompt in prompts(waters, condition).items():
        prefixes.setdefault(waters.item(item_id).article, set()).add(prompt.prefix)
    assert [len(found) for found in prefixes.values()] == [1, 1]
    assert prefixes["river"] != prefixes["hill"]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_prompts_with_equal_prefixes_stand_together_in_the_items_order(waters, condition):
    made = make_prompts(waters, waters.items, condition)
    changes = [prompt.prefix for prompt, before in zip(made, [None, *made], strict=False)
               if before is None or prompt.prefix != before.prefix]  # fmt: skip
    assert len(changes) == len(set(changes))
    order = [item.id for item in waters.items]
    for prefix in changes:
        group = [order.index(prompt.item_id) for prompt in made if prompt.prefix == prefix]
        assert group == sorted(group)


def test_the_prefix_is_the_article_alone_and_the_suffix_the_rest(waters):
    prompt = prompts(waters, "reading")["a"]
    assert prompt.prefix == f"Article:\n\n{RIVER}\n\n"
    assert prompt.suffix.startswith("Question: Where does the Aller join the Weser?\n\nAnswer from the article alone")
    assert "If the article does not say, answer: unanswerable" in prompt.suffix
    assert prompt.text == prompt.prefix + prompt.suffix
    assert prompt.messages == [{"role": "user", "content": prompt.text}]
    assert (prompt.article, prompt.question) == (RIVER, "Where does the Aller join the Weser?")


def test_braces_in_articles_and_questions_stay_as_they_are(waters):
    made = prompts(waters, "reading")
    assert "{about}" in made["a"].text
    assert "{hill}" in made["b"].text
    assert "{hill}" in made["t"].text


def test_a_summary_is_asked_with_its_budget(waters):
    made = prompts(waters, "reading")
    assert made["s"].suffix == "Sum up.\n\nWrite the summary alone. Use at most 12 words.\n\nSummary:"
    assert made["t"].suffix == "Sum up the {hill}.\n\nWrite the summary alone.\n\nSummary:"
    assert (made["s"].task, made["s"].max_words, made["t"].max_words) == ("summary", 12, None)


def test_closed_book_shows_no_word_of_the_article_and_offers_no_abstention(waters):
    for prompt in prompts(waters, "closed_book").values():
        assert (prompt.prefix, prompt.article) == ("", "")
        assert "Answer from memory" in prompt.suffix
        assert "guess" in prompt.suffix
        assert "unanswerable" not in prompt.suffix
        assert not any(line in prompt.text for line in sentences(RIVER) + sentences(HILL))


def test_twin_shows_the_edited_article_and_asks_the_twins_question(waters):
    made = prompts(waters, "twin")
    assert made["e"].article == RIVER.replace("Ada", "Cleo").replace("1908", "1911")
    assert made["e"].question == "In which year was it dammed?"
    assert made["b"].article == HILL
    assert made["d"].question == "Who dammed it?"


def test_a_twins_item_is_scored_by_the_twins_answer(waters):
    assert asked_item(waters, waters.item("e"), "twin").references == ("1911",)
    assert asked_item(waters, waters.item("d"), "twin").parts == (("Cleo",), ("Bo",))
    assert asked_item(waters, waters.item("e"), "reading").references == ("1908",)


def test_lead_shows_the_first_three_sentences(waters):
    assert sentences(prompts(waters, "lead")["a"].article) == sentences(RIVER)[:3]


def test_shuffled_shows_the_same_sentences_in_another_order(waters):
    shown = sentences(prompts(waters, "shuffled")["a"].article)
    assert Counter(shown) == Counter(sentences(RIVER))
    assert shown != sentences(RIVER)


def test_shuffled_leaves_no_article_of_two_sentences_or_more_as_it_is(tmp_path):
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text("One came. Two went.\n")
    rows = [{"id": f"q-{n}", "article": str(n), "question": "?", "answer": "x"} for n in range(20)]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert {prompt.article for prompt in prompts(load(tmp_path), "shuffled").values()} == {"Two went.\nOne came."}


def test_shuffled_shows_an_article_of_one_sentence_as_it_is(tmp_path):
    (tmp_path / "one.txt").write_text("One came.\n")
    (tmp_path / "questions.jsonl").write_text('{"id": "a", "article": "one", "question": "?", "answer": "x"}\n')
    assert prompts(load(tmp_path), "shuffled")["a"].article == "One came."


def test_the_shuffled_order_is_the_same_in_every_process():
    code = (
        "from readmark.benchmark import load; from readmark.prompts import make_prompts; b = load();"
        "print(ascii(make_prompts(b, b.items, 'shuffled')[0].article))"
    )
    told = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    crossroads = load("crossroads")
    assert told == {(ascii(make_prompts(crossroads, crossroads.items, "shuffled")[0].article) + "\n").encode()}


def test_no_evidence_leaves_out_every_sentence_that_touches_the_evidence(waters):
    made = prompts(waters, "no_evidence")
    lines = sentences(RIVER)
    assert made["a"].article == "\n".join([lines[0], *lines[2:]])
    assert made["d"].article == "\n".join(lines[1:3])
    assert sentences(made["b"].article) == sentences(HILL)[:2]


def test_no_evidence_leaves_no_passage_of_evidence_in_crossroads():
    crossroads = load("crossroads")
    text = crossroads.articles["crossroads"].text
    made = prompts(crossroads, "no_evidence")
    assert len(made) > 20
    for item_id, prompt in made.items():
        for start, end in crossroads.evidence[item_id]:
            assert text[start:end] not in prompt.text


def test_wrong_article_shows_another_article_with_the_question(waters):
    made = prompts(waters, "wrong_article")
    assert made["a"].article == HILL
    assert made["b"].article == RIVER
    assert made["a"].question == "Where does the Aller join the Weser?"


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_shown_article_is_what_stands_in_the_prefix(waters, condition):
    for prompt in prompts(waters, condition).values():
        assert prompt.prefix == (f"Article:\n\n{prompt.article}\n\n" if prompt.article else "")


def test_conditions_that_a_test_set_cannot_give_are_all_refused_at_once(tmp_path):
    (tmp_path / "one.txt").write_text("One sentence.\n")
    (tmp_path / "questions.jsonl").write_text('{"id": "a", "article": "one", "question": "?", "answer": "x"}\n')
    with pytest.raises(BenchmarkError) as caught:
        check_conditions(["raeding", "twin", "wrong_article", "no_evidence"], load(tmp_path))
    told = str(caught.value)
    assert "there is no condition 'raeding'" in told
    for name in ("has no twin", "has one article", "has no evidence", *CONDITIONS):
        assert name in told


def test_a_condition_named_twice_counts_once(waters):
    assert check_conditions(["twin", "reading", "twin"], waters) == ("twin", "reading")


def test_the_recipe_names_a_version_and_a_hash_of_the_wording(monkeypatch):
    before = prompt_recipe()
    version, _, digest = before.partition("#")
    assert version.isdigit()
    assert len(digest) == 8
    monkeypatch.setattr("readmark.prompts.BUDGET", " At most {max_words}.")
    assert prompt_recipe() != before


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.text(max_size=50))
def test_text_is_the_sum_of_prefix_and_suffix_for_any_text(article, question):
    prompt = Prompt(item_id="q", condition="reading", prefix=article, suffix=question)
    assert prompt.text == article + question == prompt.messages[0]["content"]
