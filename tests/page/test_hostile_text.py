"""Whatever a model or an author writes is shown as text; none of it runs, and none of it breaks the page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise
from urllib.parse import quote

import pytest

from readmark.runs import slug
from readmark.verbs.board import board, verify
from readmark.verbs.score import score

RUN = "window.pwned=1"
HOSTILE = [
    f"<script>{RUN}</script>", f"</script><script>{RUN}</script>", f"</ScRiPt ><svg onload={RUN}>",
    f"<img src=x onerror={RUN}>", f'"><img src=x onerror={RUN}>', f"'><img src=x onerror={RUN}>",
    f"' onmouseover='{RUN}", f'" autofocus onfocus="{RUN}', f"<svg/onload={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>", f"<a href='javascript:{RUN}'>x</a>",
    f"javascript:{RUN}", f"data:text/html,<script>{RUN}</script>", f"<style>@import 'javascript:{RUN}';</style>",
    "</style><style>*{display:none}</style>", "</title><meta http-equiv=refresh content='0;url=about:blank'>",
    "<base href='https://example.org/'>", f"<body onload={RUN}>",
    "<form action='https://example.org'><input type=submit></form>", f"<!--<script>{RUN}</script>", "<!--", "-->",
    "]]>", "<![CDATA[", "<plaintext>", "<textarea>", "<noscript>", "<template>",
    f"<math><mtext></mtext><mglyph><svg><mtext><style><img src onerror={RUN}>", f"<details open ontoggle={RUN}>",
    f"<object data='javascript:{RUN}'></object>", f"<link rel=stylesheet href='javascript:{RUN}'>",
    "{{ 7 * 7 }}", "{% for x in range(9) %}x{% endfor %}", "{{ ''.__class__.__mro__ }}", "{# gone #}", "${7*7}",
    "`${window.pwned=1}`", "\\u003cscript\\u003e", "&lt;script&gt;", "&#60;script&#62;", "&amp;",
    '\\"};window.pwned=1;//', "\u202egnihtemos\u202c", "\u2066abc\u2069\u200f", "a\u2028b\u2029c",
    "\ufeffzero\u200bwidth", "e\u0301\u0327" * 40, "../../etc/passwd", "x" * 1_000_000,
]  # fmt: skip
CONTROL = ["\x07\x1b[31m\x9b", "line\nbreak\r\nand\ttab"]  # names and answers only: files of questions refuse them


def as_shown(text):
    """Return what the page makes of a text: a mark for what would steer the screen, all else as it is."""
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]", "\ufffd", text)


def cut(text):
    return text if len(text) <= 4000 else f"{text[:4000]} … [cut here: {len(text)} characters in all]"


def as_name(text):
    text = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    return text if len(text) <= 120 else f"{text[:60]}…{text[-59:]}"


def test_there_are_50_of_them():
    assert len({*HOSTILE}) >= 50


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A board on which every name, title, tag, article, question, reference and answer is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    tests = folder / "set"
    tests.mkdir()
    rows = []
    for number, text in enumerate(HOSTILE):
        (tests / f"a{number}.txt").write_text(f"Here {text} is the article.", encoding="utf-8")
        row = {"id": f"q{number}", "article": f"a{number}", "question": text, "references": [text], "task": "qa"}
        rows.append(row)
        rows.append({
            "id": f"s{number}", "article": f"a{number}", "task": "summary", "instruction": text, "references": [text],
            "facts": [{"id": "f1", "text": text, "facets": [["article"]]}],
            "contradictions": [{"id": "c1", "text": text, "facets": [["article"], ["is"]]}],
        })  # fmt: skip
    (tests / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    names = [*HOSTILE, *CONTROL]
    for number, name in enumerate(names):
        said = {}
        for place in range(len(HOSTILE) if number < 3 else 1):  # three models answer all
            answer = names[(place + number) % len(names)]
            said[f"q{place}"], said[f"s{place}"] = answer, f"{answer} is the article"
        (folder / f"{number}.json").write_text(json.dumps(said))
        score(folder / f"{number}.json", tests, out=folder / f"run-{number}", name=name)
    board(
        [folder / f"run-{number}" for number in range(len(names))], folder / "board", title=HOSTILE[0],
        description="\n".join(HOSTILE), tags=list(pairwise(names)),
    )  # fmt: skip
    return folder / "board"


def test_no_name_runs_and_each_is_shown_as_text(visit, hostile):
    page = visit(hostile)
    shown = page.locator("table[data-task=qa] tbody th bdi").all_text_contents()
    assert sorted(shown) == sorted(map(as_name, [*HOSTILE, *CONTROL]))
    assert page.locator("h1").inner_text() == HOSTILE[0]
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('script').length") == 3
    assert (
        page.evaluate("document.querySelectorAll('img, iframe, object, form[action], base, link, template').length")
        == 0
    )
    assert page.evaluate("document.querySelector('#how').checkVisibility()")


def test_no_item_runs_and_each_text_of_it_is_shown_as_text(visit, hostile):
    page = visit(hostile)
    for number, text in enumerate(HOSTILE):
        for kind in "qs":
            page.evaluate("hash => { location.hash = hash }", f"#item={kind}{number}")
            page.wait_for_function(
                "id => document.querySelector('#item-title')?.textContent.startsWith(id)", arg=f"{kind}{number}"
            )
            told = page.evaluate(
                """() => ({
                    question: document.querySelector('dialog .question').textContent,
                    article: document.querySelector('dialog .article').textContent,
                    reference: document.querySelector('dialog .references li').textContent,
                    answers: [...document.querySelectorAll('dialog .answer')].map((one) => one.textContent),
                })"""
            )
            assert told["question"] == told["reference"] == as_shown(cut(text))
            assert told["article"] == as_shown(f"Here {text} is the article.")
            assert len(told["answers"]) >= 3
    assert page.evaluate("window.pwned") is None


def test_every_answer_is_shown_whole_or_says_how_much_was_cut(visit, hostile):
    page = visit(hostile)
    names = [*HOSTILE, *CONTROL]
    for place in range(len(HOSTILE)):
        page.evaluate("hash => { location.hash = hash }", f"#item=q{place}")
        page.wait_for_function("id => document.querySelector('#item-title')?.textContent === id", arg=f"q{place}")
        told = {as_shown(one).strip() for one in page.locator("dialog .answer").all_text_contents()}
        for number in range(3):
            answer = names[(place + number) % len(names)]
            wanted = as_shown(answer).strip()
            assert wanted in told or any(f"{len(answer)} characters in all" in one for one in told) or not wanted


def test_a_hostile_address_runs_nothing(visit, shown):
    page = visit(shown)
    for key in ("q", "tag", "vs", "item", "condition", "items", "show", "order", "sort", "model"):
        for text in HOSTILE[:-1:3]:
            page.evaluate("hash => { location.hash = hash }", f"#{key}={quote(text)}")
            page.evaluate("new Promise((done) => setTimeout(done))")
    assert page.evaluate("window.pwned") is None


def test_the_policy_lets_this_script_and_this_style_through_and_nothing_else(shown):
    page = (shown / "leaderboard.html").read_text()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1].replace("&#39;", "'")
    rules = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["trusted-types"] == "'none'"
    assert "unsafe" not in policy
    for rule, tag in (("script-src", "script"), ("style-src", "style")):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert not re.search(
        r"\son\w+=|\sstyle=|javascript:", re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    )


def test_the_policy_stops_a_script_that_was_put_into_the_page(chromium, shown, tmp_path):
    """The test can fail: without the policy the same script runs."""
    text = (
        (shown / "leaderboard.html")
        .read_text()
        .replace("</h1>", f"</h1><script>{RUN}</script><img src=x onerror={RUN}>")
    )
    for number, (page_text, runs) in enumerate(
        [(text, None), (text.replace("Content-Security-Policy", "X-Nothing"), 1)]
    ):
        path = tmp_path / f"{number}.html"
        path.write_text(page_text)
        page = chromium.new_page()
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(200)
        assert page.evaluate("window.pwned ?? null") == runs
        page.close()


def test_a_hostile_board_holds(hostile):
    assert verify(hostile, benchmark=hostile.parent / "set") == []


def test_a_hostile_name_leads_to_no_other_folder(hostile):
    names = [*HOSTILE, *CONTROL]
    runs = {part for number in range(len(names)) for part in (f"run-{number}", f"{number}.json")}
    assert {path.name for path in hostile.parent.iterdir()} == {"set", "board"} | runs
    assert {path.name for path in hostile.iterdir()} == {"entries", "leaderboard.json", "leaderboard.html"}
    assert len([*(hostile / "entries").iterdir()]) == len(names)
    assert slug("../../etc/passwd") == "etc-passwd"
