"""`readmark compare`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.text import Text

from readmark.cli.app import DONE, INCOMPLETE
from readmark.cli.entries import Entry, entries_text, make_entry
from readmark.cli.options import json_option, print_json
from readmark.cli.tables import TITLES, WIDTH, console, empty_table, printable
from readmark.metrics import METRICS, is_extra
from readmark.runs import RunFolder, benchmark_of
from readmark.verbs.compare import DEFAULT_GAP, Compared, Comparison, compare

KEY = (
    "A - B: over the n items that both have a score for. A>, B>: on so many of them",
    "that run's score is the higher one; of answer_match, that run alone is right.",
)
POWER = (
    "gap: the smallest that n items can show, with 80 % power. items: so many items\n"
    "like these can show a gap of {gap:g} points."
)


@click.command("compare")
@click.argument("a", metavar="RUN_A")
@click.argument("b", metavar="RUN_B")
@click.option("-c", "--condition", "conditions", default="", metavar="NAME,...", help="[default: all that both have]")
@click.option(
    "--metric", "metrics", multiple=True, metavar="NAME",
    help="A metric of both runs, for a verdict. May be repeated.  [default: verdicts on the headlines]",
)  # fmt: skip
@click.option("--items", is_flag=True, help="The items on which the runs differ, with both answers.")
@click.option(
    "--gap", type=float, default=100 * DEFAULT_GAP, show_default=True, metavar="POINTS",
    help="Tell how many items this gap takes.",
)  # fmt: skip
@click.option("-b", "--benchmark", metavar="BENCHMARK", help="The test set, where it moved since the runs.")
@json_option
def command(
    a: str, b: str, conditions: str, metrics: tuple[str, ...], items: bool, gap: float, benchmark: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Compare two runs: what differs, whether it could be chance, and what gap this test set can show."""
    names = [name.strip() for name in conditions.split(",")] if conditions else []
    found = compare(a, b, benchmark=benchmark, conditions=names, metrics=metrics, gap=gap / 100, items=items)
    shown = _entries(found, benchmark) if items else []
    if as_json:
        print_json({**msgspec.to_builtins(found), "items": _listed(shown)} if items else found)
    else:
        _print(found)
        for line in _items(shown):
            click.echo(line)
    return INCOMPLETE if any(one.left_out.items for one in found.results) else DONE


def _print(found: Comparison) -> None:
    out = console()
    for letter, side in (("A", found.a), ("B", found.b)):
        out.print(printable(f"{letter}  {side.model}  {side.run}"))
    out.print()
    for (condition, task), group in groupby(found.results, key=lambda one: (one.condition, one.task)):
        results = list(group)
        for title, headings, lines in (_differences(f"{TITLES[task]}, {condition}", results), _power(results)):
            table = empty_table(title, headings, lines, out.width)
            for line in lines:
                table.add_row(*map(printable, line))
            out.print(table)
        out.print()
    out.print(Text("\n".join(_key(found)), style="dim"))
    for one in found.results:
        if one.says:
            out.print()
            out.print(printable(textwrap.fill(one.says, min(out.width, WIDTH))))
    out.print()
    out.print(Text(textwrap.fill(_foot(found), min(out.width, WIDTH)), style="dim"))


Grid = tuple[str, list[str], list[list[str]]]


def _differences(title: str, results: Sequence[Compared]) -> Grid:
    lines = [
        [
            one.metric, _number(one, one.a), _number(one, one.b), _signed(one, one.value), _ends(one), _p(one.p),
            str(one.a_higher), str(one.b_higher), str(one.n),
        ]
        for one in results
    ]  # fmt: skip
    return title, ["metric", "A", "B", "A - B", "95 %", "p", "A>", "B>", "n"], lines


def _power(results: Sequence[Compared]) -> Grid:
    lines = []
    for one in results:
        gap = "none" if one.smallest_gap is None else _number(one, one.smallest_gap)
        needed = one.needed
        items = "" if needed is None else "> 10 M" if needed.items is None else f"{needed.items}"
        clusters = f"{needed.clusters}" if needed and needed.clusters and one.clusters > 1 else ""
        lines.append([one.metric, one.test, gap, items, clusters])
    headings = ["metric", "test", "gap", "items", "articles"]
    filled = [place for place in range(len(headings)) if any(line[place] for line in lines)]
    return "What these items can show", [headings[n] for n in filled], [[line[n] for n in filled] for line in lines]


def _key(found: Comparison) -> list[str]:
    lower = [one.metric for one in found.results if one.higher_is_better is False]
    neither = [one.metric for one in found.results if one.higher_is_better is None]
    lines = [*KEY, POWER.format(gap=100 * found.gap)]
    lines += [f"lower is better: {', '.join(dict.fromkeys(lower))}"] if lower else []
    return lines + ([f"neither end is better: {', '.join(dict.fromkeys(neither))}"] if neither else [])


def _foot(found: Comparison) -> str:
    bench = f"{found.benchmark.name} {found.benchmark.version} #{found.benchmark.sha256[:8]}"
    several = f"p corrected for {found.verdicts} verdicts (Holm); -c and --metric ask for fewer"
    notes = [*([several] if found.verdicts > 1 else []), *found.notes]
    return printable("; ".join([f"{bench}; percent, 95 % intervals", *notes])).plain


def _is_plain(one: Compared) -> bool:
    """Whether a metric has no range that its numbers could be a percentage of."""
    metric = METRICS.get(one.metric)
    return is_extra(one.metric) or (metric is not None and metric.range is None)


def _number(one: Compared, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if _is_plain(one) else f"{100 * value:.1f}"


def _signed(one: Compared, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value + 0.0:+.3g}" if _is_plain(one) else f"{100 * value + 0.0:+.1f}"


def _ends(one: Compared) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{_signed(one, one.low)} to {_signed(one, one.high)}"


def _p(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _entries(found: Comparison, benchmark: str | None) -> list[tuple[Compared, str, dict[str, Entry]]]:
    """Return the items on which the runs differ, for each verdict, with which run's score is the higher one."""
    folders = {"A": RunFolder(Path(found.a.run)), "B": RunFolder(Path(found.b.run))}
    loaded = benchmark_of(folders["A"], benchmark)
    rows = {letter: {(row.item_id, row.condition): row for row in one.rows()} for letter, one in folders.items()}
    said = {
        letter: {(line.item_id, line.condition): line for line in one.predictions()} for letter, one in folders.items()
    }
    return [
        (
            one,
            higher,
            {letter: make_entry(loaded, rows[letter][key], said[letter].get(key)) for letter in folders},
        )
        for one in found.results
        for higher, names in (("A", one.a_items), ("B", one.b_items))
        for key in ((name, one.condition) for name in names)
    ]


def _listed(entries: Sequence[tuple[Compared, str, dict[str, Entry]]]) -> list[dict[str, Any]]:
    """Return the items on which the runs differ as JSON has them: what `show --json` says of each run's answer."""
    return [
        {"metric": one.metric, "condition": one.condition, "higher": higher, "a": sides["A"], "b": sides["B"]}
        for one, higher, sides in entries
    ]


def _items(entries: Sequence[tuple[Compared, str, dict[str, Entry]]]) -> Iterator[str]:
    for (metric, condition, higher), group in groupby(entries, key=lambda e: (e[0].metric, e[0].condition, e[1])):
        listed = list(group)
        yield f"\n{metric}, {condition}: {higher} is higher on {len(listed)}\n"
        for _, _, sides in listed:
            yield entries_text(sides)
