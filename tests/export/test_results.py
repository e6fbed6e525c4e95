"""Every form of results is made from a run and from a board, the same each time, and stays where it was told to go."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from readmark.errors import ReadmarkError
from readmark.leaderboard.stored import read_board
from readmark.runs import pretty
from readmark.verbs.export import FORMATS, export

FORMS = [name for name, form in FORMATS.items() if "board" in form.sources]
FOLDERS = [name for name in FORMS if FORMATS[name].is_folder]


@pytest.fixture
def files_of(made, tmp_path):
    """Return a function: source, form, options → the files that an export makes."""

    def make(source, form, **options):
        out = tmp_path / form if FORMATS[form].is_folder else None
        return export(made / source, form, out, benchmark=made / "river", **options).files

    return make


@pytest.mark.parametrize("source", ["run", "board"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_made_of_runs_and_boards(made, tmp_path, monkeypatch, form, source):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    exported = export(made / source, form, out, benchmark=made / "river")
    assert exported.written
    for path, data in zip(exported.written, exported.files.values(), strict=True):
        assert path.read_bytes() == data != b""


@pytest.mark.parametrize("form", FORMS)
def test_the_same_source_gives_the_same_bytes_in_any_folder(made, tmp_path, form):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, seed in zip(folders, ("1", "2"), strict=True):
        (folder / "elsewhere").mkdir(parents=True)
        command = [sys.executable, "-m", "readmark", "export", str(made / "board"), "--to", form, "-o", "made",
                   "-b", str(made / "river"), "--with-references"]  # fmt: skip
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC{seed}", "LC_ALL": "C"}
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    subprocess.run(["diff", "-r", *map(str, folders)], check=True)


@pytest.mark.parametrize("form", FOLDERS)
def test_the_references_own_score_is_no_model(files_of, form):
    assert not any(b"upper-bound" in data for data in files_of("board", form).values())


@pytest.mark.parametrize("form", FOLDERS)
def test_a_source_without_models_is_refused(files_of, form):
    with pytest.raises(ReadmarkError, match="has no model"):
        files_of("ceiling", form)


@pytest.mark.parametrize("form", sorted({*FORMS} - {*FOLDERS}))
def test_tables_have_the_references_own_score_apart(files_of, form):
    text = files_of("board", form)[""].decode()
    assert {"csv": ",upper_bound,", "markdown": "\n| *upper-bound* |", "latex": "\n\\midrule\nupper-bound &"}[
        form
    ] in text


PRIVATE = [b"Verden", b"211 km", b"joins the Weser", b"Where does it join", b"dammed it", b"It is long."]


@pytest.mark.parametrize("source", ["run", "board"])
@pytest.mark.parametrize("form", FORMS)
def test_neither_article_nor_question_nor_reference_goes_out_unasked(files_of, form, source):
    for data in files_of(source, form).values():
        assert not [part for part in PRIVATE if part in data]


def test_what_was_left_out_is_told_and_asked_for(made, files_of, tmp_path):
    left = export(made / "board", "every-eval-ever", tmp_path, benchmark=made / "river")
    assert any("left out without --with-references: items" in note for note in left.notes)
    asked = files_of("board", "every-eval-ever", with_references=True)
    lines = b"".join(data for path, data in asked.items() if path.endswith("_samples.jsonl"))
    assert all(part in lines for part in PRIVATE)


@pytest.mark.parametrize("form", FOLDERS)
@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "a/../../x", "..", "", "a\0b", "a\nb", "x" * 10**6])
def test_an_odd_id_of_an_entry_reaches_no_path(made, tmp_path, form, name):
    board = read_board(made / "board" / "leaderboard.json")
    entries = [replace(entry, id=name) if entry.model == "wrong" else entry for entry in board.entries]
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "leaderboard.json").write_bytes(pretty(replace(board, entries=tuple(entries))))
    with pytest.raises(ReadmarkError, match=r"has the entry|NUL"):
        export(tmp_path / "board", form, tmp_path / "deep" / "out", benchmark=made / "river")
    assert [path.name for path in tmp_path.iterdir()] == ["board"]


def test_one_entry_twice_is_refused(made, tmp_path):
    board = read_board(made / "board" / "leaderboard.json")
    ids = [entry.id for entry in board.entries if entry.kind == "model"]
    (tmp_path / "leaderboard.json").write_bytes(pretty(board).replace(ids[0].encode(), ids[1].encode()))
    with pytest.raises(ReadmarkError, match="twice"):
        export(tmp_path, "eval-results", tmp_path / "out", benchmark=made / "river")


def test_a_folder_is_asked_for(made):
    with pytest.raises(ReadmarkError, match="-o"):
        export(made / "run", "model-index", benchmark=made / "river")


def test_one_file_goes_to_standard_output_with_nothing_else(made, cli):
    code, out, err = cli("export", made / "board", "--to", "csv", "-b", made / "river")
    assert code == 0
    assert out.startswith("benchmark,version,")
    assert not err


@pytest.mark.parametrize("form", ["eval-results", "model-index", "every-eval-ever"])
def test_a_board_is_exported_without_its_test_set_and_says_what_it_could_not_know(made, form, tmp_path):
    exported = export(made / "board", form, tmp_path / "out")
    assert any("the test set stands as 'river'" in note for note in exported.notes)
    named = export(made / "board", form, tmp_path / "out", benchmark=made / "river")
    assert not any("the test set stands as" in note for note in named.notes)
    assert all(b"acme-sets/river" in data for data in named.files.values())


def test_a_condition_that_is_none_is_refused(made, tmp_path):
    board = read_board(made / "board" / "leaderboard.json")
    entries = [replace(entry, conditions={"dreaming": entry.conditions["reading"]}) for entry in board.entries]
    (tmp_path / "leaderboard.json").write_bytes(pretty(replace(board, entries=tuple(entries))))
    with pytest.raises(ReadmarkError, match="has the condition 'dreaming'"):
        export(tmp_path, "eval-results", tmp_path / "out")
    folder = tmp_path / "run"
    shutil.copytree(made / "run", folder)
    (folder / "scores.jsonl").write_text((folder / "scores.jsonl").read_text().replace('"twin"', '"dreaming"'))
    with pytest.raises(ReadmarkError, match="has the condition 'dreaming'"):
        export(folder, "every-eval-ever", tmp_path / "out", benchmark=made / "river", with_references=True)


@pytest.mark.parametrize("form", FORMS)
def test_a_board_without_a_recipe_is_refused(made, tmp_path, form):
    board = read_board(made / "board" / "leaderboard.json")
    bare = replace(board, signature={"scoring": board.signature["scoring"]})
    (tmp_path / "leaderboard.json").write_bytes(pretty(bare))
    with pytest.raises(ReadmarkError, match="signature without benchmark"):
        export(tmp_path, form, tmp_path / "out")


@pytest.mark.parametrize("name", ["nothing-here", "x" * 5000, "x/" * 3000, "a\0b", ""])
@pytest.mark.parametrize("form", ["csv", "squad"])
def test_what_is_not_there_is_no_test_set(name, form):
    with pytest.raises(ReadmarkError, match=r"is nothing that is here"):
        export(name, form)


@pytest.mark.parametrize("consent", [False, True])
def test_articles_licences_are_told_with_the_set_s(made, tmp_path, consent):
    shutil.copytree(made / "river", tmp_path / "river")
    manifest = tmp_path / "river" / "benchmark.toml"
    manifest.write_text(manifest.read_text().replace('file = "river.txt"', 'file = "river.txt"\nlicence = "MIT"'))
    if not consent:
        with pytest.raises(ReadmarkError, match="licences: CC0; MIT"):
            export(tmp_path / "river", "squad")
        return
    notes = export(tmp_path / "river", "squad", with_references=True).notes
    assert "references and articles of river are in it; licences: CC0; MIT" in notes


def test_an_empty_name_is_no_folder(made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReadmarkError, match="-o"):
        export(made / "run", "model-index", "", benchmark=made / "river")
    assert [*tmp_path.iterdir()] == []


def test_json_holds_the_file_that_is_written_nowhere(made, cli, tmp_path):
    arguments = ("export", made / "board", "--to", "csv", "--json")
    told = json.loads(cli(*arguments)[1])
    assert told["text"].encode() == export(made / "board", "csv").files[""]
    assert json.loads(cli(*arguments, "-o", "b.csv")[1]) == {"format": "csv", "written": ["b.csv"], "notes": []}


def test_another_test_set_than_the_board_s_is_refused(made, tmp_path):
    with pytest.raises(ReadmarkError, match="is on the test set"):
        export(made / "board", "eval-results", tmp_path / "out", benchmark="crossroads")
    assert [*tmp_path.iterdir()] == []


def test_no_module_of_a_form_is_loaded_before_it_is_asked_for(made):
    code = "import sys, readmark.verbs.export; print({'huggingface_hub', 'yaml', 'numpy', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path("/"))
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("source", ["run", "river"])
def test_a_metric_for_what_is_no_board_is_refused(made, cli, source):
    code, _, err = cli("export", made / source, "--to", "csv", "--metric", "evaluate:none")
    assert (code, "a board, or no --metric" in err) == (2, True)
