"""`chrf` for the evaluate library."""

from readmark.evaluate_modules import items


class Chrf(items.SummaryModule):
    """chrF2."""

    metrics = ("chrf",)
    about = "chrF2 of sacrebleu with the best reference, as a fraction."
