"""Imports only fall: the graph is drawn from the source and held to the layers of docs/architecture.md."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "readmark"
# From the ground up; a unit imports only units that stand before it.
ORDER = [
    "errors", "records", "results", "decoding", "languages", "text", "jsonl", "statistics",
    "abstention", "extraction", "metrics", "benchmark", "prompts", "predictions", "signature", "models", "scoring",
    "thresholds", "reporting", "standings", "tables", "runs", "leaderboard", "plan",
    "verbs", "schemas", "evaluate_modules",
    "cli", "__init__", "__main__",
]  # fmt: skip
CEILING = {("ceiling", "run")}  # the ceiling is a run of the references


def unit(path: Path) -> str:
    """Return the unit of the layer table that a file belongs to."""
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> set[str]:
    """Return the readmark modules that a file imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module))
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name == "readmark" or name.startswith("readmark.")}


FILES = sorted(SOURCE.rglob("*.py"))
MODULES = {module_name(path): path for path in FILES}
GRAPH = {name: imported(path) & set(MODULES) - {name} for name, path in MODULES.items()}


def test_every_unit_has_its_place_in_the_order():
    assert {unit(path) for path in FILES} == set(ORDER)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_fall(name):
    here = unit(MODULES[name])
    if here in {"__init__", "__main__"}:
        return
    for target in GRAPH[name] - {"readmark"}:
        there = unit(MODULES[target])
        assert ORDER.index(there) <= ORDER.index(here), f"{name} imports {target}, which stands above it"


def test_verbs_do_not_import_each_other():
    verbs = {name: name.split(".")[2] for name in MODULES if name.startswith("readmark.verbs.")}
    crossings = {(verbs[name], verbs[target]) for name in verbs for target in GRAPH[name] & set(verbs)}
    assert {pair for pair in crossings if len(set(pair)) == 2} == CEILING


def test_no_import_circles():
    """A package's `__init__` only gathers names, so its members do not import it back."""
    graph = {name: targets - {"readmark"} for name, targets in GRAPH.items() if name != "readmark"}
    list(TopologicalSorter(graph).static_order())


def test_only_the_version_is_taken_from_the_package_itself():
    for name, path in MODULES.items():
        if "readmark" in GRAPH[name]:
            used = {
                node.attr
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "readmark"
            }
            assert used <= {"__version__"}, name


def test_a_climbing_import_would_be_seen(tmp_path):
    """The test can fail: an import inside a function of a ground module is found."""
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from readmark.cli import main\n")
    assert "readmark.cli" in imported(bad)


def test_modules_stay_readable():
    """A module over 300 lines hides a record or an idea that wants a file of its own."""
    long = {str(path): n for path in FILES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 300}
    assert not long
