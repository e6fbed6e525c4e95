"""Extractive readers: answers equal those of a plain search through all spans of all windows, and come sooner."""

from __future__ import annotations

import functools
import json
import math
import os
import random
import statistics
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    AutoModelForQuestionAnswering,
    AutoTokenizer,
    BertConfig,
    BertForQuestionAnswering,
    BertTokenizer,
    RobertaConfig,
    RobertaForQuestionAnswering,
    RobertaTokenizer,
)

from readmark.models.hf.spans import SpanReader, best_spans
from readmark.records import Prompt, Reply

WORDS = ["the", "town", "of", "farah", "fell", "in", "may", "two", "roads", "meet", "here", "a", "river", "and", "ran"]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "##s", "##ed", ".", ","]
TINY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}


def prompt(article, question, name="q"):
    return Prompt(item_id=name, condition="reading", prefix="", suffix="", article=article, question=question)


def made_model(made, config):
    """A random model whose logits lie far enough apart to tell spans from each other."""
    torch.manual_seed(7)
    model = made(config).eval()
    with torch.no_grad():
        model.qa_outputs.weight.mul_(50)
    return model


@functools.cache
def tiny(padding_side="right"):
    tokenizer = BertTokenizer({word: i for i, word in enumerate(VOCABULARY)}, padding_side=padding_side)
    config = BertConfig(vocab_size=len(VOCABULARY), max_position_embeddings=64, **TINY)
    return made_model(BertForQuestionAnswering, config), tokenizer


def plain_windows(tokenizer, question, article, window, overlap):
    """Yield (token ids, token types, the article's first token, offsets): [CLS] question [SEP] article's part [SEP]."""
    asked = tokenizer(question, add_special_tokens=False, verbose=False)["input_ids"]
    read = tokenizer(article, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    ids, offsets = read["input_ids"], read["offset_mapping"]
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    room = window - len(asked) - 3
    step = room - min(overlap, room // 2)
    for start in range(0, len(ids), step):
        part = ids[start : start + room]
        if tokenizer.padding_side == "right":
            first, second, begins = asked, part, len(asked) + 2
        else:
            first, second, begins = part, asked, 1
        types = [0] * (len(first) + 2) + [1] * (len(second) + 1)
        yield [cls, *first, sep, *second, sep], types, begins, offsets[start : start + room]
        if start + room >= len(ids):
            break


def plain_search(model, tokenizer, prompt, cut=(384, 128), longest=30, *, padded=False):
    """Return every span's score by its characters, the best one's, and the score of no answer; one window at a time."""
    spans, no_answer = {}, math.inf
    for ids, types, begins, offsets in plain_windows(tokenizer, prompt.question, prompt.article, *cut):
        padding = [0] * (cut[0] - len(ids)) if padded else []
        inputs = {
            "input_ids": ids + [tokenizer.pad_token_id for _ in padding],
            "token_type_ids": types + padding,
            "attention_mask": [1] * len(ids) + padding,
        }
        with torch.inference_mode():
            output = model(**{name: torch.tensor([row]) for name, row in inputs.items()})
        starts, ends = output.start_logits[0].numpy(), output.end_logits[0].numpy()
        no_answer = min(no_answer, starts[0] + ends[0])
        for first in range(len(offsets)):
            for last in range(first, min(first + longest, len(offsets))):
                place = (offsets[first][0], offsets[last][1])
                score = starts[begins + first] + ends[begins + last]
                if place not in spans or score > spans[place]:
                    spans[place] = score
    return spans, max(spans.values()), no_answer


def best_text(spans, score, article):
    """Return the text of the span with this score; of several the earliest, then the shortest."""
    start, end = min(place for place in spans if spans[place] == score)
    return article[start:end]


def plain_answer(model, tokenizer, one, *, padded=False):
    spans, best, none = plain_search(model, tokenizer, one, padded=padded)
    return "" if none > best else best_text(spans, best, one.article)


@pytest.fixture(scope="module")
def reader_folder():
    """Return a real reader's folder; without it the test is skipped, under CI=true it fails."""
    folder = Path(__file__).resolve().parents[4] / "shared" / "models" / "reader-minilm"
    if not folder.is_dir():
        reason = f"{folder} is absent: the model is a test asset and not part of the project"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


def loaded(folder):
    model = AutoModelForQuestionAnswering.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def drawn(shared):
    """Five hundred questions of XQuAD, drawn by a seed."""
    articles = json.loads((shared / "xquad" / "xquad.en.json").read_text(encoding="utf-8"))["data"]
    pairs = [
        (part["context"], asked["question"]) for a in articles for part in a["paragraphs"] for asked in part["qas"]
    ]
    return [prompt(*pair, name=f"q{i}") for i, pair in enumerate(random.Random(0).sample(pairs, 500))]


@pytest.fixture
def one_core():
    """Compute on one core: on several, whatever else runs on the machine makes all of them wait and blurs a ratio."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


words = st.lists(st.sampled_from([*WORDS, "roads", "meets", "farahed", "Zaranj", ".", ","]), min_size=1)


@settings(max_examples=60)
@given(
    texts=st.lists(st.tuples(words.filter(lambda w: len(w) < 8), words), min_size=1, max_size=5),
    window=st.integers(14, 64),
    overlap=st.integers(0, 30),
    longest=st.integers(1, 12),
    threshold=st.sampled_from([-2.0, 0.0, 2.0]),
    padding_side=st.sampled_from(["right", "left"]),
)
def test_answers_equal_those_of_a_plain_search(texts, window, overlap, longest, threshold, padding_side):
    model, tokenizer = tiny(padding_side)
    prompts = [prompt(" ".join(article), " ".join(question)) for question, article in texts]
    reader = SpanReader(model, tokenizer, window=window, overlap=overlap, longest=longest, threshold=threshold)
    for one, reply in zip(prompts, reader.answer(prompts), strict=True):
        if isinstance(reply, Exception):
            assert "no room" in str(reply)
            continue
        spans, best, none = plain_search(model, tokenizer, one, (window, overlap), longest)
        if abs(none - best - threshold) > 1e-5:
            assert (reply.text == "") == (none > best + threshold)
        if reply.text and reply.text != best_text(spans, best, one.article):
            score = max(score for (start, end), score in spans.items() if one.article[start:end] == reply.text)
            assert best - score < 1e-6


@given(st.integers(1, 4), st.integers(1, 20), st.integers(1, 25), st.integers(0, 2**32 - 1))
def test_the_best_span_is_the_first_then_shortest_of_equal_ones(count, tokens, longest, seed):
    """Whole numbers as logits, so that many scores are equal."""
    chance = np.random.default_rng(seed)
    starts, ends = chance.integers(-2, 3, (2, count, tokens)).astype(np.float32)
    inside = chance.random((count, tokens)) < 0.7
    inside[np.arange(count), chance.integers(0, tokens, count)] = True
    scores, first, last = best_spans(starts, ends, inside, longest)
    for row in range(count):
        spans = [
            (starts[row, i] + ends[row, j], -i, i - j)
            for i in range(tokens)
            for j in range(i, min(i + longest, tokens))
            if inside[row, i] and inside[row, j]
        ]
        assert max(spans) == (scores[row], -first[row], first[row] - last[row])


def test_short_types_of_numbers_are_added_as_float32():
    model, tokenizer = tiny()
    short = made_model(BertForQuestionAnswering, model.config).to(torch.bfloat16)
    one = prompt("the town of farah fell in may , two roads meet here .", "the river")
    (reply,) = SpanReader(short, tokenizer, threshold=math.inf).answer([one])

    class Widened(torch.nn.Module):
        def forward(self, **inputs):
            output = short(**inputs)
            output.start_logits, output.end_logits = output.start_logits.float(), output.end_logits.float()
            return output

    spans, best, _ = plain_search(Widened(), tokenizer, one)
    assert reply.text == best_text(spans, best, one.article)


def test_input_tokens_are_those_of_all_windows():
    model, tokenizer = tiny()
    one = prompt("two roads meet here . " * 20, "the river ?")
    (reply,) = SpanReader(model, tokenizer, window=20, overlap=5).answer([one])
    assert reply.input_tokens == sum(len(ids) for ids, *_ in plain_windows(tokenizer, one.question, one.article, 20, 5))
    assert reply.output_tokens is None


@pytest.mark.parametrize("article", ["", " \n\t "])
def test_without_an_article_it_abstains_unasked(article):
    assert list(SpanReader(*tiny()).answer([prompt(article, "the river ?")])) == [Reply("", input_tokens=0)]


def test_a_question_that_leaves_no_room_fails_alone_and_tells_the_numbers():
    prompts = [prompt("two roads meet", "the river"), prompt("two roads meet", "river " * 70), prompt("a town", "a")]
    first, failure, last = SpanReader(*tiny(), window=30).answer(prompts)
    assert isinstance(first, Reply)
    assert isinstance(last, Reply)
    assert str(failure) == (
        "the question's 70 tokens and 3 special ones leave no room for the article in a window of 30"
    )


def test_scores_that_are_no_numbers_are_a_failure_not_an_answer():
    model, tokenizer = tiny()
    broken = made_model(BertForQuestionAnswering, model.config)
    with torch.no_grad():
        broken.qa_outputs.bias.fill_(math.nan)
    (failure,) = SpanReader(broken, tokenizer).answer([prompt("two roads meet", "the river")])
    assert isinstance(failure, ValueError)
    assert "not finite numbers" in str(failure)


def test_the_threshold_decides_how_sure_no_answer_must_be():
    model, tokenizer = tiny()
    one = prompt("the town of farah fell in may , two roads meet here .", "the river")
    _, best, none = plain_search(model, tokenizer, one)
    edge = float(none) - float(best)
    texts = [next(SpanReader(model, tokenizer, threshold=edge + by).answer([one])).text for by in (-0.01, 0.01)]
    assert texts[0] == ""
    assert texts[1] != ""


def test_answers_come_as_soon_as_they_and_those_before_are_known():
    """Eight prompts of equal length and four windows a batch: after the first answer, four windows are unread."""
    model, tokenizer = tiny()
    read = []
    counting = made_model(BertForQuestionAnswering, model.config)
    counting.register_forward_pre_hook(lambda _, __, inputs: read.append(len(inputs["input_ids"])), with_kwargs=True)
    next(SpanReader(counting, tokenizer, batch_size=4).answer([prompt("two roads meet", "the river")] * 8))
    assert read == [4]


def test_memory_that_runs_out_changes_no_answer():
    model, tokenizer = tiny()
    prompts = [prompt(" ".join(WORDS[i:] * 3), "the river ran") for i in range(6)]
    expected = list(SpanReader(model, tokenizer).answer(prompts))
    cramped = made_model(BertForQuestionAnswering, model.config)
    cramped.register_forward_pre_hook(
        lambda _, __, inputs: torch.empty(2**50) if len(inputs["input_ids"]) > 1 else None, with_kwargs=True
    )
    assert list(SpanReader(cramped, tokenizer).answer(prompts)) == expected


def test_roberta_reads_as_many_tokens_as_it_has_places_for():
    """Its places are counted from behind the padding's: of 40, 38 can be used, and no token types are given."""
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", *"abcdefgh", "Ġ"])}
    tokenizer = RobertaTokenizer(vocabulary, [])
    config = RobertaConfig(vocab_size=len(vocabulary), max_position_embeddings=40, **TINY)
    model = made_model(RobertaForQuestionAnswering, config)
    reader = SpanReader(model, tokenizer, overlap=5, threshold=math.inf)
    assert reader.window == 38
    (reply,) = reader.answer([prompt("abc def gha " * 20, "bad")])
    assert reply.text
    assert reply.text in "abc def gha " * 20
    with pytest.raises(ValueError, match="window is 39, expected 1 to 38"):
        SpanReader(model, tokenizer, window=39)


@pytest.mark.parametrize("setting", [{"window": 0}, {"overlap": -1}, {"longest": 0}, {"threshold": math.nan}])
def test_settings_out_of_range_are_refused(setting):
    with pytest.raises(ValueError, match=next(iter(setting))):
        SpanReader(*tiny(), **setting)


def test_a_real_readers_answers_equal_those_of_a_plain_search(reader_folder, drawn, one_core):
    model, tokenizer = loaded(reader_folder)
    expected = [plain_answer(model, tokenizer, one) for one in drawn]
    assert [reply.text for reply in SpanReader(*loaded(reader_folder)).answer(drawn)] == expected


def has_avx512():
    info = Path("/proc/cpuinfo")
    return "avx512f" in info.read_text().split() if info.exists() else False


def test_it_is_three_times_as_fast_as_the_official_recipe_written_plainly(reader_folder, drawn, one_core):
    """The recipe: one question and window at a time, padded to its full size, two loops over arrays of logits.

    BERT's run_squad.py pads so, and transformers' run_qa.py unless told otherwise. Against a plain search that does
    not pad, the ratio is 1.6 to 1.9: studies/speed/spans.py has both.
    """
    plain, reader = loaded(reader_folder), SpanReader(*loaded(reader_folder))
    list(reader.answer(drawn[:8]))
    plain_answer(*plain, drawn[0], padded=True)
    ratios = []
    for i in range(0, 100, 20):
        start = time.perf_counter()
        for one in drawn[i : i + 20]:
            plain_answer(*plain, one, padded=True)
        middle = time.perf_counter()
        list(reader.answer(drawn[i : i + 20]))
        ratios.append((middle - start) / (time.perf_counter() - middle))
    ratio = statistics.median(ratios)
    if not has_avx512() and 1.7 <= ratio < 3:  # the wide registers that oneDNN gains by are not there
        pytest.xfail(f"{ratio:.1f} times and not 3, without AVX-512")
    assert ratio >= 3, ratios
