"""Judge answers by the exact_match of lm-evaluation-harness, with the settings of its task nq_open.

The task compares with each reference and takes the best. Its own run would have cut the answer at the first line end.
"""

from __future__ import annotations

from judging import judge
from lm_eval.api.metrics import exact_match_fn

NQ_OPEN = {
    "ignore_case": True,
    "ignore_punctuation": True,
    "regexes_to_ignore": ["\\b(?:The |the |An |A |The |a |an )"],  # as in the task's file
}
CASE_AND_PUNCTUATION = {"ignore_case": True, "ignore_punctuation": True}


def is_exact(text: str, references: list[str], settings: dict[str, object]) -> bool:
    """Return whether the answer equals a reference."""
    return any(exact_match_fn(predictions=[text], references=[one], **settings)["exact_match"] for one in references)


judge(
    "lm_eval",
    {
        "exact_match, case and punctuation ignored": lambda said, wanted: is_exact(said, wanted, CASE_AND_PUNCTUATION),
        "exact_match, as its task nq_open": lambda said, wanted: is_exact(said, wanted, NQ_OPEN),
    },
)
