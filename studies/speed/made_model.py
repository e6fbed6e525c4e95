"""Make a Llama-type model with random weights, its tokenizer, and the questions that it is asked.

Usage: made_model.py FOLDER SIZE; prints one JSON object. FOLDER gets `model/` as `save_pretrained` writes it,
`benchmark/`, the first 48 questions of crossroads, and `prompts.jsonl`, one prompt a line.

The tokenizer is a byte-level BPE learnt on the article and its questions, merged until every word is one token. The
article comes to as many tokens as the WordPiece vocabulary of BERT cuts it into, within 4 %, and the questions too.
A vocabulary of the article alone would cut the words of the questions into pieces, twice as many as usual.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging

from readmark.benchmark import bundled, load
from readmark.prompts import make_prompts

if TYPE_CHECKING:
    from readmark import Prompt

SEED = 0
QUESTIONS = 48  # the first ones
END = "<|end|>"
MOST_WORDS = 10_000  # of the vocabulary; merges run out before

# The spread of the weights is what keeps greedy answers apart: with Llama's .02 at 512 dimensions the model repeats
# one token whatever it is asked, and equal answers would prove nothing.
SIZES: dict[str, dict[str, Any]] = {
    "27M": {
        "hidden_size": 512,
        "intermediate_size": 1408,
        "num_hidden_layers": 8,
        "num_attention_heads": 8,
        "num_key_value_heads": 8,
        "max_position_embeddings": 2048,
        "initializer_range": 0.06,
        "dtype": "float32",
    },
    "1B": {
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 32_768,
        "initializer_range": 0.03,
        "dtype": "bfloat16",
    },
}


def write_benchmark(folder: Path) -> list[Prompt]:
    """Write the first questions on the bundled article as a test set of their own and return their prompts."""
    folder.mkdir(parents=True)
    source = bundled("benchmark")
    lines = (source / "questions.jsonl").read_text("utf-8").splitlines(keepends=True)
    questions = [line for line in lines if json.loads(line)["task"] == "qa"][:QUESTIONS]
    (folder / "questions.jsonl").write_text("".join(questions), "utf-8")
    for name in {json.loads(line)["article"] for line in questions}:
        shutil.copyfile(source / "articles" / f"{name}.txt", folder / f"{name}.txt")
    benchmark = load(folder)
    return make_prompts(benchmark, benchmark.selected(drafts=False), "reading")


def make_tokenizer(prompts: list[Prompt], longest: int) -> PreTrainedTokenizerFast:
    """Return a byte-level BPE tokenizer in which every word of the prompts is one token.

    Its alphabet is that of the prompts: a model with random weights would else write control characters.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=MOST_WORDS, min_frequency=1, special_tokens=[END], show_progress=False)
    tokenizer.train_from_iterator([prompts[0].prefix, *(prompt.suffix for prompt in prompts)], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=END, pad_token=END, model_max_length=longest,
        clean_up_tokenization_spaces=False,
    )  # fmt: skip


def make_model(tokenizer: PreTrainedTokenizerFast, size: str) -> LlamaForCausalLM:
    """Return a model of a size in `SIZES`, its weights drawn by seed."""
    settings = dict(SIZES[size])
    dtype = getattr(torch, settings.pop("dtype"))
    end = tokenizer.eos_token_id
    config = LlamaConfig(
        vocab_size=len(tokenizer), bos_token_id=None, eos_token_id=end, pad_token_id=end, tie_word_embeddings=False,
        **settings,
    )  # fmt: skip
    torch.manual_seed(SEED)
    return LlamaForCausalLM(config).to(dtype)


def main() -> None:
    """Write the folder and print what is in it."""
    folder, size = Path(sys.argv[1]), sys.argv[2]
    logging.disable_progress_bar()
    prompts = write_benchmark(folder / "benchmark")
    tokenizer = make_tokenizer(prompts, SIZES[size]["max_position_embeddings"])
    model = make_model(tokenizer, size)
    model.save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    rows = ({"id": prompt.item_id, "prefix": prompt.prefix, "suffix": prompt.suffix} for prompt in prompts)
    (folder / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    count = [len(tokenizer(prompt.suffix)["input_ids"]) for prompt in prompts]
    record = {
        "parameters": model.num_parameters(),
        "prompts": len(prompts),
        "article_tokens": len(tokenizer(prompts[0].article)["input_ids"]),
        "question_tokens": sum(count) / len(count),
        "vocabulary": len(tokenizer),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "",
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
