"""A parsed object becomes a record, or every fault of it is named, not only the first."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from readmark.errors import Problem, quoted
from readmark.records import Record

R = TypeVar("R", bound=Record)


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
    except (msgspec.ValidationError, OverflowError):
        return _faults(value, record, place, what)


def _faults(value: Mapping[str, Any], record: type[R], place: str, what: str) -> list[Problem]:
    """Return every fault of an object that is not such a record."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(record)}
    who = f"{what} " if what else ""
    problems = [unknown_key(key, list(fields), place, who) for key in value if key not in fields]
    for name, field in fields.items():
        if name not in value:
            if field.required:
                problems.append(Problem(place, f"{who}has no '{name}'", f"'{name}', {_plain(field.type)}", "add it"))
            continue
        try:
            msgspec.convert(value[name], field.type)
        except (msgspec.ValidationError, OverflowError) as error:
            found = f"{who}'{name}' is {quoted(value[name], 40)}: {error}"
            problems.append(Problem(place, found, _plain(field.type), f"correct '{name}'"))
    return problems


def _tag(record: type[Record]) -> dict[str, str]:
    config = record.__struct_config__
    return {config.tag_field: str(config.tag)} if config.tag_field else {}


def unknown_key(key: str, known: list[str], place: str, who: str = "") -> Problem:
    """Return the problem of a key that no record has, with the nearest known one."""
    near = difflib.get_close_matches(key, known, n=1)
    fix = f"did you mean '{near[0]}'?" if near else "remove it"
    return Problem(place, f"{who}has an unknown key {quoted(key)}", "one of " + ", ".join(known), fix)


def _plain(wanted: object) -> str:
    """Return a type as a person would say it."""
    names = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
    if wanted in names:
        return names[wanted]
    info = msgspec.inspect.type_info(wanted)
    if isinstance(info, msgspec.inspect.UnionType):
        return " or ".join(_plain_info(part) for part in info.types)
    return _plain_info(info)


def _plain_info(info: object) -> str:
    kinds = msgspec.inspect
    if isinstance(info, kinds.LiteralType):
        return "one of " + ", ".join(str(value) for value in info.values)
    if isinstance(info, kinds.VarTupleType | kinds.ListType):
        return f"a list of {_plain_info(info.item_type)}"
    if isinstance(info, kinds.UnionType):
        return " or ".join(_plain_info(part) for part in info.types)
    if isinstance(info, kinds.StructType):
        return "an object with " + ", ".join(field.encode_name for field in info.fields)
    plain = {"StrType": "text", "IntType": "a whole number", "FloatType": "a number", "BoolType": "true or false"}
    return plain.get(type(info).__name__, type(info).__name__.removesuffix("Type").lower())
