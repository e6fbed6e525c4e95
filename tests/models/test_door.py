"""What may be plugged in as a model, and what identifies its answers."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

import readmark
from readmark.errors import ModelError
from readmark.models import LoadedModel, Model, find_model
from readmark.models.door import source_digest

ECHO = """
    class Echo:
        def __init__(self, size: int = 3, *, mode: str = "short", sink=None):
            self.size = size

        def predict(self, prompt):
            return str(self.size)
"""


def refused(model, arguments=None):
    with pytest.raises(ModelError) as caught:
        find_model(model, arguments)
    return str(caught.value)


def answer(prompt):
    return prompt.question


def with_settings(prompt, suffix, times=2):
    return prompt.question + suffix * times


class Plain:
    def predict(self, prompt):
        return prompt.question


class Called:
    def __call__(self, prompt, mark="!"):
        return prompt.question + mark


def test_a_plain_function_is_a_model(outcomes):
    model = find_model(answer)
    assert (model.name, model.tasks) == ("answer", ("qa", "summary"))
    assert outcomes(model)["q-4"] == "Question 4?"


def test_a_function_takes_settings_after_the_prompt(outcomes):
    model = find_model(with_settings, {"suffix": "."})
    assert model.parameters == {"times": 2, "suffix": "."}
    assert outcomes(model)["q-0"] == "Question 0?.."


def test_a_class_is_made_with_its_settings(write, outcomes):
    model = find_model(f"{write('echo.py', ECHO)}:Echo", {"size": 5})
    assert outcomes(model)["q-0"] == "5"


def test_parameters_are_the_settings_with_their_defaults(write):
    model = find_model(f"{write('echo.py', ECHO)}:Echo", {"size": 5})
    assert model.parameters == {"mode": "short", "size": 5, "sink": None}


def test_an_object_with_predict_is_a_model(outcomes):
    model = find_model(Plain())
    assert model.name == "Plain"
    assert outcomes(model)["q-5"] == "Question 5?"


def test_an_object_takes_no_settings():
    assert "takes no argument 'size'" in refused(Plain(), {"size": 1})


def test_a_callable_object_is_a_model_and_takes_settings(outcomes):
    model = find_model(Called(), {"mark": "?!"})
    assert (model.name, model.parameters) == ("Called", {"mark": "?!"})
    assert outcomes(model)["q-0"] == "Question 0??!"


def test_a_bound_method_is_a_model(outcomes):
    assert outcomes(find_model(Plain().predict))["q-2"] == "Question 2?"


def test_a_loaded_model_is_found_as_itself():
    model = find_model(answer)
    assert find_model(model) is model


def test_the_protocol_knows_a_model_by_its_shape():
    named = type("Named", (Plain,), {"name": "named"})
    assert isinstance(named(), Model)
    assert not isinstance(Called(), Model)


def test_a_reply_is_exported_for_models_that_count_tokens():
    assert readmark.Reply(text="x", output_tokens=1).input_tokens is None


@pytest.mark.parametrize("value", [3, "text", None, [], {"predict": 1}])
def test_other_values_are_no_model(value):
    if not isinstance(value, str):
        assert "a class, function or object" in refused(value)
    else:
        assert "is not a model" in refused(value)


def test_a_class_without_predict_is_refused():
    assert "class Empty has no predict" in refused(type("Empty", (), {}))


def test_an_unknown_setting_is_refused_with_the_known_ones(write):
    told = refused(f"{write('echo.py', ECHO)}:Echo", {"siez": 5, "mdoe": 1})
    assert "takes no argument 'siez'" in told
    assert "takes no argument 'mdoe'" in told
    assert "one of size, mode, sink" in told


def test_a_missing_setting_is_named_with_the_option_to_give():
    told = refused(with_settings)
    assert "needs the argument 'suffix'" in told
    assert "--model-arg suffix=" in told


def test_any_setting_is_taken_where_the_class_takes_any():
    free = type("Free", (Plain,), {"__init__": lambda self, **settings: None})
    assert find_model(free, {"anything": 1}).parameters == {"anything": 1}


def test_a_constructor_that_raises_is_told():
    def fail(self):
        raise RuntimeError("no memory")

    assert "Bad() raised RuntimeError: no memory" in refused(type("Bad", (Plain,), {"__init__": fail}))


def test_a_constructor_that_exits_is_told():
    told = refused(type("Bad", (Plain,), {"__init__": lambda self: sys.exit(0)}))
    assert "Bad() raised SystemExit" in told


def test_an_interrupt_while_a_model_is_made_passes():
    def interrupt(self):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_model(type("Bad", (Plain,), {"__init__": interrupt}))


def test_what_a_constructor_prints_goes_to_standard_error(capsys):
    class Loud(Plain):
        def __init__(self):
            sys.stdout.write("loading\n")

    find_model(Loud)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "loading\n")


@pytest.mark.parametrize("name", ["x" * 201, "two\nlines", "\x1b[31m", 5])
def test_a_name_that_cannot_be_shown_is_refused(name):
    assert "has the name" in refused(type("Odd", (Plain,), {"name": name}))


@pytest.mark.parametrize("tasks", [set(), {"chat"}, 5, [["qa"]], ("qa", None), "chat"])
def test_tasks_other_than_qa_and_summary_are_refused(tasks):
    told = refused(type("Odd", (Plain,), {"tasks": tasks}))
    assert "has the tasks" in told
    assert "a set of qa and summary" in told


@pytest.mark.parametrize("tasks", ["qa", {"qa"}, ["qa"], ("qa",), frozenset({"qa"})])
def test_tasks_may_be_one_name_or_any_collection(tasks):
    assert find_model(type("Fine", (Plain,), {"tasks": tasks})).tasks == ("qa",)


@pytest.mark.parametrize(
    "parameters", [5, {"x": object()}, {"x": float("nan")}, {"x": "\ud800"}, {"\ud800": 1}, {"x": ["\0"]}]
)
def test_parameters_that_json_cannot_hold_are_refused(parameters):
    assert "has parameters that JSON cannot hold" in refused(type("Odd", (Plain,), {"parameters": parameters}))


@pytest.mark.parametrize("revision", [5, "\ud800"])
def test_a_revision_that_is_no_text_is_refused(revision):
    assert "has the revision" in refused(type("Odd", (Plain,), {"revision": revision}))


def test_every_fault_of_a_model_is_told_at_once():
    told = refused(type("Odd", (Plain,), {"tasks": 5, "revision": 5, "parameters": 5, "name": 5}))
    assert [word in told for word in ("tasks", "revision", "parameters", "name")] == [True] * 4


def test_a_model_says_its_own_revision_parameters_and_name():
    own = {"name": "mine", "revision": "r7", "parameters": {"k": (1, 2)}}
    model = find_model(type("Own", (Plain,), own))
    assert (model.name, model.revision, model.parameters) == ("mine", "r7", {"k": [1, 2]})


def test_close_that_is_no_method_is_left_alone():
    find_model(type("Odd", (Plain,), {"close": "never"})).close()


def test_the_revision_is_the_sha256_of_the_file(write):
    path = write("echo.py", ECHO)
    assert find_model(f"{path}:Echo").revision == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_revision_of_an_object_given_to_the_api_is_that_of_the_defining_file():
    digest = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    assert {find_model(one).revision for one in (answer, Plain, Plain(), Called(), Plain().predict)} == {digest}


def test_the_revision_looks_into_decorated_and_partly_applied_functions():
    cached = functools.lru_cache(answer)
    assert source_digest(cached) == source_digest(functools.partial(answer)) == source_digest(answer)


def test_editing_a_file_changes_the_revision_where_another_file_defines_the_class(write):
    write("elsewhere_defined.py", ECHO)
    path = write("chosen.py", "from elsewhere_defined import Echo\nmodel = Echo(3)\n")
    before = find_model(f"{path}:model").revision
    path.write_text("from elsewhere_defined import Echo\nmodel = Echo(4)\n")
    assert find_model(f"{path}:model").revision != before


def test_code_without_a_file_has_its_code_as_revision():
    def made(source):
        space = {}
        exec(source, space)
        return space["M"]

    one = "class M:\n    def predict(self, prompt):\n        return 'one'\n"
    assert source_digest(made(one)) == source_digest(made(one))
    assert source_digest(made(one)) != source_digest(made(one.replace("one", "two")))


def test_the_revision_is_the_same_in_another_process(write):
    path = write("cached.py", "import functools\n@functools.lru_cache\ndef say(prompt):\n    return 'x'\n")
    code = f"from readmark.models import find_model; print(find_model('{path}:say').revision)"
    told = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert told == {find_model(f"{path}:say").revision.encode() + b"\n"}


def test_identity_is_over_name_revision_and_parameters():
    def identity(name="m", revision="r", **parameters):
        return LoadedModel(name, revision, parameters, ("qa",), "spec", answer).identity

    assert identity(a=1, b=2) == identity(b=2, a=1)
    assert len({identity(), identity("n"), identity(revision="s"), identity(a=1), identity(a="1")}) == 5
