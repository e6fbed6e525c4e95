"""Settings of a chat server's model: checked before anything is asked, and without its client being loaded."""

from __future__ import annotations

import importlib.util
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from readmark.errors import Problem, quoted
from readmark.models.secrets import Secrets

NO_KEY = "no-key"  # what a server that was given by its address is sent where there is no key
RESERVED = {"model", "messages", "stream"}  # fields of a request that no setting may change


@dataclass(frozen=True)
class Service:
    """A kind of server.

    Attributes:
        scheme: What stands before the model's name on the command line; the client library has the same name.
        url: The maker's own address.
        url_from: The environment variable that may hold another one.
        key_from: The environment variable that holds the key.
    """

    scheme: str
    url: str
    url_from: str
    key_from: str


@dataclass(frozen=True)
class Access:
    """How a model is reached; only the address is something that answers depend on.

    Attributes:
        model: The model's name at the server.
        base_url: The address, or None for the environment's or the maker's own.
        timeout: Seconds that one call may take, from its start to the answer's last byte.
        price: Of a million input tokens and of a million output tokens; None where it is not known.
        key_from: The environment variable that holds the key.
    """

    model: str
    base_url: str | None
    timeout: float
    price: tuple[float | None, float | None]
    key_from: str


def address(service: Service, access: Access) -> str:
    """Return the server's address without a slash at its end, as the client will resolve it."""
    return str(access.base_url or os.environ.get(service.url_from) or service.url).strip().rstrip("/")


def key(service: Service, access: Access) -> str:
    """Return the key; NO_KEY where there is none and the address is not the maker's own, "" where one is needed."""
    found = os.environ.get(str(access.key_from), "").strip()
    is_own = address(service, access) == service.url
    return found or ("" if is_own or access.key_from != service.key_from else NO_KEY)


def problems(
    service: Service, access: Access, request: Mapping[str, object], extra: object, revision: object
) -> list[Problem]:
    """Return what is wrong with the settings; no text of a problem holds a secret.

    Args:
        service: The kind of server.
        access: How it is reached.
        request: Fields of a request by their names in `FIELDS`.
        extra: Further fields; None or a mapping.
        revision: The model's version.
    """
    secrets = Secrets(key(service, access))
    spec = secrets.hide(f"{service.scheme}:{access.model}")
    found = [*_missing(service, access, spec), *_address(service, access, spec), *_values(access, request, spec)]
    if extra is not None and not isinstance(extra, dict):
        found.append(
            Problem(spec, "extra is no JSON object", "fields of a request", _GIVEN.format('extra={"seed": 1}'))
        )
    elif taken := sorted((RESERVED | set(request)) & set(extra or {})):
        found.append(Problem(spec, f"extra holds {quoted(taken[0])}", "fields that have no setting of their own", ""))
    if not isinstance(revision, str):
        found.append(
            Problem(spec, f"revision is {quoted(revision)}", "text, such as a date", _GIVEN.format("revision="))
        )
    kept = repr([access.model, access.base_url, dict(request), extra, revision])
    if source := secrets.source(kept):
        expected = "secrets in the environment alone"
        found = [Problem(spec, f"has the value of {source} among its settings", expected, "take it out")]
    return found


_GIVEN = "--model-arg '{}'"


def _missing(service: Service, access: Access, spec: str) -> Iterator[Problem]:
    if not isinstance(access.model, str) or not access.model.strip():
        yield Problem(spec, "names no model", f"{service.scheme}:MODEL", f"such as {service.scheme}:MODEL-NAME")
    if importlib.util.find_spec(service.scheme) is None:
        expected = f"the official {service.scheme} client"
        yield Problem(spec, f"the library {service.scheme} is not installed", expected, "pip install 'readmark[api]'")
    name = access.key_from
    if not isinstance(name, str) or not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
        expected = "the name of an environment variable, in capitals"
        yield Problem(spec, "key_from is no such name", expected, _GIVEN.format(f"key_from={service.key_from}"))
        return
    found = key(service, access)
    if not found:
        fix = f"export {name}=…; for a server of your own give --model-arg base_url=…"
        yield Problem(spec, f"there is no key: the environment variable {name} is not set", "a key", fix)
    elif not re.fullmatch(r"[!-~]+", found):
        yield Problem(
            spec, f"the key in {name} holds spaces or other characters that no key has", "a key", "set it again"
        )


def _address(service: Service, access: Access, spec: str) -> Iterator[Problem]:
    url = address(service, access)
    where = "base_url" if access.base_url else service.url_from
    fix = _GIVEN.format("base_url=http://localhost:8000/v1")
    try:
        parts = urlsplit(url)
        is_sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        parts, is_sound = urlsplit(""), False
    if "@" in url:
        yield Problem(spec, f"{where} holds a user name or a password", "an address without them", fix)
    elif parts.query or parts.fragment:
        yield Problem(spec, f"{where} has a part after ? or #, which may hold a key", "an address without it", fix)
    elif re.search(r"/sk-", parts.path):
        yield Problem(spec, f"{where} seems to hold a key", "an address without it", fix)
    elif not is_sound or not url.isprintable() or " " in url:
        yield Problem(spec, f"{where} is {quoted(url)}", "an address that begins with http:// or https://", fix)


def _is_number(low: float, high: float, kind: type = object) -> Callable[[object], bool]:
    def is_one(value: object) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and isinstance(value, kind)
        return is_number and low <= value <= high  # type: ignore[operator]

    return is_one


# The settings that have bounds: what is true of a value, and in words.
FIELDS: dict[str, tuple[Callable[[object], bool], str, str]] = {
    "max_tokens": (_is_number(1, 2**31, int), "a whole number above 0, or null to leave it out", "max_tokens=1024"),
    "temperature": (_is_number(0, 10), "a number from 0, or null to leave it out", "temperature=0"),
    "top_p": (_is_number(0, 1), "a number from 0 to 1", "top_p=0.9"),
    "seed": (_is_number(-(2**63), 2**63 - 1, int), "a whole number", "seed=1"),
}
_TIMEOUT = (_is_number(math.ulp(0.0), 1e6), "seconds above 0", "timeout=120")
_PRICE = (_is_number(0, 1e12), "a number of 0 or more, for a million tokens", "price_in=0.5")


def _values(access: Access, request: Mapping[str, object], spec: str) -> Iterator[Problem]:
    given = [(name, value, FIELDS[name]) for name, value in request.items() if value is not None]
    given += [("timeout", access.timeout, _TIMEOUT)]
    prices = zip(("price_in", "price_out"), access.price, strict=True)
    given += [(name, value, _PRICE) for name, value in prices if value is not None]
    for name, value, (is_right, expected, example) in given:
        if not is_right(value):
            yield Problem(spec, f"{name} is {quoted(value)}", expected, _GIVEN.format(example))
