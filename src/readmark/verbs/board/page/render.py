"""Makes leaderboard.html of a board: template, style and script in one file, a policy by which nothing else runs."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from readmark.tables import one_line, shown_name
from readmark.verbs.board.page.groups import groups_of
from readmark.verbs.board.page.items import LENGTHS, behind
from readmark.verbs.board.page.plot import plot_of
from readmark.verbs.board.page.tables import COST, View, view_of

if TYPE_CHECKING:
    import jinja2

    from readmark.benchmark import Benchmark
    from readmark.leaderboard import Leaderboard, Part

PAGE = "leaderboard.html"
NAMED = 5  # models that a sentence names; more are counted
_PACKED = b'<script type="application/json" id="packed">'
ROOM = 9_000_000  # bytes of packed items: with tables and articles a page stays under 15 MB, and opens in two seconds
LARGEST = 2**28  # bytes that are unpacked of a page: no page that we make holds so many
_GZIP = 31  # zlib's word for it
_FILES = ("page.html.jinja", "page.css", "page.js")


def render_page(
    leaderboard: Leaderboard, benchmark: Benchmark, parts: Sequence[Part], *, with_items: bool = True
) -> bytes:
    """Return the page; the same board gives the same bytes.

    Args:
        leaderboard: The board.
        benchmark: Its test set.
        parts: Its runs.
        with_items: Whether articles, questions, references and answers stand in it; else the tables alone.
    """
    style, script = _read("page.css"), _read("page.js")
    views = [view for task in ("qa", "summary") if (view := view_of(leaderboard, task))]
    reading = next((view for view in views if view.task == "qa"), None)
    shared = set.intersection(*(set(entry.notes) for entry in leaderboard.entries))
    return _template().render(
        board=leaderboard, title=_title(leaderboard), views=[(view, _verdict(view)) for view in views],
        columns={column.key for view in views for column in view.columns}, cost=COST,
        groups=groups_of(leaderboard, reading) if reading else None,
        plots=[(view, plot) for view in views if (plot := plot_of(leaderboard.entries, view))],
        tags=sorted({tag for entry in leaderboard.entries for tag in entry.tags}),
        notes=[note for note in leaderboard.notes if note in shared],
        own_notes=[(entry.model, note) for entry in leaderboard.entries for note in entry.notes if note not in shared],
        articles=len({item.article for item in benchmark.selected(drafts=True)}),
        style=style, script=script, policy=_policy(style, script), generator=_generator(),
        pairs=_pairs(leaderboard, views), items=_items(leaderboard, benchmark, parts) if with_items else "",
    ).encode() + b"\n"  # fmt: skip


def _items(leaderboard: Leaderboard, benchmark: Benchmark, parts: Sequence[Part]) -> str:
    """Return what is behind the tables, packed: as much of the answers as leaves a page that opens at once."""
    packed = ""
    for longest in LENGTHS:
        packed = _packed(msgspec.json.encode(behind(leaderboard, benchmark, parts, longest)))
        if len(packed) <= ROOM:
            break
    return packed


def generator_of(page: bytes) -> str:
    """Return which template a page was made with; "" where it names none."""
    found = re.search(rb'<meta name="generator" content="([^"]{1,80})">', page[:20_000])
    return found[1].decode(errors="replace") if found else ""


def contents(page: bytes) -> bytes:
    """Return a page with what is packed in it unpacked: two libraries may pack the same bytes differently."""
    start, end = page.find(_PACKED), page.find(b"</script>", page.find(_PACKED))
    if start < 0 or end < 0:
        return page
    start += len(_PACKED)
    try:
        unpacked = zlib.decompressobj(_GZIP).decompress(base64.b64decode(page[start:end], validate=True), LARGEST)
    except (ValueError, zlib.error):
        return page
    return page[:start] + unpacked + page[end:]


def _generator() -> str:
    digest = hashlib.sha256("\0".join(map(_read, _FILES)).encode()).hexdigest()
    return f"Readmark page #{digest[:8]}"


@cache
def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    import jinja2  # noqa: PLC0415 - heavy, and few commands make pages

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["name"] = shown_name
    environment.filters["line"] = one_line
    environment.filters["lines"] = lambda text: [one_line(line) for line in text.splitlines()]
    return environment.from_string(_read("page.html.jinja"))


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: this style and script, nothing from anywhere, no text made into elements."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _packed(data: bytes) -> str:
    """Return bytes as base64 of gzip, which no text in them can break out of; no time stands in it."""
    return base64.b64encode(gzip.compress(data, compresslevel=6, mtime=0)).decode()


def _title(leaderboard: Leaderboard) -> str:
    stamp = leaderboard.benchmark
    return one_line(leaderboard.title) or f"{shown_name(stamp.name)} {shown_name(stamp.version)}: leaderboard"


def _pairs(leaderboard: Leaderboard, views: Sequence[View]) -> str:
    """Return all pairs by task as JSON for a script element: [first, second, difference, low, high, surely]."""
    pairs: dict[str, Any] = {}
    for view in views:
        standing = leaderboard.standings.get(view.condition, {}).get(view.headline)
        pairs[view.task] = [
            [pair.first, pair.second, pair.difference, pair.low, pair.high, pair.surely]
            for pair in (standing.pairs if standing else ())
        ]
    return json.dumps(pairs, separators=(",", ":")).replace("<", "\\u003c")


def _verdict(view: View) -> str:
    """Return in a few sentences what the ranks say: who may be the best, how many are apart, what could be seen."""
    leaders = [row for row in view.rows if row.rank and row.rank[0] == 1]
    names = [row.name for row in leaders]
    if not view.ranked:
        return f"Not ranked: {view.unranked_because}."
    if len(leaders) == view.ranked:
        told = f"The data cannot tell which of the {view.ranked} models is the best."
    elif len(leaders) > 1:
        many = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) <= NAMED else f"{len(names)} models"
        told = f"Any of {many} may be the best: the data cannot tell."
    else:
        told = (
            f"{names[0]} is surely ahead of all others."
            if leaders[0].rank == (1, 1)
            else f"{names[0]} leads, but not surely."
        )
    if view.pairs > 1:
        told += f" {view.apart} of {view.pairs} pairs of models are surely apart."
    if view.smallest_gap is not None:
        told += f" A gap of {100 * view.smallest_gap:.0f} points would be seen four times in five."
    return told
