"""Revisions of models that state none: a hash over what makes two of them answer differently, as far as it shows."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import marshal
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

DEEPEST = 4  # objects within objects that are looked into
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def source_digest(target: object, file: Path | None = None, member: str = "") -> str:
    """Return the SHA-256 of the file that defines a class, function or object, or one over more where more counts.

    Args:
        target: The class, function or object; decorated, bound and partly applied ones are looked into.
        file: The file that it was found in, which says what it holds; where another one defines it, both count.
        member: Its name in that file, where another of the same name stands in it.
    """
    plain = _unwrapped(target)
    made: Any = plain if inspect.isclass(plain) or inspect.isroutine(plain) else type(plain)
    defined = _defining_file(made)
    files = [file] if file else []
    if defined and not (file and defined.samefile(file)):
        files.append(defined)
    parts = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files] or [getattr(made, "__qualname__", "")]
    parts += [] if files else _code(made)
    parts += [member] if member else [] if file else list(_beside(target))
    if files and len(parts) == 1:
        return parts[0]
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


def _beside(target: Any) -> Iterator[str]:  # noqa: ANN401 - the user's object
    """Yield what an object or function holds besides its code, and besides the JSON values that are parameters."""
    while isinstance(target, functools.partial):
        yield from _held([target.args, target.keywords], DEEPEST) if target.args or target.keywords else ()
        target = target.func
    while inspect.isfunction(target):
        yield from _closed_over(target, DEEPEST)
        target = getattr(target, "__wrapped__", None)
    if inspect.ismethod(target):
        state = state_of(target.__self__)
        yield from _held(state, DEEPEST) if state else ()
    elif target is not None and not inspect.isclass(target) and not inspect.isroutine(target):
        is_asked = hasattr(target, "predict") or hasattr(target, "predict_many")  # then JSON values are parameters
        state = {key: value for key, value in state_of(target).items() if not (is_asked and is_json(value))}
        yield from _held(state, DEEPEST) if state else ()


def _closed_over(function: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - a function
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # a name that has no value yet
            yield from _held(cell.cell_contents, depth - 1) if depth else ()


def is_json(value: object) -> bool:
    """Return whether a value survives being written to our files and read back."""
    with contextlib.suppress(TypeError, ValueError, OverflowError, RecursionError):
        as_json(value)
        return True
    return False


def as_json(value: object) -> Any:  # noqa: ANN401 - what JSON holds
    """Return a value as reading it back from JSON gives it; raises where our files could not hold it."""
    value = json.loads(json.dumps(value, allow_nan=False))
    if b"\\u0000" in msgspec.json.encode(value).replace(b"\\\\", b""):  # which also refuses half of a surrogate pair
        message = "a NUL character, which no board could be read with"
        raise ValueError(message)
    return value


def state_of(target: object) -> dict[str, Any]:
    """Return what an object holds, by which two objects of one class differ."""
    slots = [name for one in type(target).__mro__ for name in _names(vars(one).get("__slots__", ()))]
    held = {name: getattr(target, name) for name in slots if hasattr(target, name)}
    return held | (dict(vars(target)) if hasattr(target, "__dict__") else {})


def _names(slots: Any) -> list[str]:  # noqa: ANN401 - one name, or some
    names = [slots] if isinstance(slots, str) else list(slots)
    return [name for name in names if name not in {"__dict__", "__weakref__"}]


def _held(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - anything
    """Yield what a value holds, as texts that are equal in every process for equal values; addresses are left out."""
    if isinstance(value, functools.partial):
        for one in (value.func, value.args, value.keywords):
            yield from _held(one, depth)
    elif inspect.ismethod(value):
        yield value.__name__
        yield from _held(value.__self__, depth)
    elif inspect.isfunction(value):
        yield from _code(value)
        yield from _closed_over(value, depth)
    elif isinstance(value, Mapping):
        yield from sorted("=".join((str(key), *_held(one, depth - 1))) for key, one in value.items()) if depth else ()
    elif isinstance(value, list | tuple | set | frozenset):
        texts = ["\1".join(_held(one, depth - 1)) for one in value] if depth else []
        yield from sorted(texts) if isinstance(value, set | frozenset) else texts
    elif inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value):
        yield getattr(value, "__qualname__", value.__name__)
    elif "__repr__" not in {name for one in type(value).__mro__[:-1] for name in vars(one)}:
        yield type(value).__qualname__
        yield from _held(state_of(value), depth - 1) if depth else ()
    else:
        yield _ADDRESS.sub("", repr(value))


def _code(made: Any) -> list[str]:  # noqa: ANN401 - a class or function
    """Return a function's code, or a class's functions and values, as texts."""
    members = sorted(vars(made).items()) if inspect.isclass(made) else [("", made)]
    codes = [member.__code__ for _, member in members if hasattr(member, "__code__")]
    values = [_ADDRESS.sub("", repr(m)) for name, m in members if name and not (callable(m) or name.startswith("__"))]
    return [*(marshal.dumps(code, 2).hex() for code in codes), *values]  # later versions depend on reference counts


def _defining_file(made: Any) -> Path | None:  # noqa: ANN401 - a class or function
    with contextlib.suppress(TypeError, OSError):
        path = Path(inspect.getsourcefile(made) or "")
        return path if path.is_file() else None
    return None


def _unwrapped(target: Any) -> Any:  # noqa: ANN401 - the user's object
    """Return what a decorator or functools.partial stands for."""
    while isinstance(target, functools.partial):
        target = target.func
    return inspect.unwrap(target) if callable(target) else target
