"""`anthropic:MODEL`, asked through the official client against a server that really listens."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from models.hostile import Answer, Server, error, faults, message, right_answer, sound
from readmark.errors import ModelError
from readmark.models import find_model
from readmark.models.anthropic_chat import AnthropicModel
from readmark.records import Prompt, Reply

pytest.importorskip("anthropic")
KEY = "sk-ant-0123456789abcdef"
PROMPT = Prompt(item_id="a", condition="reading", prefix="Article:\nAda met Bo.\n\n", suffix="Question: Who?")
CLOSED_BOOK = Prompt(item_id="a", condition="closed_book", prefix="", suffix="Question: Who?")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """A key, and no address of the user's."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)


def said(answer, prompt=PROMPT, **settings):
    """Return what the model says or raises when the server gives one answer, and the call that came."""
    behave = answer if callable(answer) else lambda call: answer
    with Server(behave) as server:
        model = AnthropicModel("tiny", base_url=server.root, **settings)

        async def once():
            try:
                return await model.predict(prompt)
            except Exception as fault:  # noqa: BLE001 - the fault is what is looked at
                return fault
            finally:
                await model.close()

        return asyncio.run(once()), server.calls[-1] if server.calls else None


def outcome(answer, **settings):
    reply, _ = said(answer, **settings)
    return reply


def test_an_answer_comes_with_its_tokens_those_from_the_servers_cache_included():
    assert outcome(sound) == Reply(right_answer(PROMPT.text), input_tokens=90, output_tokens=10)


def test_the_article_is_a_block_that_the_server_is_asked_to_keep():
    _, call = said(sound)
    assert call.path == "/v1/messages"
    assert call.body == {
        "model": "tiny",
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": [
            {"type": "text", "text": PROMPT.prefix, "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": PROMPT.suffix},
        ]}],
    }  # fmt: skip


def test_a_prompt_without_an_article_is_one_block():
    _, call = said(sound, CLOSED_BOOK)
    assert call.body["messages"][0]["content"] == [{"type": "text", "text": CLOSED_BOOK.suffix}]


def test_settings_reach_the_server():
    _, call = said(sound, max_tokens=9, temperature=0, top_p=0.5, extra={"stop_sequences": ["x"]})
    sent = {name: value for name, value in call.body.items() if name not in {"model", "messages"}}
    assert sent == {"max_tokens": 9, "temperature": 0, "top_p": 0.5, "stop_sequences": ["x"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (message("x", usage=None), Reply("x")),
        (message("x", usage={"input_tokens": "9"}), Reply("x")),
        (message("x", usage={"input_tokens": 9}), Reply("x", input_tokens=9)),
        (message("", content=[{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "x"}]),
         Reply("x", 90, 10)),
        (message("", content=[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), Reply("ab", 90, 10)),
        (message("", content=[]), Reply("", 90, 10)),
        (message("x", stop_reason="max_tokens"), Reply("x", 90, 10)),
        (message("I will not.", stop_reason="refusal"), Reply("I will not.", 90, 10)),
    ],
)  # fmt: skip
def test_forms_of_answers_that_are_answers(body, expected):
    assert outcome(Answer(body=body)) == expected


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (message("", content=None), "Expected `array`, got `null`"),
        (message("", content="x"), "Expected `array`, got `str`"),
        (message("", content=[], stop_reason=None), "it has no text, and stop_reason is None"),
        (message("x")[:-5], "Input data was truncated"),
        (b'{"type": "error", "error": {"type": "api_error", "message": "no GPU"}}', "an error: no GPU"),
    ],
)
def test_what_is_no_answer_is_the_servers_fault_and_tried_again(body, told):
    fault = outcome(Answer(body=body))
    assert type(fault).__name__ == "InvalidResponseError"
    assert told in str(fault)


@pytest.mark.parametrize(
    ("end", "told"), [("max_tokens", "no answer within max_tokens (1024)"), ("refusal", "the model refused to answer")]
)
def test_no_text_for_a_reason_that_lasts_is_not_tried_again(end, told):
    fault = outcome(Answer(body=message("", content=[], stop_reason=end)))
    assert type(fault).__name__ == "RequestError"
    assert told in str(fault)


@pytest.mark.parametrize(
    ("answer", "name", "told"),
    [
        (error(400, "prompt is too long"), "RequestError", "HTTP 400: prompt is too long"),
        (error(401, "invalid x-api-key"), "RequestError", "HTTP 401: invalid x-api-key"),
        (error(408, "late"), "TimeoutError", "HTTP 408: late"),
        (error(429, "slow down"), "RateLimitError", "HTTP 429: slow down"),
        (error(500, "oops"), "ServerError", "HTTP 500: oops"),
        (error(529, "Overloaded"), "ServerError", "HTTP 529: Overloaded"),
    ],
)
def test_a_status_has_its_class_and_the_servers_words(answer, name, told):
    fault = outcome(answer)
    assert type(fault).__name__ == name
    assert str(fault) == told


def test_retry_after_is_kept():
    assert outcome(error(429, retry_after="7")).retry_after == 7.0


def test_time_outs_and_cut_connections_have_their_classes():
    assert type(outcome(Answer(body=message("x"), delay=30), timeout=0.3)) is TimeoutError
    for kind in ("cut before", "cut within"):
        assert type(outcome(lambda call, kind=kind: faults(call)[kind])) is ConnectionError


def test_the_key_is_taken_out_of_error_texts_answers_and_logs(caplog):
    caplog.set_level(logging.DEBUG)

    def echo(status):
        def behave(call):
            sent = " ".join(filter(None, [call.headers.get("x-api-key"), call.headers.get("authorization")]))
            assert KEY in sent
            told = f"you sent {sent.split()[-1]}"
            return error(status, told) if status else Answer(body=message(told), headers={"x-echo": sent})

        return behave

    assert str(outcome(echo(401))) == "HTTP 401: you sent [key]"
    assert outcome(echo(0)).text == "you sent [key]"
    assert "x-echo" in caplog.text
    assert KEY not in caplog.text


def test_settings_that_answers_depend_on_are_parameters():
    model = find_model("anthropic:claude", {"timeout": 5, "price_in": 3, "price_out": 15})
    assert (model.name, model.revision, model.price) == ("claude", "unversioned", (3.0, 15.0))
    assert model.parameters == {"base_url": "https://api.anthropic.com", "max_tokens": 1024}
    assert KEY not in json.dumps(model.parameters)


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"max_tokens": None}, "max_tokens is 0"), ({"seed": 1}, "takes no argument 'seed'"),
     ({"extra": {"system": KEY}}, "has the value of ANTHROPIC_API_KEY among its settings")],
)  # fmt: skip
def test_a_wrong_setting_is_told(settings, told):
    with pytest.raises(ModelError, match=told):
        find_model("anthropic:m", settings)


def test_anthropic_itself_needs_a_key(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(ModelError, match="the environment variable ANTHROPIC_API_KEY is not set"):
        find_model("anthropic:m")
