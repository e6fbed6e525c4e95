"""A test set as a Hugging Face data set: the card's front matter, and what `load_dataset` gives, offline."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from readmark.benchmark import load, twin_item, twin_text
from readmark.errors import BenchmarkError
from readmark.records import QaItem, SummaryItem
from readmark.verbs.export import export

TEXT = "Ada 😀 met Bo.\r\nThey left Kabul at noon.\r\n"
ROWS = [
    {"id": "../x", "task": "qa", "article": "town", "question": "Who?", "answer_type": "list",
     "parts": [["Ada"], ["Bo"]]},
    {"id": "n", "task": "qa", "article": "town", "question": "Why?", "answer_type": "none", "plausible": ["noon"]},
    {"id": "e", "task": "qa", "article": "town", "question": "---\n|?", "references": ["noon"],
     "evidence": [{"start": 15, "end": 18}, "at noon"]},
    {"id": "d", "task": "qa", "article": "town", "question": "Draft?", "references": ["Bo"], "status": "draft"},
]  # fmt: skip
SUMMARY = {"id": "s", "task": "summary", "article": "town", "instruction": "Sum up."}


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refused(*_):
        raise OSError("no test needs the internet")

    monkeypatch.setattr(socket.socket, "connect", refused)


@pytest.fixture
def town(tmp_path):
    """Write a test set; return a function: rows, manifest → its folder."""

    def town(rows=ROWS, manifest=""):
        folder = tmp_path / "town"
        folder.mkdir(exist_ok=True)
        (folder / "town.txt").write_bytes(TEXT.encode())
        (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
        if manifest:
            (folder / "benchmark.toml").write_text('name = "town"\nversion = "1"\n' + manifest)
        return folder

    return town


@pytest.fixture
def opened(tmp_path):
    """Export a test set; return a function: source, config → its rows as `load_dataset` gives them."""

    def opened(source, config):
        from datasets import load_dataset

        folder = tmp_path / "out"
        export(source, "hf-dataset", folder, with_references=True)
        return load_dataset(str(folder), config, split="test", cache_dir=str(tmp_path / "cache"))

    return opened


def card_of(source):
    from huggingface_hub import DatasetCard

    text = export(source, "hf-dataset", "out", with_references=True).files["README.md"].decode()
    return DatasetCard(text)


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_questions_come_back_whole(opened):
    benchmark = load("crossroads")
    rows = opened("crossroads", "questions")
    items = [item for item in benchmark.items if isinstance(item, QaItem)]
    assert rows.num_rows == 88
    for row, item in zip(rows, items, strict=True):
        assert (row["id"], row["question"], row["answer_type"]) == (item.id, item.question, item.answer_type)
        assert row["references"] == list(item.references)
        assert row["parts"] == [list(part) for part in item.parts]
        assert (row["process"], row["operation"], row["near"]) == (item.process, item.operation, item.near or None)
        text = benchmark.articles[row["article"]].text
        spans = [(one["start"], one["end"]) for one in row["evidence"]]
        assert spans == list(benchmark.evidence.get(item.id, ()))
        assert all(text[one["start"] : one["end"]] == one["text"] for one in row["evidence"])
        twin = twin_item(benchmark, item)
        assert row["twin"]["question"] == twin.question
        assert row["twin"]["references"] == list(twin.references)


def test_summaries_come_back_whole(opened):
    benchmark = load("crossroads")
    items = [item for item in benchmark.items if isinstance(item, SummaryItem)]
    for row, item in zip(opened("crossroads", "summaries"), items, strict=True):
        assert (row["id"], row["max_words"], len(row["references"])) == (item.id, item.max_words, 2)
        assert [(fact["id"], fact["weight"]) for fact in row["facts"]] == [
            (fact.id, fact.weight) for fact in item.facts
        ]
        assert [fact["facets"] for fact in row["facts"]] == [
            [list(facet) for facet in one.facets] for one in item.facts
        ]
        assert all(fact["evidence"] for fact in row["facts"])
        assert [one["id"] for one in row["contradictions"]] == [one.id for one in item.contradictions]


def test_articles_come_back_byte_for_byte(opened, town):
    benchmark = load("crossroads")
    (row,) = opened("crossroads", "articles")
    assert row["text"] == benchmark.articles["crossroads"].text
    assert row["sha256"] == benchmark.articles["crossroads"].sha256
    assert row["twin"] == twin_text(benchmark, "crossroads")
    (row,) = opened(town(), "articles")
    assert row["text"] == TEXT
    assert row["twin"] is None


def test_odd_texts_and_offsets_in_characters(opened, town):
    rows = opened(town(), "questions")
    assert rows["id"] == ["../x", "n", "e"]  # the draft stays
    assert rows[2]["question"] == "---\n|?"
    assert rows[2]["evidence"][0] == {"start": 15, "end": 18, "text": TEXT[15:18]}
    assert rows[0]["parts"] == [["Ada"], ["Bo"]]
    assert rows[1]["plausible"] == ["noon"]
    assert rows[0]["twin"] is None


def test_front_matter_is_the_hub_s(opened):
    data = card_of("crossroads").data.to_dict()
    assert data["language"] == "en"
    assert (data["license"], data["license_name"]) == ("other", "see-card")  # mixed words are no known licence
    assert data["task_categories"] == ["question-answering", "summarization"]
    assert data["size_categories"] == "n<1K"
    assert data["pretty_name"] == "crossroads"
    assert [(one["config_name"], one["default"]) for one in data["configs"]] == [
        ("questions", True), ("summaries", False), ("articles", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ('licence = "cc-by-4.0"', {"license": "cc-by-4.0"}),
        ("", {"license": "unknown"}),
        ('licence = "https://a.org/l"', {"license": "other", "license_link": "https://a.org/l"}),
        ('licence = "CC-BY-4.0 for some of it"', {"license": "other"}),
        ('language = "zh-Hant"', {"language": "zh", "language_bcp47": ["zh-Hant"]}),
    ],
)
def test_front_matter_follows_the_manifest(town, manifest, expected):
    data = card_of(town(manifest=manifest)).data.to_dict()
    assert {key: data.get(key) for key in expected} == expected


def test_the_card_says_how_it_was_made_and_what_stays(town):
    manifest = 'canary = "a-canary"\nlicence = "MIT"\ndescription = "{{ 7 * 7 }} <b>"\n'
    manifest += '[provenance]\nlimitations = "Small."\nmood = "fair"\n'
    made = export(town(manifest=manifest), "hf-dataset", "out", with_references=True)
    text = made.files["README.md"].decode()
    for part in ("a-canary", "**Limits.** Small.", "**mood.** fair", "- MIT", "{{ 7 * 7 }} <b>", "Left out: 1 item"):
        assert part in text, part
    assert "left out: 1 item (drafts and retired ones): d" in made.notes
    text = card_of("crossroads").text
    for part in ("anguage models", "canary", "All rights with the article's publisher", "`twin` is the same"):
        assert part in text, part


def test_a_set_without_facts_or_questions_is_exported(town):
    made = export(town([SUMMARY]), "hf-dataset", "out", with_references=True)
    assert sorted(made.files) == ["README.md", "articles/test.parquet", "summaries/test.parquet"]
    assert b"The test set says nothing of how it was made." in made.files["README.md"]
    assert b"Not stated." in made.files["README.md"]


def test_the_same_set_gives_the_same_bytes(tmp_path):
    made = export("crossroads", "hf-dataset", tmp_path / "a", with_references=True).files
    command = [sys.executable, "-m", "readmark", "export", "crossroads", "--to", "hf-dataset", "--with-references"]
    done = subprocess.run([*command, "-o", "b"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert {name: (tmp_path / "b" / name).read_bytes() for name in made} == made
    assert "%" not in done.stderr.replace(" %", "")  # no progress bar


def test_only_files_of_its_own_naming_are_written(tmp_path, town):
    export(town(), "hf-dataset", tmp_path / "out", with_references=True)
    written = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert written == ["README.md", "articles/test.parquet", "questions/test.parquet"]


def test_it_is_private_and_a_folder(town):
    with pytest.raises(BenchmarkError, match="would publish references and articles"):
        export(town(), "hf-dataset", "out")


@pytest.mark.parametrize("name", ["squad/dev-v1.1.json", "squad/dev-v2.0.json", "xquad/xquad.ar.json"])
def test_squad_files_come_back(shared, opened, name):
    benchmark = load(shared / name)
    rows = opened(shared / name, "questions")
    assert rows["id"] == [item.id for item in benchmark.items]
    assert rows["references"] == [list(item.references) for item in benchmark.items]


def test_a_list_of_a_set_without_lists_is_still_a_column(opened, town):
    rows = opened(town([ROWS[2]]), "questions")
    assert rows.features["parts"].feature.feature.dtype == "string"
