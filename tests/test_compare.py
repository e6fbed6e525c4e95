"""Two runs are compared over the items of both; a win is claimed only where the data supports it."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import readmark
from readmark.benchmark import load
from readmark.errors import ReadmarkError
from readmark.metrics.facts import states
from readmark.runs import RunFolder
from readmark.statistics.differences import compare_pair
from readmark.statistics.gaps import items_needed, visible_gap
from readmark.text import first_words
from readmark.verbs.ceiling import run_upper_bound
from readmark.verbs.compare import Comparison, compare
from readmark.verbs.run import run
from readmark.verbs.score import score

HEAVY = {"torch", "transformers", "datasets", "evaluate", "scipy.stats", "pandas", "jinja2"}


@pytest.fixture(scope="module")
def baselines(tmp_path_factory):
    """Finished runs of four baselines on crossroads, two of them under further conditions."""
    out = tmp_path_factory.mktemp("baselines")
    more = {"conditions": ["reading", "closed_book"]}
    return {
        "typed-span": run("typed-span", out=out, **more).folder,
        "question-echo": run("question-echo", out=out, **more).folder,
        "best-sentence": run("best-sentence", out=out).folder,
        "lead-3": run("lead-3", out=out).folder,
        "copy-all": run("copy-all", out=out).folder,
    }


@pytest.fixture
def made(tmp_path):
    """Return a function: right answers by run and article → a test set and one folder a run, scored.

    Each item is `(article, right in A, right in B)`; None fails to be predicted.
    """

    def make(items, name="made", manifest=""):
        folder = tmp_path / name
        folder.mkdir()
        rows = []
        for article in {one[0] for one in items}:
            (folder / f"{article}.txt").write_text(f"This is article {article}. It tells of Verden.\n")
        for place, (article, *_) in enumerate(items):
            rows.append({"id": f"q{place}", "article": article, "question": f"Where, {place}?", "answer": "Verden"})
        (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        if manifest:
            files = sorted({row["article"] for row in rows})
            (folder / "benchmark.toml").write_text(manifest + toml_articles(folder, files))
        runs = []
        for side, letter in ((1, "a"), (2, "b")):
            said = {
                f"q{place}": "Verden" if item[side] else "Bremen"
                for place, item in enumerate(items)
                if item[side] is not None
            }
            score(said, folder, out=tmp_path / f"{name}-{letter}")
            runs.append(tmp_path / f"{name}-{letter}")
        return folder, *runs

    return make


def toml_articles(folder, names):
    return "".join(
        f'[[articles]]\nid = "{name}"\nfile = "{name}.txt"\n'
        f'sha256 = "{hashlib.sha256((folder / f"{name}.txt").read_bytes()).hexdigest()}"\n'
        for name in names
    )


def result(found, metric, condition="reading"):
    return next(one for one in found.results if (one.metric, one.condition) == (metric, condition))


def scores(folder, metric, condition="reading"):
    """Read a metric's scores from the file itself."""
    rows = [json.loads(line) for line in (Path(folder) / "scores.jsonl").read_text().splitlines()]
    return {row["item_id"]: row[metric] for row in rows if row["condition"] == condition and metric in row}


def mid_p(first, second):
    """McNemar's mid-p value by its definition, from binomial coefficients."""
    n, fewer = first + second, min(first, second)
    below = sum(math.comb(n, k) for k in range(fewer))
    return min(1.0, 2 * (below + math.comb(n, fewer) / 2) / 2**n) if first != second else 1.0


def told(call, *arguments, **options):
    with pytest.raises(ReadmarkError) as caught:
        call(*arguments, **options)
    return str(caught.value)


# Numbers


def test_the_numbers_are_those_of_a_plain_count(baselines):
    found = result(compare(baselines["typed-span"], baselines["best-sentence"]), "answer_match")
    a, b = (scores(baselines[name], "answer_match") for name in ("typed-span", "best-sentence"))
    only_a, only_b = (sum(x[i] > y[i] for i in a) for x, y in ((a, b), (b, a)))
    assert a.keys() == b.keys()
    assert (found.n, found.a_higher, found.b_higher, found.equal) == (88, only_a, only_b, 88 - only_a - only_b)
    assert found.a == pytest.approx(sum(a.values()) / 88, abs=1e-15)
    assert found.value == pytest.approx((only_a - only_b) / 88, abs=1e-15)
    assert found.p == pytest.approx(mid_p(only_a, only_b), rel=1e-12)
    assert found.test == "McNemar, mid-p"
    assert found.low < found.value < found.high


def test_each_value_is_the_difference_of_the_reports_where_nothing_failed(baselines):
    found = compare(baselines["typed-span"], baselines["question-echo"])
    reports = [RunFolder(baselines[name]).report() for name in ("typed-span", "question-echo")]
    assert len(found.results) == 6 + 5
    for one in found.results:
        a, b = (report.conditions[one.condition].scores[one.metric] for report in reports)
        assert (one.a, one.b, one.n) == (a.value, b.value, a.n)
        assert one.value == pytest.approx(a.value - b.value, abs=1e-12)


def test_turned_round_everything_is_turned(baselines):
    turned = {"a_better": "b_better", "a_higher": "b_higher", "undecided": "undecided"}
    there = compare(baselines["typed-span"], baselines["question-echo"])
    back = compare(baselines["question-echo"], baselines["typed-span"])
    for one, other in zip(there.results, back.results, strict=True):
        assert (one.value, one.p, one.a_higher) == (pytest.approx(-other.value), other.p, other.b_higher)
        assert (one.low, one.high) == (pytest.approx(-other.high, abs=1e-12), pytest.approx(-other.low, abs=1e-12))
        if one.verdict:
            assert other.verdict == turned.get(one.verdict, {v: k for k, v in turned.items()}.get(one.verdict))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_every_comparison_is_that_of_the_statistics_on_the_pairs(tmp_path_factory, items):
    folder = tmp_path_factory.mktemp("any")
    for article in "abcdefgh":
        (folder / f"{article}.txt").write_text("It tells of Verden.\n")
    rows = [
        {"id": f"q{n}", "article": article, "question": f"Where, {n}?", "answer": "Verden"}
        for n, (article, _, _) in enumerate(items)
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for side, letter in ((1, "a"), (2, "b")):
        said = {f"q{n}": ("Verden" if one[side] else "Bremen") + " " * (letter == "b") for n, one in enumerate(items)}
        score(said, folder, out=folder / letter)
    found = result(compare(folder / "a", folder / "b"), "answer_match")
    right = [[float(one[side]) for one in items] for side in (1, 2)]
    expected = compare_pair(*right, [one[0] for one in items])
    assert (found.value, found.low, found.high, found.p, found.test) == expected[:5]
    assert found.smallest_gap == visible_gap(expected)
    needed = items_needed(0.05, expected)
    assert (found.needed.items, found.needed.clusters) == ((needed.items, needed.clusters) if needed else (None, None))
    assert found.verdict == (
        "too_few" if not expected.can_be_decided
        else {1: "a_better", -1: "b_better", 0: "undecided"}[expected.surely()]
    )  # fmt: skip


def test_a_wanted_gap_is_counted_in_points(cli, baselines):
    _, out, _ = cli("compare", baselines["typed-span"], baselines["best-sentence"], "--gap", "10", "--json")
    asked = json.loads(out)
    found = result(compare(baselines["typed-span"], baselines["best-sentence"], gap=0.1), "answer_match")
    assert asked["gap"] == 0.1
    assert asked["results"][0]["needed"]["items"] == found.needed.items
    assert found.needed.items < result(
        compare(baselines["typed-span"], baselines["best-sentence"]), "answer_match"
    ).needed.items  # fmt: skip


@pytest.mark.parametrize("gap", ["0", "-5", "101", "nan"])
def test_a_gap_that_is_none_is_refused(cli, baselines, gap):
    code, _, err = cli("compare", baselines["typed-span"], baselines["best-sentence"], "--gap", gap)
    assert code == 2
    assert "over 0, at most 100" in err


# Verdicts


def test_a_clear_win_is_told(made):
    _, a, b = made([("river", True, n % 3 == 0) for n in range(40)])
    found = compare(a, b)
    assert result(found, "answer_match").verdict == "a_better"
    assert "A is better. A - B = +65.0" in result(found, "answer_match").says
    assert "conditional on this article" in found.notes


def test_under_six_articles_no_win_is_declared_however_large(made):
    _, a, b = made([(f"a{n % 5}", True, False) for n in range(100)])
    found = result(compare(a, b), "answer_match")
    assert found.verdict == "too_few"
    assert "too few articles to say: 5, and 6 are the least" in found.says
    assert found.smallest_gap is None


def test_over_eight_articles_articles_are_the_unit(made):
    _, a, b = made([(f"a{n % 8}", True, n % 4 == 0) for n in range(80)])
    found = result(compare(a, b), "answer_match")
    assert found.clusters == 8
    assert "clusters" in found.test
    assert found.needed.clusters >= 6


def test_lower_is_better_where_it_is(baselines):
    """question-echo never abstains, typed-span does so from some answerable questions."""
    found = compare(baselines["typed-span"], baselines["question-echo"], metrics=["missed_answer"])
    one = result(found, "missed_answer")
    assert one.value > 0
    assert one.verdict == "b_better"


def test_from_memory_the_higher_is_not_called_better(made, tmp_path):
    folder, *_ = made([("river", True, True)] * 30)
    for name, text in (("knows", "Verden"), ("guesses", "Bremen")):
        score({f"q{n}": text for n in range(30)}, folder, out=tmp_path / name, condition="closed_book")
    one = result(compare(tmp_path / "knows", tmp_path / "guesses"), "answer_match", "closed_book")
    assert one.verdict == "a_higher"
    assert "A is higher." in one.says


def test_verdicts_under_several_conditions_are_corrected_together(baselines):
    runs = baselines["typed-span"], baselines["question-echo"]
    both, alone = compare(*runs), compare(*runs, conditions=["reading"])
    assert (both.verdicts, alone.verdicts) == (2, 1)
    ps = [result(both, "answer_match", name).p for name in ("reading", "closed_book")]
    adjusted = [result(both, "answer_match", name).adjusted for name in ("reading", "closed_book")]
    assert min(adjusted) == 2 * min(ps)
    assert result(alone, "answer_match").adjusted == result(alone, "answer_match").p


def test_gaps_and_needs_are_corrected_with_the_verdicts(baselines):
    runs = baselines["typed-span"], baselines["question-echo"]
    both, alone = (result(compare(*runs, conditions=names), "answer_match") for names in ((), ("reading",)))
    assert both.smallest_gap > alone.smallest_gap
    assert both.needed.items > alone.needed.items


def test_sign_flips_too_coarse_for_two_verdicts_give_way(made):
    """Nine articles: 2 of 512 ways is fine enough for one verdict, and not for two."""
    _, a, b = made([(f"a{n % 9}", True, n % 4 == 0) for n in range(36)])
    alone = compare(a, b, metrics=["answer_match"])
    both = compare(a, b, metrics=["answer_match", "exact_match"])
    assert result(alone, "answer_match").test == "sign flips of clusters, exact"
    assert {one.test for one in both.results} == {"t over clusters"}


def test_metrics_beside_the_headline_have_no_verdict(baselines):
    found = compare(baselines["typed-span"], baselines["best-sentence"])
    assert [one.metric for one in found.results if one.verdict] == ["answer_match"]


def test_a_metric_without_a_better_end_is_shown_when_asked_for_and_has_no_verdict(baselines):
    found = compare(baselines["lead-3"], baselines["copy-all"], metrics=["density"])
    assert [one.metric for one in found.results] == ["density"]
    assert (found.results[0].verdict, found.results[0].says, found.results[0].needed) == (None, "", None)
    assert "density" not in {one.metric for one in compare(baselines["lead-3"], baselines["copy-all"]).results}


# Summaries


def test_few_summaries_are_compared_fact_by_fact_and_not_declared(baselines, tmp_path):
    """The facts are counted here from the texts in scores.jsonl and the test set's own file."""
    said = {f"crossroads-s{n}": "Pul-e-Khumri fell to the Taliban." for n in (1, 2, 3)}
    score(said, out=tmp_path / "short", extract="answer")
    found = compare(baselines["lead-3"], tmp_path / "short")
    questions = Path(__file__).resolve().parents[1] / "benchmark" / "questions.jsonl"
    lines = map(json.loads, questions.read_text().splitlines())
    items = {one["id"]: one for one in lines if one["task"] == "summary"}
    only = [0, 0]
    texts = [
        {row.item_id: row.text for row in RunFolder(Path(path)).rows() if row.item_id in items}
        for path in (baselines["lead-3"], tmp_path / "short")
    ]
    for name, item in items.items():
        for fact in item["facts"]:
            a, b = (states(first_words(text[name], item["max_words"]), fact["facets"]) for text in texts)
            only = [only[0] + (a and not b), only[1] + (b and not a)]
    facts = result(found, "facts")
    assert [facts.a_higher, facts.b_higher] == only
    assert sum(only) > 0
    assert facts.n == sum(len(item["facts"]) for item in items.values())
    assert result(found, "fact_recall").verdict == "undeclared"
    assert f"A alone states {only[0]}, B alone {only[1]}" in result(found, "fact_recall").says
    assert found.verdicts == 0


def test_summaries_of_twenty_articles_are_declared(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    rows = []
    for n in range(20):
        (folder / f"a{n}.txt").write_text("Verden fell. Bremen held out.\n")
        facts = [{"id": "f", "text": "Verden fell", "facets": [["Verden"], ["fell"]]}]
        rows.append({"id": f"s{n}", "task": "summary", "article": f"a{n}", "instruction": "Sum up.", "facts": facts})
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, text in (("a", "Verden fell."), ("b", "Bremen held out.")):
        score({f"s{n}": text for n in range(20)}, folder, out=tmp_path / name)
    found = compare(tmp_path / "a", tmp_path / "b")
    assert [one.metric for one in found.results] == ["fact_recall"]
    assert found.results[0].verdict == "a_better"


# What is left out


def test_failed_and_missing_items_are_left_out_counted_and_told(cli, made):
    _, a, b = made([("river", True, False)] * 8 + [("river", None, True), ("river", True, None), ("river", None, None)])
    found = result(compare(a, b), "answer_match")
    assert (found.n, found.left_out.items) == (8, 3)
    assert found.left_out.reasons == {"missing in A": 2, "missing in B": 2}
    assert found.left_out.lowest == pytest.approx((8 - 1 + 0 - 1) / 11)
    assert found.left_out.highest == pytest.approx((8 + 0 + 1 + 1) / 11)
    code, out, _ = cli("compare", a, b)
    assert code == 1
    assert "Left out: 3 items (2 missing in A, 2 missing in B)." in " ".join(out.split())


def test_runs_that_share_no_scored_item_say_so(cli, made):
    _, a, b = made([("river", True, None)] * 3 + [("river", None, True)] * 3)
    found = result(compare(a, b), "answer_match")
    assert (found.n, found.value, found.verdict) == (0, None, "too_few")
    assert (found.left_out.lowest, found.left_out.highest) == (-3 / 6, 3 / 6)
    code, out, _ = cli("compare", a, b)
    assert code == 1
    assert "no item has a score in both runs." in out


def test_failures_are_no_wrong_answers(tmp_path, made):
    folder, *_ = made([("river", True, True)] * 12)

    def faulty(prompt):
        if prompt.item_id in {"q1", "q2"}:
            raise OSError("the cable is out")
        return "Verden"

    a = run(faulty, folder, out=tmp_path / "runs").folder
    b = run("abstain", folder, out=tmp_path / "runs").folder
    found = result(compare(a, b), "answer_match")
    assert (found.n, found.a, found.left_out.reasons) == (10, 1.0, {"failed in A": 2})


def test_what_was_left_out_is_said_to_turn_a_win_where_it_could(made):
    _, a, b = made([("river", True, False)] * 10 + [("river", None, True)] * 12)
    found = result(compare(a, b), "answer_match")
    assert found.verdict == "a_better"
    assert "and so turn it" in found.says


def test_missing_items_count_as_wrong_where_the_test_set_says_so(made):
    manifest = 'name = "zero"\nversion = "1"\nmissing = "zero"\n'
    _, a, b = made([("river", True, True)] * 9 + [("river", True, None)], manifest=manifest)
    found = compare(a, b)
    one = result(found, "answer_match")
    assert (one.n, one.b, one.left_out.items) == (10, 0.9, 0)
    assert "missing items count as wrong, as the test set says" in found.notes


def test_missing_items_that_the_test_set_drops_bound_nothing(made):
    manifest = 'name = "drop"\nversion = "1"\nmissing = "drop"\n'
    _, a, b = made([("river", True, True)] * 9 + [("river", True, None)], manifest=manifest)
    one = result(compare(a, b), "answer_match")
    assert (one.n, one.left_out.items, one.left_out.lowest, one.left_out.highest) == (9, 1, 0.0, 0.0)


@pytest.mark.parametrize(("policy", "facts", "left_out"), [("zero", 4, 0), ("bound", 2, 2)])
def test_the_facts_of_a_missing_summary_follow_the_test_set(tmp_path, policy, facts, left_out):
    (tmp_path / "a1.txt").write_text("Verden fell. Bremen held out.\n")
    items = [
        {"id": "f1", "text": "Verden fell", "facets": [["Verden"], ["fell"]]},
        {"id": "f2", "text": "Bremen held out", "facets": [["Bremen"], ["held"]]},
    ]
    rows = [
        {"id": f"s{n}", "task": "summary", "article": "a1", "instruction": "Sum up.", "facts": items} for n in (1, 2)
    ]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    manifest = f'name = "two"\nversion = "1"\nmissing = "{policy}"\n'
    (tmp_path / "benchmark.toml").write_text(manifest + toml_articles(tmp_path, ["a1"]))
    score({"s1": "Verden fell.", "s2": "Verden fell."}, tmp_path, out=tmp_path / "a")
    score({"s1": "Bremen held out."}, tmp_path, out=tmp_path / "b")
    one = result(compare(tmp_path / "a", tmp_path / "b"), "facts")
    assert (one.n, one.left_out.items) == (facts, left_out)
    assert (one.a_higher, one.b_higher) == (facts // 2, 1)


def test_a_condition_of_one_run_alone_is_told(baselines):
    found = compare(baselines["typed-span"], baselines["best-sentence"])
    assert "closed_book is not compared: only A has it" in found.notes


def test_the_reader_of_the_references_is_called_that(made, tmp_path):
    folder, *_ = made([("river", True, True)] * 8)
    a = run("abstain", folder, out=tmp_path / "runs").folder
    found = compare(a, run_upper_bound(load(folder), tmp_path / "runs").folder)
    assert "B is the reader of the references, no model" in found.notes


# Refused


def test_unequal_signatures_are_refused_with_each_part_named(cli, baselines, made, tmp_path):
    limited = run("typed-span", limit=10, out=tmp_path / "limited").folder
    code, _, err = cli("compare", baselines["typed-span"], limited)
    assert code == 2
    assert f"{limited}: has limit 10, unlike {baselines['typed-span']}" in err
    assert "run both with the same --limit, or without" in err
    _, other, _ = made([("river", True, True)])
    text = told(compare, baselines["typed-span"], other)
    assert all(f"has {key} " in text for key in ("benchmark", "version", "sha256", "extract"))


def test_one_run_given_twice_is_refused_also_as_a_copy(baselines, tmp_path):
    path = baselines["typed-span"]
    shutil.copytree(path, tmp_path / "copy")
    for other in (path, path / ".." / path.name, tmp_path / "copy"):
        assert "is the same run as" in told(compare, path, other)


def test_unknown_names_are_refused_with_what_is_there(baselines):
    a, b = baselines["typed-span"], baselines["best-sentence"]
    text = told(compare, a, b, metrics=["exact_mtach"])
    assert "'exact_mtach'" in text
    assert "answer_match, exact_match, false_answer" in text
    text = told(compare, a, b, conditions=["closed_book", "nonsense"])
    assert "'closed_book' has no scores in B" in text
    assert "run B with -c closed_book" in text
    assert "'nonsense' has no scores in A and B" in text


def test_runs_without_a_common_item_are_refused(baselines):
    assert "have no scores of the same items" in told(compare, baselines["typed-span"], baselines["lead-3"])


def test_an_item_that_stands_twice_in_the_scores_is_refused(made):
    _, a, b = made([("river", True, False)] * 8)
    lines = (b / "scores.jsonl").read_text().splitlines(keepends=True)
    (b / "scores.jsonl").write_text("".join([*lines, lines[3]]))
    assert "has item 'q3' under reading twice" in told(compare, a, b)


def test_an_item_that_the_test_set_lacks_is_refused(made):
    _, a, b = made([("river", True, False)] * 8)
    (b / "scores.jsonl").write_text((b / "scores.jsonl").read_text().replace('"q3"', '"q33"'))
    assert "has no item 'q33'" in told(compare, a, b)


def test_a_test_set_that_is_gone_is_asked_for_by_name(cli, made, tmp_path):
    folder, a, b = made([("river", True, False)] * 8)
    folder.rename(tmp_path / "moved")
    code, _, err = cli("compare", a, b)
    assert code == 2
    assert "name it with -b" in err
    assert cli("compare", a, b, "-b", tmp_path / "moved")[0] == 0


def test_a_folder_that_is_no_run_is_refused(cli, baselines, tmp_path):
    code, _, err = cli("compare", baselines["typed-span"], tmp_path)
    assert code == 2
    assert "has no run.json" in err


# What is printed


def test_json_stands_alone_and_is_the_record(cli, baselines):
    a, b = baselines["typed-span"], baselines["best-sentence"]
    code, out, _ = cli("compare", a, b, "--json")
    assert code == 0
    assert msgspec.json.decode(out, type=Comparison) == readmark.compare(a, b)


def test_discordant_items_are_listed_with_evidence_question_and_both_answers(cli, baselines):
    a, b = baselines["typed-span"], baselines["best-sentence"]
    _, out, _ = cli("compare", a, b, "--items")
    found = result(compare(a, b, items=True), "answer_match")
    assert (len(found.a_items), len(found.b_items)) == (found.a_higher, found.b_higher)
    assert f"answer_match, reading: A is higher on {found.a_higher}\n" in out
    assert out.count("  A answer ") == out.count("  B answer ") == found.a_higher + found.b_higher
    for name in (*found.a_items, *found.b_items):
        block = out.split(f"{name} · reading · ")[1].split("\n\n")[0]
        assert all(f"  {label}" in block for label in ("question", "references", "A rule", "B rule", "A scores"))
    shown = json.loads(cli("show", a, found.a_items[0], "--json")[1])["items"][0]
    assert f"  A answer    {shown['answer']}" in out
    listed = json.loads(cli("compare", a, b, "--items", "--json")[1])["items"]
    assert listed[0]["a"] == shown
    assert [one["higher"] for one in listed] == ["A"] * found.a_higher + ["B"] * found.b_higher


def test_summaries_are_listed_with_the_facts_of_each(cli, baselines, tmp_path):
    score({f"crossroads-s{n}": "Nothing happened." for n in (1, 2, 3)}, out=tmp_path / "short", extract="answer")
    _, out, _ = cli("compare", baselines["lead-3"], tmp_path / "short", "--items")
    assert "  A facts     + " in out
    assert "  B facts     - " in out


@pytest.mark.parametrize("pair", [("typed-span", "question-echo"), ("lead-3", "copy-all")])
def test_the_tables_fit_80_columns(cli, baselines, pair):
    every = [f"--metric={name}" for name in ("density", "extractive_coverage", "words", "rouge1")]
    for options in ([], every if pair[0] == "lead-3" else ["--metric=token_f1"]):
        _, out, _ = cli("compare", *(baselines[name] for name in pair), *options)
        assert not [line for line in out.splitlines() if len(line) > 80 and not line.startswith(("A  ", "B  "))]


def test_a_further_metric_has_plain_numbers_and_no_verdict(cli, made):
    """Its module is not loaded again: scores.jsonl has its numbers."""
    _, a, b = made([(f"a{n % 9}", True, False) for n in range(18)])
    for folder, value in ((a, 12.5), (b, 10.0)):
        rows = [json.loads(line) for line in (folder / "scores.jsonl").read_text().splitlines()]
        lines = [json.dumps({**row, "evaluate:wordshare_of_long_name": value + n}) for n, row in enumerate(rows)]
        (folder / "scores.jsonl").write_text("\n".join(lines) + "\n")
    code, out, _ = cli("compare", a, b, "--metric", "evaluate:wordshare_of_long_name")
    assert code == 0
    assert "+2.5" in out
    assert max(map(len, out.splitlines()[3:])) <= 80
    one = compare(a, b, metrics=["evaluate:wordshare_of_long_name"]).results[0]
    assert (one.value, one.n, one.verdict) == (2.5, 18, None)


def test_hostile_names_and_answers_are_shown_as_text(cli, made, tmp_path):
    folder, a, _ = made([("river", True, True)] * 8)
    hostile = tmp_path / "x\x1b[31m"
    score({f"q{n}": "\x1b[31mBremen" for n in range(8)}, folder, out=hostile)
    _, out, _ = cli("compare", a, hostile, "--items")
    assert "\x1b" not in out


def test_no_heavy_library_is_loaded(baselines):
    code = (
        "import sys\nfrom readmark.cli import main\n"
        f"try:\n    main(['compare', {str(baselines['typed-span'])!r}, {str(baselines['best-sentence'])!r}])\n"
        "except SystemExit as leave:\n    assert leave.code == 0, leave.code\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.splitlines()[-1].split())


def test_ten_thousand_items_take_under_three_seconds(made):
    """Of a processor's time, so that a busy machine does not decide."""
    items = [(f"a{n % 48}", n % 10 < 7, n % 11 < 8) for n in range(10_000)]
    _, a, b = made(items)
    start = time.process_time()
    found = compare(a, b)
    assert time.process_time() - start < 3
    assert result(found, "answer_match").n == 10_000


def test_the_documents_show_what_is_printed(cli):
    cli("run", "typed-span", "sliding-window", "-o", "pair")
    _, out, _ = cli("compare", *sorted(Path("pair").iterdir(), reverse=True))
    printed = {line.rstrip() for line in out.splitlines()}
    root = Path(__file__).resolve().parents[1]
    for document, start in (("README.md", "answer_match, reading: A is"), ("docs/compare.md", "Questions, reading")):
        block = (root / document).read_text().split(f"```text\n{start}")[1].split("```")[0]
        assert {line.rstrip() for line in f"{start}{block}".splitlines()} <= printed
