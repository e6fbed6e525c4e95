"""Croissant metadata: what 1.0 requires is there, and mlcroissant reads the test set's files by it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib

import pytest

from readmark.benchmark import bundled, load
from readmark.errors import BenchmarkError
from readmark.records import QaItem
from readmark.verbs.export import export
from readmark.verbs.export.croissant import CROISSANT, RAI
from readmark.verbs.export.facts import PROVENANCE

# rdflib 7.6 reads JSON-LD through a class of its own that it has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

# What the specification of Croissant 1.0 requires, in its own words "must be specified"; mlcroissant demands less.
REQUIRED = {
    "sc:Dataset": (
        "@context", "@type", "conformsTo", "description", "license", "name", "url", "creator", "datePublished",
        "distribution",
    ),
    "cr:FileObject": ("@id", "name", "contentUrl", "encodingFormat", "sha256"),
    "cr:FileSet": ("@id", "name", "encodingFormat", "includes"),
    "cr:RecordSet": ("@id", "name", "field"),
    "cr:Field": ("@id", "name", "dataType"),
    "sc:Organization": ("name",),
    "sc:Person": ("name",),
    "sc:CreativeWork": ("description",),
}  # fmt: skip
# All properties of the responsible-AI vocabulary 1.0, with those that it gives as one text.
VOCABULARY = {
    "dataCollection", "dataCollectionType", "dataCollectionMissingData", "dataCollectionRawData",
    "dataCollectionTimeframe", "dataImputationProtocol", "dataManipulationProtocol", "dataPreprocessingProtocol",
    "dataAnnotationProtocol", "dataAnnotationPlatform", "dataAnnotationAnalysis", "dataReleaseMaintenancePlan",
    "personalSensitiveInformation", "dataSocialImpact", "dataBiases", "dataLimitations", "dataUseCases",
    "annotationsPerItem", "annotatorDemographics", "machineAnnotationTools",
}  # fmt: skip
FACTS = """description = "Questions on a river."
licence = "MIT"
[provenance]
creator = "Ada Example; Bo Example"
creator_kind = "person"
published = "2026-11-26"
"""
MANIFEST = f'name = "rivers"\nversion = "1.0"\n{FACTS}'


def nodes(value):
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def made(source, path=None):
    result = export(source, "croissant", path)
    return json.loads(result.files[""]), result.notes


def records(path, name):
    import mlcroissant

    dataset = mlcroissant.Dataset(str(path))
    assert not dataset.metadata.issues.errors
    return [{key.partition("/")[2]: plain(value) for key, value in row.items()} for row in dataset.records(name)]


def plain(value):
    """Texts are bytes in mlcroissant."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.decode() if isinstance(value, bytes) else value


@pytest.fixture
def crossroads(tmp_path):
    """The bundled set's folder with its metadata in it."""
    folder = tmp_path / "crossroads"
    shutil.copytree(bundled("benchmark"), folder)
    made(folder, folder / "croissant.json")
    return folder


@pytest.fixture
def rivers(tmp_path):
    """Write a test set: question file's name and text, manifest → its folder."""

    def rivers(name, text, manifest=MANIFEST, article="The Aller.\r\n😀 Verden.\n"):
        folder = tmp_path / "rivers"
        (folder / "articles").mkdir(parents=True, exist_ok=True)
        (folder / "articles" / "the [river] #1.txt").write_bytes(article.encode())
        (folder / name).write_bytes(text.encode())
        if manifest:
            (folder / "benchmark.toml").write_text(manifest)
        return folder

    return rivers


def jsonl(*rows):
    return "\n".join(json.dumps({"article": "the [river] #1", "question": "Where?"} | row) for row in rows)


def test_everything_that_the_specification_requires_is_there(crossroads):
    found, notes = made(crossroads)
    for node in nodes({key: value for key, value in found.items() if key != "@context"} | {"@context": "kept"}):
        if "@type" in node:
            for key in REQUIRED[node["@type"]]:
                assert node.get(key), (node.get("@id"), key)
    assert found["conformsTo"] == [CROISSANT, RAI]
    assert found["name"] == "crossroads"
    assert found["datePublished"] == "2026-11-26"
    assert found["creator"] == [{"@type": "sc:Organization", "name": "Readmark"}]
    assert found["url"] == f"urn:sha256:{load(crossroads).sha256}"
    assert any("no [provenance] url" in note for note in notes)


def test_the_bundled_set_s_metadata_say_what_responsible_ai_asks(crossroads):
    found, notes = made(crossroads)
    said = {key.removeprefix("rai:") for key in found if key.startswith("rai:")}
    assert said <= VOCABULARY
    assert {
        "dataCollection", "dataBiases", "dataLimitations", "dataUseCases", "personalSensitiveInformation",
        "dataAnnotationProtocol", "annotatorDemographics", "dataReleaseMaintenancePlan",
    } <= said  # fmt: skip
    assert not any("says nothing of" in note for note in notes)
    assert "anguage models" in found["rai:dataAnnotationProtocol"] + found["rai:annotatorDemographics"]


def test_our_keys_are_properties_of_the_vocabulary():
    assert {key.rai.removeprefix("rai:") for key in PROVENANCE.values() if key.rai} <= VOCABULARY


def test_it_holds_neither_references_nor_articles(crossroads):
    text = (crossroads / "croissant.json").read_text()
    benchmark = load(crossroads)
    for item in benchmark.items:
        for told in benchmark.evidence_texts(item):
            assert told not in text or told in benchmark.articles[item.article].title  # titles are metadata
        if isinstance(item, QaItem):
            assert item.question not in text
    assert '"items/references"' in text  # described, not held


def test_files_are_there_with_their_sums(crossroads):
    found, _ = made(crossroads)
    files = [node for node in found["distribution"] if node["@type"] == "cr:FileObject"]
    assert [node["contentUrl"] for node in files] == ["questions.jsonl", "benchmark.toml", "articles/crossroads.txt"]
    for node in files:
        data = (crossroads / node["contentUrl"]).read_bytes()
        assert node["sha256"] == hashlib.sha256(data).hexdigest()
        assert node["contentSize"] == f"{len(data)} B"


def test_mlcroissant_finds_nothing_wrong_and_reads_every_item(crossroads):
    import mlcroissant

    issues = mlcroissant.Dataset(str(crossroads / "croissant.json")).metadata.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    rows = [json.loads(line) for line in (crossroads / "questions.jsonl").read_text().splitlines()]
    read = records(crossroads / "croissant.json", "items")
    described = set(read[0])
    assert described == {key for row in rows for key in row} - {"twin", "facts", "contradictions"}
    for row, got in zip(rows, read, strict=True):
        assert {key: value for key, value in got.items() if value is not None} == {
            key: value for key, value in row.items() if key in described
        }


def test_mlcroissant_reads_the_articles(crossroads):
    (text,) = records(crossroads / "croissant.json", "texts")
    (listed,) = records(crossroads / "croissant.json", "articles")
    assert listed["file"] == text["file"] == "articles/crossroads.txt"
    assert text["text"] == load(crossroads).articles[listed["id"]].text


def test_mlcroissant_sees_that_a_file_was_changed(crossroads):
    (crossroads / "questions.jsonl").write_text("{}")
    with pytest.raises(Exception, match="streaming generation"):
        records(crossroads / "croissant.json", "items")


def test_licences_are_addresses_only_where_they_are_nothing_else(crossroads, rivers):
    stated = made(crossroads)[0]["license"]
    manifest = tomllib.loads((crossroads / "benchmark.toml").read_text())
    assert stated == [
        {"@type": "sc:CreativeWork", "description": text}
        for text in (manifest["licence"], manifest["articles"][0]["licence"])
    ]
    folder = rivers("questions.jsonl", jsonl({"id": "a", "answer": "Verden"}))
    assert made(folder)[0]["license"] == ["https://spdx.org/licenses/MIT.html"]
    (folder / "benchmark.toml").write_text(MANIFEST.replace("MIT", "https://example.org/licence"))
    assert made(folder)[0]["license"] == ["https://example.org/licence"]


def test_all_lacking_facts_are_named_at_once(rivers):
    rows = jsonl({"id": "a", "answer": "Verden"})
    with pytest.raises(BenchmarkError) as caught:
        made(rivers("questions.jsonl", rows, manifest=""))
    assert all(word in str(caught.value) for word in ("description", "licence", "creator", "published"))
    assert "there is no such file yet" in str(caught.value)
    with pytest.raises(BenchmarkError) as caught:
        made(rivers("questions.jsonl", rows, MANIFEST.replace("MIT", "").replace("2026-11-26", "last week")))
    said = str(caught.value)
    assert "licence" in said
    assert "'last week'" in said
    assert "creator" not in said
    with pytest.raises(BenchmarkError, match="organization or person"):
        made(rivers("questions.jsonl", rows, MANIFEST.replace('"person"', '"robot"')))


def test_a_set_that_says_nothing_of_its_making_does_not_claim_to(rivers):
    found, notes = made(rivers("questions.jsonl", jsonl({"id": "a", "answer": "Verden"})))
    assert found["conformsTo"] == CROISSANT
    assert "[provenance] says nothing of citation, collection, biases, limitations, uses, personal" in notes
    assert found["creator"] == [{"@type": "sc:Person", "name": name} for name in ("Ada Example", "Bo Example")]


def test_the_short_form_lists_and_odd_names_are_read(rivers):
    rows = [
        {"id": "a", "answer": "Verden", "tags": ["x", "y"]},
        {"id": "b", "answer": "", "answer_type": "none"},
        {"id": "c", "task": "qa", "answer_type": "list", "parts": [["Aller"], ["Weser", "the Weser"]], "ordered": True},
    ]
    folder = rivers("questions.jsonl", jsonl(*rows))
    made(folder, folder / "croissant.json")
    read = records(folder / "croissant.json", "items")
    assert [row["answer"] for row in read] == ["Verden", "", None]
    assert [row["parts"] for row in read] == [None, None, rows[2]["parts"]]
    assert read[2]["ordered"] is True
    assert records(folder / "croissant.json", "texts") == [
        {"file": "articles/the [river] #1.txt", "text": "The Aller.\r\n😀 Verden.\n"}
    ]


def test_evidence_by_offsets_is_not_described(rivers):
    rows = jsonl({"id": "a", "task": "qa", "references": ["Aller"], "evidence": [{"start": 4, "end": 9}]})
    found, notes = made(rivers("questions.jsonl", rows))
    assert "not described, for they are tables within rows: evidence" in notes
    assert "items/evidence" not in json.dumps(found)


def test_a_csv_file_is_read(rivers):
    text = 'id,article,question,answer,answer_type\nq1,the [river] #1,"Where, then?",Verden,\n'
    text += "q2,the [river] #1,Who?,,none\n"
    folder = rivers("questions.csv", text)
    _, notes = made(folder, folder / "croissant.json")
    assert not any("pandas" in note for note in notes)
    read = records(folder / "croissant.json", "items")
    assert [(row["id"], row["question"], row["answer"]) for row in read] == [
        ("q1", "Where, then?", "Verden"), ("q2", "Who?", None),
    ]  # fmt: skip


def test_what_pandas_gets_wrong_is_told(rivers):
    """Witness: pandas 3.1.1 makes a column of numbers of ids like 007, and an empty field of None."""
    text = "id,article,question,answer\n007,the [river] #1,Where?,None\n008,the [river] #1,Who?,Ada\n"
    folder = rivers("questions.csv", text)
    _, notes = made(folder, folder / "croissant.json")
    assert "pandas, and mlcroissant by it, gets 'id' wrong: all are numbers, so that 007 becomes one" in notes
    assert "pandas, and mlcroissant by it, gets 'answer' wrong: None is taken for an empty field" in notes
    assert [(row["id"], row["answer"]) for row in records(folder / "croissant.json", "items")] == [
        ("7", None), ("8", "Ada"),
    ]  # fmt: skip


def squad(tmp_path, facts=FACTS):
    qas = [
        {"id": "a", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}], "is_impossible": False},
        {"id": "b", "question": "When?", "answers": [], "is_impossible": True},
    ]
    paragraphs = [{"context": "Ada 😀", "qas": qas}, {"context": "另一个", "qas": [qas[1] | {"id": "c"}]}]
    form = {"version": "v2.0", "data": [{"title": "t", "paragraphs": paragraphs}]}
    (tmp_path / "set.json").write_text(json.dumps(form))
    if facts:
        (tmp_path / "set.toml").write_text(facts)
    return tmp_path / "set.json"


def test_a_squad_file_is_read_with_the_facts_beside_it(tmp_path):
    made(squad(tmp_path), tmp_path / "croissant.json")
    assert records(tmp_path / "croissant.json", "questions") == [
        {"id": "a", "question": "Who?", "answers": ["Ada"], "answer_start": [0], "is_impossible": False},
        {"id": "b", "question": "When?", "answers": [], "answer_start": [], "is_impossible": True},
        {"id": "c", "question": "When?", "answers": [], "answer_start": [], "is_impossible": True},
    ]
    assert records(tmp_path / "croissant.json", "paragraphs") == [
        {"context": "Ada 😀", "questions": ["a", "b"]}, {"context": "另一个", "questions": ["c"]},
    ]  # fmt: skip


def test_a_squad_file_without_facts_is_told_where_they_go(tmp_path):
    with pytest.raises(BenchmarkError, match=r"set\.toml: lacks what metadata must say"):
        made(squad(tmp_path, ""))
    with pytest.raises(BenchmarkError, match="norm"):
        made(squad(tmp_path, 'norm = "squad1"\n' + FACTS))
    with pytest.raises(BenchmarkError, match="is not valid TOML"):
        made(squad(tmp_path, "description"))


@pytest.mark.parametrize("name", ["dev-v1.1.json", "dev-v2.0.json"])
def test_squad_itself_is_read(shared, tmp_path, name):
    shutil.copy(shared / "squad" / name, tmp_path / name)
    (tmp_path / name).with_suffix(".toml").write_text(FACTS)
    made(tmp_path / name, tmp_path / "croissant.json")
    read = records(tmp_path / "croissant.json", "questions")
    qas = [
        qa
        for entry in json.loads((tmp_path / name).read_text())["data"]
        for paragraph in entry["paragraphs"]
        for qa in paragraph["qas"]
    ]
    assert [(row["id"], row["answers"]) for row in read] == [
        (qa["id"], [answer["text"] for answer in qa["answers"]]) for qa in qas
    ]


def test_the_command_writes_one_file(cli, crossroads):
    code, out, err = cli("export", "crossroads", "--to", "croissant")
    assert code == 0
    assert json.loads(out) == json.loads((crossroads / "croissant.json").read_text()) | {"name": "crossroads"}
    assert "it belongs into the test set's folder" in err
