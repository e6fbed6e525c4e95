"""Tiny models made on the spot: random weights by a seed, and a tokenizer whose words are w3, w4 and so on."""

from __future__ import annotations

import pytest
import torch
import transformers
from architectures import ODD, SPECIAL, WORDS
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from readmark.records import Prompt


@pytest.fixture(scope="module")
def one_thread():
    """Tiny models lose time to a second thread, most of all on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tokenizer():
    words = {f"w{number}": number for number in range(len(SPECIAL), WORDS)}
    plain = Tokenizer(WordLevel({**SPECIAL, **words}, unk_token="<pad>"))
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", bos_token="<s>", eos_token="</s>", model_max_length=512
    )


@pytest.fixture(scope="session")
def causal():
    """Return a function: an architecture's name, its sizes → a model with random weights, always the same."""

    def make(name, sizes):
        torch.manual_seed(0)
        config = getattr(transformers, ODD.get(name, f"{name}Config"))(**sizes)
        kind = "GPT2LMHeadModel" if name == "GPT2" else f"{name}ForCausalLM"
        return getattr(transformers, kind)(config).eval()

    return make


@pytest.fixture(scope="session")
def texts():
    """Return a function: seed, number of prompts, words of the article → prompts of different length on one article."""

    def make(seed, count, article=60, longest=30):
        chance = torch.Generator().manual_seed(seed)

        def words(number):
            return " ".join(f"w{n}" for n in torch.randint(len(SPECIAL), WORDS, (number,), generator=chance).tolist())

        prefix = words(article) + " "
        lengths = torch.randint(1, longest, (count,), generator=chance).tolist()
        return [
            Prompt(item_id=f"q{seed}-{i}", condition="reading", prefix=prefix, suffix=words(length))
            for i, length in enumerate(lengths)
        ]

    return make
