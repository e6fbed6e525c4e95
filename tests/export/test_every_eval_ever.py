"""What is written fits the schemas of Every Eval Ever 0.3.0, restated here, and says what our files say.

The project's own validator (PyPI every-eval-ever 0.3.0, `python -m every_eval_ever validate 'data/*/*/*/*.json*'`)
passed these very files, and those of test_tables.py's names, with no error and no warning. It wants Python 3.12 and
huggingface-hub below 2, so that it cannot be installed beside us; docs/export.md says how to run it.
"""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from readmark.leaderboard.stored import read_board
from readmark.metrics import METRICS
from readmark.runs import RunFolder
from readmark.verbs.export import export

NUMBER, TEXTS = (int, float), {"*": str}
BOUND = (int, float, {"Infinity", "-Infinity"})  # a set is an enumeration
INTERVAL = {"lower": NUMBER, "upper": NUMBER, "?confidence_level": NUMBER, "?method": str}
AGGREGATE = {  # ? marks what may be absent, * any name; what does not stand here we do not write
    "schema_version": {"0.3.0"}, "evaluation_id": str, "?evaluation_timestamp": str, "retrieved_timestamp": str,
    "source_metadata": {
        "?source_name": str, "source_type": {"documentation", "evaluation_run"}, "source_organization_name": str,
        "evaluator_relationship": {"first_party", "third_party", "collaborative", "other"},
        "?additional_details": TEXTS,
    },
    "eval_library": {"name": str, "version": str, "?additional_details": TEXTS},
    "model_info": {
        "name": str, "id": str, "?developer": str, "?inference_engine": {"?name": str, "?version": str},
        "additional_details": {
            "deployment_type": {"self_deployed", "externally_managed", "unknown"},
            "model_availability": {"open_weights", "closed_weights", "unknown"}, "*": str,
        },
    },
    "evaluation_results": [{
        "?evaluation_result_id": str, "evaluation_name": str,
        "source_data": {
            "dataset_name": str, "source_type": {"hf_dataset", "other"}, "?hf_repo": str, "?additional_details": TEXTS,
        },
        "metric_config": {
            "?evaluation_description": str, "?metric_id": str, "?metric_name": str, "?metric_unit": str,
            "lower_is_better": bool, "?score_type": {"continuous"}, "?min_score": BOUND, "?max_score": BOUND,
            "?additional_details": TEXTS,
        },
        "score_details": {
            "score": NUMBER, "?details": TEXTS,
            "?uncertainty": {"?confidence_interval": INTERVAL, "?num_samples": int},
        },
        "?generation_config": {
            "?generation_args": {"?temperature": NUMBER, "?top_p": NUMBER, "?top_k": NUMBER, "?max_tokens": int},
            "?additional_details": TEXTS,
        },
    }],
    "?detailed_evaluation_results": {
        "format": {"jsonl"}, "file_path": str, "?hash_algorithm": {"sha256", "md5"}, "?checksum": str,
        "?total_rows": int, "?additional_details": TEXTS,
    },
}  # fmt: skip
INSTANCE = {
    "schema_version": {"0.3.0"}, "evaluation_id": str, "model_id": str, "evaluation_name": str,
    "?evaluation_result_id": str, "sample_id": str, "?sample_hash": str, "interaction_type": {"single_turn"},
    "input": {"raw": str, "?formatted": str, "reference": [str]}, "output": {"raw": [str]},
    "answer_attribution": [{
        "turn_idx": int, "source": str, "extracted_value": str, "extraction_method": str, "is_terminal": bool,
    }],
    "evaluation": {"score": NUMBER, "is_correct": bool},
    "?token_usage": {"input_tokens": int, "output_tokens": int, "total_tokens": int},
    "?performance": {"?latency_ms": NUMBER}, "?metadata": TEXTS,
}  # fmt: skip
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
PLACE = re.compile(rf"data/[\w.-]+/[\w.-]+/[\w.-]+/{UUID4}(\.json|_samples\.jsonl)", re.ASCII)


def faults(value, form, place="$"):
    """Return every place where a value does not have a form."""
    if isinstance(form, dict):
        if not isinstance(value, dict):
            return [f"{place}: no object"]
        rest = form.get("*")
        found = [f"{place}.{key}: lacking" for key in form if key[0] not in "?*" and key not in value]
        for key, part in value.items():
            wanted = form.get(key, form.get(f"?{key}", rest))
            found += faults(part, wanted, f"{place}.{key}") if wanted is not None else [f"{place}.{key}: not known"]
        return found
    if isinstance(form, list):
        return [fault for n, part in enumerate(value) for fault in faults(part, form[0], f"{place}[{n}]")]
    if isinstance(form, set):
        return [] if value in form else [f"{place}: {value!r}"]
    kinds = form if isinstance(form, tuple) else (form,)
    if any(value in kind for kind in kinds if isinstance(kind, set)):
        return []
    kinds = tuple(kind for kind in kinds if not isinstance(kind, set))
    fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    return [] if fits else [f"{place}: {value!r}"]


def strict(text):
    """Return JSON as the datastore reads it: no key twice, no NaN."""

    def once(pairs):
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    def refused(name):
        raise AssertionError(name)

    return json.loads(text, object_pairs_hook=once, parse_constant=refused)


@pytest.fixture(params=["run", "board"])
def written(made, tmp_path, request):
    """The files of an export, aggregates and lines of items, both parsed, by path."""
    out = tmp_path / "out"
    files = export(made / request.param, "every-eval-ever", out, benchmark=made / "river", with_references=True).files
    aggregates = {path: strict(data) for path, data in files.items() if path.endswith(".json")}
    items = {path: [strict(line) for line in data.splitlines()] for path, data in files.items() if path[-1] == "l"}
    assert len(files) == len(aggregates) + len(items)
    return files, aggregates, items


def test_every_file_fits_the_schema(written):
    files, aggregates, items = written
    assert [fault for one in aggregates.values() for fault in faults(one, AGGREGATE)] == []
    assert [fault for lines in items.values() for line in lines for fault in faults(line, INSTANCE)] == []
    assert all(PLACE.fullmatch(path) for path in files)


def test_the_restated_schema_can_refuse(written):
    one = next(iter(written[1].values()))
    assert faults({**one, "more": 1}, AGGREGATE) == ["$.more: not known"]
    assert faults({key: value for key, value in one.items() if key != "model_info"}, AGGREGATE)
    one["evaluation_results"][0]["metric_config"]["lower_is_better"] = 1
    assert faults(one, AGGREGATE) == ["$.evaluation_results[0].metric_config.lower_is_better: 1"]


def test_bounds_are_given_where_a_scale_is_and_hold_every_score(written):
    for one in written[1].values():
        for result in one["evaluation_results"]:
            config, score = result["metric_config"], result["score_details"]["score"]
            assert config["score_type"] == "continuous"
            assert config["min_score"] <= score <= float(config["max_score"])


def test_a_folder_is_that_of_the_model_s_id(written):
    for path, one in written[1].items():
        assert path.split("/")[2:4] == one["model_info"]["id"].split("/")


def test_a_file_of_items_belongs_to_its_aggregate(written):
    files, aggregates, items = written
    for path, one in aggregates.items():
        told = one["detailed_evaluation_results"]
        lines = items[told["file_path"]]
        assert told["file_path"] == path.removesuffix(".json") + "_samples.jsonl"
        assert told["checksum"] == hashlib.sha256(files[told["file_path"]]).hexdigest()
        assert told["total_rows"] == len(lines)
        assert {line["evaluation_id"] for line in lines} == {one["evaluation_id"]}
        assert {line["model_id"] for line in lines} == {one["model_info"]["id"]}
        results = {result["evaluation_result_id"] for result in one["evaluation_results"]}
        assert {line["evaluation_result_id"] for line in lines} <= results


def of_reader(aggregates):
    return next(one for one in aggregates.values() if one["model_info"]["id"] == "acme/reader-7b")


def test_scores_intervals_and_counts_are_those_of_the_report(made, written):
    report = RunFolder(made / "run").report()
    results = {one["evaluation_result_id"]: one for one in of_reader(written[1])["evaluation_results"]}
    assert len(results) == sum(len(part.scores) for part in report.conditions.values()) + len(report.derived)
    for condition, part in report.conditions.items():
        for metric, score in part.scores.items():
            one = results[f"{condition}/{metric}"]
            assert one["evaluation_name"] == f"river/{condition}"
            assert one["score_details"]["score"] == score.value
            assert one["metric_config"]["lower_is_better"] is (METRICS[metric].higher_is_better is False)
            doubt = one["score_details"]["uncertainty"]
            assert doubt["num_samples"] == score.n
            if score.low is not None:
                ends = doubt["confidence_interval"]
                assert (ends["lower"], ends["upper"], ends["confidence_level"]) == (score.low, score.high, 0.95)
            told = one["score_details"]["details"]
            assert told["failed"] == str(part.counts.failed)
            assert (score.worst is None) or float(told["worst"]) == score.worst
            assert told["recipe"].startswith("bench:river@1.0#")


def test_no_number_stands_in_another_unit_beside_the_score(written):
    """A length of 9 words is no 900 %."""
    for one in written[1].values():
        details = [result["score_details"]["details"] for result in one["evaluation_results"]]
        assert not [text for told in details for text in told.values() if " = " in text]


def test_what_tests_no_reading_says_so(written):
    for one in written[1].values():
        for result in one["evaluation_results"]:
            is_told = "ranked" in result["metric_config"].get("additional_details", {})
            assert is_told is result["evaluation_result_id"].startswith("closed_book/")


def test_a_failure_has_no_line_and_is_counted(written):
    one = of_reader(written[1])
    told = one["detailed_evaluation_results"]
    assert told["additional_details"] == {"left_out_failed": "3"}  # item b under each of the three conditions
    assert all(line["sample_id"] != "b" for line in written[2][told["file_path"]])


def test_items_say_what_was_asked_and_answered(written):
    lines = written[2][of_reader(written[1])["detailed_evaluation_results"]["file_path"]]
    by_key = {(line["sample_id"], line["evaluation_name"]): line for line in lines}
    line = by_key["a", "river/reading"]
    assert line["input"]["reference"] == ["Verden"]
    assert "joins the Weser" in line["input"]["formatted"]
    assert line["evaluation"] == {"score": 1.0, "is_correct": True}
    assert line["token_usage"]["total_tokens"] == 11
    assert line["metadata"]["canary"] == "a-canary-of-river"
    assert by_key["e1", "river/twin"]["input"]["reference"] == ["1911"]
    assert not by_key["e1", "river/twin"]["evaluation"]["is_correct"]
    assert by_key["d", "river/reading"]["input"]["reference"] == ["Ada", "Bo"]
    assert by_key["c", "river/reading"]["input"]["reference"] == []
    assert by_key["s", "river/reading"]["evaluation_result_id"] == "reading/fact_recall"
    assert "joins" not in by_key["a", "river/closed_book"]["input"]["formatted"].replace("does it join", "")


def test_settings_are_told_and_the_known_ones_as_numbers(written):
    config = of_reader(written[1])["evaluation_results"][0]["generation_config"]
    assert config["generation_args"] == {"temperature": 0.5, "max_tokens": 16}
    assert config["additional_details"]["stop"] == '["\\n"]'


def test_times_are_the_run_s_and_a_board_has_none(made, tmp_path):
    def times(source):
        out = tmp_path / source
        made_of = export(made / source, "every-eval-ever", out, benchmark=made / "river")
        return {json.loads(data)["retrieved_timestamp"] for data in made_of.files.values()}, made_of.notes

    found, notes = times("run")
    assert [int(time) > 1_600_000_000 for time in found] == [True]
    assert not any("no date is known" in note for note in notes)
    found, notes = times("board")
    assert found == {"0"}
    assert any("no date is known" in note for note in notes)


def test_a_maker_is_claimed_only_where_the_name_tells_it(made, tmp_path):
    board = read_board(made / "board" / "leaderboard.json")
    exported = export(made / "board", "every-eval-ever", tmp_path / "out", benchmark=made / "river")
    ids = {json.loads(data)["model_info"]["id"] for data in exported.files.values()}
    assert ids == {"acme/reader-7b", "unstated/wrong", "unstated/elsewhere"}
    assert any("'elsewhere', 'wrong'" in note for note in exported.notes)
    assert len(board.entries) == 4
