"""How near a tie each greedy answer comes, by plain transformers, each prompt alone.

Usage: greedy_gaps.py MODEL PROMPTS ID…; prints one JSON object: for each id the smallest difference between the two
highest logits over the new tokens. Where it is within what rounding makes, another order of the same sums may give
another token, and all that follow.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

NEW_TOKENS = 16


def main() -> None:
    """Generate each prompt alone and print the gaps."""
    folder, prompts, *wanted = sys.argv[1:]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    gaps = {}
    for line in Path(prompts).read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["id"] in wanted:
            tokens = tokenizer(row["prefix"] + row["suffix"], return_tensors="pt")
            said = model.generate(
                **tokens, max_new_tokens=NEW_TOKENS, do_sample=False, output_logits=True, return_dict_in_generate=True
            )
            highest = torch.stack(said.logits).topk(2).values
            gaps[row["id"]] = (highest[..., 0] - highest[..., 1]).min().item()
    print(json.dumps(gaps))


if __name__ == "__main__":
    main()
