"""Wrong input ends with 2, names every place, and leaves the disk as it was.

Small files lie in tests/bad_input, a folder a case, driven by cases.toml. What a repository cannot hold well is made
here. A snapshot leaves out `__pycache__`, which is Python's own.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from readmark.cli import main

FOLDER = Path(__file__).parent / "bad_input"
SOUND = FOLDER / "sound"
CASES = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))
MIB = 2**20
LINE = '{"id": "q-1", "task": "qa", "article": "town", "question": "Whom did Ada meet?", "references": ["Bo"]}\n'
LATIN = LINE.encode().replace(b"Bo", b"B\xf6")
SURROGATE = LINE.encode().replace(b"Bo", b"\xed\xa0\x80")
MAIN = "import sys; from readmark.cli import main; main(sys.argv[1:])"
PEAK = (  # ru_maxrss would also count the process that started this one
    "import re, sys\nfrom pathlib import Path\nfrom readmark.cli import main\n"
    "try:\n    main(sys.argv[1:])\n"
    "finally:\n    print(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])"
)


def snapshot(folder):
    """Return what lies in a folder: each path with its kind and the hash of its bytes or its link's target."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if "__pycache__" in path.parts:
            continue
        content = ""
        if stat.S_ISLNK(mode):
            content = str(path.readlink())
        elif stat.S_ISREG(mode) and path.stat().st_blocks * 512 >= path.stat().st_size:  # not a sparse giant
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        found[str(path.relative_to(folder))] = (stat.S_IFMT(mode), path.lstat().st_size, content)
    return found


def heads(told):
    """Return the first line of every problem."""
    return [line for line in told.splitlines() if not line.startswith("  ")]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Give a working folder with a sound test set in it; imports of model files leave no trace in this process."""
    folder = tmp_path / "here"
    shutil.copytree(SOUND, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("readmark_model_")]:
        del sys.modules[name]


@pytest.fixture
def refused(capfd):
    """Return a function that runs a command, asserts that it ends with 2 and changes nothing, and returns its words."""

    def run(*arguments, folder=None, snap=True):
        folder = folder or Path.cwd()
        before = snapshot(folder) if snap else None
        with pytest.raises(SystemExit) as leave:
            main(list(map(str, arguments)))
        out, told = capfd.readouterr()
        assert leave.value.code == 2, told
        assert "Traceback" not in told
        assert not out
        if snap:
            assert snapshot(folder) == before
        return told

    return run


def assert_told(told, expected, *, is_fixable=False):
    """Assert that exactly the expected problems were told, in order, each with what was expected."""
    found = heads(told)
    for one, beginning in zip(found, expected, strict=False):
        assert one.startswith(beginning), told
    assert len(found) == len(expected), told
    assert told.count("\n  expected: ") == len(found), told
    if is_fixable:
        assert told.count("\n  fix: ") == len(found), told


# --- files that lie in the repository


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_input_is_refused_with_every_place(name, here, refused):
    """Every problem is named at once with its place and what was expected; nothing is changed."""
    case = CASES[name]
    shutil.rmtree(here)
    shutil.copytree(FOLDER / case.get("folder", name), here)
    os.chdir(here)
    if "model" in case:
        (here / "model.py").write_text(case["model"])
    command = case.get("command", ["lint", "."])
    told = refused(*command)
    assert_told(told, case["problems"], is_fixable=command[0] == "lint")
    for phrase in case.get("phrases", []):
        assert phrase in told


def test_every_folder_is_a_case_and_every_case_has_a_folder():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders == {case.get("folder", name) for name, case in CASES.items()}


def test_there_are_enough_cases():
    assert len(CASES) >= 45


def test_the_sound_folder_is_accepted(here, capfd):
    """The cases fail for what is wrong with them and for nothing else."""
    with pytest.raises(SystemExit) as leave:
        main(["lint", "."])
    assert leave.value.code == 0


@pytest.mark.parametrize(
    "name", ["questions-many-problems", "manifest-not-toml", "predictions-wrong-types", "model-unknown"]
)
def test_the_program_as_a_user_starts_it_refuses_alike(name, tmp_path):
    """In a process of its own: exit code 2, the same problems, no traceback, nothing written."""
    case = CASES[name]
    shutil.copytree(FOLDER / case.get("folder", name), tmp_path / "here")
    before = snapshot(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *case.get("command", ["lint", "."])],
        check=False, cwd=tmp_path / "here", capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert not done.stdout
    assert_told(done.stderr, case["problems"])
    assert snapshot(tmp_path) == before


def test_json_gives_the_problems_to_programs(here, capfd):
    """With --json, standard output holds every problem as an object, also where a name is not UTF-8."""
    (here / "questions.jsonl").write_text(LINE.replace("town", "city"))
    (here / os.fsdecode(b"caf\xe9.txt")).write_text("Bo.\n")
    with pytest.raises(SystemExit) as leave:
        main(["lint", ".", "--json"])
    assert leave.value.code == 2
    assert '{"problems":[{"place":"questions.jsonl:1"' in capfd.readouterr().out


def test_more_than_a_hundred_problems_are_counted(here, refused):
    (here / "questions.jsonl").write_text("nonsense\n" * 250)
    told = refused("lint", ".")
    assert told.count("is not valid JSON") == 100
    assert "150 more" in told


# --- bytes that are no text


@pytest.mark.parametrize(
    ("file", "data", "problem"),
    [
        ("questions.jsonl", LINE.encode() + LATIN, "questions.jsonl:2: byte 99 (0xf6) is not UTF-8"),
        ("questions.jsonl", LINE.encode("utf-16"), "questions.jsonl:1: byte 1 (0xff) is not UTF-8"),
        ("questions.jsonl", b"\0" + LINE.encode(), "questions.jsonl:1: contains a NUL character"),
        ("questions.jsonl", SURROGATE, "questions.jsonl:1: byte 98 (0xed) is not UTF-8"),
        ("town.txt", b"Ada met Bo.\nB\xf6 left.\n", "town.txt:2: byte 2 (0xf6) is not UTF-8"),
        ("town.txt", b"Ada met Bo.\n\0\n", "town.txt:2: contains a NUL character"),
        ("benchmark.toml", b'name = "B\xf6"\n', "benchmark.toml:1: byte 10 (0xf6) is not UTF-8"),
        ("benchmark.toml", b'name = "town"\nversion = "\0"\n', "benchmark.toml:2: contains a NUL character"),
    ],
    ids=["latin-1", "utf-16", "nul", "encoded-surrogate", "article", "article-nul", "manifest", "manifest-nul"],
)  # fmt: skip
def test_bytes_that_are_no_text_are_named_by_line(file, data, problem, here, refused):
    (here / file).write_bytes(data)
    assert heads(refused("lint", "."))[0] == problem


@pytest.mark.parametrize("data", [b"id,article\xff\n", b"id,article,question,answer\nq-1,town,Who?,B\0\n"])
def test_a_csv_that_is_no_text_is_refused(data, here, refused):
    (here / "questions.jsonl").unlink()
    (here / "questions.csv").write_bytes(data)
    assert heads(refused("lint", "."))[0].startswith("questions.csv:")


@pytest.mark.parametrize("name", ["p.jsonl", "p.json"])
def test_predictions_that_are_no_text_are_refused(name, here, refused):
    (here / name).write_bytes(b'{"id": "q-1", "prediction": "B\xf6"}\n')
    assert_told(refused("score", name, "-b", ".", "-o", "out"), [f"{name}:1: byte 31 (0xf6) is not UTF-8"])


# --- too much


def test_200_mib_on_one_line_are_refused_within_seconds_and_little_memory(here):
    """The line is skipped, not held: the process peaks below the file's size, and later lines are still read."""
    with (here / "questions.jsonl").open("wb") as file:
        for _ in range(200):
            file.write(b"x" * MIB)
        file.write(b"\n7\n")
    command = [sys.executable, "-c", PEAK, "lint", "."]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert_told(done.stderr, ["questions.jsonl:1: is longer than 16 MiB", "questions.jsonl:2: is a number"])
    assert int(done.stdout) < 180 * 1024


@pytest.mark.parametrize(
    ("name", "size"), [("town.txt", 300), ("benchmark.toml", 200), ("questions.csv", 200)], ids=str
)
def test_files_that_are_read_whole_have_a_limit(name, size, here, refused):
    """An article, a manifest and a table are refused by their size alone."""
    if name == "questions.csv":
        (here / "questions.jsonl").unlink()
    with (here / name).open("wb") as file:
        file.truncate(size * MIB)
    assert_told(refused("lint", "."), [f"{name}: has {size} MiB"], is_fixable=True)


@pytest.mark.parametrize("line", ["[" * 100_000, "{" + '"a":{' * 100_000, '{"a":' + "[" * 600 + "]" * 600 + "}"])
@pytest.mark.parametrize("name", ["questions.jsonl", "p.jsonl", "p.json"])
def test_deep_nesting_is_refused(name, line, here, refused):
    (here / name).write_text(line + "\n")
    command = ["lint", "."] if name == "questions.jsonl" else ["score", name, "-b", ".", "-o", "out"]
    assert f"{name}:1: " in refused(*command)


def test_a_deeply_nested_manifest_is_refused(here, refused):
    (here / "benchmark.toml").write_text("a = " + "[" * 100_000)
    assert_told(refused("lint", "."), ["benchmark.toml:1: is nested too deeply"], is_fixable=True)


def test_a_number_too_long_to_print_is_refused(here, refused):
    """TOML's hexadecimal numbers have no limit, Python's decimal ones have."""
    (here / "benchmark.toml").write_text(f'name = "town"\nversion = 0x{"f" * 9999}\nnorm = {"9" * 5000}\n')
    assert "benchmark.toml:" in refused("lint", ".")
    (here / "benchmark.toml").write_text(f'name = "town"\nversion = 0x{"f" * 9999}\n')
    assert_told(refused("lint", "."), ["benchmark.toml:2: 'version' is a very large int"], is_fixable=True)


def test_an_object_that_repeats_a_key_very_often_is_refused_within_seconds(here, refused):
    (here / "questions.jsonl").write_text("{" + ",".join(['"id":1'] * 200_000) + "}\n")
    assert_told(refused("lint", "."), ["questions.jsonl:1: has 'id' twice"], is_fixable=True)


# --- what is no file, or lies elsewhere


def test_a_pipe_is_no_question_file(here, refused):
    """It is refused, not waited for."""
    (here / "questions.jsonl").unlink()
    os.mkfifo(here / "questions.jsonl")
    assert_told(refused("lint", "."), ["questions.jsonl: is no regular file (a pipe"], is_fixable=True)


def test_a_pipe_is_no_article(here, refused):
    (here / "town.txt").unlink()
    os.mkfifo(here / "town.txt")
    assert_told(refused("lint", "."), ["town.txt: is no regular file (a pipe"], is_fixable=True)


def test_a_pipe_is_no_manifest(here, refused):
    os.mkfifo(here / "benchmark.toml")
    assert_told(refused("lint", "."), ["benchmark.toml: is no regular file (a pipe"], is_fixable=True)


@pytest.mark.parametrize("name", ["p.jsonl", "p.json"])
def test_a_pipe_holds_no_predictions(name, here, refused):
    os.mkfifo(here / name)
    assert_told(refused("score", name, "-b", ".", "-o", "out"), [f"{name}: is no regular file (a pipe"])


def test_a_device_is_no_question_file(here, refused):
    (here / "questions.jsonl").unlink()
    (here / "questions.jsonl").symlink_to("/dev/zero")
    assert_told(refused("lint", "."), ["questions.jsonl: is a link out of the test set's folder"], is_fixable=True)


@pytest.mark.parametrize("name", ["questions.jsonl", "town.txt", "benchmark.toml"])
def test_a_link_out_of_the_folder_is_refused(name, here, refused, tmp_path):
    """A question file, an article and a manifest alike; and the file that it leads to is not read."""
    (tmp_path / "secret").write_bytes(b"\xff secret")
    (here / name).unlink(missing_ok=True)
    (here / name).symlink_to(tmp_path / "secret")
    told = refused("lint", ".", folder=tmp_path)
    assert_told(told, [f"{name}: is a link out of the test set's folder"], is_fixable=True)
    assert "secret" not in told


def test_a_question_file_that_is_named_itself_is_no_link_out_of_its_folder_either(here, refused, tmp_path):
    (tmp_path / "other.jsonl").write_text(LINE)
    (here / "linked.jsonl").symlink_to(tmp_path / "other.jsonl")
    assert_told(refused("lint", "linked.jsonl"), ["linked.jsonl: is a link out of the test set's folder"])


def test_a_folder_of_articles_is_no_link_out_of_the_folder(here, refused, tmp_path):
    (here / "town.txt").unlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "town.txt").write_text("Bo.\n")
    (here / "articles").symlink_to(tmp_path / "elsewhere")
    assert_told(refused("lint", "."), ["articles/town.txt: is a link out of the test set's folder"], is_fixable=True)


@pytest.mark.parametrize("name", ["questions.jsonl", "town.txt", "benchmark.toml"])
def test_a_link_to_itself_is_refused(name, here, refused):
    (here / name).unlink(missing_ok=True)
    (here / name).symlink_to(name)
    assert len(heads(refused("lint", "."))) == 1
    assert len(heads(refused("lint", "questions.jsonl"))) == 1


def test_a_folder_that_links_to_itself_is_refused(here, refused):
    (here / "loop").symlink_to("loop")
    assert_told(refused("lint", "loop"), ["'loop': is not a test set"], is_fixable=True)
    assert len(heads(refused("lint", "loop/questions.jsonl"))) == 1


def test_a_file_in_a_folders_place_is_refused(here, refused):
    assert_told(refused("lint", "town.txt"), ["'town.txt': is not a test set"], is_fixable=True)
    assert_told(
        refused("lint", "town.txt/questions.jsonl"), ["town.txt/questions.jsonl: there is no such question file"]
    )
    assert_told(refused("show", "town.txt"), ["town.txt: is not a folder"])
    assert_told(refused("board", "town.txt", "-o", "out"), ["town.txt: is not a folder"])


# --- names


@pytest.mark.parametrize(
    "name", ["x" * 5000, "x/" * 3000, "x" * 5000 + ".jsonl", "a\0b", "a\0b/questions.jsonl", "a\0b.csv"],
    ids=["long", "deep", "long-file", "nul", "nul-folder", "nul-file"],
)  # fmt: skip
def test_a_name_that_no_file_can_have_is_no_test_set(name, here, refused):
    for command in (["lint", name], ["run", "abstain", "-b", name], ["score", "p.jsonl", "-b", name, "-o", "out"]):
        assert len(heads(refused(*command))) == 1


@pytest.mark.parametrize("name", ["x" * 5000 + ".jsonl", "x" * 5000 + ".json", "a\0b.jsonl", "a\0b.json"])
def test_a_name_that_no_file_can_have_holds_no_predictions(name, here, refused):
    assert len(heads(refused("score", name, "-b", ".", "-o", "out"))) == 1


@pytest.mark.parametrize(
    "command",
    [["show", "x" * 5000], ["board", "x" * 5000, "-o", "out"], ["run", "x" * 5000 + ".py", "-b", "."]],
    ids=str,
)
def test_a_name_that_no_file_can_have_is_neither_run_nor_model(command, here, refused):
    assert len(heads(refused(*command))) == 1


def test_a_folder_whose_name_is_not_utf8_is_refused(here, refused):
    """A run could not write down where its test set lies."""
    name = os.fsdecode(b"set-\xff")
    shutil.copytree(SOUND, here / name)
    assert_told(refused("run", "abstain", "-b", name), ["'set-\\udcff': is not a path in UTF-8"])


def test_steering_characters_of_an_input_do_not_reach_the_terminal(here, refused):
    (here / "benchmark.toml").write_text(
        'name = "town"\nversion = "1"\n[[articles]]\nid = "a\\u001b[2Jb"\nfile = "a.txt\\u001b"\nsha256 = ""\n'
    )
    told = refused("lint", ".")
    assert "\x1b" not in told
    assert "benchmark.toml:4" in told


# --- what may not be read


@pytest.fixture
def locked():
    """Give a function that takes all permissions from a part of a sound test set, and returns the test set.

    It works as a user whom permissions bind, also where the tests run as root.
    """
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    (folder / "benchmark.toml").write_text('name = "town"\nversion = "1"\n')
    (folder / "p.jsonl").write_text('{"id": "q-1", "prediction": "Bo"}\n')
    with pytest.raises(SystemExit):  # all modules are loaded while they can be
        main(["score", str(folder / "p.jsonl"), "-b", str(folder), "-o", str(folder / "out")])
    is_root = os.geteuid() == 0

    def lock(name):
        (folder / name).chmod(0)
        if is_root:
            os.seteuid(65534)
        return folder

    yield lock
    if is_root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["questions.jsonl", "town.txt", "benchmark.toml"])
def test_a_file_without_permission_is_refused(name, locked, refused, capfd):
    folder = locked(name)
    capfd.readouterr()
    told = refused("lint", folder, snap=False)
    assert_told(told, [f"{folder / name}: cannot be read: Permission denied"], is_fixable=True)


def test_a_folder_without_permission_is_refused(locked, refused, capfd):
    folder = locked(".")
    capfd.readouterr()
    for name in (folder, folder / "questions.jsonl"):
        told = refused("lint", name, snap=False)
        assert "Permission denied" in told
        assert "change its permissions" in told
        assert len(heads(told)) == 1


def test_predictions_without_permission_are_refused(locked, refused, capfd):
    folder = locked("p.jsonl")
    capfd.readouterr()
    told = refused("score", folder / "p.jsonl", "-b", folder, "-o", folder / "out", snap=False)
    assert_told(told, [f"{folder / 'p.jsonl'}: cannot be read: Permission denied"], is_fixable=True)


def test_an_output_folder_without_permission_is_refused(locked, refused, capfd):
    folder = locked("out")
    capfd.readouterr()
    told = refused("score", folder / "p.jsonl", "-b", folder, "-o", folder / "out", snap=False)
    assert "cannot be written: Permission denied" in told
