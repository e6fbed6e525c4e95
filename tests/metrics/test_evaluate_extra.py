"""Any module of the evaluate library as a further metric: from its script to report, table, board and signature."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import datasets
import evaluate
import pytest

import readmark
from readmark.benchmark import load
from readmark.errors import MetricError
from readmark.metrics import METRICS, extras_recipe, metrics_for
from readmark.records import Recipe
from readmark.runs import RunFolder
from readmark.signature import differing

SCRIPT = """
import datasets
import evaluate


class {classname}(evaluate.Metric):
    def _info(self):
        features = datasets.Features({{"predictions": datasets.Value("string"), "references": {references}}})
        return evaluate.MetricInfo(description="{about}", citation="", inputs_description="", features=features)

    def _compute(self, predictions, references):
{body}
"""
TEXTS, ONE = 'datasets.Sequence(datasets.Value("string"))', 'datasets.Value("string")'
SHARE = "return {'share': sum(p in r for p, r in zip(predictions, references)) / len(predictions)}"
SAID = {"q1": "Ada", "q2": "in Kabul", "q3": "", "s1": "Ada saw Bo."}


@pytest.fixture(autouse=True)
def caches(tmp_path_factory, monkeypatch):
    """Keep evaluate's caches out of the home folder."""
    folder = tmp_path_factory.mktemp("hf")
    monkeypatch.setattr(evaluate.config, "HF_MODULES_CACHE", folder / "modules")
    monkeypatch.setattr(evaluate.config, "HF_METRICS_CACHE", folder / "metrics")
    monkeypatch.setattr(evaluate.config, "HF_EVALUATE_CACHE", folder / "evaluate")
    monkeypatch.setattr(evaluate.config, "DOWNLOADED_EVALUATE_PATH", folder / "evaluate" / "downloads")
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "evaluate_modules"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def script(tmp_path):
    """Return a function that writes a module's folder and returns its name as a metric."""

    def write(name="share", body=SHARE, references=TEXTS, folder="."):
        path = tmp_path / folder / name
        path.mkdir(parents=True, exist_ok=True)
        body = textwrap.indent(textwrap.dedent(body), " " * 8)
        text = SCRIPT.format(classname=name.capitalize(), references=references, about="One line.", body=body)
        (path / f"{name}.py").write_text(text, encoding="utf-8")
        return f"evaluate:{path}"

    return write


@pytest.fixture
def folder(tmp_path):
    """Return a test set of two questions, an unanswerable one and a summary."""
    path = tmp_path / "set"
    path.mkdir()
    (path / "a.txt").write_text("Ada met Bo in Kabul.")
    lines = [
        {"id": "q1", "task": "qa", "question": "Who met Bo?", "references": ["Ada", "Ada L."]},
        {"id": "q2", "task": "qa", "question": "Where?", "references": ["Kabul"]},
        {"id": "q3", "task": "qa", "question": "Why?", "answer_type": "none"},
        {"id": "s1", "task": "summary", "instruction": "?", "references": ["Ada met Bo.", "Ada saw Bo."]},
    ]
    (path / "questions.jsonl").write_text("\n".join(json.dumps({"article": "a", **line}) for line in lines))
    return path


def rows(out, name):
    return {row.item_id: row.scores[name] for row in RunFolder(out).rows() if name in row.scores}


def refusal(*names):
    with pytest.raises(MetricError) as refused:
        metrics_for(Recipe(metrics=names))
    return str(refused.value)


def test_each_item_has_its_score_and_the_report_its_mean_with_an_interval(folder, script, tmp_path):
    report = readmark.score(SAID, folder, out=tmp_path / "out", metrics=[script()])
    assert rows(tmp_path / "out", "evaluate:share") == {
        "q1": 1.0,
        "q2": 0.0,
        "q3": 1.0,
    }  # abstention is "", as in SQuAD
    assert rows(tmp_path / "out", "evaluate:share@summary") == {"s1": 1.0}
    score = report.scores["evaluate:share"]
    assert (score.value, score.n) == (pytest.approx(2 / 3, abs=1e-15), 3)
    assert score.low < score.value < score.high
    assert (score.worst, score.best) == (None, None)  # nothing is known of its range
    assert report.scores["evaluate:share@summary"].n == 1
    assert report.scores["exact_match"] == readmark.score(SAID, folder).scores["exact_match"]


def test_ours_as_a_module_gives_what_ours_gives(folder, tmp_path):
    names = [f"evaluate:{readmark.evaluate_module(name)}" for name in ("exact_match", "token_f1")]
    readmark.score(SAID, folder, out=tmp_path / "out", metrics=names)
    for name in ("exact_match", "token_f1"):
        assert rows(tmp_path / "out", f"evaluate:{name}") == rows(tmp_path / "out", name)


def test_a_module_in_squads_form_is_scored(folder, script, tmp_path):
    references = '{"id": datasets.Value("string"), "answers": datasets.Sequence({"text": datasets.Value("string")})}'
    name = script("squad", "return {'f': float(predictions[0] in references[0]['answers']['text'])}", references)
    path = tmp_path / "squad" / "squad.py"
    text = path.read_text().replace(
        '"predictions": datasets.Value("string")',
        '"predictions": {"id": datasets.Value("string"), "prediction_text": datasets.Value("string")}',
    )
    path.write_text(text.replace("predictions[0] in", "predictions[0]['prediction_text'] in"))
    readmark.score(SAID, folder, out=tmp_path / "out", metrics=[name])
    assert rows(tmp_path / "out", "evaluate:squad") == {"q1": 1.0, "q2": 0.0, "q3": 0.0}


def test_a_module_of_one_reference_gets_the_first_and_the_report_says_so(folder, script, tmp_path):
    name = script("same", "return {'same': float(predictions == references)}", ONE)
    report = readmark.score({**SAID, "q1": "Ada L."}, folder, out=tmp_path / "out", metrics=[name])
    assert rows(tmp_path / "out", "evaluate:same") == {"q1": 0.0, "q2": 0.0, "q3": 1.0}
    assert "evaluate:same takes one reference: the first of several is compared" in report.notes


def test_the_key_says_which_number_counts(folder, script, tmp_path):
    name = script("two", "return {'a': 0.25, 'b': [2], 'c': 'text', 'd': 1}")
    report = readmark.score(SAID, folder, metrics=[f"{name}:a", f"{name}:b"])
    assert report.scores["evaluate:two:a"].value == 0.25
    assert report.scores["evaluate:two:b"].value == 2.0
    assert "gives 2 numbers" in refusal(name)
    assert "one of its numbers: a, d" in refusal(name)
    assert "gives no number 'c'" in refusal(f"{name}:c")


def test_numpys_numbers_count(folder, script):
    name = script("numpys", "import numpy\nreturn {'n': numpy.float32(0.5), 'all': numpy.zeros(3)}")
    assert readmark.score(SAID, folder, metrics=[name]).scores["evaluate:numpys"].value == 0.5


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("raise ZeroDivisionError('no words')", "raised ZeroDivisionError: no words"),
        ("return {'x': float('nan') if predictions == ['in Kabul'] else 1}", "gave NaN as x"),
        ("return {'x': 'much' if predictions == ['in Kabul'] else 1}", 'gave "much" as x'),
        ("return {'y' if predictions == ['in Kabul'] else 'x': 1}", "gave nothing as x"),
        ("return [1]", "gave a list"),
        ("return {}", "gives 0 numbers"),
    ],
    ids=["raises", "nan", "text", "other key", "list", "empty"],
)
def test_what_gives_no_number_is_an_error_that_names_the_module(folder, script, tmp_path, body, told):
    name = script("odd", body)
    with pytest.raises(MetricError) as refused:
        readmark.score(SAID, folder, out=tmp_path / "out", metrics=[name])
    assert told in str(refused.value)
    assert str(refused.value).startswith(("evaluate:odd, item 'q2': ", f"{name}: "))
    assert not (tmp_path / "out").exists()


def test_a_module_that_cannot_be_loaded_is_refused_before_a_model_is_asked(folder, tmp_path, cli):
    asked = tmp_path / "asked"
    (tmp_path / "model.py").write_text(f"def model(prompt):\n    open({str(asked)!r}, 'w')\n    return 'Ada'\n")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "broken.py").write_text("import no_such_library\n")
    code, out, err = cli("run", "model.py:model", "-b", folder, "--metric", f"evaluate:{broken}")
    assert (code, out) == (2, "")
    assert err.startswith(f"evaluate:{broken}: cannot be loaded: ImportError: ")
    assert "no_such_library" in err
    assert not asked.exists()


def test_without_the_hub_a_name_is_refused_at_once(tmp_path):
    """A fresh process under HF_HUB_OFFLINE=1: no host is looked up."""
    code = (
        "import os, socket\n"
        "socket.getaddrinfo = lambda *_, **__: os._exit(9)\n"
        "from readmark.errors import MetricError\n"
        "from readmark.metrics import metrics_for\n"
        "from readmark.records import Recipe\n"
        "try:\n"
        "    metrics_for(Recipe(metrics=('evaluate:nonesuch',)))\n"
        "except MetricError as error:\n"
        "    print(error)\n"
    )
    settings = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=settings, check=True)
    told = done.stdout
    assert told.startswith("evaluate:nonesuch: cannot be loaded: FileNotFoundError: Couldn't find a module script")
    assert "give its script's folder" in told


@pytest.mark.parametrize("name", ["rouge", "evaluate:", "evaluate::key", "evaluate:x:", "squad:x"])
def test_what_is_no_name_is_refused(name):
    assert "is no name of a further metric" in refusal(name)


def test_two_modules_of_one_name_are_refused(script):
    assert "is the name of two modules" in refusal(script("share"), script("share", folder="other"))


def test_the_signature_has_the_code_and_it_is_compared(folder, script):
    first = readmark.score(SAID, folder, metrics=[script()])
    second = readmark.score(SAID, folder, metrics=[script(body="return {'share': 1.0}", folder="later")])
    bare = readmark.score(SAID, folder)
    assert first.signature["metrics"].startswith("evaluate:share#")
    assert len(first.signature["metrics"]) == len("evaluate:share#") + 8
    assert differing(first.signature, second.signature) == ["metrics"]
    assert differing(first.signature, bare.signature) == ["metrics"]
    assert "metrics" not in bare.signature


def test_no_path_of_the_machine_gets_into_the_files(folder, script, tmp_path):
    name = script()
    readmark.score(SAID, folder, out=tmp_path / "out", metrics=[name])
    for file in ("scores.jsonl", "report.json"):
        assert str(tmp_path) not in (tmp_path / "out" / file).read_text()


def test_run_show_and_board_know_it(folder, script, cli, tmp_path):
    name = script()
    code, out, _ = cli("run", "lead-1", "sliding-window", "-b", folder, "-o", "runs", "--metric", name)
    assert code == 0
    assert "sliding-window: evaluate:share, reading: " in out
    assert "lead-1: evaluate:share@summary, reading: " in out
    run = next((tmp_path / "runs").glob("sliding-window-*"))
    code, out, _ = cli("show", run, "-b", folder)
    assert code == 0
    assert "evaluate:share " in out
    code, _, _ = cli("board", run, "-o", "site")
    entry = json.loads((tmp_path / "site" / "leaderboard.json").read_text())["entries"][0]
    assert code == 0
    assert "evaluate:share" in entry["conditions"]["reading"]["scores"]


def test_what_a_module_prints_stays_out_of_the_result(folder, script, cli):
    name = script("loud", "print('loud')\nreturn {'x': 1}")
    (folder.parent / "p.json").write_text(json.dumps(SAID))
    code, out, err = cli("score", "p.json", "-b", folder, "-o", "out", "--metric", name, "--json")
    assert code == 0
    assert json.loads(out)["scores"]["evaluate:loud"]["value"] == 1.0
    assert "loud" in err


def test_bars_and_levels_are_left_as_they_were(script):
    def state():
        drawn = datasets.are_progress_bars_disabled(), evaluate.is_progress_bar_enabled()
        return (*drawn, evaluate.logging.get_verbosity(), evaluate.config.HF_UPDATE_DOWNLOAD_COUNTS)

    before = state()
    extras_recipe(Recipe(metrics=(script(),)))
    assert state() == before


def test_a_failed_or_missing_item_has_no_score_of_it(folder, script):
    report = readmark.score({"q1": "Ada"}, folder, metrics=[script()])
    assert (report.scores["evaluate:share"].n, report.scores["evaluate:share"].value) == (1, 1.0)


def test_over_a_threshold_a_prediction_is_compared_as_an_abstention(folder, script, tmp_path):
    sure = dict.fromkeys(SAID, 0.0) | {"q1": 0.9, "q3": 0.9}
    said = {key: text for key, text in SAID.items() if key != "s1"} | {"q3": "Kabul"}
    options = {"no_answer": sure, "threshold": 0.5, "metrics": [script()]}
    readmark.score(said, folder, out=tmp_path / "out", **options)
    assert rows(tmp_path / "out", "evaluate:share") == {"q1": 0.0, "q2": 0.0, "q3": 1.0}


def test_without_further_metrics_there_is_the_table_alone(folder):
    assert metrics_for(Recipe()) is METRICS
    loaded = load(folder)
    assert loaded.with_metrics([]).recipe == loaded.recipe


def test_a_board_is_verified_with_a_module_that_is_allowed_and_loads_none_by_itself(folder, script, tmp_path):
    name = script()
    readmark.score(SAID, folder, out=tmp_path / "run", metrics=[name])
    readmark.board([tmp_path / "run"], tmp_path / "board", benchmark=folder)
    assert readmark.verify(tmp_path / "board", benchmark=folder, metrics=[name]) == []
    with pytest.raises(readmark.ReadmarkError, match="'evaluate:share', whose code would run here"):
        readmark.verify(tmp_path / "board", benchmark=folder)
