"""`answer_match` for the evaluate library."""

from readmark.evaluate_modules import items


class AnswerMatch(items.ItemModule):
    """Whether an answer says what a reference says."""

    metrics = ("answer_match",)
    about = "Whether an answer says what a reference says: 0 or 1, without a judge."
