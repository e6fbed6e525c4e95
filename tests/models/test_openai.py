"""`openai:MODEL`, asked through the official client against a server that really listens."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import subprocess
import sys

import pytest

from models.hostile import PAGE, Answer, Server, completion, error, faults, right_answer, sound
from readmark.errors import ModelError
from readmark.models import ask, find_model
from readmark.models.openai_chat import OpenAIModel
from readmark.records import Prompt, Reply
from readmark.runs import prediction_keys

pytest.importorskip("openai")
KEY = "sk-test-0123456789abcdef"
PROMPT = Prompt(item_id="a", condition="reading", prefix="Article:\nAda met Bo.\n\n", suffix="Question: Who?")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """A key, and no address of the user's."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def said(answer, **settings):
    """Return what the model says or raises when the server gives one answer, and the call that came."""
    behave = answer if callable(answer) else lambda call: answer
    with Server(behave) as server:
        model = OpenAIModel("tiny", base_url=server.base_url, **settings)

        async def once():
            try:
                return await model.predict(PROMPT)
            except Exception as fault:  # noqa: BLE001 - the fault is what is looked at
                return fault
            finally:
                await model.close()

        return asyncio.run(once()), server.calls[-1] if server.calls else None


def outcome(answer, **settings):
    reply, _ = said(answer, **settings)
    return reply


def test_an_answer_comes_with_its_tokens():
    assert outcome(sound) == Reply(right_answer(PROMPT.text), input_tokens=90, output_tokens=10)


def test_the_request_is_one_user_message_whose_article_stands_first():
    _, call = said(sound)
    assert call.path == "/v1/chat/completions"
    assert call.headers["authorization"] == f"Bearer {KEY}"
    assert call.body == {
        "model": "tiny", "messages": [{"role": "user", "content": PROMPT.text}], "max_tokens": 1024, "temperature": 0,
    }  # fmt: skip
    assert call.text.startswith("Article:")


def test_settings_reach_the_server():
    extra = {"reasoning_effort": "low", "stop": ["\n"]}
    _, call = said(sound, max_tokens=None, temperature=0.5, top_p=0.9, seed=3, extra=extra)
    assert call.body.keys() == {"model", "messages", "temperature", "top_p", "seed", "reasoning_effort", "stop"}
    assert call.body["stop"] == ["\n"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (completion("x", usage=None), Reply("x")),
        (completion("x", usage={"prompt_tokens": "many", "completion_tokens": -1}), Reply("x")),
        (completion("x", usage={"prompt_tokens": 3}), Reply("x", input_tokens=3)),
        (completion("x", finish_reason="length"), Reply("x", 90, 10)),
        (completion("x", finish_reason=None), Reply("x", 90, 10)),
        (completion("", finish_reason="stop"), Reply("", 90, 10)),
        (completion("", message={"content": None, "refusal": "I will not."}), Reply("I will not.", 90, 10)),
        (completion("", message={"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}),
         Reply("ab", 90, 10)),
        (completion("café 漢字 🎈"), Reply("café 漢字 🎈", 90, 10)),
        (b" \n" + completion("x") + b"\n", Reply("x", 90, 10)),
    ],
)  # fmt: skip
def test_forms_of_answers_that_are_answers(body, expected):
    assert outcome(Answer(body=body)) == expected


def test_a_sound_answer_of_an_odd_content_type_is_an_answer():
    odd = Answer(body=completion("x"), headers={"content-type": "text/html"})
    assert outcome(odd) == Reply("x", 90, 10)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (PAGE, "it begins <html>"),
        (b"", "Input data was truncated"),
        (completion("x")[:-9], "Input data was truncated"),
        (completion("x") + b"}", "trailing characters"),
        (completion("\xe9").replace(b"\\u00e9", b"\xe9"), "can't decode byte 0xe9"),
        (completion("x", choices=[]), "it has no choices"),
        (completion("x", choices=None), "Expected `array`, got `null`"),
        (completion("x", choices="x"), "Expected `array`, got `str`"),
        (completion("x", choices=[{"text": "x"}]), "missing required field `message`"),
        (completion("x", message={"content": None}), "its content is null"),
        (completion("", finish_reason=None), "its content is empty, and finish_reason is None"),
        (completion("x", message={"content": 5}), "Expected `str | array | null`"),
        (b"[]", "Expected `object`, got `array`"),
        (b"null", "Expected `object`, got `null`"),
        (b'{"error": {"message": "no GPU left"}}', "the server sent an error: no GPU left"),
        (b'{"error": "no GPU left"}', "the server sent an error: no GPU left"),
        (b'{"a":' * 5000, "no answer"),
    ],
)
def test_what_is_no_answer_is_the_servers_fault_and_tried_again(body, told):
    fault = outcome(Answer(body=body))
    assert type(fault).__name__ == "InvalidResponseError"
    assert fault.fault == "server"
    assert told in str(fault)


def test_an_answer_that_the_server_broke_off_is_no_answer():
    fault = outcome(Answer(body=completion("half an ans", finish_reason="error")))
    assert type(fault).__name__ == "ServerError"


def test_an_error_in_an_answer_with_status_200_counts_as_what_it_says():
    body = json.dumps({"error": {"message": "slow down", "code": 429}}).encode()
    assert type(outcome(Answer(body=body))).__name__ == "RateLimitError"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (completion("", finish_reason="length"), "no answer within max_tokens (1024)"),
        (completion("", message={"content": None}, finish_reason="length"), "no answer within max_tokens (1024)"),
        (completion("", message={"content": None}, finish_reason="content_filter"), "the server's content filter"),
    ],
)
def test_no_answer_for_a_reason_that_lasts_is_not_tried_again(body, told):
    fault = outcome(Answer(body=body))
    assert type(fault).__name__ == "RequestError"
    assert fault.fault is None
    assert told in str(fault)


@pytest.mark.parametrize(
    ("answer", "name", "told"),
    [
        (error(400, "context is 4096 tokens"), "RequestError", "HTTP 400: context is 4096 tokens"),
        (error(401, "bad key"), "RequestError", "HTTP 401: bad key"),
        (error(404, "no such model"), "RequestError", "HTTP 404: no such model"),
        (error(408, "late"), "TimeoutError", "HTTP 408: late"),
        (error(422, "odd"), "RequestError", "HTTP 422: odd"),
        (error(429, "slow down"), "RateLimitError", "HTTP 429: slow down"),
        (error(429, "pay first", code="insufficient_quota"), "RequestError", "HTTP 429: pay first"),
        (error(500, "oops"), "ServerError", "HTTP 500: oops"),
        (error(529, "overloaded"), "ServerError", "HTTP 529: overloaded"),
        (Answer(503, PAGE, {"content-type": "text/html"}), "ServerError", "HTTP 503: Bad gateway"),
        (Answer(502, b""), "ServerError", "HTTP 502"),
        (Answer(404, b'{"detail": "Not Found"}'), "RequestError", "HTTP 404: Not Found"),
        (Answer(302, b""), "RequestError", "HTTP 302: the server points to another address"),
        (Answer(308, b"", {"location": "https://x/v1"}), "RequestError", "HTTP 308: the server points to https://x/v1"),
        (Answer(500, b"x" * 10**6), "ServerError", "HTTP 500: xxx"),
    ],
)
def test_a_status_has_its_class_and_the_servers_words(answer, name, told):
    fault = outcome(answer)
    assert type(fault).__name__ == name
    assert str(fault).startswith(told)
    assert len(str(fault)) < 600


def test_a_refused_setting_comes_with_a_hint():
    fault = outcome(error(400, "Unsupported parameter: use max_completion_tokens instead"))
    assert 'extra={"max_completion_tokens": 1024}' in str(fault)


def test_retry_after_is_kept():
    assert outcome(error(429, retry_after="7")).retry_after == 7.0
    assert outcome(error(503, retry_after="8")).retry_after == 8.0
    assert outcome(error(429, retry_after="soon")).retry_after is None


def test_a_server_that_hangs_or_drips_runs_into_the_time_out():
    for answer in (Answer(body=completion("x"), delay=30), Answer(body=completion("x"), drip=0.05)):
        fault = outcome(answer, timeout=0.4)
        assert type(fault) is TimeoutError
        assert str(fault) == "no whole answer within 0.4 s"


def test_a_cut_connection_is_a_connection_error():
    for kind in ("cut before", "cut within"):
        assert type(outcome(lambda call, kind=kind: faults(call)[kind])) is ConnectionError


def test_a_closed_port_is_a_connection_error():
    with Server() as server:
        address = server.base_url
    model = OpenAIModel("tiny", base_url=address)
    with pytest.raises(ConnectionError, match="ConnectError"):
        asyncio.run(model.predict(PROMPT))


def test_an_answer_without_end_is_cut():
    fault = outcome(Answer(body=b'{"a": "' + b"x" * (17 * 2**20)))
    assert type(fault).__name__ == "InvalidResponseError"
    assert "more than 16 MiB" in str(fault)


def test_what_a_client_raises_is_put_into_words_of_ours(monkeypatch):
    model = OpenAIModel("tiny", base_url="http://localhost:1/v1")
    monkeypatch.setattr(model, "_sent", lambda client, prompt: {}[KEY])
    with pytest.raises(Exception, match=r"KeyError: '\[key\]'") as caught:
        asyncio.run(model.predict(PROMPT))
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_text_that_files_cannot_hold_fails_its_item_alone(prompts):
    def behave(call):
        return Answer(body=completion("a \0 b" if "Question 2?" in call.text else "fine"))

    with Server(behave) as server:
        asked = list(ask(find_model("openai:m", {"base_url": server.base_url}), prompts))
    found = {one.prompt.item_id: getattr(one.outcome, "text", one.outcome) for one in asked}
    assert str(found.pop("q-2")) == "the answer contains a NUL character"
    assert set(found.values()) == {"fine"}


# The key


def test_the_key_is_taken_out_of_error_texts_and_answers():
    def echo(status):
        def behave(call):
            told = f"you sent {call.headers['authorization']}"
            return error(status, told) if status else Answer(body=completion(told))

        return behave

    assert str(outcome(echo(401))) == "HTTP 401: you sent Bearer [key]"
    assert str(outcome(echo(500))) == "HTTP 500: you sent Bearer [key]"
    assert outcome(echo(0)).text == "you sent Bearer [key]"


@pytest.mark.parametrize("at", [30, 60, 70, 480, 490])
def test_a_key_is_hidden_before_a_long_text_is_cut(at):
    for answer in (Answer(500, b"x" * at + KEY.encode()), Answer(body=b"x" * at + KEY.encode() * 2)):
        assert KEY[:6] not in str(outcome(answer))


def test_a_key_in_escapes_or_in_base64_is_hidden():
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in KEY).encode()
    coded = base64.b64encode(KEY.encode())
    for said in (escaped, coded):
        assert outcome(Answer(body=completion("text").replace(b"text", said))).text == "[key]"
        assert str(outcome(Answer(400, b'{"error": {"message": "text"}}'.replace(b"text", said)))) == "HTTP 400: [key]"


def test_other_keys_of_the_environment_are_taken_out_too(monkeypatch):
    monkeypatch.setenv("OTHER_API_KEY", "other-0123456789")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Api-Key: header-0123456789")
    assert outcome(Answer(body=completion("other-0123456789 header-0123456789"))).text == "[key] [key]"


@pytest.mark.parametrize("key", ["EMPTY", "none"])
def test_a_word_as_a_key_is_hidden_in_errors_alone(monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    assert outcome(Answer(body=completion(key))).text == key
    assert str(outcome(error(400, f"sent {key}"))) == "HTTP 400: sent [key]"


def test_a_short_key_is_hidden(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-12")
    assert outcome(Answer(body=completion("it is sk-12"))).text == "it is [key]"
    assert str(outcome(error(400, "sent sk-12"))) == "HTTP 400: sent [key]"


def test_logs_of_the_client_hold_no_key(caplog):
    caplog.set_level(logging.DEBUG)
    echo = Answer(body=completion("x"), headers={"x-echo": KEY})
    assert outcome(echo).text == "x"
    assert any("x-echo" in record.getMessage() for record in caplog.records)
    assert KEY not in caplog.text


def test_nothing_that_describes_the_model_holds_the_key():
    model = find_model("openai:m", {"base_url": "http://localhost:1/v1"})
    assert KEY not in repr(model) + repr(model.identity) + json.dumps(model.parameters)


# Settings


def keys(settings):
    return prediction_keys(find_model("openai:m", settings), [PROMPT])


def test_settings_that_answers_depend_on_are_parameters_and_no_others():
    settings = {"top_p": 0.5, "extra": {"stop": ["x"]}, "timeout": 5, "price_in": 1, "at_once": 3}
    model = find_model("openai:gpt", settings)
    assert (model.name, model.revision) == ("gpt", "unversioned")
    assert model.parameters == {
        "base_url": "https://api.openai.com/v1", "max_tokens": 1024, "temperature": 0, "top_p": 0.5, "stop": ["x"],
    }  # fmt: skip
    assert (model.price, model.at_once) == ((1.0, 0.0), 3)


@pytest.mark.parametrize(
    "change",
    [{"max_tokens": 9}, {"temperature": 1}, {"temperature": None}, {"top_p": 1}, {"seed": 1}, {"extra": {"n": 1}},
     {"base_url": "http://localhost:1/v1"}, {"revision": "2026"}],
)  # fmt: skip
def test_each_of_them_makes_other_keys(change):
    assert prediction_keys(find_model("openai:m", change), [PROMPT]) != prediction_keys(
        find_model("openai:m"), [PROMPT]
    )


@pytest.mark.parametrize("change", [{"temperature": 0.0}, {"timeout": 9}, {"price_out": 2}, {"at_once": 2}])
def test_what_answers_do_not_depend_on_makes_no_other_keys(change):
    assert prediction_keys(find_model("openai:m", change), [PROMPT]) == prediction_keys(
        find_model("openai:m"), [PROMPT]
    )


def test_the_environments_address_is_a_parameter_and_a_slash_at_its_end_is_not(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1/")
    assert find_model("openai:m").parameters["base_url"] == "http://localhost:1/v1"
    assert find_model("openai:m", {"base_url": "http://localhost:2/v1"}).parameters["base_url"].endswith(":2/v1")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"base_url": "https://user:hunter2@host/v1"}, "base_url holds a user name or a password"),
        ({"base_url": "https://host/v1?api-key=abc"}, "base_url has a part after ? or #"),
        ({"base_url": "https://host/sk-abcdef/v1"}, "base_url seems to hold a key"),
        ({"base_url": f"https://host/{KEY}/v1"}, "has the value of OPENAI_API_KEY among its settings"),
        ({"base_url": "ftp://host"}, "base_url is 'ftp://host'"),
        ({"base_url": "localhost:8000"}, "base_url is 'localhost:8000'"),
        ({"base_url": "http://[::1"}, "base_url is 'http://[::1'"),
        ({"base_url": "http://host:99999/v1"}, "base_url is "),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"max_tokens": "many"}, "max_tokens is 'many'"),
        ({"temperature": -1}, "temperature is -1"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"top_p": 2}, "top_p is 2"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"extra": [1]}, "extra is no JSON object"),
        ({"extra": {"messages": []}}, "extra holds 'messages'"),
        ({"extra": {"max_tokens": 1}}, "extra holds 'max_tokens'"),
        ({"extra": {"metadata": {"k": KEY}}}, "has the value of OPENAI_API_KEY among its settings"),
        ({"timeout": 0}, "timeout is 0"),
        ({"price_in": -1}, "price_in is -1"),
        ({"price_out": "2"}, "price_out is '2'"),
        ({"at_once": 0}, "has at_once 0"),
        ({"revision": 5}, "revision is 5"),
        ({"key_from": KEY}, "key_from is no such name"),
        ({"key_from": "NOT_SET_HERE"}, "the environment variable NOT_SET_HERE is not set"),
        ({"api_key": KEY}, "takes no argument 'api_key'"),
    ],
)
def test_a_wrong_setting_is_told_and_no_secret_with_it(settings, told):
    with pytest.raises(ModelError) as caught:
        find_model("openai:m", settings)
    assert told in str(caught.value)
    assert all(secret not in str(caught.value) for secret in (KEY, "hunter2", "abc"))


def test_all_wrong_settings_are_told_at_once():
    with pytest.raises(ModelError) as caught:
        find_model("openai:m", {"max_tokens": 0, "top_p": 2, "timeout": -1, "base_url": "x"})
    assert len(caught.value.problems) == 4


def test_a_model_without_a_name_is_refused():
    with pytest.raises(ModelError, match="names no model"):
        find_model("openai:")


def test_openai_itself_needs_a_key_and_another_server_does_not(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ModelError, match="the environment variable OPENAI_API_KEY is not set"):
        find_model("openai:m")
    _, call = said(sound)
    assert call.headers["authorization"] == "Bearer no-key"


@pytest.mark.parametrize("key", ["sk-with a space-0123", "sk-umlaut-ä-0123456"])
def test_a_key_that_no_header_can_hold_is_refused_without_being_told(monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ModelError, match="the key in OPENAI_API_KEY holds") as caught:
        find_model("openai:m")
    assert key not in str(caught.value)


def test_a_key_with_a_line_end_is_taken_without_it(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY + "\n")
    _, call = said(sound)
    assert call.headers["authorization"] == f"Bearer {KEY}"


def test_a_missing_client_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install 'readmark\[api\]'"):
        find_model("openai:m")


def test_finding_a_model_does_not_load_its_client():
    code = (
        "import sys; from readmark.models import find_model\n"
        "for scheme in ('openai', 'anthropic'): find_model(scheme + ':m', {'base_url': 'http://localhost:1'})\n"
        "assert not {'openai', 'anthropic', 'httpx2', 'asyncio', 'tenacity'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
