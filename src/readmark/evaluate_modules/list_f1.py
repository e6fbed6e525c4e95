"""`list_f1` for the evaluate library."""

from readmark.evaluate_modules import items


class ListF1(items.ListModule):
    """F1 over the parts of a list."""

    metrics = ("list_f1",)
    about = "F1 over the parts of a list that an answer names."
