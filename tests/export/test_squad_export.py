"""A test set as a SQuAD file, read back by our reader, by `datasets`, as lm-eval does; a run as predictions."""

from __future__ import annotations

import hashlib
import json
import random

import pytest

from readmark.benchmark import load
from readmark.errors import BenchmarkError, RunError
from readmark.records import QaItem, Reply
from readmark.runs import RunFolder
from readmark.verbs.export import export
from readmark.verbs.export.spans import places
from readmark.verbs.run import run
from readmark.verbs.score import score

TEXT = "Ada 😀 met Bo in Kabul.\r\nBo, not Bob, left Kabul at noon on 18 May; 8 people stayed.\r\n"


def item(name, *references, **more):
    body = {"references": list(references)} if references else {}
    return {"id": name, "task": "qa", "article": "town", "question": f"What of {name}?", **body, **more}


ROWS = [
    item("once", "noon", evidence=["left Kabul at noon"]),
    item("second", "Kabul", evidence=["left Kabul at noon"]),
    item("several", "Bo"),
    item("whole", "8", evidence=["18 May; 8 people"]),
    item("some", "Bo", "the man Bo", evidence=[{"start": 10, "end": 12}]),
    item("other words", "midday"),
    item("elsewhere", "Ada", evidence=["left Kabul at noon"]),
    item("inside", "Bob", "o"),
    item("none", answer_type="none", plausible=["noon", "dusk"]),
    item("list", answer_type="list", parts=[["Ada"], ["Bo"]]),
    item("draft", "Ada", status="draft"),
    {"id": "sum", "task": "summary", "article": "town", "instruction": "Sum it up."},
]


@pytest.fixture
def town(tmp_path):
    """Write a test set; return a function: rows, manifest → its folder."""

    def town(rows=ROWS, manifest="", text=TEXT):
        folder = tmp_path / "town"
        folder.mkdir(exist_ok=True)
        (folder / "town.txt").write_bytes(text.encode())
        (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
        (folder / "benchmark.toml").write_text(manifest) if manifest else None
        return folder

    return town


def squad_of(source):
    made = export(source, "squad", with_references=True)
    return json.loads(made.files[""]), made.notes


def questions_of(form):
    return {
        qa["id"]: (qa, paragraph["context"])
        for entry in form["data"]
        for paragraph in entry["paragraphs"]
        for qa in paragraph["qas"]
    }


def pairs(qa):
    return {(answer["text"], answer["answer_start"]) for answer in qa["answers"]}


def assert_is_official(form):
    """The structure of dev-v2.0.json, and every offset right."""
    assert set(form) <= {"version", "data", "language"}
    ids = []
    for entry in form["data"]:
        assert set(entry) == {"title", "paragraphs"}
        for paragraph in entry["paragraphs"]:
            assert set(paragraph) == {"qas", "context"}
            assert paragraph["qas"]
            for qa in paragraph["qas"]:
                ids.append(qa["id"])
                extra = {"is_impossible"} if form["version"] == "v2.0" else set()
                assert set(qa) - {"plausible_answers"} == {"id", "question", "answers"} | extra
                assert bool(qa["answers"]) != qa.get("is_impossible", False)
                for answer in (*qa["answers"], *qa.get("plausible_answers", ())):
                    assert set(answer) == {"text", "answer_start"}
                    assert paragraph["context"].startswith(answer["text"], answer["answer_start"])
    assert len(ids) == len(set(ids))


def flattened(form):
    """What lm-eval's task squadv2 gets: the rows of the Hub's squad_v2, as its loading script made them."""
    for entry in form["data"]:
        for paragraph in entry["paragraphs"]:
            for qa in paragraph["qas"]:
                yield {
                    "id": qa["id"],
                    "title": entry["title"],
                    "context": paragraph["context"],
                    "question": qa["question"],
                    "answers": {key: [answer[key] for answer in qa["answers"]] for key in ("text", "answer_start")},
                }


def test_an_answer_starts_where_the_evidence_has_it(town):
    form, _ = squad_of(town())
    assert_is_official(form)
    found = {name: [answer["answer_start"] for answer in qa["answers"]] for name, (qa, _) in questions_of(form).items()}
    assert found == {
        "once": [TEXT.index("noon")], "second": [TEXT.rindex("Kabul")], "several": [TEXT.index("Bo")],
        "whole": [TEXT.index("8 people")], "some": [10], "inside": [TEXT.index("Bob")], "none": [],
    }  # fmt: skip
    assert {context for _, context in questions_of(form).values()} == {TEXT}  # line ends and emoji as they are


def test_what_has_no_span_is_left_out_and_told(town):
    form, notes = squad_of(town())
    assert "left out: 1 item (drafts and retired ones): draft" in notes
    assert "left out: 1 summary task (SQuAD has none): sum" in notes
    assert "left out: 1 question (they ask for a list; a SQuAD answer is one span): list" in notes
    spanless = "no reference stands in the article word for word, within the evidence"
    assert f"left out: 2 questions ({spanless}): other words, elsewhere" in notes
    assert "left out: 2 references (they do not stand there; their questions keep others): some, inside" in notes
    assert "left out: 1 tempting answer (they do not stand in the article): none" in notes
    assert "1 answer with more than one place and no evidence: answer_start is the first of them" in notes
    none = questions_of(form)["none"][0]
    assert none["plausible_answers"] == [{"text": "noon", "answer_start": TEXT.index("noon")}]


def test_it_is_private(town):
    with pytest.raises(BenchmarkError, match="would publish references and articles"):
        export(town(), "squad")


@pytest.mark.parametrize(
    ("reference", "evidence", "starts"),
    [
        ("eight", (), ()),  # inside eighth
        ("eighth", (), (4,)),
        ("8", (), (20,)),  # not that of 18
        ("18", ((0, 14),), ()),  # outside the evidence
        ("", (), ()),
        ("h ", ((9, 11),), (9,)),  # the evidence itself, wherever it is cut
    ],
)
def test_places(reference, evidence, starts):
    assert places("the eighth day, 18, 8 men", reference, evidence).starts == starts


def test_words_are_not_looked_for_where_none_are_parted_but_numbers_are():
    assert places("黑豹队的防守丢了308分", "防守", has_spaces=False).starts == (4,)
    assert places("黑豹队的防守丢了308分", "8", has_spaces=False).starts == ()
    assert places("न्यू किताबें", "किताब", has_spaces=True).starts == ()  # a vowel sign goes on


def test_random_spans_are_found_where_they_were_taken():
    seeded = random.Random(0)
    for _ in range(300):
        text = "".join(seeded.choice("ab 1é\r\n😀") for _ in range(40))
        start = seeded.randrange(39)
        end = seeded.randrange(start + 1, 41)
        assert not text[start:end].strip() or start in places(text, text[start:end], [(start, end)]).starts
        for at in places(text, text[start:end]).starts:
            assert text.startswith(text[start:end], at)


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_squad_itself_comes_back(shared, tmp_path, version):
    original = shared / "squad" / f"dev-v{version}.json"
    form, notes = squad_of(original)
    assert_is_official(form)
    questions_of_form = questions_of(form)
    assert [note for note in notes if "left out" in note or "place" in note] == []
    (tmp_path / "dev.json").write_text(json.dumps(form))
    ours, theirs = load(original), load(tmp_path / "dev.json")
    assert theirs.manifest.norm == ours.manifest.norm
    assert theirs.manifest.missing == ours.manifest.missing
    assert [item.id for item in theirs.items] == [item.id for item in ours.items]
    for one, other in zip(ours.items, theirs.items, strict=True):
        assert (one.question, one.references, one.plausible) == (other.question, other.references, other.plausible)
        assert theirs.articles[other.article].text == ours.articles[one.article].text
        assert theirs.cluster_of(other) == ours.cluster_of(one)
    assert {name: set(spans) for name, spans in theirs.evidence.items()} == {
        name: set(spans) for name, spans in ours.evidence.items()
    }
    for name, (qa, _) in questions_of(json.loads(original.read_text())).items():
        assert pairs(questions_of_form[name][0]) == pairs(qa)
    predictions = next((shared / "squad" / f"predictions-v{version}").glob("b*.json"))
    assert score(predictions, tmp_path / "dev.json").scores == score(predictions, original).scores


@pytest.mark.parametrize("language", ["ar", "zh", "en"])
def test_xquad_comes_back(shared, tmp_path, language):
    squad = json.loads((shared / "xquad" / f"xquad.{language}.json").read_text()) | {"language": language}
    (tmp_path / "in.json").write_text(json.dumps(squad))
    form, notes = squad_of(tmp_path / "in.json")
    assert_is_official(form)
    assert len(notes) == 1
    assert form.get("language", "en") == language
    assert [qa for qa, _ in questions_of(form).values()] == [
        {key: qa[key] for key in ("question", "id", "answers")} for qa, _ in questions_of(squad).values()
    ]


def test_crossroads_as_others_read_it(tmp_path, monkeypatch):
    """Our reader, `datasets` by the field `data`, and rows as lm-eval's task squadv2 gets them."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    export("crossroads", "squad", tmp_path / "crossroads.json", with_references=True)
    form = json.loads((tmp_path / "crossroads.json").read_text())
    assert_is_official(form)
    back, original = load(tmp_path / "crossroads.json"), load("crossroads")
    assert len(back.items) == 65
    for one in back.items:
        other = original.item(one.id)
        assert isinstance(one, QaItem)
        assert isinstance(other, QaItem)
        assert set(one.references) <= set(other.references)
        assert one.is_answerable == other.is_answerable
    rows = list(flattened(form))
    assert [row["id"] for row in rows] == [one.id for one in back.items]
    assert sum(not row["answers"]["text"] for row in rows) == 20
    from datasets import Features, List, Value, load_dataset

    answers = List({"text": Value("string"), "answer_start": Value("int32")})
    qa = {"question": Value("string"), "id": Value("string"), "answers": answers, "is_impossible": Value("bool")}
    paragraph = {"qas": List(qa | {"plausible_answers": answers}), "context": Value("string")}
    features = Features({"title": Value("string"), "paragraphs": List(paragraph)})
    loaded = load_dataset(
        "json", data_files=str(tmp_path / "crossroads.json"), field="data", features=features,
        cache_dir=str(tmp_path / "cache"),
    )["train"]  # fmt: skip
    assert [qa["id"] for row in loaded for part in row["paragraphs"] for qa in part["qas"]] == [
        row["id"] for row in rows
    ]
    bare = load_dataset(
        "json", data_files=str(tmp_path / "crossroads.json"), field="data", cache_dir=str(tmp_path / "cache2")
    )["train"]
    assert bare.num_rows == 1


def test_a_run_s_predictions_score_on_the_exported_set(tmp_path):
    """Both files together give what the run itself says of those items."""
    finished = run("typed-span", "crossroads", conditions=["reading"], out=tmp_path / "runs")
    export(finished.folder, "squad", tmp_path / "predictions.json")
    export("crossroads", "squad", tmp_path / "set.json", with_references=True)
    said = json.loads((tmp_path / "predictions.json").read_text())
    rows = {row.item_id: row for row in RunFolder(finished.folder).rows()}
    assert said == {item.id: rows[item.id].text for item in load("crossroads").items if isinstance(item, QaItem)}
    report = score(tmp_path / "predictions.json", tmp_path / "set.json")
    assert report.counts.missing == 0
    kept = [rows[item.id] for item in load(tmp_path / "set.json").items]
    abstained = [row for row in kept if "false_answer" in row.scores]
    assert report.scores["false_answer"].value == sum(row.scores["false_answer"] for row in abstained) / len(abstained)


def test_a_run_tells_what_failed_and_what_is_no_question(town, tmp_path):
    def picky(prompt):
        if "once" in prompt.question:
            raise ValueError("no")
        return Reply("unanswerable" if "several" in prompt.question else "noon")

    finished = run(picky, town(), conditions=["reading"], out=tmp_path / "runs")
    made = export(finished.folder, "squad")
    said = json.loads(made.files[""])
    assert said["several"] == ""
    assert said["second"] == "noon"
    assert "once" not in said
    assert "sum" not in said
    assert "left out: 1 item (SQuAD has no summaries): sum" in made.notes
    assert "left out: 1 question (failed or not asked): once" in made.notes


def test_a_run_without_reading_is_refused_where_it_has_several_conditions(town, tmp_path):
    folder = town()
    finished = run(lambda prompt: "noon", folder, conditions=["lead", "shuffled"], out=tmp_path / "runs")
    with pytest.raises(RunError, match="has no reading"):
        export(finished.folder, "squad")
    one = run(lambda prompt: "noon", folder, conditions=["lead"], out=tmp_path / "one")
    assert "the answers are those under lead" in export(one.folder, "squad").notes


def test_questions_alone_are_refused(tmp_path):
    qa = {"id": "a", "question": "Who?", "answers": [{"text": "Ada"}]}
    form = {"data": [{"title": "t", "paragraphs": [{"context": "", "qas": [qa]}]}]}
    (tmp_path / "open.json").write_text(json.dumps(form))
    with pytest.raises(BenchmarkError, match="its articles are empty"):
        squad_of(tmp_path / "open.json")


def test_a_set_without_any_span_is_refused(town):
    with pytest.raises(BenchmarkError, match="no answer to any of its questions"):
        squad_of(town([item("a", "midday")]))


def test_the_version_keeps_the_rules(town):
    rows = [item("a", "noon")]
    one = 'name = "t"\nversion = "1"\nnorm = "squad1"\n'
    assert squad_of(town(rows, one))[0]["version"] == "1.1"
    form, notes = squad_of(town([*rows, item("n", answer_type="none")], one))
    assert form["version"] == "v2.0"
    assert any("read by 2.0's" in note for note in notes)
    assert squad_of(town(rows, one.replace("squad1", "squad2")))[0]["version"] == "v2.0"


def test_articles_of_one_title_stay_apart_unless_they_are_one_cluster(tmp_path):
    (tmp_path / "questions.jsonl").write_text(
        "\n".join(json.dumps({"id": f"q{n}", "article": n, "question": "?", "answer": f"word{n}"}) for n in "ab")
    )
    entries = ""
    for name in "ab":
        (tmp_path / f"{name}.txt").write_text(f"word{name}")
        digest = hashlib.sha256(f"word{name}".encode()).hexdigest()
        entries += f'[[articles]]\nid = "{name}"\nfile = "{name}.txt"\ntitle = "News"\nsha256 = "{digest}"\n'
    for cluster, titles in (("article", ["a", "b"]), ("title", ["News"])):
        (tmp_path / "benchmark.toml").write_text(f'name = "n"\nversion = "1"\ncluster = "{cluster}"\n{entries}')
        assert [entry["title"] for entry in squad_of(tmp_path)[0]["data"]] == titles


def test_names_are_only_text(tmp_path):
    """Ids and titles that look like paths or code end in the one file that was named."""
    qa = {"id": "../../etc/x", "question": "</script>{{ 7 * 7 }}", "answers": [{"text": "Ada", "answer_start": 0}]}
    form = {"data": [{"title": "/../../t\u2028", "paragraphs": [{"context": "Ada", "qas": [qa]}]}]}
    (tmp_path / "in.json").write_text(json.dumps(form))
    export(tmp_path / "in.json", "squad", tmp_path / "out" / "o.json", with_references=True)
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["o.json"]
    assert (
        questions_of(json.loads((tmp_path / "out" / "o.json").read_text()))["../../etc/x"][0]["question"]
        == qa["question"]
    )


def test_the_command_tells_on_standard_error(cli, town):
    code, out, err = cli("export", town(), "--to", "squad", "--with-references")
    assert code == 0
    assert json.loads(out)["version"] == "v2.0"
    assert "left out: 1 summary task" in err
