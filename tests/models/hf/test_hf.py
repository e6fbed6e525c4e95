"""`hf:FOLDER` from the command line's name to answers: kinds, settings, versions, limits, memory."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
import transformers
from architectures import APART, GROUPED, SHARED, SIZES, WORDS

from readmark.errors import ModelError
from readmark.models import ask, find_model
from readmark.models.hf.generate import TooLongError
from readmark.records import Reply

pytestmark = pytest.mark.usefixtures("one_thread")
TEMPLATE = "{% for m in messages %}w7 {{ m['content'] }} w8{% endfor %}{% if extra %} w9{% endif %}"
FEW = ("--model-arg", "max_new_tokens=2", "--model-arg", "context=4000")
T5 = {
    "vocab_size": WORDS, "d_model": 32, "d_ff": 48, "d_kv": 8, "num_layers": 2, "num_heads": 4,
    "decoder_start_token_id": 0, "eos_token_id": 2, "pad_token_id": 0, "initializer_factor": 3.0,
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, causal, tokenizer):
    """Return a function: a name, a model → `hf:` and the folder that it was saved in with the tokenizer."""

    def make(name="tiny", model=None):
        path = tmp_path / name
        (model or causal("Llama", GROUPED)).save_pretrained(path)
        tokenizer.save_pretrained(path)
        return f"hf:{path}"

    return make


@pytest.fixture(scope="module")
def t5():
    torch.manual_seed(0)
    return transformers.T5ForConditionalGeneration(transformers.T5Config(**T5)).eval()


def answers(spec, prompts, **settings):
    model = find_model(spec, settings)
    outcomes = {asked.prompt.item_id: asked.outcome for asked in ask(model, prompts)}
    return [outcomes[prompt.item_id] for prompt in prompts]


def test_a_causal_model_answers_with_token_counts(folder, texts):
    replies = answers(folder(), texts(1, 5), max_new_tokens=6)
    assert all(isinstance(reply, Reply) and reply.output_tokens <= 6 for reply in replies)
    assert [reply.input_tokens for reply in replies] == [60 + len(p.suffix.split()) for p in texts(1, 5)]


def test_every_setting_stands_in_the_parameters(folder):
    model = find_model(folder(), {"max_new_tokens": 6})
    assert model.name == "tiny"
    assert model.parameters == {
        "device": "cuda" if torch.cuda.is_available() else "cpu", "dtype": "float32", "max_new_tokens": 6,
        "temperature": 0, "stop": "\n", "template": None, "context": 512,
    }  # fmt: skip


def test_what_memory_allows_is_no_part_of_the_key(folder):
    spec = folder()
    assert find_model(spec, {"batch_size": 2}).identity == find_model(spec).identity


def test_the_checkpoint_s_own_sampling_settings_are_set_aside(folder, texts):
    """A folder that asks for beams, sampling and penalties answers greedily all the same."""
    spec = folder()
    plain = answers(spec, texts(1, 5), max_new_tokens=6)
    path = Path(spec.removeprefix("hf:"), "generation_config.json")
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {"do_sample": True, "temperature": 3.0, "repetition_penalty": 9.0, "min_new_tokens": 6, "num_beams": 2}
    path.write_text(json.dumps(config), encoding="utf-8")
    assert answers(spec, texts(1, 5), max_new_tokens=6) == plain


def test_a_folder_s_revision_is_a_hash_of_its_files(folder, tmp_path):
    spec = folder()
    before = find_model(spec).revision
    (tmp_path / "tiny" / ".cache").mkdir()
    (tmp_path / "tiny" / ".cache" / "x").write_text("hidden")
    assert find_model(spec).revision == before
    shutil.copytree(tmp_path / "tiny", tmp_path / "elsewhere")
    assert find_model(f"hf:{tmp_path / 'elsewhere'}").revision == before
    with (tmp_path / "tiny" / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    assert find_model(spec).revision != before


def test_weights_are_not_loaded_before_they_are_asked(folder, tmp_path):
    spec = folder()
    (tmp_path / "tiny" / "model.safetensors").unlink()
    find_model(spec)


def test_a_sequence_to_sequence_model_equals_plain_generate(folder, t5, texts, tokenizer):
    prompts = texts(1, 5)
    replies = answers(folder("t5", t5), prompts, max_new_tokens=6)
    for prompt, reply in zip(prompts, replies, strict=True):
        ids = tokenizer(prompt.text, return_tensors="pt")["input_ids"]
        expected = t5.generate(ids, do_sample=False, max_new_tokens=6, eos_token_id=2, pad_token_id=0)
        assert reply.text == tokenizer.decode(expected[0], skip_special_tokens=True)
    assert len({reply.text for reply in replies}) > 1


def test_a_fallback_is_told_in_the_report(folder, causal, cli):
    spec = folder("bloom", causal("Bloom", APART["Bloom"]))
    code, out, _ = cli("run", spec, "--limit", "4", *FEW, "--json")
    assert code == 0
    (note,) = [note for note in json.loads(out)["reports"][0]["report"]["notes"] if note.startswith("bloom: ")]
    assert "plain batches" in note


def test_a_shared_article_needs_no_note_and_a_second_command_asks_nothing(folder, cli):
    spec = folder()
    given = ("run", spec, "--limit", "4", *FEW, "--json")
    first = json.loads(cli(*given)[1])["reports"][0]
    assert first["report"]["notes"] == ["conditional on this article"]
    code, out, err = cli(*given)
    assert (code, json.loads(out)["reports"][0]) == (0, first)
    assert "answered already" in err


def test_the_chat_template_is_used_where_there_is_one(folder, texts, tmp_path, tokenizer):
    spec = folder()
    prompts = texts(1, 3)
    plain = answers(spec, prompts, max_new_tokens=3)
    (tmp_path / "tiny" / "chat_template.jinja").write_text(TEMPLATE)
    model = find_model(spec)
    assert (model.parameters["template"], model.parameters["stop"]) == ({}, None)
    chat = answers(spec, prompts, max_new_tokens=3)
    assert [reply.input_tokens for reply in chat] == [reply.input_tokens + 2 for reply in plain]
    more = answers(spec, prompts, max_new_tokens=3, template={"extra": True})
    assert [reply.input_tokens for reply in more] == [reply.input_tokens + 3 for reply in plain]
    assert answers(spec, prompts, max_new_tokens=3, template=False) == plain


@pytest.mark.parametrize("name", ["Llama", "Bloom"])
def test_an_answer_ends_at_the_stop_text(name, folder, causal, texts):
    """Together and in plain batches; what follows the stop text is not even generated."""
    spec = folder(name, causal(name, GROUPED if name == "Llama" else APART[name]))
    prompts = texts(1, 3)
    whole = answers(spec, prompts, max_new_tokens=8, stop=None)
    words = whole[0].text.split()
    cut = answers(spec, prompts, max_new_tokens=8, stop=f" {words[2]}")
    assert cut[0].text == " ".join(words[: words.index(words[2], 1)])
    assert cut[0].output_tokens <= 3


def test_a_prompt_longer_than_the_context_fails_alone_with_the_numbers(folder, texts):
    prompts = [*texts(1, 2), *texts(2, 2, article=505), *texts(3, 1)]
    outcomes = answers(folder(), prompts[:4], max_new_tokens=8)
    assert [type(outcome) for outcome in outcomes] == [Reply, Reply, TooLongError, TooLongError]
    length = 505 + len(prompts[2].suffix.split())
    expected = f"the prompt has {length} tokens and the answer up to 8 more; the model's context is 512"
    assert str(outcomes[2]) == expected
    assert isinstance(answers(folder(), prompts[2:3], max_new_tokens=8, context=600)[0], Reply)


def test_drawn_answers_are_the_same_twice_and_others_with_another_seed(folder, texts):
    spec = folder()
    first, again, other = (
        [r.text for r in answers(spec, texts(1, 4), max_new_tokens=8, temperature=1.0, seed=s)] for s in (1, 1, 2)
    )
    assert first == again != other


def test_a_batch_that_runs_out_of_memory_is_halved_until_it_fits(folder, texts, causal):
    """The fault is thrown by the model itself; memory for a batch that large is not to be had in a test."""
    spec = folder("bloom", causal("Bloom", APART["Bloom"]))
    expected = answers(spec, texts(1, 6), max_new_tokens=3)
    model = find_model(spec, {"max_new_tokens": 3})
    writer = model.predict_many.__self__._writer
    sizes = []

    def too_large(_, __, given):
        rows = given["input_ids"].shape[0]
        sizes.append(rows)
        if rows > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    writer._model.register_forward_pre_hook(too_large, with_kwargs=True)
    assert list(model.predict_many(texts(1, 6))) == expected
    assert [size for size in sizes if size > 2] == [6, 3]


SETTINGS = [
    ({"max_new_tokens": 0}, "max_new_tokens is 0"),
    ({"max_new_tokens": "many"}, "max_new_tokens is 'many'"),
    ({"temperature": -1}, "temperature is -1"),
    ({"top_p": 0}, "top_p is 0"),
    ({"stop": ""}, "stop is ''"),
    ({"template": "none"}, "template is 'none'"),
    ({"context": -5}, "context is -5"),
    ({"batch_size": 0}, "batch_size is 0"),
    ({"device": "toaster"}, "device is 'toaster'"),
    ({"dtype": "int8"}, "dtype is 'int8'"),
    ({"dtype": "float31"}, "dtype is 'float31'"),
    ({"revision": "main"}, "is a folder"),
    ({"beams": 4}, "takes no argument 'beams'"),
    ({"window": 4}, "takes no argument 'window'"),
]


@pytest.mark.parametrize(("settings", "said"), SETTINGS, ids=[str(one) for one, _ in SETTINGS])
def test_a_wrong_setting_is_refused_with_what_was_expected(settings, said, folder):
    with pytest.raises(ModelError, match="expected") as error:
        find_model(folder(), settings)
    assert said in str(error.value).replace('"', "'")


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"no config\.json"):
        find_model(f"hf:{tmp_path}")
    with pytest.raises(ModelError, match="no such folder"):
        find_model("hf:./nowhere/at/all")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match="cannot be read"):
        find_model(f"hf:{tmp_path}")


def test_a_model_that_does_neither_is_refused(folder):
    model = transformers.BertForSequenceClassification(
        transformers.BertConfig(vocab_size=WORDS, hidden_size=32, num_hidden_layers=1, num_attention_heads=2)
    )
    with pytest.raises(ModelError, match="BertForSequenceClassification"):
        find_model(folder("bert", model))


def test_weights_that_cannot_be_loaded_end_the_run_with_what_to_do(folder, tmp_path, cli):
    spec = folder()
    (tmp_path / "tiny" / "model.safetensors").write_bytes(b"nonsense")
    code, _, err = cli("run", spec, "--limit", "4")
    assert code == 2
    assert "cannot be loaded" in err


def test_a_name_on_the_hub_that_cannot_be_reached_is_told(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="configuration cannot be read"):
        find_model("hf:nobody/nothing")


def test_sizes_are_of_use():
    """The architectures' table is shared with test_shared: it covers the six that are promised."""
    assert {"Llama", "Qwen3", "Mistral", "Gemma3", "GPT2", "SmolLM3"} <= set(SHARED)
    assert SIZES["vocab_size"] == WORDS
