"""What tests of exports share: a small test set with a twin and a summary, runs on it, and a board of them."""

from __future__ import annotations

import hashlib
import json

import pytest

from readmark.benchmark import load
from readmark.records import Reply
from readmark.verbs.board import board
from readmark.verbs.ceiling import run_upper_bound
from readmark.verbs.run import run
from readmark.verbs.score import score

RIVER = "The Aller joins the Weser at Verden. It is 211 km long. Ada and Bo dammed it in 1908.\n"
ROWS = [
    {"id": "a", "question": "Where does it join the Weser?", "references": ["Verden"], "process": "locate"},
    {"id": "b", "question": "How long is it?", "references": ["211 km", "131 miles"]},
    {"id": "c", "question": "How deep is it?", "answer_type": "none"},
    {"id": "d", "question": "Who dammed it?", "answer_type": "list", "parts": [["Ada"], ["Bo"]]},
    *({"id": f"e{n}", "question": f"In which year, {n}?", "references": ["1908"]} for n in range(22)),
]
SUMMARY = {
    "id": "s", "task": "summary", "article": "river", "instruction": "Sum it up.", "max_words": 9,
    "references": ["It is long."], "facts": [{"id": "f", "text": "long", "facets": [["211", "long"]]}],
}  # fmt: skip
MANIFEST = """name = "river"
version = "1.0"
canary = "a-canary-of-river"
licence = "CC0"
[[articles]]
id = "river"
file = "river.txt"
sha256 = "{sha256}"
[provenance]
hub = "acme-sets/river"
[[twin]]
find = "1908"
replace = "1911"
"""


class Reader:
    """A model with a maker's name and settings, that fails on one item and tells what it read."""

    name, revision, price = "acme/reader-7b", "v1", (1.0, 2.0)
    parameters = {"temperature": 0.5, "max_tokens": 16, "seed": None, "stop": ["\n"]}

    def predict(self, prompt):
        if prompt.item_id == "b":
            raise ValueError("too long")
        return Reply("Verden" if prompt.item_id == "a" else "in 1908", input_tokens=9, output_tokens=2)


def wrong(prompt):
    """A model without a maker's name, that abstains at times."""
    return "unanswerable" if prompt.item_id < "d" else "in 1807"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A folder with `river`, a test set; `run` and `ceiling`, two runs on it; `board`, of those and two more."""
    folder = tmp_path_factory.mktemp("export")
    river = folder / "river"
    river.mkdir()
    (river / "river.txt").write_text(RIVER)
    (river / "benchmark.toml").write_text(MANIFEST.format(sha256=hashlib.sha256(RIVER.encode()).hexdigest()))
    rows = [*({"task": "qa", "article": "river", **row} for row in ROWS), SUMMARY]
    (river / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = [
        run(model, river, conditions=["reading", "closed_book", "twin"], out=folder / "runs").folder
        for model in (Reader(), wrong)
    ]
    ceiling = run_upper_bound(load(river), folder / "runs").folder
    (folder / "elsewhere.json").write_text(json.dumps({row["id"]: "1908" for row in ROWS}))
    score(folder / "elsewhere.json", river, out=folder / "scored", extract="answer")
    board([*found, ceiling, folder / "scored"], folder / "board", benchmark=river)
    (folder / "run").symlink_to(found[0])
    (folder / "ceiling").symlink_to(ceiling)
    return folder
