"""`token_f1` for the evaluate library."""

from readmark.evaluate_modules import items


class TokenF1(items.ItemModule):
    """Overlap of tokens."""

    metrics = ("token_f1",)
    about = "Token F1 of SQuAD; of MLQA in other languages."
