"""Whatever bytes a file holds and whatever name is given, what comes out is a result or a `ReadmarkError`.

Bytes are random, or those of sound files with a few mutations: bytes flipped, put in or taken out, lines spliced, keys
dropped, doubled or renamed, values of other types put anywhere. Derandomized: every run tries the same inputs.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import random
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readmark.benchmark import load
from readmark.cli import main
from readmark.errors import ReadmarkError
from readmark.runs import RunFolder
from readmark.verbs.author import lint
from readmark.verbs.board import board
from readmark.verbs.run import run
from readmark.verbs.score import score

ARTICLE = "Ada met Bo in Kabul on 3 May. Bo left Kabul at noon. Ada stayed.\nNobody knew why.\n"
ITEMS = [
    {
        "id": "q-1", "task": "qa", "article": "town", "question": "Whom did Ada meet?", "answer_type": "entity",
        "references": ["Bo", "Mr Bo"], "evidence": ["Ada met Bo", {"start": 0, "end": 7}], "process": "locate",
        "operation": "entity", "distractors": ["Ada"], "twin": {"question": "Whom?", "references": ["Cy"]},
        "status": "active", "tags": ["easy"],
    },
    {"id": "q-2", "task": "qa", "article": "town", "question": "Who?", "answer_type": "list", "ordered": True,
     "parts": [["Bo"], ["Ada", "Ms Ada"]]},
    {"id": "q-3", "task": "qa", "article": "town", "question": "Why?", "answer_type": "none", "plausible": ["noon"],
     "near": "q-1"},
    {"id": "q-4", "article": "town", "question": "When did Bo leave?", "answer": "noon"},
    {
        "id": "s-1", "task": "summary", "article": "town", "instruction": "Summarise.", "max_words": 25,
        "references": ["Ada met Bo, who left."],
        "facts": [{"id": "f1", "text": "Bo left.", "weight": 3, "facets": [["Bo"], ["left", "went"]],
                   "evidence": ["Bo left Kabul"]}],
        "contradictions": [{"id": "c1", "text": "Ada left.", "facets": [["Ada"], ["left"]]}],
    },
]  # fmt: skip
LINES = "".join(json.dumps(item) + "\n" for item in ITEMS)
TABLE = (
    "id,article,question,answer,answer_type,process\r\nq-1,town,Whom did Ada meet?,Bo,entity,locate\r\n"
    'q-2,town,"When, then, did Bo leave?",noon,,\r\nq-3,town,Why?,,none,\r\n'
)
MANIFEST = """name = "town"
version = "1"
norm = "squad2"
missing = "bound"
cluster = "article"
description = "One article."

[[articles]]
id = "town"
file = "articles/town.txt"
sha256 = "SUM"
date = "2024-05-03"

[[twin]]
find = "Bo"
replace = "Cy"

[provenance]
authorship = "A person."
""".replace("SUM", hashlib.sha256(ARTICLE.encode()).hexdigest())
SQUAD = {
    "version": "v2.0",
    "data": [{"title": "Town", "paragraphs": [{"context": ARTICLE, "qas": [
        {"id": "q-1", "question": "Whom did Ada meet?", "answers": [{"text": "Bo", "answer_start": 8}],
         "is_impossible": False},
        {"id": "q-2", "question": "Why?", "answers": [], "is_impossible": True,
         "plausible_answers": [{"text": "noon", "answer_start": 47}]},
    ]}]}],
}  # fmt: skip
NO_ANSWER = '{"q-1": 0.25, "q-2": 1}\n'
LOGGED = '{"item_id": "q-1", "raw": "Bo", "seconds": 0.5}\n{"item_id": "q-2", "error": {"class": "E", "message": ""}}\n'
FOREIGN = '{"id": "q-1", "prediction": "Bo"}\n{"id": "q-2", "prediction": "Bo; Ada"}\n'
MAPPING = '{\n  "q-1": "Bo",\n  "s-1": "Bo left."\n}\n'

BITS = [
    b'"', b"'", b"{", b"}", b"[", b"]", b",", b":", b"=", b"\\", b"\\ud800", b"\\u0000", b"\\n", b"\0", b"\xff",
    b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\r", b"\n", b"\r\n", b" ", b"\t", b"-", b".", b"e",
    b"0x", b"1e999", b"NaN", b"Infinity", b"null", b"true", b"9" * 30, b"9" * 5000, b"[" * 1200, b'{"a":' * 1200,
    b"../", b"#", b"\x1b[2J",
]  # fmt: skip
NUMBERS = [0, -1, 1, 2**63, 2**64, -(2**70), 10**400, 0.5, -0.0, 1e308, 5e-324]
TEXTS = ["", " ", "q-1", "q-2", "town", "../town", "/", "\0", "\ud800", "\u2028", "\x1b[31m", "a" * 3000, "none"]
ODD = st.one_of(
    st.sampled_from([None, True, False, *NUMBERS, *TEXTS, [], {}, [[]]]),
    st.text(max_size=8),
    st.recursive(st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3), max_leaves=4),
    st.dictionaries(st.sampled_from(["id", "text", "start", "end", "class", "x"]), st.integers() | st.text(max_size=3)),
)  # fmt: skip
CHEAP = settings(
    derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example,
                           HealthCheck.function_scoped_fixture],
)  # fmt: skip
MANY, FEW = settings(CHEAP, max_examples=200), settings(CHEAP, max_examples=80)


class Twice(str):
    """A key that equals another only once it is written."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


@st.composite
def mutated_bytes(draw, sound):
    """Give a sound file's bytes after one to four cuts, flips, insertions and splices."""
    data = bytearray(sound)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        kind = draw(st.sampled_from(["put", "flip", "cut", "copy", "lines"]))
        if kind == "put":
            data[start:start] = draw(st.sampled_from(BITS))
        elif kind == "flip" and start < len(data):
            data[start] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[start : start + draw(st.integers(1, 60))]
        elif kind == "copy":
            data[start:start] = data[draw(st.integers(0, len(data))) :][:60]
        else:
            lines = bytes(data).splitlines(keepends=True)
            random.Random(start).shuffle(lines)
            data = bytearray(b"".join(lines[: draw(st.integers(0, len(lines)))]))
    return bytes(data)


def places(value):
    """Return every (container, key) of a JSON value."""
    found = []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        found += [(value, key), *places(inner)]
    return found


@st.composite
def mutated_json(draw, sound):
    """Give JSON values, one a line, after one to three values were replaced, dropped, doubled or renamed."""
    values = copy.deepcopy(sound)
    for _ in range(draw(st.integers(1, 3))):
        known = places(values)
        if not known:
            break
        holder, key = draw(st.sampled_from(known))
        kind = draw(st.sampled_from(["replace", "replace", "drop", "double", "rename", "move"]))
        if kind == "replace":
            holder[key] = copy.deepcopy(draw(ODD))
        elif kind == "drop":
            del holder[key]
        elif kind == "move":
            holder[key] = copy.deepcopy(draw(st.sampled_from(known))[0])
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif kind == "double":
            holder[Twice(key)] = copy.deepcopy(draw(ODD))
        else:
            holder[key[:-1] + draw(st.text(max_size=1))] = holder.pop(key)
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def files(sound, values=None):
    """Give bytes for a file: random ones, the sound file's mutated, or its values' mutated."""
    strategies = [st.binary(max_size=200), mutated_bytes(sound), mutated_bytes(sound)]
    return st.one_of(*strategies, *([mutated_json(values)] * 3 if values else []))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a sound test set; a manifest is put beside it where a test wants one."""
    path = tmp_path_factory.mktemp("set") / "town"
    (path / "articles").mkdir(parents=True)
    (path / "articles" / "town.txt").write_text(ARTICLE)
    (path / "questions.jsonl").write_text(LINES)
    with replaced(path / "benchmark.toml", MANIFEST.encode()):
        assert len(load(path).items) == len(ITEMS)
    return path


@contextlib.contextmanager
def replaced(path, data):
    """Put other bytes into a file for a while; a file that was not there is taken away again."""
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(data)
    try:
        yield path
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def use(path):
    """Load a test set and, where it loads, do all that reads it; a ReadmarkError is an answer."""
    with contextlib.suppress(ReadmarkError):
        loaded = load(path)
        lint(loaded, "authored")
        conditions = ["reading", "closed_book", *(["twin"] if loaded.manifest.twin else [])]
        for name in conditions:
            score({item.id: "Ada met Bo; 3 May" for item in loaded.items}, loaded, condition=name, drafts=True)


# --- test sets


@MANY
@given(data=files(LINES.encode(), ITEMS))
def test_a_question_file_may_hold_anything(folder, data):
    with replaced(folder / "questions.jsonl", data) as path:
        use(path)


@MANY
@given(data=files(json.dumps(SQUAD).encode(), [SQUAD]))
def test_a_squad_file_may_hold_anything(folder, data):
    with replaced(folder / "squad.json", data) as path:
        use(path)


@FEW
@given(data=files(TABLE.encode()))
def test_a_table_of_questions_may_hold_anything(folder, data):
    with replaced(folder / "questions.csv", data) as path:
        use(path)


@MANY
@given(data=files(MANIFEST.encode()))
def test_a_manifest_may_hold_anything(folder, data):
    with replaced(folder / "benchmark.toml", data):
        use(folder)


@FEW
@given(data=files(ARTICLE.encode()))
def test_an_article_may_hold_anything(folder, data):
    with replaced(folder / "articles" / "town.txt", data):
        use(folder)


@MANY
@given(
    name=st.one_of(
        st.text(st.characters(), max_size=30),
        st.text("a/.\\\0\ud800 :~", max_size=12),
        st.builds(lambda part, times, end: part * times + end, st.sampled_from(["x", "x/", "../", "é"]),
                  st.sampled_from([1, 255, 256, 5000]), st.sampled_from(["", ".jsonl", ".csv", "/questions.jsonl"])),
    )
)  # fmt: skip
def test_a_test_set_may_be_named_by_any_text(folder, name):
    """No such set lies in an empty folder, so only a ReadmarkError comes out, or the folder's parent is one."""
    empty = folder.parent / "empty"
    empty.mkdir(exist_ok=True)
    with contextlib.chdir(empty), contextlib.suppress(ReadmarkError):
        load(name)


# --- predictions


@MANY
@given(data=files(LOGGED.encode(), [json.loads(line) for line in LOGGED.splitlines()]))
def test_our_predictions_may_hold_anything(folder, data):
    with replaced(folder / "p.jsonl", data) as path, contextlib.suppress(ReadmarkError):
        score(path, folder)


@FEW
@given(data=files(FOREIGN.encode(), [json.loads(line) for line in FOREIGN.splitlines()]))
def test_lines_of_foreign_predictions_may_hold_anything(folder, data):
    with replaced(folder / "p.jsonl", data) as path, contextlib.suppress(ReadmarkError):
        score(path, folder, out=folder.parent / "out")


@FEW
@given(data=files(MAPPING.encode(), [json.loads(MAPPING)]))
def test_a_mapping_of_predictions_may_hold_anything(folder, data):
    with replaced(folder / "p.json", data) as path, contextlib.suppress(ReadmarkError):
        score(path, folder, out=folder.parent / "out")


@FEW
@given(data=files(NO_ANSWER.encode(), [json.loads(NO_ANSWER)]))
def test_a_file_of_probabilities_may_hold_anything(folder, data):
    with replaced(folder / "na.json", data) as path, contextlib.suppress(ReadmarkError):
        score({"q-1": "Bo", "q-2": ""}, folder, no_answer=path, threshold=0.5, out=folder.parent / "out")


@FEW
@given(table=st.dictionaries(st.text(max_size=3) | st.just("q-1"), ODD, max_size=3))
def test_a_mapping_given_to_the_api_may_hold_anything(folder, table):
    with contextlib.suppress(ReadmarkError):
        score(table, folder, out=folder.parent / "out")


# --- runs


def answer(prompt):
    """Answer every question but one, at which it fails."""
    if "When" in prompt.question:
        raise ValueError("no time")
    return "Bo"


@pytest.fixture(scope="module")
def finished(folder):
    """Return the folder of a finished run."""
    return run(answer, folder, conditions=("reading", "closed_book"), out=folder.parent / "runs").folder


def values_of(name):
    """Return JSON values like those in a file of a run, to be mutated."""
    stamp = {"name": "town", "version": "1", "sha256": "0" * 64, "source": "town"}
    counts = {"items": 5, "answered": 4, "abstained": 0, "failed": 1, "missing": 0, "unknown": 0}
    scores = {"answer_match": {"value": 0.5, "low": 0.1, "high": 0.9, "n": 4, "worst": 0.4, "best": 0.6}}
    return {
        "run.json": [
            {
                "format": "readmark-run/1", "benchmark": stamp, "model": "answer", "revision": "1",
                "parameters": {"a": 1}, "adapter": "answer",
                "kind": "model", "tasks": ["qa"],
                "conditions": ["reading"], "extract": "answer",
                "readmark": "0.1.0", "started": "2024-05-03T00:00:00+00:00", "seconds": 0.5,
            }
        ],
        "report.json": [
            {
                "format": "readmark-report/1", "signature": {"benchmark": "town", "version": "1", "sha256": "0" * 64},
                "counts": counts,
                "conditions": {"reading": {"counts": counts, "scores": scores, "by": {"process": {}}}},
                "derived": {"reading_gain": {"value": 0.1, "n": 3}}, "costs": {"input_tokens": 3}, "scores": scores,
                "notes": ["conditional on this article"],
            }
        ],
        "scores.jsonl": [
            {"item_id": "q-1", "condition": "reading", "outcome": "answered", "text": "Bo", "rule": "exact",
             "answer_match": 1.0},
            {"item_id": "s-1", "condition": "reading", "outcome": "abstained", "text": "", "fact_recall": 0.0},
        ],
        "predictions.jsonl": [
            {"item_id": "q-1", "condition": "reading", "key": "0" * 64, "raw": "Bo", "seconds": 0.1, "input_tokens": 3},
            {"item_id": "q-4", "condition": "reading", "key": "1" * 64, "error": {"class": "E", "message": "no"}},
        ],
    }[name]  # fmt: skip


RUN_FILES = ("run.json", "report.json", "scores.jsonl", "predictions.jsonl")


def command(*arguments):
    """Run the command line; return its exit code and what it told."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as leave:
        main(list(map(str, arguments)))
    return leave.value.code, err.getvalue()


@st.composite
def run_file(draw):
    """Give a file of a run and what to put into it."""
    name = draw(st.sampled_from(RUN_FILES))
    sound = "".join(json.dumps(value) + "\n" for value in values_of(name)).encode()
    return name, draw(files(sound, values_of(name)))


@MANY
@given(file=run_file())
def test_the_files_of_a_run_may_hold_anything(folder, finished, file):
    """Each reader of a run's folder, and `board` over it."""
    name, data = file
    opened = RunFolder(finished)
    with replaced(finished / name, data):
        for read in (opened.info, opened.report, opened.rows, opened.predictions):
            with contextlib.suppress(ReadmarkError):
                read()
        with contextlib.suppress(ReadmarkError):
            board([finished], folder.parent / "board")


@MANY
@given(file=run_file(), as_json=st.booleans())
def test_the_command_line_is_never_surprised_by_a_run(folder, finished, file, as_json):
    """`board` and `show` end with 0, 1 or 2, never with a traceback."""
    name, data = file
    flags = ["--json"] if as_json else []
    with replaced(finished / name, data):
        for arguments in (["board", finished, "-o", folder.parent / "board"], ["show", finished, "-b", folder]):
            code, told = command(*arguments, *flags)
            assert code in {0, 1, 2}, told


@FEW
@given(file=run_file())
def test_a_run_goes_on_whatever_its_files_hold(folder, finished, file):
    """What is torn or broken is set aside, mended or refused; in a copy of the run."""
    name, data = file
    runs = folder.parent / "again"
    shutil.copytree(finished, runs / finished.name, dirs_exist_ok=True)
    (runs / finished.name / name).write_bytes(data)
    with contextlib.suppress(ReadmarkError):
        run(answer, folder, out=runs)
    assert [path.name for path in runs.iterdir()] == [finished.name]
