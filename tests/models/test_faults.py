"""Which faults are worth another try, and how long a server asks to wait, read from any library's exceptions."""

from __future__ import annotations

import asyncio
import errno
import http.client
import math
import socket
import ssl
import subprocess
import sys
import urllib.error
from email.message import Message
from email.utils import formatdate
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readmark.models.faults import (
    CallError,
    InvalidResponseError,
    RateLimitError,
    RequestError,
    ServerError,
    fault_class,
    refuses_all,
    retry_after,
    told_wait,
)


def with_status(status, name="status_code", **more):
    """Return somebody's exception that carries an HTTP status."""
    error = type("TheirError", (Exception,), {})("no")
    setattr(error, name, status)
    for key, value in more.items():
        setattr(error, key, value)
    return error


def url_error(status, **headers):
    """Return what urllib raises for an error's status."""
    told = Message()
    for name, value in headers.items():
        told[name.replace("_", "-")] = value
    return urllib.error.HTTPError("http://x", status, "no", told, None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RateLimitError("x"), "rate_limit"),
        (ServerError("x"), "server"),
        (InvalidResponseError("x"), "server"),
        (RequestError("x", status=429), None),
        (CallError("x"), None),
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "connection"),
        (BrokenPipeError(), "connection"),
        (OSError(errno.ENETUNREACH, "unreachable"), "connection"),
        (OSError(errno.ENOSPC, "full"), None),
        (OSError("the cable is out"), None),
        (socket.gaierror(-2, "unknown"), "connection"),
        (ssl.SSLCertVerificationError("expired"), None),
        (http.client.RemoteDisconnected(), "connection"),
        (http.client.IncompleteRead(b""), "connection"),
        (urllib.error.URLError("refused"), "connection"),
        (ValueError("no"), None),
        (MemoryError(), None),
        (SystemExit(503), None),
        (asyncio.CancelledError(), None),
        (KeyboardInterrupt(), None),
    ],
)
def test_pythons_and_our_own_faults_have_classes(error, expected):
    assert fault_class(error) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, None), (401, None), (404, None), (408, "timeout"), (413, None), (422, None), (429, "rate_limit"),
     (500, "server"), (502, "server"), (503, "server"), (504, "server"), (529, "server"), (200, None), (302, None)],
)  # fmt: skip
def test_a_status_decides_wherever_it_stands(status, expected):
    assert fault_class(with_status(status)) == expected
    assert fault_class(with_status(status, "status")) == expected
    assert fault_class(with_status(SimpleNamespace(status_code=status), "response")) == expected
    assert fault_class(url_error(max(300, status))) == expected


def test_a_status_decides_against_a_name():
    error = type("RateLimitError", (Exception,), {"status_code": 400})("no")
    assert fault_class(error) is None


def test_an_exception_whose_attributes_cannot_be_read_has_no_class():
    class OddError(Exception):
        @property
        def response(self):
            raise RuntimeError("detached")

    assert fault_class(OddError()) is None
    assert retry_after(OddError()) is None


def errors_of_clients():
    """Yield exceptions of installed libraries with the class they should have."""
    httpx2, aiohttp = pytest.importorskip("httpx2"), pytest.importorskip("aiohttp")
    openai, anthropic = pytest.importorskip("openai"), pytest.importorskip("anthropic")
    requests = pytest.importorskip("requests")
    request = httpx2.Request("POST", "http://x")
    for library in (openai, anthropic):
        yield library.APITimeoutError(request=request), "timeout"
        yield library.APIConnectionError(request=request), "connection"
        for status, expected in ((400, None), (429, "rate_limit"), (503, "server")):
            response = httpx2.Response(status, request=request)
            yield library.APIStatusError("no", response=response, body=None), expected
    yield httpx2.ReadTimeout("x"), "timeout"
    yield httpx2.PoolTimeout("x"), "timeout"
    yield httpx2.ConnectError("x"), "connection"
    yield httpx2.RemoteProtocolError("x"), "connection"
    yield httpx2.LocalProtocolError("x"), None
    yield httpx2.UnsupportedProtocol("x"), None
    yield requests.exceptions.ConnectTimeout(), "timeout"
    yield requests.exceptions.ConnectionError(), "connection"
    yield requests.exceptions.ChunkedEncodingError(), "connection"
    yield requests.exceptions.InvalidURL(), None
    yield aiohttp.ServerDisconnectedError(), "connection"
    yield aiohttp.ServerTimeoutError(), "timeout"
    yield aiohttp.ClientPayloadError(), "connection"


def test_libraries_exceptions_have_classes():
    wrong = [(error, expected) for error, expected in errors_of_clients() if fault_class(error) != expected]
    assert not wrong


def test_reading_a_fault_imports_no_library():
    code = (
        "import sys; from readmark.models.faults import fault_class\n"
        "fault_class(type('APITimeoutError', (Exception,), {})())\n"
        "assert not {'openai', 'anthropic', 'httpx2', 'requests', 'aiohttp', 'tenacity', 'asyncio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_wrong_key_or_model_is_refused_for_all(status):
    assert refuses_all(with_status(status))
    assert not refuses_all(with_status(400))
    assert not refuses_all(ValueError())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0.0), ("7", 7.0), ("1.5", 1.5), (" 2 ", 2.0), ("3600", 3600.0), ("-1", None), ("nan", None), ("inf", None),
     ("", None), ("soon", None), ("1e3", None), ("1_0", None), ("٣", None), ("9" * 400, None), ("0x10", None),
     ("Wed, 99 Foo 2020 00:00:00 GMT", None)],
)  # fmt: skip
def test_seconds_to_wait_are_plain_numbers(text, seconds):
    assert told_wait({"Retry-After": text}) == seconds


def test_milliseconds_are_taken_before_seconds():
    assert told_wait({"retry-after": "2", "RETRY-AFTER-MS": "1500"}) == 1.5


def test_a_date_is_held_against_the_servers_own_clock():
    date, until = formatdate(1_000_000_000, usegmt=True), formatdate(1_000_000_030, usegmt=True)
    assert told_wait({"Date": date, "Retry-After": until}) == 30.0
    assert told_wait({"Date": until, "Retry-After": date}) is None


def test_a_date_without_a_servers_clock_is_held_against_ours():
    told = told_wait({"Retry-After": formatdate(4_000_000_000, usegmt=True)})
    assert told
    assert told > 1e9


@given(st.text(max_size=40))
def test_any_header_gives_a_finite_wait_or_none(text):
    told = told_wait({"Retry-After": text, "Date": text})
    assert told is None or (told >= 0 and math.isfinite(told))


def test_the_wait_is_found_in_the_response_or_the_exception():
    assert retry_after(with_status(429, response=SimpleNamespace(headers={"retry-after": "3"}))) == 3.0
    assert retry_after(with_status(429, headers={"Retry-After": "4"})) == 4.0
    assert retry_after(url_error(429, Retry_After="5")) == 5.0
    assert retry_after(RateLimitError("x", retry_after=6.0)) == 6.0
    assert retry_after(ValueError()) is None
