"""Bytes become an object, an object becomes a record, or every fault of it is named, not only the first."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from readmark.errors import Problem, as_json, quoted
from readmark.records import Record

R = TypeVar("R", bound=Record)
JSON_NAMES = {
    list: "a list",
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def utf8(data: bytes, file: str, line: int = 1) -> str | Problem:
    """Return bytes as text, or the problem: a byte-order mark, a NUL, or not UTF-8.

    Args:
        data: The bytes.
        file: The file's path, for the problem's place.
        line: The number of the first line of `data` in it.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return Problem(f"{file}:{line}", "begins with a byte-order mark", "UTF-8 text", "save as UTF-8 without BOM")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        begin = data.rfind(b"\n", 0, error.start) + 1
        found = f"byte {error.start - begin + 1} ({data[error.start]:#04x}) is not UTF-8"
        return Problem(f"{file}:{_line(data, error.start, line)}", found, "UTF-8 text", "save the file as UTF-8")
    if "\0" in text:
        at = _line(data, data.index(0), line)
        return Problem(f"{file}:{at}", "contains a NUL character", "text", "remove it; is this a text file?")
    return text


def _line(data: bytes, offset: int, first: int) -> int:
    return data.count(b"\n", 0, offset) + first


def parse_object(data: bytes, place: str) -> dict[str, Any] | Problem:
    """Return the JSON object in `data`, or what is wrong with it: its bytes, its syntax or a repeated key.

    Args:
        data: One line, or a whole file.
        place: `file:line` of the first byte.
    """
    file, _, line = place.rpartition(":")
    text = utf8(data, file, int(line))
    if isinstance(text, Problem):
        return text
    if not text.strip():
        return Problem(place, "is empty", "a JSON object {…}", "write one")
    try:
        value, repeated = _loaded(text.rstrip())
        msgspec.json.decode(data)  # strict where json is lax: 1e999, lone surrogates
        holds_nul = "\\u0000" in text and _holds_nul(value)
    except RecursionError:
        return Problem(place, "is nested too deeply", "a JSON object of a few levels", "take brackets away")
    except (msgspec.MsgspecError, ValueError) as error:
        fix = "correct it, or write it as text"
        if isinstance(error, json.JSONDecodeError):
            place = f"{file}:{int(line) + error.lineno - 1}"
            fix = "commas between entries, strings in double quotes"
        return Problem(place, f"is not valid JSON: {_told(error, text)}", "a JSON object {…}", fix)
    if repeated:
        keys = ", ".join(quoted(key) for key in repeated[:8])
        return Problem(place, f"has {keys} twice in one object", "each key once", "remove one of them")
    if not isinstance(value, dict):
        return Problem(place, f"is {JSON_NAMES[type(value)]}, not an object", "a JSON object {…}", "put it in {…}")
    if holds_nul:
        return Problem(place, "a string contains a NUL character (\\u0000)", "text", "remove it")
    return value


def _loaded(text: str) -> tuple[Any, list[str]]:
    """Return the JSON value in a text, and the keys that an object of it holds twice."""
    repeated: dict[str, None] = {}

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(found)
        if len(value) < len(found):
            counts = Counter(key for key, _ in found)
            repeated.update(dict.fromkeys(key for key, count in counts.items() if count > 1))
        return value

    return json.loads(text, object_pairs_hook=pairs, parse_constant=_refuse_constant), list(repeated)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _told(error: Exception, text: str) -> str:
    """Return a parser's complaint in words that say where it is and what to look for."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at character {error.colno}"
    if "out of range" in str(error) or "digits" in str(error):
        return "a number is out of range"
    is_pair = isinstance(error, msgspec.MsgspecError) and "\\u" in text
    return "half of a surrogate pair (\\ud800 to \\udfff) is no character" if is_pair else str(error)


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


def decode(value: Mapping[str, Any], record: type[R], place: str, what: str = "") -> R | list[Problem]:
    """Return the record in a parsed object, or every fault of it.

    Args:
        value: A parsed JSON or TOML object, without the record's tag.
        record: The type wanted.
        place: `file:line` for the problems.
        what: Whose object it is, such as "item 'q-17'", for the problems.
    """
    try:
        return msgspec.convert({**value, **_tag(record)}, record)
    except (msgspec.ValidationError, OverflowError) as error:
        return _faults(value, record, place, what) or [Problem(place, f"is not as it should be: {error}")]


def _faults(value: Mapping[str, Any], record: type[Record], place: str, who: str) -> list[Problem]:
    """Return every fault of an object that is not such a record, also in the objects that it holds."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(record)}
    before = f"{who} " if who else ""
    known = [*_tag(record), *fields]
    problems = [unknown_key(key, known, place, before) for key in value if key not in fields]
    for name, field in fields.items():
        if name in value:
            problems += _value_faults(value[name], field.type, name, place, before)
        elif field.required:
            problems.append(Problem(place, f"{before}has no '{name}'", f"'{name}', {_plain(field.type)}", "add it"))
    return problems


def _value_faults(value: Any, wanted: Any, name: str, place: str, before: str) -> list[Problem]:  # noqa: ANN401 - parsed
    """Return every fault of one field's value."""
    try:
        msgspec.convert(value, wanted)
    except (msgspec.ValidationError, OverflowError) as error:
        reason = str(error)
    else:
        return []
    inner = next((part for part in get_args(wanted) if isinstance(part, type) and issubclass(part, Record)), None)
    is_list = get_origin(wanted) is tuple
    if inner and not is_list and isinstance(value, Mapping):
        return _faults(value, inner, place, f"{before}'{name}'")
    if inner and is_list and isinstance(value, list):
        entries = ((f"{before}entry {number} of '{name}'", entry) for number, entry in enumerate(value, start=1))
        return [fault for who, entry in entries for fault in _entry_faults(entry, inner, place, who)]
    what = f"{before}'{name}' is {as_json(value, 40)}"
    at = re.search(r" - at `\$(.+)`$", reason)
    what += f", wrong at {name}{at[1]}" if at else ""
    what += ", out of range" if "out of range" in reason else ""
    return [Problem(place, what, _plain(wanted), f"correct '{name}'")]


def _entry_faults(entry: object, record: type[Record], place: str, who: str) -> list[Problem]:
    if isinstance(entry, Mapping):
        return _faults(entry, record, place, who)
    return [Problem(place, f"{who} is {as_json(entry, 40)}", _plain(record), "put it in {…}")]


def _tag(record: type[Record]) -> dict[str, str]:
    config = record.__struct_config__
    return {config.tag_field: str(config.tag)} if config.tag_field else {}


def unknown_key(key: str, known: list[str], place: str, who: str = "", *, kind: str = "key") -> Problem:
    """Return the problem of a key that no record has, with the nearest known one."""
    near = difflib.get_close_matches(key[:100], known, n=1)
    fix = f"did you mean '{near[0]}'?" if near else "remove it"
    return Problem(place, f"{who}has an unknown {kind} {quoted(key)}", "one of " + ", ".join(known), fix)


def _plain(wanted: object) -> str:
    """Return a type as a person would say it."""
    return _plain_info(msgspec.inspect.type_info(wanted))


def _plain_info(info: object) -> str:
    kinds = msgspec.inspect
    if isinstance(info, kinds.LiteralType):
        return "one of " + ", ".join(str(value) for value in info.values)
    if isinstance(info, kinds.VarTupleType | kinds.ListType):
        return f"a list of {_plural(info.item_type)}"
    if isinstance(info, kinds.UnionType):
        named = [part for part in info.types if not isinstance(part, kinds.NoneType)]
        return " or ".join(_plain_info(part) for part in named)
    if isinstance(info, kinds.StructType):
        return "an object with " + ", ".join(field.encode_name for field in info.fields)
    if isinstance(info, kinds.DictType):
        return f"an object of {_plural(info.value_type)}"
    plain = {
        "StrType": "text in quotes", "IntType": "a whole number", "FloatType": "a number", "BoolType": "true or false",
    }  # fmt: skip
    return plain.get(type(info).__name__, type(info).__name__.removesuffix("Type").lower())


def _plural(info: object) -> str:
    one = _plain_info(info)
    for singular, plural in (
        ("text in quotes", "texts in quotes"),
        ("a list of", "lists of"),
        ("an object", "objects"),
    ):
        one = one.replace(singular, plural)
    return one
