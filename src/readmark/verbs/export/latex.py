"""Tables in LaTeX, for a paper: booktabs, nothing else."""

from __future__ import annotations

import re

from readmark.tables import ScoreTable
from readmark.verbs.export.page import Page, page_of
from readmark.verbs.export.source import Files, Source

_HEAD = "% needs \\usepackage{booktabs}"
_WIDE = "% needs LuaLaTeX or XeLaTeX and a font that has them: there are characters here beyond Latin ones"
_LATIN = 0x17F  # the last character that LaTeX has by default for all engines
# Braces keep a character from what it would be beside others: an option of \\ or a ligature.
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "%": r"\%", "#": r"\#", "&": r"\&", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar\allowbreak{}", '"': r"\symbol{34}", "`": r"\symbol{96}", "[": "{[}", "]": "{]}", "*": "{*}",
    "–": r"\textendash{}", "…": r"\ldots{}", "\N{REPLACEMENT CHARACTER}": "?",
}  # fmt: skip


def write_latex(source: Source, _: bool) -> Files:
    """Return the tables as one LaTeX file."""
    return {"": page_text(page_of(source.leaderboard)).encode()}


def page_text(page: Page) -> str:
    """Return a page in LaTeX: each table a float of its own with its recipe under it, then what is no table."""
    under = [f"Recipe: {page.recipe}", *page.notes, *([f"Canary: {page.canary}"] if page.canary else [])]
    lines = [line for table in page.tables for line in [*_table(table, under), ""]]
    lines += [rf"\par {escaped(line)}" for line in ([] if page.tables else under) + page.lines]
    text = "\n".join(lines)
    head = [_HEAD, *([_WIDE] if any(ord(character) > _LATIN for character in text) else [])]
    return "\n".join([*head, text, ""])


def _table(table: ScoreTable, under: list[str]) -> list[str]:
    rows = [" & ".join(map(escaped, line)) + r" \\" for line in table.lines]
    if 0 < table.models < len(rows):
        rows.insert(table.models, r"\midrule")  # what follows is no model
    key = " ".join(table.key.split("\n"))
    return [
        r"\begin{table}", r"\centering\small\setlength{\tabcolsep}{4pt}", rf"\caption{{{escaped(table.title)}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(table.headings) - 1)}}}", r"\toprule",
        " & ".join(map(escaped, table.headings)) + r" \\", r"\midrule", *rows, r"\bottomrule", r"\end{tabular}",
        *(rf"\par{{\footnotesize\raggedright {escaped(line)}\par}}" for line in [key, *under]), r"\end{table}",
    ]  # fmt: skip


def escaped(text: str) -> str:
    """Return one line of text so that LaTeX sets it as it is."""
    text = "".join(_SPECIAL.get(character, character) for character in text)
    return re.sub(r"([-',])(?=\1)", r"\1{}", text)  # two would be a dash or a quotation mark
