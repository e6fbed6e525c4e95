"""The page as a file: a function of the board, checked by `verify`, and what may be left out of it."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.errors import RunError
from readmark.metrics.facts import stated_at, states, windows
from readmark.tables import shown_name
from readmark.text import tokenizer_for
from readmark.verbs.board import board, verify
from readmark.verbs.board.page import PAGE, contents
from readmark.verbs.board.page.groups import groups_of
from readmark.verbs.board.page.plot import LEFT, LETTER, LINE, RIGHT, WIDTH, plot_of
from readmark.verbs.board.page.tables import Cell, Row, view_of
from readmark.verbs.run import run
from readmark.verbs.score import score

TEXTS = st.text(alphabet="ab ß.İ1é-\n北京”!", max_size=80)


def packed(page):
    """Return what is behind the tables of a page."""
    text = page.partition(b'id="packed">')[2].partition(b"</script>")[0]
    return json.loads(gzip.decompress(base64.b64decode(text)))


def test_the_same_runs_give_the_same_page_in_any_order(river, river_runs, tmp_path):
    board(river_runs, tmp_path / "one", benchmark=river)
    board(river_runs[::-1], tmp_path / "other", benchmark=river)
    assert (tmp_path / "one" / PAGE).read_bytes() == (tmp_path / "other" / PAGE).read_bytes()


def test_a_page_without_items_holds_no_article_question_reference_or_answer(river, river_runs, tmp_path):
    board(river_runs, tmp_path, benchmark=river, with_items=False)
    page = (tmp_path / PAGE).read_text()
    for text in ("Aller", "Verden", "tributary", "<dialog", 'id="packed"', "cable"):
        assert text not in page
    assert verify(tmp_path, benchmark=river) == []


def test_a_page_with_items_holds_every_answer(river, river_runs, shown):
    behind = packed((shown / PAGE).read_bytes())
    assert [model["name"] for model in behind["models"]] == [
        "faulty",
        "large",
        "middle",
        "silent",
        "small",
        "upper-bound",
    ]
    assert len(behind["items"]) == 30
    for item in behind["items"]:
        for answers in item["answers"].values():
            assert len(answers) == 6


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.replace(b"Rivers", b"Brooks", 1),
        lambda page: page.replace(b"<strong>", b"<strong>9", 1),
        lambda page: page.replace(b"default-src &#39;none&#39;", b"default-src *"),
        lambda page: page.replace(b'"use strict";', b'"use strict";fetch("https://example.org");', 1),
        lambda page: page + b"<p>",
        lambda page: b"",
        lambda page: page.replace(packed_text(page), base64.b64encode(gzip.compress(b"{}"))),
        lambda page: page.replace(packed_text(page), b"no base64"),
        lambda page: page.replace(b"Readmark page #", b"Readmark page #0"),
    ],
    ids=["title", "score", "policy", "script", "more", "empty", "items", "torn", "generator"],
)
def test_verify_tells_a_page_that_is_not_the_boards(river, shown, tmp_path, change):
    shutil.copytree(shown, tmp_path / "board")
    path = tmp_path / "board" / PAGE
    before = path.read_bytes()
    path.write_bytes(change(before))
    assert path.read_bytes() != before
    assert [one.place for one in verify(tmp_path / "board", benchmark=river)] == [PAGE]
    assert verify(shown, benchmark=river) == []


def packed_text(page):
    return page.partition(b'id="packed">')[2].partition(b"</script>")[0]


def test_verify_does_without_a_page_and_tells_one_that_cannot_be_read(river, shown, tmp_path):
    shutil.copytree(shown, tmp_path / "board")
    (tmp_path / "board" / PAGE).unlink()
    assert verify(tmp_path / "board", benchmark=river) == []
    (tmp_path / "board" / PAGE).mkdir()
    assert len(verify(tmp_path / "board", benchmark=river)) == 1


def test_verify_unpacks_no_more_than_a_page_can_hold(shown, monkeypatch):
    monkeypatch.setattr("readmark.verbs.board.page.render.LARGEST", 1000)
    page = (shown / PAGE).read_bytes()
    bomb = base64.b64encode(gzip.compress(bytes(10_000_000)))
    found = contents(page.replace(packed_text(page), bomb))
    assert len(found) == len(page) - len(packed_text(page)) + 1000


def test_a_long_title_and_description_are_shown_whole(river, river_runs, tmp_path):
    texts = [" ".join(f"{word}{n}" for n in range(60)) for word in ("title", "said")]
    board(river_runs, tmp_path, benchmark=river, title=texts[0], description=f"{texts[1]}\n{texts[1]}!")
    page = (tmp_path / PAGE).read_text()
    assert f"<h1>{texts[0]}</h1>" in page
    assert f'<p class="lead">{texts[1]}</p>' in page
    assert f'<p class="lead">{texts[1]}!</p>' in page


def test_two_ways_to_pack_the_same_items_are_one_page(shown):
    page = (shown / PAGE).read_bytes()
    other = base64.b64encode(gzip.compress(gzip.decompress(base64.b64decode(packed_text(page))), compresslevel=1))
    assert contents(page) == contents(page.replace(packed_text(page), other))


def test_a_model_that_was_not_asked_under_the_headlines_condition_has_its_row_too(river, river_runs, tmp_path):
    def other(prompt):
        return "1908"

    alone = run(other, river, conditions=["closed_book"], out=tmp_path / "runs")
    made = board([*river_runs, alone.folder], tmp_path / "board", benchmark=river)
    view = view_of(made, "qa")
    (row,) = [row for row in view.rows if row.name == "other"]
    assert (row.headline.text, row.rank) == ("", None)
    cells = {column.key: cell.text for column, cell in zip(view.columns, row.cells, strict=True)}
    assert cells["closed_book"] != ""
    assert cells["exact_match"] == ""
    assert groups_of(made, view).rows[-1].name == "upper-bound"


def test_no_model_is_ranked_where_a_high_score_is_no_merit(river, tmp_path):
    def other(prompt):
        return "1908"

    runs = [run(model, river, conditions=["closed_book"], out=tmp_path).folder for model in (other, "abstain")]
    made = board(runs, tmp_path / "board", benchmark=river)
    view = view_of(made, "qa")
    assert (made.standings, view.ranked, view.title) == ({}, 0, "Answers without reading")
    page = (tmp_path / "board" / PAGE).read_text()
    assert "Not ranked: a high score is no merit here." in page
    assert "may be the best" not in page
    assert "Altered article" not in page


def test_a_mark_stays_within_the_part_of_an_answer_that_is_shown(river, tmp_path):
    long = "The Aller joins the Weser. " + "It flows on. " * 400 + "It meets the Rhine."

    def talkative(prompt):
        return long

    made = run(talkative, river, out=tmp_path)
    board([made.folder], tmp_path / "board", benchmark=river)
    (summary,) = [item for item in packed((tmp_path / "board" / PAGE).read_bytes())["items"] if item["id"] == "s-1"]
    (answer,) = summary["answers"]["reading"]
    assert answer[1].endswith(f"[cut here: {len(long)} characters in all]")
    assert answer[3]["contradictions"] == {"0": []}
    assert answer[3]["facts"] == {"0": [[10, 15], [20, 25]]}


def test_a_failed_summary_lists_no_facts(river, tmp_path):
    def faulty(prompt):
        if prompt.task == "summary":
            raise OSError
        return ""

    made = run(faulty, river, out=tmp_path)
    board([made.folder], tmp_path / "board", benchmark=river)
    (summary,) = [item for item in packed((tmp_path / "board" / PAGE).read_bytes())["items"] if item["id"] == "s-1"]
    assert summary["answers"]["reading"][0][0] == "f"
    assert summary["answers"]["reading"][0][3] == 0


def test_notes_on_single_models_stand_apart(river, tmp_path):
    for name, said in (("one", {"q-who": "Ada"}), ("two", {"q-deep": ""})):
        score(said, river, out=tmp_path / name, name=name)
    board([tmp_path / "one", tmp_path / "two"], tmp_path / "board", benchmark=river)
    page = (tmp_path / "board" / PAGE).read_text()
    assert "without a prediction" not in page.partition("<main")[0]
    assert "without a prediction" in page.partition("Notes on single models")[2]


def test_names_that_begin_alike_are_cut_in_the_middle():
    assert shown_name("organisation/" * 20 + "a") != shown_name("organisation/" * 20 + "b")
    assert len(shown_name("x" * 1000)) == 120
    assert shown_name("x" * 120) == "x" * 120


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 100)), min_size=2, max_size=30),
    st.sampled_from(["m", "a model of a long name " * 3]),
)
def test_no_label_of_the_plot_covers_a_point_or_another_label(places, name):
    rows = [
        Row(f"{n}", f"{n}{name}", True, (), None, Cell("", y / 100, y, y, y), ()) for n, (_, y) in enumerate(places)
    ]
    entries = [SimpleNamespace(id=f"{n}", kind="model", cost=cost) for n, (cost, _) in enumerate(places)]
    plot = plot_of(entries, SimpleNamespace(rows=rows))
    width = {point.id: LETTER * len(point.label) for point in plot.points}
    spans = [
        (p.at - width[p.id] if p.is_turned else p.at, p.at if p.is_turned else p.at + width[p.id], p.y, p.id)
        for p in plot.points
        if p.label
    ]
    for left, right, y, here in spans:
        assert left >= LEFT
        for point in plot.points:
            assert point.id == here or not (left <= point.x <= right and abs(point.y - y) < 4)
        for other in spans:
            assert other[3] == here or abs(other[2] - y) > LINE or other[0] > right or other[1] < left
    assert all(LEFT <= point.x <= WIDTH - RIGHT + 0.1 for point in plot.points)


# Labels


def test_tags_go_to_the_models_that_a_pattern_names(shown):
    table = json.loads((shown / "leaderboard.json").read_text())
    assert {entry["model"]: entry.get("tags", []) for entry in table["entries"]} == {
        "large": ["paid"], "middle": ["paid"], "small": ["paid", "tiny"], "silent": ["tiny"], "faulty": [],
        "upper-bound": [],
    }  # fmt: skip
    assert (table["title"], table["description"]) == ("Rivers & <dams>", "A first line.\nA second one.")


def test_a_tag_for_no_model_is_refused_and_nothing_is_written(river, river_runs, tmp_path):
    with pytest.raises(RunError, match="there is no such model"):
        board(river_runs, tmp_path / "board", benchmark=river, tags=[("huge", "paid")])
    assert not (tmp_path / "board").exists()


@pytest.mark.parametrize("tag", ["large", "=paid", "large=", "large= "])
def test_the_command_line_refuses_what_is_no_tag(cli, river, river_runs, tag):
    code, _, err = cli("board", *river_runs, "-b", river, "-o", "board", "--tag", tag)
    assert (code, "MODEL=TAG" in err) == (2, True)


def test_the_command_line_says_what_the_page_holds(cli, river, river_runs):
    code, out, err = cli("board", *river_runs[:2], "-b", river, "-o", "board", "--tag", "l*=a", "--title", "T")
    assert (code, "board/leaderboard.html" in out, "--without-items" in err) == (0, True, True)
    _, _, err = cli("board", *river_runs[:2], "-b", river, "-o", "board", "--without-items")
    assert "--without-items" not in err


# Marks


@given(TEXTS, st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=3), st.sampled_from(["en", "tr"]))
def test_marks_stand_where_a_fact_is_stated_and_only_there(text, facets, language):
    spans = stated_at(text, facets, language)
    assert bool(spans) == states(text, facets, language)
    for start, end in spans:
        assert 0 <= start <= end <= len(text)


@given(
    st.lists(st.sampled_from(["Ada", "dams", "the", "Weser", "–", "北京", "mother-in-law's-house", "é"]), max_size=70)
)
def test_a_marked_facet_is_one_of_its_alternatives(pieces):
    text = " ".join(pieces)
    spans = stated_at(text, [["Weser", "dams the"], ["Ada"]])
    for (start, end), facet in zip(spans, [{("weser",), ("dams", "the")}, {("ada",)}], strict=bool(spans)):
        assert tokenizer_for("en")(text[start:end]) in facet


def test_a_window_is_marked_where_the_metric_looks():
    text = " ".join(["word"] * 40) + " Weser."
    assert len(windows(text)) == 2
    assert stated_at(text, [["word"], ["Weser"]]) == ((150, 154), (200, 205))
    assert stated_at(text, [["Celle"], ["Weser"]]) == ()
