"""From a name on the command line to a model."""

from __future__ import annotations

import pytest

from readmark.errors import ModelError
from readmark.models import baselines, find_model

ONE = "class One:\n    def predict(self, prompt):\n        return 'one'\n"
TWO = "class Two:\n    def predict_many(self, prompts):\n        return ['two'] * len(prompts)\n"


def refused(model, arguments=None):
    with pytest.raises(ModelError) as caught:
        find_model(model, arguments)
    return str(caught.value)


def test_a_file_with_one_class_needs_no_name(write, outcomes):
    path = write("one.py", f"from readmark import Prompt\nclass Helper:\n    pass\n{ONE}")
    assert outcomes(find_model(str(path)))["q-0"] == "one"


def test_a_file_with_two_classes_needs_a_name(write, outcomes):
    path = write("both.py", ONE + TWO)
    told = refused(str(path))
    assert "defines 2 classes with predict: One, Two" in told
    assert f"{path}:One" in told
    assert outcomes(find_model(f"{path}:Two"))["q-0"] == "two"


def test_a_file_with_functions_alone_needs_a_name(write, outcomes):
    path = write("functions.py", "def say(prompt):\n    return 'said'\n")
    assert "defines 0 classes with predict" in refused(str(path))
    assert outcomes(find_model(f"{path}:say"))["q-0"] == "said"


def test_an_imported_class_is_not_the_files_own_model(write, outcomes):
    write("library_of_models.py", ONE)
    path = write("user.py", "from library_of_models import One\nclass Mine(One):\n    pass\n")
    assert find_model(str(path)).name == "Mine"


def test_a_file_may_import_its_neighbours(write, outcomes):
    write("neighbour_of_mine.py", "WORD = 'near'\n")
    path = write("mine.py", "from neighbour_of_mine import WORD\ndef say(prompt):\n    return WORD\n")
    assert outcomes(find_model(f"{path}:say"))["q-0"] == "near"


def test_an_object_of_a_file_may_be_named(write, outcomes):
    assert outcomes(find_model(f"{write('made.py', ONE + 'ready = One()')}:ready"))["q-0"] == "one"


def test_a_wrong_name_lists_what_the_file_holds(write):
    told = refused(f"{write('both.py', ONE + TWO)}:Three")
    assert "there is no 'Three' in it" in told
    assert "One, Two" in told


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "there is no such file" in refused(f"{tmp_path}/nowhere.py:One")


def test_an_edit_within_a_second_is_seen(write, outcomes):
    """Python's own cache of compiled files would miss an edit that keeps the size."""
    for word in ("one", "two", "six"):
        path = write("quick.py", f"def say(prompt):\n    return {word!r}\n")
        assert outcomes(find_model(f"{path}:say"))["q-0"] == word
    assert not (path.parent / "__pycache__").exists()


def test_a_name_in_an_importable_module_is_found(write, outcomes, monkeypatch):
    write("house_of_models/__init__.py", "")
    monkeypatch.syspath_prepend(write("house_of_models/inner.py", ONE).parents[1])
    assert outcomes(find_model("house_of_models.inner:One"))["q-0"] == "one"


def test_a_module_that_is_not_there_is_told_in_its_own_words():
    told = refused("no_such_package.inner:One")
    assert "no_such_package.inner:One: cannot be imported: ModuleNotFoundError" in told


@pytest.mark.parametrize("name", sorted(baselines()))
def test_a_baseline_is_found_by_its_name(name):
    assert find_model(name).name == name


def test_an_unknown_name_lists_the_forms_and_what_is_here():
    told = refused("tpyed-span")
    assert "command:PROGRAM" in told
    assert all(name in told for name in baselines())


@pytest.mark.parametrize("name", ["", ":", ":x", "x:", "a b", "file.txt:NAME", "..x:Y", "hf:", "\0"])
def test_odd_names_are_told_not_raised(name):
    assert refused(name)


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("x = 1\nx = 1 / 0\n", 2, "ZeroDivisionError: division by zero"),
        ("x = 1\n\nimport no_such_package\n", 3, "ModuleNotFoundError: No module named 'no_such_package'"),
        ("import sys\n\nsys.exit(3)\n", 3, "SystemExit: 3"),
        ("x = 1\nclass One\n", 2, "is not valid Python"),
        ("if True:\nx = 1\n", 2, "is not valid Python"),
        ("def load():\n    raise OSError('gone')\nload()\n", 2, "OSError: gone"),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_with_its_line(write, source, line, told):
    path = write("broken.py", source)
    message = refused(f"{path}:One")
    assert message.startswith(f"{path}:{line}: ")
    assert told in message


def test_a_fault_in_a_neighbour_is_told_with_the_neighbours_line(write):
    neighbour = write("broken_neighbour.py", "x = 1\n1 / 0\n")
    path = write("fine.py", "import broken_neighbour\n")
    message = refused(f"{path}:One")
    assert message.startswith(f"{neighbour}:2: ")
    assert f"{path}:One" in message


@pytest.mark.parametrize("data", [b"x = '\xff'\n", b"x = 1\0\n"])
def test_a_file_that_is_no_text_is_told(tmp_path, data):
    path = tmp_path / "bytes.py"
    path.write_bytes(data)
    assert str(path) in refused(f"{path}:One")


def test_an_interrupt_while_a_file_is_imported_passes(write):
    path = write("stopped.py", "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        find_model(str(path))


def test_what_a_file_prints_when_imported_goes_to_standard_error(write, capsys):
    find_model(str(write("loud.py", f"print('hello')\n{ONE}")))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "hello\n")


def test_settings_reach_a_file_by_its_path(write):
    path = write("sized.py", "class Sized:\n    def __init__(self, size=1):\n        pass\n    predict = str\n")
    assert find_model(str(path), {"size": 2}).parameters == {"size": 2}


def test_a_function_of_a_module_takes_settings():
    assert find_model("readmark.text:first_words", {"count": 3}).parameters == {"count": 3}
