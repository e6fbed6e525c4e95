"""Faults of a call to a model: which are worth another try, and how long a server asks to wait.

The functions read any adapter's exceptions without importing its library: first the classes below, then an HTTP
status, then Python's own classes, then the names of classes that libraries are known to raise.
"""

from __future__ import annotations

import errno
import math
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import ClassVar, Literal

FaultClass = Literal["rate_limit", "server", "timeout", "connection"]

BY_STATUS: dict[int, FaultClass] = {408: "timeout", 429: "rate_limit"}  # and every 5xx is the server's
REFUSALS = {401, 402, 403, 404, 405}  # statuses that every other prompt would get too
UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
# Names of classes, of openai, anthropic, httpx, requests, urllib3, aiohttp, http.client, socket, google.api_core.
BY_NAME: dict[str, FaultClass] = {
    **dict.fromkeys(["RateLimitError", "TooManyRequests", "TooManyRequestsError", "ResourceExhausted"], "rate_limit"),
    **dict.fromkeys(
        ["InternalServerError", "OverloadedError", "ServiceUnavailable", "ServiceUnavailableError", "BadGateway"],
        "server",
    ),
    **dict.fromkeys(
        [
            "APITimeoutError", "TimeoutException", "Timeout", "ConnectTimeout", "ReadTimeout", "WriteTimeout",
            "PoolTimeout", "ReadTimeoutError", "ConnectTimeoutError", "ServerTimeoutError", "GatewayTimeout",
            "DeadlineExceeded",
        ],
        "timeout",
    ),
    **dict.fromkeys(
        [
            "APIConnectionError", "ConnectionError", "NetworkError", "ConnectError", "ReadError", "WriteError",
            "CloseError", "ProxyError", "RemoteProtocolError", "ChunkedEncodingError", "ProtocolError",
            "NewConnectionError", "IncompleteRead", "BadStatusLine", "gaierror", "URLError", "ClientConnectionError",
            "ClientPayloadError", "ServerDisconnectedError",
        ],
        "connection",
    ),
}  # fmt: skip
# Subclasses of the above that no second try can mend: a request that cannot be sent as it is.
LASTING = {
    "LocalProtocolError", "UnsupportedProtocol", "InvalidURL", "SSLCertVerificationError",
    "ClientConnectorCertificateError",
}  # fmt: skip


class CallError(Exception):
    """A call failed; its class says whether another try may help.

    Args:
        message: What happened, in words that a person should read.
        status: The HTTP status, where there was one.
        retry_after: Seconds that the server asks to wait.
        refuses_all: The server would say the same to every other prompt.
    """

    fault: ClassVar[FaultClass | None] = None

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: float | None = None, refuses_all: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.refuses_all = refuses_all


class RateLimitError(CallError):
    """The server wants fewer calls."""

    fault = "rate_limit"


class ServerError(CallError):
    """The server could not do its work."""

    fault = "server"


class InvalidResponseError(ServerError):
    """The server answered something that is no answer: a page, half of a JSON text, no choices, no content."""


class RequestError(CallError):
    """The request is wrong or refused; the same request would be refused again."""


def fault_class(error: BaseException) -> FaultClass | None:
    """Return the class of a fault that another try may mend, or None."""
    if isinstance(error, CallError):
        return error.fault
    if not isinstance(error, Exception):  # sys.exit and cancellation are no server's
        return None
    status = http_status(error)
    if status is not None:
        return "server" if 500 <= status < 600 else BY_STATUS.get(status)
    names = [made.__name__ for made in type(error).__mro__]
    if not LASTING.isdisjoint(names):
        return None
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionError) or (isinstance(error, OSError) and error.errno in UNREACHABLE):
        return "connection"
    return next((BY_NAME[name] for name in names if name in BY_NAME), None)


def refuses_all(error: BaseException) -> bool:
    """Return whether every other prompt would be refused too: a wrong key, no such model, nothing left to pay with."""
    if isinstance(error, CallError):
        return error.refuses_all
    return http_status(error) in REFUSALS


def http_status(error: BaseException) -> int | None:
    """Return the HTTP status, 300 to 599, that an exception carries, or None."""
    response = _get(error, "response")
    found = [_get(error, "status_code"), _get(response, "status_code"), _get(response, "status")]
    found += [_get(error, "status"), _get(error, "code")]
    return next((int(one) for one in found if isinstance(one, int) and 300 <= one < 600), None)


def retry_after(error: BaseException) -> float | None:
    """Return the seconds that a server asks to wait before the next call; None where it asks nothing sensible.

    Source:
        RFC 9110, 10.2.3: whole seconds or a date. Fractions and `retry-after-ms` are taken too. A date is held against
        the answer's own Date, so that a wrong clock here does not matter.
    """
    if isinstance(error, CallError):
        return error.retry_after
    return told_wait(_get(_get(error, "response"), "headers") or _get(error, "headers"))


def told_wait(headers: object) -> float | None:
    """Return what `retry_after` does, from a response's headers: a mapping whose names may be in any case."""
    found: dict[str, str] = {}
    with suppress(Exception):  # headers of a library that we do not know
        pairs = headers.items() if isinstance(headers, Mapping) or hasattr(headers, "items") else ()
        found = {str(name).lower(): str(value).strip() for name, value in pairs}
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        if re.fullmatch(r"[0-9]+(\.[0-9]*)?", found.get(name, "")):
            seconds = float(found[name]) / scale
            return seconds if math.isfinite(seconds) else None
    until, now = _moment(found.get("retry-after")), _moment(found.get("date"))
    if until is None:
        return None
    seconds = until - (time.time() if now is None else now)
    return seconds if seconds >= 0 else None


def _moment(text: str | None) -> float | None:
    """Return an HTTP date as seconds since 1970."""
    with suppress(ValueError, TypeError, OverflowError, IndexError):
        return parsedate_to_datetime(text or "").timestamp()
    return None


def _get(thing: object, name: str) -> object:
    """Return an attribute, or None where there is none or it cannot be read."""
    with suppress(Exception):  # a property of somebody else's class
        return getattr(thing, name, None)
    return None
