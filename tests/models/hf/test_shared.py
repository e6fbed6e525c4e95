"""Shared-article reading gives what plain reading gives, on every architecture that it accepts."""

from __future__ import annotations

import pytest
import torch
from architectures import APART, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from readmark.models.hf.generate import Settings, Writer
from readmark.models.hf.shared import Questions, SharedReader, read_article

pytestmark = pytest.mark.usefixtures("one_thread")
NEW = 10
NEAR = 1e-4  # two best logits so close that either may come first
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here"))]


def writer(model, tokenizer, **changes):
    plain = {"max_new_tokens": NEW, "temperature": 0, "stop": None, "template": None, "context": 512}
    return Writer(model, tokenizer, Settings(**{**plain, **changes}), 64)


def plainly(model, tokenizer, prompt):
    """Return plain `generate`'s answer to one prompt alone, as token ids, and the logits of each step."""
    ids = tokenizer(prompt.text, return_tensors="pt").to(model.device)
    found = model.generate(
        input_ids=ids["input_ids"], attention_mask=ids["attention_mask"], do_sample=False, max_new_tokens=NEW,
        eos_token_id=2, pad_token_id=0, output_logits=True, return_dict_in_generate=True,
    )  # fmt: skip
    return found.sequences[0, ids["input_ids"].shape[1] :].tolist(), [step[0] for step in found.logits]


def assert_same(model, tokenizer, prompts, replies):
    for prompt, reply in zip(prompts, replies, strict=True):
        tokens, logits = plainly(model, tokenizer, prompt)
        expected = [token for token in tokens if token > 2]  # a reply is text, without special tokens
        got = tokenizer(reply.text)["input_ids"]
        if got != expected:
            place = next(i for i in range(NEW) if got[i : i + 1] != expected[i : i + 1])
            best = logits[place].topk(2).values
            assert best[0] - best[1] <= NEAR, (prompt.item_id, place, got, expected)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("count", [1, 7, 48])
@pytest.mark.parametrize("name", SHARED)
def test_answers_equal_plain_generate_s_token_for_token(name, count, device, causal, tokenizer, texts):
    """Prompts of different lengths, articles longer than a sliding window, with and without grouped queries."""
    model = causal(name, SHARED[name]).to(device)
    asked = writer(model, tokenizer)
    assert asked.why_not_shared == ""
    prompts = texts(count, count)
    replies = list(asked.answer(prompts))
    assert_same(model, tokenizer, prompts, replies)
    assert len({reply.text for reply in replies}) > count // 2  # or equality would show nothing


@pytest.mark.parametrize("name", APART)
def test_what_cannot_be_shown_equal_is_read_in_plain_batches(name, causal, tokenizer, texts):
    model = causal(name, APART[name])
    asked = writer(model, tokenizer)
    assert asked.why_not_shared
    prompts = texts(1, 7)
    assert_same(model, tokenizer, prompts, list(asked.answer(prompts)))


def test_a_model_that_does_not_see_the_article_is_found_out(causal):
    """Attention that ignores the article gives other logits, and the trial says so."""
    model = causal("Llama", SHARED["Llama"])
    reader = SharedReader(model)
    honest = reader.read
    reader.read = lambda ids: honest([5] * len(ids))
    assert "other logits" in reader.why_not()


def test_a_layer_that_keeps_its_window_to_itself_is_found_out(causal):
    model = causal("Llama", SHARED["Llama"])
    model.config.layer_types = ["sliding_attention"] * 3
    assert "window" in SharedReader(model).why_not()


def test_the_article_is_read_once(causal, tokenizer, texts):
    """Over two batches and a single question, its tokens go through the model once."""
    model = causal("Llama", SHARED["Llama"])
    asked = writer(model, tokenizer, max_new_tokens=2)
    fed = []
    model.register_forward_pre_hook(lambda _, __, given: fed.append(given["input_ids"].shape[1]), with_kwargs=True)
    prompts = texts(5, 13, article=300)
    suffixes = sum(len(tokenizer(prompt.suffix)["input_ids"]) for prompt in prompts)
    for part in (prompts[:6], prompts[6:12], prompts[12:]):
        list(asked.answer(part))
    assert fed[0] >= 300
    assert sum(fed) <= 300 + suffixes + len(prompts) + 3 * 16  # a few tokens where beginnings happen to agree


def test_one_article_is_not_taken_for_another(causal, tokenizer, texts):
    model = causal("Llama", SHARED["Llama"])
    asked = writer(model, tokenizer)
    for seed in (1, 2, 1):
        prompts = texts(seed, 3)
        assert_same(model, tokenizer, prompts, list(asked.answer(prompts)))


def test_articles_of_several_questions_and_of_one_go_in_one_batch_in_order(causal, tokenizer, texts):
    model = causal("Mistral", SHARED["Mistral"])
    prompts = [*texts(1, 3), *texts(2, 1), *texts(3, 1, article=90), *texts(4, 4)]
    assert_same(model, tokenizer, prompts, list(writer(model, tokenizer).answer(prompts)))


def test_prompts_that_share_nothing_and_prompts_that_are_equal(causal, tokenizer, texts):
    model = causal("Llama", SHARED["Llama"])
    prompts = [*texts(1, 2, article=0), *texts(2, 1) * 3]
    assert_same(model, tokenizer, prompts, list(writer(model, tokenizer).answer(prompts)))


@pytest.mark.parametrize("device", DEVICES)
def test_in_bfloat16_logits_are_as_near_to_float32_s_as_plain_reading_s_are(device, causal, texts, tokenizer):
    exact = causal("Llama", SHARED["Llama"]).to(device)
    model = causal("Llama", SHARED["Llama"]).to(device, torch.bfloat16)
    reader = SharedReader(model)
    assert reader.why_not() == ""
    ids = [tokenizer(prompt.text)["input_ids"] for prompt in texts(1, 7)]
    now = Questions(reader.read(ids[0][:60]), 40, [0] * 7)
    found = reader.logits(now, range(7), [one[60:] for one in ids])
    with torch.inference_mode():
        true = torch.stack([exact(torch.tensor([one], device=device)).logits[0, -1] for one in ids])
        plain = torch.stack([model(torch.tensor([one], device=device)).logits[0, -1].float() for one in ids])
    assert (found - true).norm() <= 1.5 * (plain - true).norm()


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 3), st.integers(1, 70), st.integers(1, 90))
def test_what_is_read_of_the_article_equals_a_plain_softmax(seed, heads, group, tokens, article):
    chance = torch.Generator().manual_seed(seed)
    query = torch.randn(heads, group, tokens, 16, generator=chance)
    keys, values = (torch.randn(heads, article, 16, generator=chance) for _ in range(2))
    scores = query @ keys[:, None].transpose(2, 3)
    expected = scores.softmax(-1) @ values[:, None], scores.logsumexp(-1)
    values = values.transpose(1, 2).contiguous()
    free = read_article(query, keys, values, None, None)
    windowed = read_article(query, keys, values, torch.zeros(tokens, dtype=torch.long), None)
    for found in (free, windowed):
        torch.testing.assert_close(found[0], expected[0], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(found[1], expected[1], atol=1e-5, rtol=1e-4)


def test_a_token_beyond_the_window_reads_nothing_of_the_article():
    query, keys = torch.ones(1, 1, 2, 4), torch.ones(1, 5, 4)
    read, weight = read_article(query, keys, keys.transpose(1, 2), torch.tensor([4, 5]), None)
    assert read[0, 0].tolist() == [[1.0] * 4, [0.0] * 4]
    assert weight[0, 0, 1] == -torch.inf
