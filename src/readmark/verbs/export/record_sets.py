"""Croissant's record sets: what stands in a test set's files, said so that mlcroissant extracts it.

mlcroissant reads lines of JSON and CSV through pandas, by columns, and other JSON by paths. Both shape what is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from readmark.benchmark import Benchmark
from readmark.benchmark.files import Files
from readmark.benchmark.items import Rows, read_rows
from readmark.benchmark.squad_file import SquadFile, read_squad

Json = dict[str, Any]
QUESTIONS_FILE = "questions-file"
PARAGRAPHS_FILE = "paragraphs-file"  # a SQuAD file once more: mlcroissant makes one table of all that is read of a file
NA = frozenset((
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
))  # fmt: skip
"""What pandas takes for an empty field of a CSV file."""


class Column(NamedTuple):
    """A key of a question file, as Croissant describes it."""

    about: str
    type: str = "sc:Text"
    repeated: bool = False


COLUMNS: dict[str, Column] = {
    "id": Column("The item's id."),
    "task": Column("qa or summary; a row without it is qa."),
    "article": Column("The id of the article that it is about."),
    "question": Column("The question."),
    "answer": Column("The accepted answer; empty where the article does not answer the question."),
    "answer_type": Column("entity, number, date, phrase, list, yes_no, or none for an unanswerable question."),
    "references": Column("Accepted answers, the best first; of a summary, reference summaries.", repeated=True),
    "parts": Column("Of a list: its parts, each a list of accepted alternatives.", repeated=True),
    "ordered": Column("Whether the order of the parts counts.", "sc:Boolean"),
    "plausible": Column("Wrong answers that tempt, of an unanswerable question.", repeated=True),
    "near": Column("The answerable item that an unanswerable one resembles."),
    "evidence": Column("The passages of the article that hold the answer, word for word.", repeated=True),
    "distractors": Column("Wrong answers that the article offers.", repeated=True),
    "process": Column("What a reader must do (PIRLS): locate, infer, integrate or evaluate."),
    "operation": Column("What the question turns on, such as a quote or an ordinal."),
    "instruction": Column("Of a summary: what is asked for."),
    "max_words": Column("Of a summary: its budget in words.", "sc:Integer"),
    "status": Column("draft, active or retired; a row without it is active."),
    "tags": Column("The author's own words.", repeated=True),
}
NESTED = ("twin", "facts", "contradictions")  # tables within a row: in the file, not described


def record_sets(benchmark: Benchmark, files: Files) -> tuple[list[Json], tuple[str, ...]]:
    """Return the record sets of a test set's files, and what they do not hold or readers get wrong.

    Raises:
        ReadmarkError: A file has changed since the test set was loaded.
    """
    if files.is_squad:
        return _squad_sets(read_squad(files.folder / files.questions)[1])
    rows, _ = read_rows(files.folder / files.questions)
    has_csv = files.questions.lower().endswith(".csv")
    items, notes = _items(rows, has_csv=has_csv)
    return [items, *_articles(benchmark, files)], notes


def _items(rows: Rows, *, has_csv: bool) -> tuple[Json, tuple[str, ...]]:
    """Return the question file's record set: a field for every key that a row has, tables within rows apart."""
    values = {key: [row[key] for _, row in rows if row.get(key) is not None] for key in COLUMNS}
    values = {key: found for key, found in values.items() if found}
    left = [key for key in NESTED if any(key in row for _, row in rows)]
    if not all(isinstance(passage, str) for found in values.get("evidence", ()) for passage in found):
        del values["evidence"]  # offsets are tables too
        left.append("evidence")
    about = "The items, one a row, drafts and retired ones too."
    if left:
        about += f" Further keys in the file, which are tables themselves: {', '.join(left)}."
    fields = [_field("items", key, COLUMNS[key], _column(key)) for key in values]
    misread = {key: _misread(found, has_csv=has_csv) for key, found in values.items()}
    notes = tuple(f"pandas, and mlcroissant by it, gets {key!r} wrong: {why}" for key, why in misread.items() if why)
    described = (f"not described, for they are tables within rows: {', '.join(left)}",) if left else ()
    return _set("items", about, fields), described + notes


def _misread(values: Sequence[object], *, has_csv: bool) -> str:
    """Return what pandas makes of a column of texts that look like something else; "" where it keeps them."""
    texts = [value for value in values if isinstance(value, str)]
    if has_csv and any(text in NA for text in texts):
        return f"{next(text for text in texts if text in NA)} is taken for an empty field"
    if len(texts) < len(values) or not texts:
        return ""
    try:
        numbers = [float(text) for text in texts]
        changed = [text for text, number in zip(texts, numbers, strict=True) if text != str(int(number))]
    except (ValueError, OverflowError):
        return ""
    return f"all are numbers, so that {changed[0]} becomes one" if changed else ""


def _articles(benchmark: Benchmark, files: Files) -> list[Json]:
    """Return what is known of each article, as a table in the metadata, and the texts by file."""
    listed = [
        {"articles/id": name, "articles/file": path, "articles/title": benchmark.articles[name].title}
        for name, path in files.articles.items()
    ]
    index = _set("articles", "Which file an article is.", [
        _field("articles", "id", Column("The article's id, as items name it.")),
        _field("articles", "file", Column("Its file, which texts/file names too.")),
        _field("articles", "title", Column("Its title.")),
    ]) | {"data": listed}  # fmt: skip
    texts = _set("texts", "The articles' texts.", [
        _field("texts", "file", Column("The article's file."), _file_property("fullpath")),
        _field("texts", "text", Column("Its text, byte for byte."), _file_property("content")),
    ], key="file")  # fmt: skip
    return [index, texts]


def _squad_sets(squad: SquadFile) -> tuple[list[Json], tuple[str, ...]]:
    """Return a SQuAD file's questions, and its paragraphs with the ids of their questions."""
    qas, paragraph = "data[*].paragraphs[*].qas[*]", "data[*].paragraphs[*]"
    fields = [
        _field("questions", "id", Column("The question's id."), _json(f"{qas}.id")),
        _field("questions", "question", Column("The question."), _json(f"{qas}.question")),
        _field("questions", "answers", Column("Accepted answers; none for an unanswerable question.", repeated=True),
               _json(f"{qas}.answers", "text")),
    ]  # fmt: skip
    found = list(squad.questions())
    if all(answer.answer_start is not None for qa in found for answer in qa.answers):
        starts = Column("Where each answer begins, in the context's characters.", "sc:Integer", repeated=True)
        fields.append(_field("questions", "answer_start", starts, _json(f"{qas}.answers", "answer_start")))
    if all(qa.is_impossible is not None for qa in found):
        about = Column("Whether the context does not answer the question.", "sc:Boolean")
        fields.append(_field("questions", "is_impossible", about, _json(f"{qas}.is_impossible")))
    paragraphs = [
        _field("paragraphs", "context", Column("The text."), _json(f"{paragraph}.context", file=PARAGRAPHS_FILE)),
        _field("paragraphs", "questions", Column("The ids of the questions on it.", repeated=True),
               _json(f"{paragraph}.qas", "id", PARAGRAPHS_FILE)),
    ]  # fmt: skip
    return [
        _set("questions", "The questions, one a row.", fields),
        _set("paragraphs", "The texts, with the questions on each.", paragraphs, key=""),
    ], ()


def _set(name: str, about: str, fields: Iterable[Json], key: str = "id") -> Json:
    keyed = {"key": {"@id": f"{name}/{key}"}} if key else {}
    described = {"@type": "cr:RecordSet", "@id": name, "name": name, "description": about}
    return described | keyed | {"field": list(fields)}


def _field(record_set: str, name: str, column: Column, source: Json | None = None) -> Json:
    field: Json = {
        "@type": "cr:Field", "@id": f"{record_set}/{name}", "name": name, "description": column.about,
        "dataType": column.type,
    }  # fmt: skip
    return field | ({"repeated": True} if column.repeated else {}) | ({"source": source} if source else {})


def _column(key: str) -> Json:
    return {"fileObject": {"@id": QUESTIONS_FILE}, "extract": {"column": key}}


def _file_property(name: str) -> Json:
    return {"fileSet": {"@id": "article-files"}, "extract": {"fileProperty": name}}


def _json(path: str, within: str = "", file: str = QUESTIONS_FILE) -> Json:
    """Return a source by a path in the SQuAD file; `within` is a key of each entry of the list that is found there."""
    found: Json = {"fileObject": {"@id": file}, "extract": {"jsonPath": path}}
    return found | ({"transform": {"jsonPath": within}} if within else {})
