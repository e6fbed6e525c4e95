"""`exact_match` for the evaluate library."""

from readmark.evaluate_modules import items


class ExactMatch(items.ItemModule):
    """Equality after normalisation."""

    metrics = ("exact_match",)
    about = "Whether an answer equals a reference after SQuAD's normalisation, or MLQA's in other languages."
