"""`anthropic:MODEL`: a model behind a server that speaks Anthropic's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from readmark.models.chat import ChatModel
from readmark.models.chat_settings import Access, Service
from readmark.models.failures import broken
from readmark.models.faults import RequestError

if TYPE_CHECKING:
    from readmark.records import Prompt, Reply

ANTHROPIC = Service(
    scheme="anthropic", url="https://api.anthropic.com", url_from="ANTHROPIC_BASE_URL", key_from="ANTHROPIC_API_KEY"
)
INPUT_COUNTS = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")  # which do not overlap


class _Block(msgspec.Struct):
    type: str
    text: str | None = None


class _Message(msgspec.Struct):
    """What is read of an answer; a server may send more."""

    content: list[_Block]
    stop_reason: str | None = None
    usage: Any = None


class AnthropicModel(ChatModel):
    """A model behind Anthropic's or a compatible server, asked with one message a prompt.

    The article is a block of its own that the server is asked to keep, so that it is read once for all its questions.

    Args:
        model: The model's name at the server.
        base_url: The server's address; else ANTHROPIC_BASE_URL, else Anthropic's own.
        max_tokens: Tokens of an answer at most.
        temperature: 0 for the likeliest answer, of models that take it; newer ones refuse it.
        top_p: Share of the probability that is sampled from.
        extra: Further fields of the request as a JSON object.
        timeout: Seconds that one call may take.
        price_in: Price of a million input tokens, whether kept by the server or not.
        price_out: Price of a million output tokens.
        key_from: The environment variable that holds the key.
        at_once: Calls under way at most.
        revision: The model's version.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - every argument is a setting that a user knows
        self, model: str, base_url: str | None = None, max_tokens: int = 1024, temperature: float | None = None,
        top_p: float | None = None, extra: dict[str, Any] | None = None, timeout: float = 120.0,
        price_in: float | None = None, price_out: float | None = None, key_from: str = ANTHROPIC.key_from,
        at_once: int = 64, revision: str = "",
    ) -> None:  # fmt: skip
        request = {"max_tokens": 0 if max_tokens is None else max_tokens, "temperature": temperature, "top_p": top_p}
        access = Access(model, base_url, timeout, (price_in, price_out), key_from)
        super().__init__(ANTHROPIC, access, request, extra, revision)
        self.at_once = at_once

    def _made(self) -> Any:  # noqa: ANN401 - the maker's class, imported late
        import anthropic  # noqa: PLC0415 - a second that a plan does not need

        client = anthropic.AsyncAnthropic(api_key=self._key, **self._options(anthropic))
        client.messages.with_streaming_response  # noqa: B018 - imported at its first use
        return client

    def _sent(self, client: Any, prompt: Prompt) -> Any:  # noqa: ANN401 - the maker's classes
        article = {"type": "text", "text": prompt.prefix, "cache_control": {"type": "ephemeral"}}
        content = [article] if prompt.prefix else []
        content += [{"type": "text", "text": prompt.suffix}] if prompt.suffix else []
        rest = {name: value for name, value in self._fields.items() if name != "max_tokens"}
        messages = [{"role": "user", "content": content}]
        return client.messages.with_streaming_response.create(
            model=self.name, messages=messages, max_tokens=self._fields["max_tokens"], extra_body=rest or None
        )

    def _read(self, body: bytes) -> Reply:
        message = self._decoded(body, _Message)
        text = "".join(block.text or "" for block in message.content if block.type == "text")
        if not text:
            _explain(message.stop_reason, body, self._fields["max_tokens"])
        usage = message.usage if isinstance(message.usage, dict) else {}
        counts = [usage.get(name) or 0 for name in INPUT_COUNTS]
        known = "input_tokens" in usage and all(isinstance(count, int) for count in counts)
        return self._reply(text, sum(counts) if known else None, usage.get("output_tokens"))


def _explain(end: str | None, body: bytes, limit: int) -> None:
    """Raise for an answer without text, but where the model itself ended it and so abstained."""
    if end == "max_tokens":
        raise RequestError(f"no answer within max_tokens ({limit}); a model that reasons first needs more")
    if end == "refusal":
        raise RequestError("the model refused to answer, without a word")
    if end not in {"end_turn", "stop_sequence"}:
        raise broken(body, f"it has no text, and stop_reason is {end}")
