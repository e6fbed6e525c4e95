"""A plugin, really built and really installed: a package that offers a model under an entry point."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import readmark

SOURCE = Path(readmark.__file__).parents[1]
PROJECT = """
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "readmark-parrot"
    version = "1.0"

    [project.entry-points."readmark.models"]
    parrot = "readmark_parrot:Parrot"
    lost-parrot = "readmark_parrot:Lost"
    dead-parrot = "readmark_parrot.dead:Parrot"

    [tool.hatch.build.targets.wheel]
    packages = ["readmark_parrot"]
"""
PARROT = """
    from readmark import Reply


    class Parrot:
        name = "parrot"
        tasks = {"qa"}

        def __init__(self, times: int = 1):
            self.times = times

        def predict(self, prompt):
            return Reply(text=" ".join([prompt.question] * self.times), output_tokens=self.times)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which pip installed the plugin, from source and without the internet."""
    if not importlib.util.find_spec("hatchling"):
        assert not os.environ.get("CI"), "CI must have hatchling"
        pytest.skip("hatchling, which builds the plugin, is not installed")
    folder = tmp_path_factory.mktemp("plugin")
    package = folder / "source" / "readmark_parrot"
    package.mkdir(parents=True)
    (package.parent / "pyproject.toml").write_text(textwrap.dedent(PROJECT))
    (package / "__init__.py").write_text(textwrap.dedent(PARROT))
    (package / "dead.py").write_text("x = 1\nraise RuntimeError('it is no more')\n")
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-build-isolation", "--no-deps"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", folder / "site", package.parent]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "site"


@pytest.fixture
def readmark_with_plugin(installed, tmp_path):
    """Call the command line in a process that sees the plugin; returns (exit code, standard output, error)."""

    def call(*arguments):
        code = "from readmark.cli import main; main()"
        environment = {**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{installed}", "PYTHONWARNINGS": "error"}
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return call


def test_an_installed_plugin_runs_by_its_name(readmark_with_plugin, tmp_path):
    code, out, _ = readmark_with_plugin("run", "parrot", "--model-arg", "times=2", "--limit", "5", "--json")
    assert code == 0
    (report,) = json.loads(out)["reports"]
    assert report["model"] == "parrot"
    assert report["report"]["counts"]["answered"] == 5
    assert report["report"]["costs"] == {"output_tokens": 10}
    info = json.loads((tmp_path / report["folder"] / "run.json").read_text())
    assert (info["adapter"], info["parameters"]) == ("parrot", {"times": 2})


def test_list_shows_installed_plugins_without_importing_them(readmark_with_plugin):
    code, out, _ = readmark_with_plugin("list", "models")
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "parrot plugin: readmark_parrot:Parrot" in lines
    assert "dead-parrot plugin: readmark_parrot.dead:Parrot" in lines


def test_a_plugin_that_cannot_be_imported_is_told_with_its_line(readmark_with_plugin, installed):
    code, _, err = readmark_with_plugin("run", "dead-parrot")
    assert code == 2
    assert f"{installed}/readmark_parrot/dead.py:2: cannot be imported: RuntimeError: it is no more" in err


def test_a_plugin_whose_name_is_not_in_its_module_is_told(readmark_with_plugin):
    code, _, err = readmark_with_plugin("run", "lost-parrot")
    assert code == 2
    assert "lost-parrot: cannot be imported: AttributeError" in err


def test_an_unknown_name_lists_the_plugins_too(readmark_with_plugin):
    code, _, err = readmark_with_plugin("run", "parot")
    assert code == 2
    assert "dead-parrot, lost-parrot, parrot" in err
