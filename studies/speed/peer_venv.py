"""The virtual environment of the study's own in which the peers are installed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The harnesses, in order of installation: lm_eval needs a torch, and any later one would do for pip.
PINS = {"torch": "2.13.0", "lm_eval": "0.4.13", "inspect_ai": "0.3.285"}

VERSIONS_PROGRAM = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def installed_versions(python: Path, pins: Mapping[str, str] = PINS) -> dict[str, str]:
    """Return the installed versions of the pinned packages; local labels such as +cpu are cut."""
    if not python.exists():
        return {}
    command = [str(python), "-c", VERSIONS_PROGRAM, *pins]
    found: dict[str, str] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def ensure_venv(folder: Path, pins: Mapping[str, str] = PINS) -> Path:
    """Return the Python of an environment with the pinned peers, made or mended where need be.

    Args:
        folder: Of the environment.
        pins: Names and versions, in order of installation.

    Raises:
        subprocess.CalledProcessError: `venv` or `pip` failed; its own words are on standard error.
    """
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    found = installed_versions(python, pins)
    if not python.exists():
        print(f"making a virtual environment for the peers: {folder.name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    for name, version in pins.items():
        if found.get(name) != version:
            print(f"installing {name}=={version}", file=sys.stderr)
            quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
            subprocess.run([str(python), "-m", "pip", "install", *quiet, f"{name}=={version}"], check=True)
    return python
