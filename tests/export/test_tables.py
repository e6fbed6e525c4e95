"""Tables show each name as it is, whatever it is: read back by other people's parsers, and by the markup's rules."""

from __future__ import annotations

import csv
import io
import re

import pytest
import yaml
from huggingface_hub import ModelCard, parse_eval_result_entries
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from readmark.leaderboard.stored import read_board
from readmark.tables import COLUMNS, one_line, shown_name
from readmark.verbs.export import FORMATS, Source, export
from readmark.verbs.export.build import Made
from readmark.verbs.export.csv_table import FORMULA, safe
from readmark.verbs.export.latex import escaped as in_latex

NASTY = [
    "a|b", "a`b``c", "*b*", "_b_", "[x](http://e.org)", "![x](y)", "<b>&amp;", "a\nb\r\n| c |", "\\", "a\\|b", "$x$",
    "\\input{/etc/passwd}", "\\\\[3pt]", "[2]", "*", "{", "}", "100%", "#1", "a_b^c~d", '"a', "--- --", "?`!`",
    "~~x~~", "a & b \\\\", "\x85", "ﬀ", "a" * 10**6, "../../x", "",
    "=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "=cmd|' /C calc'!A0", '"=1",=2', "a\u202eb", "a\x00b",
    "\ufeffa",
    "---", "---\n---", "- a", "1. a", "http://e.org", "www.e.org", ":smile:", "@someone", "#12", "é ü", "模型",
    "''a'', ,,b", "null", "1e5", "yes", "0x10", "{{ x }}", "<!-- x -->", "</td>", "&#124;", "\u2028", "\U0001f600",
]  # fmt: skip
NAMES = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture(scope="module")
def board(made):
    return read_board(made / "board" / "leaderboard.json")


def named(board, name):
    """Return the board with the same odd text for a model, the test set, the canary and a note."""
    entries = [replace(entry, model=name) if entry.model == "wrong" else entry for entry in board.entries]
    signature = board.signature | {"benchmark": name}
    return replace(
        board, benchmark=replace(board.benchmark, name=name), canary=name, notes=(name,), title=name,
        entries=tuple(entries), signature=signature,
    )  # fmt: skip


def files_of(board, form):
    source = Source("board", "no board of that name")
    source.__dict__["leaderboard"] = board
    made = FORMATS[form].write(source, False)
    return made.files if isinstance(made, Made) else made


def shown(name):
    return shown_name(name)


@settings(max_examples=20)  # each writes whole files
@given(name=NAMES)
def test_markdown_shows_every_cell_as_text(board, name):
    tokens = MARKDOWN.parse(files_of(named(board, name), "markdown")[""].decode())
    rows, texts = [], []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        if token.type == "inline":
            kinds = {child.type for child in token.children}
            assert kinds <= {
                "text",
                "text_special",
                "strong_open",
                "strong_close",
                "em_open",
                "em_close",
                "code_inline",
                "softbreak",
            }
            text = "".join(child.content for child in token.children)
            texts.append(text)
            if rows:
                rows[-1].append(text)
        if token.type == "table_close":
            assert len({len(row) for row in rows}) == 1
            if "answer_match" in rows[0]:
                assert shown(name).strip() in [row[0] for row in rows]
            rows = []
    assert not [
        token for token in tokens if token.type in {"html_block", "heading_open", "fence", "hr", "blockquote_open"}
    ]
    assert any(text.startswith("Recipe: " + one_line(f"bench:{name}@1.0")) for text in texts)
    assert one_line(name) in texts or not one_line(name)


SPELT = {
    r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^", r"\textless{}": "<",
    r"\textgreater{}": ">", r"\textendash{}": "–", r"\ldots{}": "…", r"\textbar": "|", r"\allowbreak{}": "",
    r"\{": "{", r"\}": "}", r"\$": "$", r"\%": "%", r"\#": "#", r"\&": "&", r"\_": "_", "{": "", "}": "",
}  # fmt: skip


def from_latex(text):
    """Return what LaTeX sets for a text of ours: only what is spelt here, and plain characters, may stand in it."""
    out, depth = [], 0
    for token in re.findall(r"\\symbol\{\d+\}|\\[a-zA-Z]+(?:\{\})?|\\.|.", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
        if token.startswith(r"\symbol"):
            out.append(chr(int(token[8:-1])))
        elif token in SPELT:
            out.append(SPELT[token])
        else:
            assert token not in set("\\&%$#^_~"), token
            assert len(token) == 1, token
            out.append(token)
    assert depth == 0
    return "".join(out)


@given(text=NAMES)
def test_latex_sets_every_text_as_it_is(text):
    line = one_line(text)
    spelt = in_latex(line)
    assert from_latex(spelt) == line.replace("\N{REPLACEMENT CHARACTER}", "?")
    assert not re.match(r"[\[*]", spelt), "an option of the row's end before it"
    assert not re.search(r"--|[?!]`|``|''|,,|<<|>>", spelt), "a ligature"
    assert "\n" not in spelt


@settings(max_examples=20)  # each writes whole files
@given(name=NAMES)
def test_latex_is_balanced_and_every_row_has_every_cell(board, name):
    text = files_of(named(board, name), "latex")[""].decode()
    body = [line for line in text.split("\n") if not line.startswith("%")]
    opened = []
    for kind, what in re.findall(r"\\(begin|end)\{(\w+)\}", "\n".join(body)):
        if kind == "begin":
            opened.append(what)
        else:
            assert opened.pop() == what
    assert opened == []
    for table in re.findall(r"\\toprule\n(.*?)\\bottomrule", text, re.DOTALL):
        rows = [line for line in table.strip().split("\n") if line != r"\midrule"]
        cells = [re.sub(r" \\\\$", "", row).count(" & ") - row.count(r" \& ") for row in rows]
        assert all(row.endswith(r" \\") for row in rows)
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1, cells


@settings(max_examples=20)  # each writes whole files
@given(name=NAMES)
def test_csv_comes_back_and_no_cell_is_a_formula(board, name):
    data = files_of(named(board, name), "csv")[""].decode()
    csv.field_size_limit(10**8)
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    assert data.count("\n") == len(rows) + 1, "a line a row, for those who split at lines"
    for row in rows:
        assert None not in row
        for column, cell in row.items():
            if column in {"value", "low", "high", "n", "worst", "best", "rank_best", "rank_worst"}:
                assert cell == "" or float(cell) is not None
            else:
                assert not cell.startswith(FORMULA)
    assert safe(name) in {row["model"] for row in rows}


def test_csv_has_every_number_unrounded_with_its_rank_and_groups(made, board):
    rows = list(csv.DictReader(io.StringIO(files_of(board, "csv")[""].decode())))
    found = {(row["entry"], row["condition"], row["by"], row["group"], row["metric"]): row for row in rows}
    assert len(found) == len(rows)
    for entry in board.entries:
        for condition, report in entry.conditions.items():
            for metric, score in report.scores.items():
                row = found[entry.id, condition, "", "", metric]
                for column in ("value", "low", "high", "n", "worst", "best"):
                    value = getattr(score, column)
                    assert row[column] == ("" if value is None else repr(value))
                ranks = board.standings.get(condition, {}).get(metric)
                rank = ranks.ranks.get(entry.id) if ranks else None
                assert (row["rank_best"], row["rank_worst"]) == (tuple(map(str, rank)) if rank else ("", ""))
            for by, groups in report.by.items():
                for group, scores in groups.items():
                    assert {key[4] for key in found if key[:4] == (entry.id, condition, by, group)} == {*scores}
        assert all((entry.id, "", "", "", metric) in found for metric in entry.derived)
    assert {row["canary"] for row in rows} == {"a-canary-of-river"}


@settings(max_examples=20)  # each writes whole files
@given(name=NAMES)
def test_yaml_comes_back_with_the_name(board, name):
    cards = files_of(named(board, name), "model-index").values()
    assert one_line(name) in {ModelCard(data.decode()).data.model_name for data in cards}
    for data in files_of(named(board, name), "eval-results").values():
        assert parse_eval_result_entries(yaml.safe_load(data))


@settings(max_examples=20)  # each writes whole files
@given(name=NAMES)
def test_no_path_is_made_of_a_name_as_it_is(board, name):
    for form in ("every-eval-ever", "eval-results", "model-index"):
        for path in files_of(named(board, name), form):
            assert re.fullmatch(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", path)
            assert not {"..", "."} & {*path.split("/")}
            assert all(len(part) <= 100 for part in path.split("/"))


def test_tables_are_those_of_the_terminal(made, cli, board):
    _, out, _ = cli("board", made / "run", *sorted((made / "runs").glob("wrong-*")), "-o", "b", "-b", made / "river")
    text = export("b", "markdown").files[""].decode()
    rows = [line.replace("\\", "").strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row[0] != ":---"]
    shown_rows = [" ".join(line.split()[1:]) for line in out.splitlines()]  # names are cut to the width there
    assert len(rows) > 8
    assert all(" ".join(row[1:]) in shown_rows for row in rows)
    assert all(heading in out for heading in COLUMNS["qa"].values())


def test_notes_recipe_and_canary_stand_under_the_tables(board):
    for form in ("markdown", "latex"):
        text = files_of(board, form)[""].decode()
        for part in ("bench:river@1.0", "a-canary-of-river", "conditional on this article", "reading_gain"):
            assert part in text.replace("\\#", "#").replace("\\_", "_")


def test_pandas_reads_numbers_as_numbers(board):
    import pandas as pd

    table = pd.read_csv(io.BytesIO(files_of(board, "csv")[""]))
    assert {str(table[column].dtype) for column in ("value", "low", "high", "worst", "best")} == {"float64"}
    wide = table[table["by"].isna()].pivot_table(index="model", columns=["condition", "metric"], values="value")
    reading = next(entry for entry in board.entries if entry.model == "wrong").conditions["reading"]
    assert wide.loc["wrong", ("reading", "answer_match")] == pytest.approx(reading.scores["answer_match"].value)
