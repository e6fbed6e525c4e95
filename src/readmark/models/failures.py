"""Failures of chat servers: what an answer with an error, or a broken connection, means, and in which words.

The words are whole here, so that a key in them is found whole; `ChatModel` hides it and then cuts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from readmark.models.faults import (
    LASTING,
    REFUSALS,
    CallError,
    InvalidResponseError,
    RateLimitError,
    RequestError,
    ServerError,
    fault_class,
    http_status,
    told_wait,
)

SPENT = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
HINTS = {  # words of a refusal, and what may help
    "max_completion_tokens": "--model-arg max_tokens=null --model-arg 'extra={\"max_completion_tokens\": 1024}'",
    "temperature": "--model-arg temperature=null",
    "max_tokens": "--model-arg max_tokens=…",
}


class RefusedError(Exception):
    """Carries one of our exceptions through a client that wraps what it does not know."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(str(fault))
        self.fault = fault


def status_error(status: int, headers: Mapping[str, str], body: bytes) -> Exception:
    """Return the exception for an answer with an HTTP status of 300 or more.

    Args:
        status: The status.
        headers: The answer's headers.
        body: The answer's body, or its beginning.
    """
    if status < 400:
        where = headers.get("location", "another address")
        return RequestError(f"HTTP {status}: the server points to {where}", status=status, refuses_all=True)
    code, words = server_words(body)
    told = f"HTTP {status}: {words}" if words else f"HTTP {status}"
    if status == 408:
        return TimeoutError(told)
    if status == 429 and code not in SPENT:
        return RateLimitError(told, status=status, retry_after=told_wait(headers))
    if status >= 500:
        return ServerError(told, status=status, retry_after=told_wait(headers))
    if status == 400:
        told += next((f"; perhaps {hint}" for word, hint in HINTS.items() if word in words), "")
    return RequestError(told, status=status, refuses_all=status in REFUSALS or code in SPENT)


def server_words(body: bytes) -> tuple[str, str]:
    """Return an error's code and message from a body in the forms that servers use; of a page, its beginning."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return "", _one_line(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", _text(body), flags=re.DOTALL))
    error = value.get("error", value) if isinstance(value, dict) else value
    fields: Mapping[str, Any] = error if isinstance(error, dict) else {"message": error}
    words = next((fields[name] for name in ("message", "detail", "msg") if fields.get(name)), "")
    code = next((fields[name] for name in ("code", "type") if isinstance(fields.get(name), str)), "")
    return code, _one_line(words if isinstance(words, str) else str(words))


def _text(body: bytes) -> str:
    return _one_line(body.decode(errors="replace"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def broken(body: bytes, why: str) -> Exception:
    """Return the exception for an answer with status 200 that is no answer.

    Some servers send an error this way; then its own code counts.
    """
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return InvalidResponseError(f"the server sent no answer: {why}; it begins {_text(body[: 2**14])}")
    error = value.get("error") if isinstance(value, dict) else None
    if not error:
        return InvalidResponseError(f"the server sent no answer: {why}")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int) and 400 <= code < 600:
        return status_error(code, {}, body)
    return InvalidResponseError(f"the server sent an error: {server_words(body)[1]}")


def client_error(error: BaseException, timeout: float) -> Exception:
    """Return the exception of ours for what a client or the network below it raised.

    Args:
        error: From the client.
        timeout: Seconds that a call may take, for the message.
    """
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, RefusedError):
            return one.fault
        if isinstance(one, CallError):
            return one
    root = chain[1] if len(chain) > 1 and type(chain[1]).__module__ != "builtins" else chain[0]
    told = f"{type(root).__name__}: {_one_line(str(root))}".removesuffix(": ")
    status = http_status(error)
    if status is not None:
        return status_error(status, {}, b"")
    if any(made.__name__ in LASTING for one in chain for made in type(one).__mro__):
        return RequestError(told, refuses_all=True)
    if any(type(one).__name__ == "DecodingError" for one in chain):
        return InvalidResponseError(told)
    fault = fault_class(error)
    if fault == "timeout":
        return TimeoutError(f"no whole answer within {timeout:g} s")
    return ConnectionError(told) if fault == "connection" else RequestError(told)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
