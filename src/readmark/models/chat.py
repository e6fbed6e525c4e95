"""What the adapters of chat servers share: one client a loop, the time a call may take, and no key in any text.

The makers' own async clients send the requests. What comes back is read here, strictly and up to a bound, for the
clients check neither an answer's shape nor its length. Trying again is the line's work, so the clients do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from readmark.errors import ModelError
from readmark.models.chat_settings import Access, Service, address, key, problems
from readmark.models.failures import RefusedError, broken, client_error, status_error
from readmark.models.secrets import Secrets
from readmark.records import Reply

if TYPE_CHECKING:
    import asyncio

    from readmark.records import Prompt

MOST_BYTES = 16 * 2**20  # of an answer
MOST_ERROR_BYTES = 2**14  # of an error's page
CONNECT_SECONDS = 10.0  # at most, of the time that a call may take
SHOWN = 500  # characters of a failure's message
UNVERSIONED = "unversioned"


class ChatModel:
    """A model behind a chat server, asked through its maker's async client.

    Subclasses make the client and the request, and read the answer.

    Args:
        service: The kind of server.
        access: How it is reached.
        request: The request's fields that have a setting; None leaves one out.
        extra: Further fields, as the server knows them.
        revision: The model's version, where the user knows it.

    Raises:
        ModelError: A setting is wrong, the client is not installed, or there is no key.
    """

    def __init__(
        self, service: Service, access: Access, request: Mapping[str, Any], extra: object, revision: str
    ) -> None:
        if found := problems(service, access, request, extra, revision):
            raise ModelError(*found)
        self._base_url, self._key = address(service, access), key(service, access)
        self._secrets = Secrets(self._key)
        self._timeout = float(access.timeout)
        self._fields: dict[str, Any] = {name: _plain(value) for name, value in request.items() if value is not None}
        self._fields |= extra if isinstance(extra, dict) else {}
        self._clients: dict[asyncio.AbstractEventLoop, Any] = {}
        self.name = access.model
        self.revision = revision or UNVERSIONED
        self.parameters: dict[str, Any] = {"base_url": self._base_url, **self._fields}
        self.price = None if access.price == (None, None) else (access.price[0] or 0.0, access.price[1] or 0.0)

    async def predict(self, prompt: Prompt) -> Reply:
        """Return the server's answer.

        Raises:
            CallError: The server refused, failed, or sent no answer.
            TimeoutError: The answer took too long.
            ConnectionError: The server was not reached, or hung up.
        """
        import asyncio  # noqa: PLC0415 - 20 ms that a plan does not need

        try:
            client = self._client()  # the first time, this takes longer than some calls may
            async with asyncio.timeout(self._timeout):
                body = await self._answer(client, prompt)
            return self._read(body)
        except Exception as error:  # noqa: BLE001 - put into our own words below
            fault = client_error(error, self._timeout)
        told = self._secrets.hide(str(fault))
        fault.args = (told if len(told) <= SHOWN else told[: SHOWN - 1] + "…",)
        fault.__cause__ = fault.__context__ = None  # the client's own exception holds the request with its headers
        raise fault.with_traceback(None)

    async def close(self) -> None:
        """Close the connections that were made in this loop."""
        import asyncio  # noqa: PLC0415 - as above

        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    def _client(self) -> Any:  # noqa: ANN401 - the maker's class, imported late
        import asyncio  # noqa: PLC0415 - as above

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = self._made()
            self._secrets.hide_in_logs()
        return self._clients[loop]

    def _made(self) -> Any:  # noqa: ANN401 - the maker's class, imported late
        """Return a client of the maker's for this loop."""
        raise NotImplementedError

    def _sent(self, client: Any, prompt: Prompt) -> Any:  # noqa: ANN401 - the maker's classes
        """Return the maker's context manager around a call whose answer is not read yet."""
        raise NotImplementedError

    def _read(self, body: bytes) -> Reply:
        """Return the reply that an answer's body holds.

        Raises:
            CallError: It holds none.
        """
        raise NotImplementedError

    def _options(self, library: Any) -> dict[str, Any]:  # noqa: ANN401 - a module
        """Return what the clients of both makers are made with."""
        # A redirect would make another request of this one, and might take the key elsewhere.
        http = library.DefaultAsyncHttpxClient(event_hooks={"response": [_refuse]}, follow_redirects=False)
        timeout = library.Timeout(self._timeout, connect=min(CONNECT_SECONDS, self._timeout))
        return {"base_url": self._base_url, "max_retries": 0, "timeout": timeout, "http_client": http}

    async def _answer(self, client: Any, prompt: Prompt) -> bytes:  # noqa: ANN401 - the maker's class
        async with self._sent(client, prompt) as response:
            return await _body(response.http_response, MOST_BYTES)

    def _decoded(self, body: bytes, shape: type[msgspec.Struct]) -> Any:  # noqa: ANN401 - what `shape` says
        """Return a body as a record of the given shape.

        Raises:
            CallError: It has another.
        """
        if len(body) > MOST_BYTES:
            raise broken(b"", f"more than {MOST_BYTES >> 20} MiB")
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            fault = broken(body, str(error))
        raise fault

    def _reply(self, text: str, input_tokens: object, output_tokens: object) -> Reply:
        """Return a reply without the key; counts that are none are left out."""
        return Reply(self._secrets.hide_in_answer(text), _count(input_tokens), _count(output_tokens))


def _plain(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Return a setting such that 0.0 and 0, which ask for the same, are the same."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


async def _refuse(response: Any) -> None:  # noqa: ANN401 - the HTTP library's class
    """Raise for an answer with an error, before the client reads it: it would read without bound."""
    if response.status_code >= 300:
        body = await _body(response, MOST_ERROR_BYTES)
        raise RefusedError(status_error(response.status_code, response.headers, body))


async def _body(response: Any, most: int) -> bytes:  # noqa: ANN401 - the HTTP library's class
    """Return an answer's body, cut once it is longer than a bound."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > most:
            break
    return bytes(body)
