"""A server that nobody here wrote: `transformers serve` answers the whole test set through `openai:`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, pre_tokenizers, trainers
from tokenizers.models import BPE
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from readmark.benchmark import load

SERVE = shutil.which("transformers", path=str(Path(sys.executable).parent))
TEMPLATE = "{% for message in messages %}<s>{{ message['content'] }}{% endfor %}"
START = 90  # seconds the server may take to load torch and the model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny Llama with a byte-level tokenizer learnt from the article and a chat template."""
    path = tmp_path_factory.mktemp("served") / "tiny"
    learnt = Tokenizer(BPE())
    learnt.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    learnt.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1000, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )  # fmt: skip
    learnt.train_from_iterator([load("crossroads").articles["crossroads"].text], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=learnt, bos_token="<s>", eos_token="</s>")
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=4096, bos_token_id=0, eos_token_id=1, initializer_range=0.2,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def address(folder):
    """Start the server and return its base_url; it ends with the tests."""
    assert SERVE, "the command transformers is missing: install the test extra"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [SERVE, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    log = folder.parent / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, "HF_HUB_OFFLINE": "1"}, start_new_session=True
        )
    deadline = time.monotonic() + START
    try:
        while True:
            is_coming = server.poll() is None and time.monotonic() < deadline
            assert is_coming, log.read_text(errors="replace")[-2000:]
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def raws(out):
    (log,) = out.glob("*/predictions.jsonl")
    lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return {line["item_id"]: line["raw"] for line in lines}


def test_the_whole_test_set_is_answered_and_as_the_same_model_answers_through_hf(folder, address, cli, tmp_path):
    """Two implementations of one greedy model: theirs behind HTTP, prompt by prompt; ours with the article shared."""
    served = ("--model-arg", f"base_url={address}", "--model-arg", "max_tokens=4", "--model-arg", "price_in=1.0",
              "--model-arg", "price_out=2.0")  # fmt: skip
    code, out, err = cli("run", f"openai:{folder}", *served, "-o", tmp_path / "openai", "--json")
    assert code == 0, err
    (result,) = json.loads(out)["reports"]
    items = len(load("crossroads").items)
    assert result["report"]["counts"]["failed"] == 0
    assert result["report"]["costs"]["input_tokens"] > 1000 * items
    (info,) = (json.loads(path.read_text()) for path in (tmp_path / "openai").glob("*/run.json"))
    assert info["cost"] == pytest.approx((info["input_tokens"] + 2 * info["output_tokens"]) / 1e6)
    code, _, err = cli("run", f"hf:{folder}", "--model-arg", "max_new_tokens=4", "-o", tmp_path / "hf")
    assert code == 0, err
    theirs, ours = raws(tmp_path / "openai"), raws(tmp_path / "hf")
    assert len(theirs) == items
    assert len(set(theirs.values())) > 10
    assert theirs == ours
