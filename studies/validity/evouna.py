"""Answers of five systems with people's verdicts: EVOUNA's part on Natural Questions.

From Wang et al. 2023, arXiv 2305.12421. The file holds questions, references joined by "/", each system's answer and a
person's verdict on it. Left out are questions marked improper and answers without a verdict.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from readmark.errors import Problem

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT.parent / "shared" / "data" / "evouna" / "NQ.json"
SYSTEMS = {"fid": "FiD", "gpt35": "GPT-3.5", "chatgpt": "ChatGPT", "gpt4": "GPT-4", "newbing": "Bing"}


class Judged(NamedTuple):
    """A system's answer that a person judged.

    Attributes:
        number: Of the question, from 0; the answers to one question share it.
        system: A key of `SYSTEMS`.
        question: As it was asked.
        references: Alternatives.
        text: What the system answered.
        is_right: The person's verdict.
    """

    number: int
    system: str
    question: str
    references: tuple[str, ...]
    text: str
    is_right: bool


def read_judged(path: Path) -> list[Judged]:
    """Return every answer that a person judged.

    Raises:
        SystemExit: The file is not there.
    """
    if not path.is_file():
        raise SystemExit(
            str(
                Problem(
                    str(path),
                    "there is no such file",
                    "EVOUNA's NQ.json; it is other people's and not part of the project",
                    "get it from github.com/wangcunxiang/QA-Eval and name it on the command line",
                )
            )
        )
    return [
        Judged(number, system, row["question"], split(row["golden_answer"]), row[f"answer_{system}"] or "", verdict)
        for number, row in enumerate(json.loads(path.read_text(encoding="utf-8")))
        for system in SYSTEMS
        if not row["improper"] and (verdict := row[f"judge_{system}"]) is not None
    ]


def split(references: str) -> tuple[str, ...]:
    """Return references that are joined by "/"."""
    return tuple(one for one in references.split("/") if one.strip())
