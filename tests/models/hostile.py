"""A chat server that really listens, speaks OpenAI's and Anthropic's forms, and fails as it is told to.

Its answer can be computed from the prompt (`right_answer`), so that answers which were mixed up show.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

PAGE = b"<html><head><style>p{}</style></head><body><h1>Bad gateway</h1></body></html>"


@dataclass
class Call:
    """A request: when it came, what it carried, and which attempt at its prompt it is, from 1."""

    at: float
    path: str
    headers: dict[str, str]
    body: dict
    attempt: int = 1

    @property
    def text(self) -> str:
        """The prompt, whatever form it came in."""
        content = self.body["messages"][0]["content"]
        return content if isinstance(content, str) else "".join(block["text"] for block in content)


@dataclass
class Answer:
    """What the server does with a call."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None  # bytes of the whole response after which the connection is reset
    drip: float = 0.0  # seconds between two bytes of the body
    kind: str = "sound"
    sent_at: float = 0.0


def right_answer(text: str) -> str:
    """Return what the server says to a prompt."""
    return "answer-" + hashlib.sha256(text.encode()).hexdigest()[:10]


def completion(text: str, **changes) -> bytes:
    """Return a chat completion as OpenAI's servers send it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    choice["message"] |= changes.pop("message", {})
    choice |= {key: changes.pop(key) for key in ("finish_reason",) if key in changes}
    whole = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice],
             "usage": {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}}  # fmt: skip
    return json.dumps({**whole, **changes}).encode()


def message(text: str, **changes) -> bytes:
    """Return a message as Anthropic's servers send it."""
    usage = {"input_tokens": 30, "cache_read_input_tokens": 50, "cache_creation_input_tokens": 10, "output_tokens": 10}
    whole = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "stop_sequence": None,
             "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "usage": usage}  # fmt: skip
    return json.dumps({**whole, **changes}).encode()


def sound(call: Call, **changes) -> Answer:
    """Return the right answer to a call, in the form it asked for."""
    form = message if call.path.endswith("/messages") else completion
    return Answer(body=form(right_answer(call.text), **changes))


def error(status: int, words: str = "no", code: str | None = None, **headers: str) -> Answer:
    """Return an error as servers send it; `retry_after` becomes the header."""
    body = json.dumps({"error": {"message": words, "type": "some_error", "code": code}}).encode()
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()}, kind=str(status))


def faults(call: Call, told: float = 0.05, slow: float = 5.0) -> dict[str, Answer]:
    """Return every kind of fault, by name."""
    right = sound(call)
    is_message = call.path.endswith("/messages")
    empty = message("", content=[], stop_reason=None) if is_message else completion("", choices=[])
    null = message("", content=None) if is_message else completion("", message={"content": None})
    return {
        "429": error(429, "slow down"),
        "429 told": error(429, "slow down", retry_after=str(told)),
        "500": error(500, "oops"),
        "slow": Answer(body=right.body, delay=slow),
        "cut before": Answer(body=right.body, cut=0),
        "cut within": Answer(body=right.body, cut=200),
        "truncated": Answer(body=right.body[:-20]),
        "no choices": Answer(body=empty),
        "null": Answer(body=null),
        "page": Answer(body=PAGE, headers={"content-type": "text/html"}),
        "wrong type": Answer(body=PAGE, headers={"content-type": "application/json"}),
    }


def hostile(seed: int, share: float = 0.3, **settings) -> Callable[[Call], Answer]:
    """Return a behaviour that fails a share of all calls, drawn by seed, prompt and attempt."""

    def behave(call: Call) -> Answer:
        draw = random.Random(f"{seed}:{call.text}:{call.attempt}")
        if draw.random() >= share:
            return sound(call)
        kind, answer = draw.choice(list(faults(call, **settings).items()))
        answer.kind = kind
        return answer

    return behave


class Server:
    """A server in a thread of its own, up from `with` to its end.

    Args:
        behave: What it does with a call.
        port: 0 for a free one.

    Attributes:
        calls: All calls in the order of their coming.
        kinds: How often each kind of answer was given.
        busy: Calls under way; `busiest` is their maximum.
    """

    def __init__(self, behave: Callable[[Call], Answer] = sound, port: int = 0):
        self.behave, self.port = behave, port
        self.calls: list[Call] = []
        self.answers: list[tuple[Call, Answer]] = []
        self.busy = self.busiest = 0
        self._attempts: Counter[str] = Counter()
        self._ready = threading.Event()

    @property
    def base_url(self) -> str:
        """The address that an OpenAI client takes."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def root(self) -> str:
        """The address that an Anthropic client takes."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def kinds(self) -> Counter[str]:
        """How often each kind of answer was given."""
        return Counter(answer.kind for _, answer in self.answers)

    def __enter__(self) -> Server:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._handlers: set[asyncio.Task] = set()
        server = await asyncio.start_server(self._handle, "127.0.0.1", self.port, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    async def _handle(self, reader, writer):
        task = asyncio.current_task()
        self._handlers.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._handlers.discard(task)
            writer.transport.abort()

    async def _one(self, reader, writer) -> bool:
        """Read a request and answer it; returns whether the connection is kept."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
        call = Call(time.monotonic(), head[0].split()[1], headers, body)
        self._attempts[call.text] += 1
        call.attempt = self._attempts[call.text]
        self.calls.append(call)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            answer = self.behave(call)
            self.answers.append((call, answer))
            if answer.delay:
                await asyncio.sleep(answer.delay)
            return await self._send(writer, answer)
        finally:
            self.busy -= 1

    async def _send(self, writer, answer: Answer) -> bool:
        headers = {"content-type": "application/json", "content-length": str(len(answer.body)), **answer.headers}
        answer.sent_at = time.monotonic()
        lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items() if value)]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if answer.drip:
            writer.write(head)
            for byte in answer.body:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(answer.drip)
        elif answer.cut is not None:
            writer.write((head + answer.body)[: answer.cut])
            await writer.drain()
            return False
        else:
            writer.write(head + answer.body)
        await writer.drain()
        return True
