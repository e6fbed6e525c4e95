"""Sizes of tiny models: what is read once for all questions (SHARED), and what cannot be (APART)."""

from __future__ import annotations

WORDS = 300
SPECIAL = {"<pad>": 0, "<s>": 1, "</s>": 2}
SIZES = {
    "vocab_size": WORDS, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4,
    "max_position_embeddings": 512, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}  # fmt: skip
GROUPED = {**SIZES, "num_key_value_heads": 2, "initializer_range": 0.3}  # large weights: logits lie apart
WINDOWED = {**GROUPED, "sliding_window": 24}
GPT2 = {
    "vocab_size": WORDS, "n_embd": 64, "n_layer": 3, "n_head": 4, "n_positions": 512, "initializer_range": 0.3,
    "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
GEMMA3_LAYERS = ["sliding_attention", "full_attention", "sliding_attention"]
SHARED = {
    "Llama": GROUPED,
    "Qwen2": GROUPED,
    "Qwen3": {**GROUPED, "head_dim": 16},
    "Mistral": WINDOWED,
    "Gemma": {**GROUPED, "head_dim": 16},
    "Gemma2": {**WINDOWED, "head_dim": 16, "query_pre_attn_scalar": 16},
    "Gemma3": {**WINDOWED, "head_dim": 16, "query_pre_attn_scalar": 16, "layer_types": GEMMA3_LAYERS},
    "GPT2": GPT2,
    "Phi3": GROUPED,
    "SmolLM3": GROUPED,
    "GptOss": {**WINDOWED, "head_dim": 16, "num_local_experts": 4, "num_experts_per_tok": 2},
    "GPTNeoX": {**SIZES, "initializer_range": 0.3},
}
APART = {
    "Bloom": {"vocab_size": WORDS, "hidden_size": 64, "n_layer": 2, "n_head": 4, "eos_token_id": 2, "pad_token_id": 0},
    "Mamba": {"vocab_size": WORDS, "hidden_size": 64, "num_hidden_layers": 2, "eos_token_id": 2, "pad_token_id": 0},
    "Llama": {**GROUPED, "rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}},
}
ODD = {"Gemma3": "Gemma3TextConfig", "GPT2": "GPT2Config"}
