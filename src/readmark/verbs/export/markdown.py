"""Tables in GitHub's Markdown, for a README or a model card."""

from __future__ import annotations

import re
from collections.abc import Iterable

from readmark.tables import ScoreTable
from readmark.verbs.export.page import Page, page_of
from readmark.verbs.export.source import Files, Source

# What starts markup within a line: also links that are made of addresses, and pictures of :names:.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~$&^]|:(?=//|[\w+-]+:)|(?<=\bwww)\.", re.IGNORECASE | re.ASCII)
_STARTS = re.compile(r"^(?:[-+=]|\d+[.)])")  # what starts a list or a heading where a line begins


def write_markdown(source: Source, _: bool) -> Files:
    """Return the tables as one Markdown file."""
    return {"": page_text(page_of(source.leaderboard)).encode()}


def page_text(page: Page) -> str:
    """Return a page in Markdown."""
    lines = [f"- Recipe: {code(page.recipe)}", *(f"- {paragraph(line)}" for line in [*page.notes, *page.lines])]
    lines += [f"- Canary: {code(page.canary)}"] if page.canary else []
    return "\n".join([*map(_table, page.tables), *lines, ""])


def _table(table: ScoreTable) -> str:
    lines = [_line(map(escaped, table.headings)), _line([":---", *["---:"] * (len(table.headings) - 1)])]
    for number, (name, *cells) in enumerate(table.lines):
        shown = escaped(name) if number < table.models else f"*{escaped(name)}*"  # no rule can stand between rows
        lines.append(_line([shown, *map(escaped, cells)]))
    key = paragraph(" ".join(table.key.split("\n")))
    key += " In italics: no model, but what the references reach." if table.models < len(table.lines) else ""
    return "\n".join([f"**{escaped(table.title)}**", "", *lines, "", key, ""])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Return one line of text so that Markdown shows it as it is, within a line."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def paragraph(text: str) -> str:
    """Return the same for a line that begins with it."""
    return _STARTS.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", escaped(text))


def code(text: str) -> str:
    """Return one line of text as code, in more backticks than it has in a row."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"
