"""What is for the Hub is read back by huggingface_hub, with the numbers of the report."""

from __future__ import annotations

import json

import pytest
import yaml
from huggingface_hub import ModelCard, parse_eval_result_entries
from huggingface_hub.repocard import metadata_load
from huggingface_hub.utils import validate_repo_id
from msgspec.structs import replace

from readmark.errors import ReadmarkError
from readmark.leaderboard.stored import read_board
from readmark.metrics import METRICS
from readmark.records import QaItem, SummaryItem
from readmark.runs import RunFolder, pretty
from readmark.verbs.export import export
from readmark.verbs.export.model_index import task_of
from readmark.verbs.export.naming import is_hub_name
from readmark.verbs.run import run


@pytest.fixture
def exported(made, tmp_path):
    """Return a function: source, form → the files, and the folder that they lie in."""

    def make(source, form):
        return export(made / source, form, tmp_path / "out", benchmark=made / "river").files, tmp_path / "out"

    return make


def entries(data):
    return parse_eval_result_entries(yaml.safe_load(data))


def test_a_run_s_headlines_come_back_a_file_a_condition(made, exported):
    files, _ = exported("run", "eval-results")
    report, info = RunFolder(made / "run").report(), RunFolder(made / "run").info()
    assert sorted(files) == [".eval_results/river.yaml", ".eval_results/river_twin.yaml"]
    found = {entry.task_id: entry for data in files.values() for entry in entries(data)}
    reading, twin = report.conditions["reading"].scores, report.conditions["twin"].scores
    assert {task: entry.value for task, entry in found.items()} == {
        "qa": reading["answer_match"].value,
        "summary": reading["fact_recall"].value,
        "qa_twin": twin["answer_match"].value,
    }
    for entry in found.values():
        assert entry.dataset_id == "acme-sets/river"
        assert entry.date == info.started
        assert "; 1 of all " in entry.notes
        assert "failed or are missing" in entry.notes
    # 23 of 25: a and the 22 years are right, c and d are wrong, b failed; Wilson by hand gives [.750, .978]
    assert found["qa"].notes.startswith("answer_match = 92.0 [75.0, 97.8] | items:25|cond:reading|norm:squad2")


def test_no_score_without_the_article_goes_to_a_leaderboard(made, tmp_path):
    made_of = export(made / "run", "eval-results", tmp_path / "out", benchmark=made / "river")
    assert not any(b"closed_book" in data for data in made_of.files.values())
    assert any("no merit there: closed_book" in note for note in made_of.notes)


def test_a_model_without_a_headline_has_no_file_and_is_told(made, tmp_path):
    board = read_board(made / "board" / "leaderboard.json")
    bare = [
        replace(entry, conditions={"closed_book": entry.conditions["closed_book"]}) if entry.model == "wrong" else entry
        for entry in board.entries
    ]
    (tmp_path / "leaderboard.json").write_bytes(pretty(replace(board, entries=tuple(bare))))
    exported = export(tmp_path, "eval-results", tmp_path / "out")
    assert not any(path.startswith("wrong") for path in exported.files)
    assert "no file, for want of a headline: 'wrong'" in exported.notes
    only = tuple(entry for entry in bare if entry.model == "wrong")
    (tmp_path / "leaderboard.json").write_bytes(pretty(replace(board, entries=only)))
    with pytest.raises(ReadmarkError, match="has no headline"):
        export(tmp_path, "eval-results", tmp_path / "out")


def test_a_squad_file_s_name_on_the_hub_stands_in_the_file_beside_it(tmp_path):
    paragraph = {"context": "It is long.", "qas": [{"id": "a", "question": "How?", "answers": [{"text": "long"}]}]}
    (tmp_path / "dev.json").write_text(json.dumps({"data": [{"title": "t", "paragraphs": [paragraph]}]}))
    (tmp_path / "dev.toml").write_text('[provenance]\nhub = "acme/dev"\n')
    folder = run(lambda _: "long", tmp_path / "dev.json", out=tmp_path / "runs").folder
    exported = export(folder, "eval-results", tmp_path / "out")
    assert not exported.notes
    assert [entry.dataset_id for data in exported.files.values() for entry in entries(data)] == ["acme/dev"]


def test_a_board_has_a_folder_a_model_and_no_dates(exported):
    files, _ = exported("board", "eval-results")
    assert len({path.split("/")[0] for path in files}) == 3
    assert {path.split("/")[1] for path in files} == {".eval_results"}
    assert all(entry.date is None for data in files.values() for entry in entries(data))


def test_a_card_comes_back_with_every_score_and_its_doubt(made, exported):
    files, out = exported("run", "model-index")
    report = RunFolder(made / "run").report()
    card = ModelCard(files["README.md"].decode())
    assert card.data.model_name == "acme/reader-7b"
    found = {(one.dataset_config, one.metric_type): one for one in card.data.eval_results}
    scores = {
        (name, metric): score for name, part in report.conditions.items() for metric, score in part.scores.items()
    }
    assert {key: one.metric_value for key, one in found.items()} == {key: score.value for key, score in scores.items()}
    for key, one in found.items():
        assert one.metric_args["n"] == scores[key].n
        assert one.metric_args.get("low") == scores[key].low
        assert one.dataset_type == "acme-sets/river"
        assert one.task_type == ("question-answering" if task_of(one.metric_type) == "qa" else "summarization")
    assert "**Questions, reading" in card.text
    assert metadata_load(out / "README.md") == card.data.to_dict()


def test_a_board_has_a_card_a_model(exported):
    files, _ = exported("board", "model-index")
    names = {ModelCard(data.decode()).data.model_name for data in files.values()}
    assert names == {"acme/reader-7b", "wrong", "elsewhere"}


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_s_task_is_that_of_the_items_it_is_defined_on(metric):
    questions = [
        QaItem(id="", article="", question="", answer_type=kind, parts=(("",),) if kind == "list" else ())
        for kind in ("phrase", "list", "none")
    ]
    asked = any(metric.applies(item) for item in questions)
    assert task_of(metric.name) == ("qa" if asked else "summary")
    assert not (asked and metric.applies(SummaryItem(id="", article="", instruction="", references=("",))))


@pytest.mark.parametrize("name", ["a/b", "acme-sets/river", "Qwen/Qwen3-8B", "a/b_c.d"])
def test_names_of_the_hub(name):
    assert is_hub_name(name)
    validate_repo_id(name)


@pytest.mark.parametrize(
    "name", ["", "b", "a/b/c", "a/..", "../b", "a/b--c", "a/b.", "a b/c", "a/b\n", "ä/b", "/b", "a/"]
)
def test_names_that_are_none(name):
    assert not is_hub_name(name)
