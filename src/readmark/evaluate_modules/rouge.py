"""`rouge` for the evaluate library."""

from readmark.evaluate_modules import items


class Rouge(items.SummaryModule):
    """ROUGE-1, -2, -L and -Lsum."""

    metrics = ("rouge1", "rouge2", "rougeL", "rougeLsum")
    about = "ROUGE F-measures with the best reference, in any script."
