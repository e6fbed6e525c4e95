"""A real Chromium for the page's tests, and boards to show in it."""

from __future__ import annotations

import json
import os
import shutil
import warnings

import pytest

from readmark.records import Reply
from readmark.verbs.board import board
from readmark.verbs.ceiling import run_upper_bound
from readmark.verbs.run import run

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (  # as root in a container, and without looking for servers of its maker's
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
RIVER = (
    "The Aller joins the Weser at Verden. It is 211 km long. Ada and Bo dammed it in 1908.\n\n"
    "“The dam is old,” the mayor said. The Leine is its largest tributary 🌊 by far. Boats pass it on Sundays.\n"
)
QUESTIONS = [
    {"id": "q-where", "question": "Where does the Aller join the Weser?", "references": ["Verden", "at Verden"],
     "evidence": ["joins the Weser at Verden"], "process": "locate"},
    {"id": "q-long", "question": "How long is the Aller?", "references": ["211 km"], "evidence": ["211 km long"]},
    {"id": "q-deep", "question": "How deep is the Aller?", "answer_type": "none"},
    {"id": "q-who", "question": "Who dammed it?", "answer_type": "list", "parts": [["Ada"], ["Bo"]]},
    {"id": "q-big", "question": "Which is its largest tributary?", "references": ["the Leine"],
     "evidence": ["largest tributary 🌊 by far"]},
    *({"id": f"q-year-{n}", "question": f"In which year was it dammed, question {n}?", "references": ["1908"],
       "evidence": ["in 1908"], "process": "locate"} for n in range(24)),
]  # fmt: skip
SUMMARY = {
    "id": "s-1", "task": "summary", "instruction": "Summarise it.", "max_words": 12,
    "references": ["The Aller, 211 km long, joins the Weser at Verden."],
    "facts": [
        {"id": "f1", "text": "It joins the Weser.", "facets": [["joins", "meets"], ["Weser"]], "weight": 2,
         "evidence": ["The Aller joins the Weser"]},
        {"id": "f2", "text": "It was dammed.", "facets": [["dam", "dammed"]]},
    ],
    "contradictions": [{"id": "c1", "text": "It joins the Rhine.", "facets": [["joins", "meets"], ["Rhine"]]}],
}  # fmt: skip
MANIFEST = """
name = "river"
version = "1.0"
canary = "river-canary-1234"

[[articles]]
id = "river"
file = "river.txt"
sha256 = "{sha256}"
title = "A river"

[[twin]]
find = "Verden"
replace = "Celle"

[[twin]]
find = "1908"
replace = "1907"
"""


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright; without it tests are skipped, under CI=true they fail."""
    from playwright.sync_api import sync_playwright

    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        reason = "there is no Chromium: `make chromium` installs Debian's"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET])
        yield browser
        browser.close()


class Seen:
    """What happened in a page that must not: requests beyond the file, messages of the console, dialogs."""

    def __init__(self, page) -> None:
        self.requests, self.messages, self.dialogs = [], [], []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))


@pytest.fixture
def visit(chromium):
    """Return a function: a board's folder, an address part → the open page; nothing else may be asked or complained."""
    opened = []

    def go(folder, view="", **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        page = context.new_page()
        page.set_default_timeout(30_000)
        seen = Seen(page)
        address = f"{(folder / 'leaderboard.html').as_uri()}{view}"
        page.goto(address)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]")
        opened.append((context, seen, address.partition("#")[0]))
        return page

    yield go
    for context, seen, address in opened:
        context.close()
        assert {url.partition("#")[0] for url in seen.requests} == {address}
        assert (seen.messages, seen.dialogs) == ([], [])


class Paid:
    """Knows some answers, and what they cost."""

    def __init__(self, name, known, price):
        self.name, self.known, self.price = name, known, price

    def predict(self, prompt):
        if prompt.task == "summary":
            return Reply(f"The Aller joins the Weser. It meets the Rhine, says {self.name}.", 300, 20)
        year = "1907" if "1907" in prompt.article else "1908"
        answer = {"q-where": "at Verden", "q-long": "It is 211 km", "q-big": "the Leine 🌊"}.get(prompt.item_id, year)
        return Reply(answer if len(prompt.item_id) % 7 < self.known else "unanswerable", 300, 5)


def silent(prompt):
    """Answers nothing."""
    return ""


def faulty(prompt):
    """Fails on one item."""
    if prompt.item_id == "q-long":
        raise OSError("the cable is out")
    return "Ada and Bo, in 1908, joins the Weser, and so forth until the budget is over, by the old dam"


@pytest.fixture(scope="session")
def river(tmp_path_factory):
    """A test set with evidence, a twin, a list, an unanswerable question and a summary with facts."""
    import hashlib

    folder = tmp_path_factory.mktemp("set") / "river"
    folder.mkdir()
    (folder / "river.txt").write_text(RIVER, encoding="utf-8")
    (folder / "benchmark.toml").write_text(MANIFEST.format(sha256=hashlib.sha256(RIVER.encode()).hexdigest()))
    rows = [{"task": "qa", "article": "river", **row} for row in (*QUESTIONS, SUMMARY)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "questions.jsonl").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def river_runs(river, tmp_path_factory):
    """Runs of five models and the references."""
    from readmark.benchmark import load

    out = tmp_path_factory.mktemp("runs")
    models = [Paid("large", 7, (4.0, 8.0)), Paid("middle", 5, (1.0, 2.0)), Paid("small", 2, (0.1, 0.2)), silent, faulty]
    conditions = ["reading", "closed_book", "twin"]
    made = [run(model, river, conditions=conditions, out=out).folder for model in models]
    return [*made, run_upper_bound(load(river), out).folder]


@pytest.fixture(scope="session")
def shown(river, river_runs, tmp_path_factory):
    """Return the folder of their board, with tags, a title and a description."""
    folder = tmp_path_factory.mktemp("board")
    board(
        river_runs, folder, benchmark=river, title="Rivers & <dams>", description="A first line.\nA second one.",
        tags=[("large", "paid"), ("m*", "paid"), ("small", "paid"), ("small", "tiny"), ("silent", "tiny")],
    )  # fmt: skip
    return folder


@pytest.fixture(scope="session")
def axe():
    """Return a function: a page → the rules of serious or critical weight that it breaks, and where."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from axe_playwright_python.sync_playwright import Axe

    def check(page):
        found = Axe().run(page).response["violations"]
        return [
            (rule["id"], [node["html"] for node in rule["nodes"]])
            for rule in found
            if rule["impact"] in {"serious", "critical"}
        ]

    return check
