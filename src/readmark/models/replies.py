"""What a model said, made sure to be a reply that our files can hold."""

from __future__ import annotations

import operator
from collections.abc import Callable

from readmark.errors import ModelError, quoted
from readmark.records import Reply

LONGEST_TEXT = 2_000_000  # characters; escaped, they fit a line that can be read back
MOST_TOKENS = 2**63  # what a log's reader can hold


def checked(value: object) -> Reply:
    """Return what a model answered as a reply of plain text and plain numbers, whatever subclasses it used.

    Raises:
        TypeError: It is neither text nor a Reply, or a token count is no whole number.
        ValueError: Our files cannot hold the text (half of a surrogate pair, NUL, too long), or a token count is out
            of range.
    """
    if isinstance(value, BaseException):
        raise value
    reply = value if isinstance(value, Reply) else Reply(text=value) if isinstance(value, str) else None
    if reply is None:
        raise TypeError(f"predict returned {type(value).__name__}, expected str or Reply")
    if not isinstance(reply.text, str):
        raise TypeError(f"predict returned a Reply whose text is {type(reply.text).__name__}, expected str")
    if "\0" in reply.text:
        raise ValueError("the answer contains a NUL character")
    if len(reply.text) > LONGEST_TEXT:
        raise ValueError(f"the answer has {len(reply.text):,} characters, more than {LONGEST_TEXT:,}")
    return Reply(
        text=reply.text.encode().decode(),
        input_tokens=_count("input_tokens", reply.input_tokens),
        output_tokens=_count("output_tokens", reply.output_tokens),
    )


def _count(name: str, value: object) -> int | None:
    """Return a token count as an int; numpy's integers are taken too."""
    if value is None:
        return None
    try:
        count = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} is {quoted(value)}, expected a whole number or None") from None
    if not 0 <= count < MOST_TOKENS:
        raise ValueError(f"{name} is {quoted(count)}, expected 0 or more")
    return count


def outcome(answer: Callable[..., object], *given: object) -> Reply | BaseException:
    """Return what was answered or raised; an interrupt passes, and a model that cannot work at all (ModelError)."""
    try:
        return checked(answer(*given))
    except (KeyboardInterrupt, ModelError):
        raise
    except BaseException as error:  # noqa: BLE001 - recorded as this item's failure; sys.exit and cancellation too
        return error
