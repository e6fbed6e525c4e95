"""A run on disk: its name, its keys, its lock, and what is said of files that are not as they should be."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.errors import ReadmarkError, RunError
from readmark.models import LoadedModel
from readmark.records import Failure, Prediction, Prompt
from readmark.runs import Lock, RunFolder, answers_beside, encode_log, folder_name, prediction_keys, pretty, slug
from readmark.verbs.run import run

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def loaded(name="model", revision="1", **parameters):
    return LoadedModel(name, revision, parameters, ("qa", "summary"), "spec", str)


def prompt(prefix="Article", suffix="Question?", **fields):
    return Prompt(**{"item_id": "q", "condition": "reading", "prefix": prefix, "suffix": suffix, **fields})


def key(model=None, **fields):
    return prediction_keys(model or loaded(), [prompt(**fields)])[0]


# Keys


def test_a_key_is_over_name_revision_parameters_and_messages():
    keys = {
        key(), key(loaded(name="other")), key(loaded(revision="2")), key(loaded(size=1)), key(loaded(size=2)),
        key(prefix="Other article"), key(suffix="Other question?"),
    }  # fmt: skip
    assert len(keys) == 7
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in keys)


@pytest.mark.parametrize("fields", [{"item_id": "other"}, {"condition": "lead"}, {"question": "?"}, {"article": "A"}])
def test_a_key_says_nothing_of_what_the_model_does_not_read_in_the_messages(fields):
    assert key(**fields) == key()


def test_a_key_does_not_depend_on_the_adapter_or_the_tasks():
    other = LoadedModel("model", "1", {}, ("qa",), "elsewhere.py:Model", None)
    assert key(other) == key()


def test_keys_do_not_depend_on_the_order_of_prompts():
    prompts = [prompt(prefix=prefix, suffix=suffix) for prefix in "AB" for suffix in "xyz"]
    mixed = prompts[::2] + prompts[1::2]
    there = dict(zip(mixed, prediction_keys(loaded(), mixed), strict=True))
    assert [there[one] for one in prompts] == prediction_keys(loaded(), prompts)


def test_keys_are_the_same_in_another_process():
    code = (
        "from readmark.models import LoadedModel; from readmark.records import Prompt; from readmark.runs import *;"
        "m = LoadedModel('model', '1', {'b': 1, 'a': [2]}, ('qa',), 'spec', str);"
        "print(prediction_keys(m, [Prompt(item_id='q', condition='reading', prefix='Article', suffix='?')])[0])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert told.strip() == key(loaded(a=[2], b=1), suffix="?")


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_two_prompts_share_a_key_only_where_both_parts_are_equal(one, other):
    equal = key(prefix=one[0], suffix=one[1]) == key(prefix=other[0], suffix=other[1])
    assert equal == (one == other)


# Names


@given(texts)
def test_a_slug_is_a_plain_folder_name(name):
    assert re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,58}[A-Za-z0-9_])?", slug(name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("typed-span", "typed-span"), ("org/model:v1.5", "org-model-v1.5"), ("..", "model"), ("", "model"),
        ("../../etc", "etc"), ("Ünï çode", "n-ode"), ("x" * 99, "x" * 60), ("a" * 59 + "-b", "a" * 59), (".hid", "hid"),
    ],
)  # fmt: skip
def test_slugs(name, expected):
    assert slug(name) == expected


def test_a_folder_is_named_by_model_and_eight_hex_digits_over_model_and_test_set():
    names = {folder_name(loaded(), "s"), folder_name(loaded(a=1), "s"), folder_name(loaded(), "t")}
    assert len(names) == 3
    assert all(re.fullmatch("model-[0-9a-f]{8}", name) for name in names)


# Reading


@pytest.fixture
def finished(tmp_path):
    return run("abstain", limit=3, out=tmp_path / "runs").folder


def test_a_run_reads_back_what_it_wrote(finished):
    folder = RunFolder(finished)
    assert pretty(folder.info()) == (finished / "run.json").read_bytes()
    assert pretty(folder.report()) == (finished / "report.json").read_bytes()
    assert [row.item_id for row in folder.rows()] == [line.item_id for line in folder.predictions()]
    assert encode_log(folder.predictions()) == (finished / "predictions.jsonl").read_bytes()


def test_a_run_without_predictions_has_none(tmp_path):
    assert RunFolder(tmp_path).predictions() == []
    assert not RunFolder(tmp_path).exists


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(RunError, match="is not a folder"):
        RunFolder(tmp_path / "nowhere").report()
    with pytest.raises(RunError, match=r"has no report.json"):
        RunFolder(tmp_path).report()
    with pytest.raises(ReadmarkError, match=r"scores.jsonl: there is no such"):
        RunFolder(tmp_path).rows()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff", b'{"format": 1}', b"[" * 10_000])
@pytest.mark.parametrize("name", ["run.json", "report.json"])
def test_a_broken_file_of_a_run_is_told(finished, name, data):
    (finished / name).write_bytes(data)
    folder = RunFolder(finished)
    with pytest.raises(RunError, match=f"{name}: cannot be read"):
        folder.info() if name == "run.json" else folder.report()


@pytest.mark.parametrize("line", ["{", "[]", '{"item_id": "a"}', '{"outcome": "right"}', "\xff"])
def test_a_broken_row_of_scores_is_told_with_its_line(finished, line):
    path = finished / "scores.jsonl"
    path.write_text(path.read_text() + line + "\n", encoding="latin-1")
    with pytest.raises(RunError, match=r"scores.jsonl:4: is not a row of scores"):
        RunFolder(finished).rows()


# The lock


def test_a_second_lock_on_a_run_is_refused_and_a_later_one_is_not(tmp_path):
    with Lock(tmp_path / "run"), pytest.raises(RunError, match="another process is writing this run"):
        Lock(tmp_path / "run").__enter__()
    with Lock(tmp_path / "run"):
        pass


HOLD = "import sys; from pathlib import Path; from readmark.runs import Lock; Lock(Path(sys.argv[1])).__enter__(); "


def test_a_lock_is_free_once_its_holder_is_gone(tmp_path):
    subprocess.run([sys.executable, "-c", HOLD + "import os; os._exit(9)", tmp_path], check=False)
    with Lock(tmp_path):
        pass


def test_the_lock_of_another_process_is_seen(tmp_path):
    command = [sys.executable, "-c", HOLD + "print('held', flush=True); input()", tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunError, match="one at a time"):
            Lock(tmp_path).__enter__()
        holder.communicate(b"\n")


# Answers beside


@pytest.fixture
def beside(tmp_path, finished):
    """Write a run beside the finished one, its run.json changed, with given lines; return its folder."""

    def beside(lines, name="abstain-00000000", **changes):
        folder = finished.parent / name
        folder.mkdir()
        info = json.loads((finished / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps({**info, **changes}))
        (folder / "predictions.jsonl").write_bytes(encode_log(lines))
        return folder

    return beside


def taken(finished, told=None):
    info = RunFolder(finished).info()
    model = LoadedModel(info.model, info.revision, info.parameters, info.tasks, info.adapter, None)
    new = RunFolder(finished.parent / "abstain-ffffffff")
    found = answers_beside(new, model, told.append if told is not None else pytest.fail)
    return {key: line.raw for key, line in found.items()}


def test_answers_of_the_same_model_are_found_by_key(finished, beside):
    beside([Prediction(item_id="a", key="k1", raw="x"), Prediction(item_id="b", key="k2", raw="")])
    assert {"k1": "x", "k2": ""}.items() <= taken(finished).items()
    assert len(taken(finished)) == 5


def test_failures_beside_are_no_answers(finished, beside):
    beside([Prediction(item_id="a", key="k1", error=Failure(class_="OSError"))])
    assert "k1" not in taken(finished)


@pytest.mark.parametrize("change", [{"model": "other"}, {"revision": "2"}, {"parameters": {"a": 1}}])
def test_another_models_answers_are_left_alone(finished, beside, change):
    beside([Prediction(item_id="a", key="k1", raw="x")], **change)
    assert "k1" not in taken(finished)


def test_folders_of_other_names_are_not_opened(finished, beside):
    for name in ("other-00000000", "abstain", "abstain-0000000", "abstain-000000000"):
        beside([Prediction(item_id="a", key="k1", raw="x")], name)
    assert "k1" not in taken(finished)


def test_a_file_or_an_empty_folder_beside_is_passed_over(finished):
    (finished.parent / "abstain-00000000").write_text("text")
    (finished.parent / "abstain-11111111").mkdir()
    assert len(taken(finished)) == 3


def test_a_torn_line_beside_is_left_out(finished, beside):
    folder = beside([Prediction(item_id="a", key="k1", raw="x"), Prediction(item_id="b", key="k2", raw="y")])
    log = folder / "predictions.jsonl"
    log.write_bytes(log.read_bytes()[:-3])
    assert "k1" in taken(finished)
    assert "k2" not in taken(finished)


@pytest.mark.parametrize("name", ["run.json", "predictions.jsonl"])
def test_a_broken_run_beside_is_told(finished, beside, name):
    folder = beside([Prediction(item_id="a", key="k1", raw="x")])
    (folder / name).write_text("nonsense\n")
    told = []
    assert "k1" not in taken(finished, told)
    assert str(folder / name) in told[0]
