"""`openai:MODEL`: a model behind any server that speaks OpenAI's chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from readmark.models.chat import ChatModel
from readmark.models.chat_settings import Access, Service
from readmark.models.failures import broken
from readmark.models.faults import RequestError, ServerError

if TYPE_CHECKING:
    from readmark.records import Prompt, Reply

OPENAI = Service(
    scheme="openai", url="https://api.openai.com/v1", url_from="OPENAI_BASE_URL", key_from="OPENAI_API_KEY"
)
BROKEN_OFF = {"error", "abort", "cancelled", "insufficient_system_resource"}  # ends of answers that are no answers


class _Part(msgspec.Struct):
    type: str = ""
    text: str | None = None


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    """What is read of an answer; a server may send more."""

    choices: list[_Choice]
    usage: Any = None


class OpenAIModel(ChatModel):
    """A model behind OpenAI's or any compatible server, asked for one chat completion a prompt.

    Args:
        model: The model's name at the server.
        base_url: The server's address; else OPENAI_BASE_URL, else OpenAI's own.
        max_tokens: Tokens of an answer at most; null leaves it to the server.
        temperature: 0 for the likeliest answer; null leaves it to the server.
        top_p: Share of the probability that is sampled from.
        seed: For servers that can repeat an answer.
        extra: Further fields of the request as a JSON object, such as {"reasoning_effort": "low"}.
        timeout: Seconds that one call may take.
        price_in: Price of a million input tokens.
        price_out: Price of a million output tokens.
        key_from: The environment variable that holds the key.
        at_once: Calls under way at most.
        revision: The model's version; a name such as gpt-5.2-2025-12-11 says it already.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - every argument is a setting that a user knows
        self, model: str, base_url: str | None = None, max_tokens: int | None = 1024, temperature: float | None = 0,
        top_p: float | None = None, seed: int | None = None, extra: dict[str, Any] | None = None,
        timeout: float = 120.0, price_in: float | None = None, price_out: float | None = None,
        key_from: str = OPENAI.key_from, at_once: int = 64, revision: str = "",
    ) -> None:  # fmt: skip
        request = {"max_tokens": max_tokens, "temperature": temperature, "top_p": top_p, "seed": seed}
        access = Access(model, base_url, timeout, (price_in, price_out), key_from)
        super().__init__(OPENAI, access, request, extra, revision)
        self.at_once = at_once

    def _made(self) -> Any:  # noqa: ANN401 - the maker's class, imported late
        import openai  # noqa: PLC0415 - half a second that a plan does not need

        client = openai.AsyncOpenAI(api_key=self._key, **self._options(openai))
        client.chat.completions.with_streaming_response  # noqa: B018 - imported at its first use
        return client

    def _sent(self, client: Any, prompt: Prompt) -> Any:  # noqa: ANN401 - the maker's classes
        completions = client.chat.completions.with_streaming_response
        return completions.create(model=self.name, messages=prompt.messages, extra_body=self._fields or None)

    def _read(self, body: bytes) -> Reply:
        completion = self._decoded(body, _Completion)
        if not completion.choices:
            raise broken(body, "it has no choices")
        usage = completion.usage if isinstance(completion.usage, dict) else {}
        text = self._said(completion.choices[0], body)
        return self._reply(text, usage.get("prompt_tokens"), usage.get("completion_tokens"))

    def _said(self, choice: _Choice, body: bytes) -> str:
        """Return a choice's text; a refusal in words is an answer too."""
        content, end = choice.message.content, choice.finish_reason
        text = content if isinstance(content, str) else "".join(part.text or "" for part in content or ())
        if end in BROKEN_OFF:
            raise ServerError(f"the server broke the answer off: finish_reason is {end}")
        text = text or choice.message.refusal or ""
        if text:
            return text
        if end == "length":
            limit = self._fields.get("max_tokens", "all that there are")
            raise RequestError(f"no answer within max_tokens ({limit}); a model that reasons first needs more")
        if end == "content_filter":
            raise RequestError("the server's content filter kept the answer back")
        if content is None or end != "stop":  # "" abstains, but only where the model itself ended there
            raise broken(body, f"its content is {'null' if content is None else 'empty'}, and finish_reason is {end}")
        return ""
