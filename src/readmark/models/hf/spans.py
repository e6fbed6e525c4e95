"""Extractive readers: the best span of the article over overlapping windows, or none.

The score of a span is its first token's start logit plus its last token's end logit. Candidates are all spans that lie
in the article's part of one window and are no longer than `longest`. The best one over all windows of a prompt is the
answer: raw logits are compared across windows. Of equal scores the earliest start wins, then the shorter span. The
score of no answer is the start plus end logit of the classification token (the first one, in BERT's family), the least
over the windows.

Source:
    Windows, scores and the rule of abstention are those of BERT's run_squad.py (Devlin et al. 2018, arXiv 1810.04805;
    google-research/bert, `write_predictions`) and of transformers' examples/pytorch/question-answering/utils_qa.py.
    They differ from this module in two shortcuts that it does not take: they look only at the 20 best starts and ends,
    and run_squad.py only at starts in the window that shows most around them. Its `doc_stride` is the step between
    windows; `overlap` here is what two windows share, as transformers' `stride`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from readmark.models.hf.batches import Batches
from readmark.models.hf.onednn import use_onednn
from readmark.records import Prompt, Reply

if TYPE_CHECKING:
    from numpy.typing import NDArray

POOL = 512  # prompts whose windows are sorted together; their tokens and offsets are held at once
WINDOW = 384  # tokens
CPU_ROWS = 4  # windows of a batch on a processor: more do not fit its caches and make it slower


class Window(NamedTuple):
    """A part of an article with the question, as the model reads it.

    Attributes:
        prompt: The prompt's place among those asked.
        inputs: Token ids and what else the tokenizer gives, by the name that the model takes it by; equal lengths.
        inside: Which tokens are the article's.
        offsets: For each token its first character in the text it is from, and the one behind its last.
    """

    prompt: int
    inputs: dict[str, list[int]]
    inside: list[bool]
    offsets: list[tuple[int, int]]

    @property
    def length(self) -> int:
        """Tokens."""
        return len(self.inside)


class Found(NamedTuple):
    """What a window answers: its best span's score and characters, and the score of no answer."""

    score: float
    start: int
    end: int
    none: float


class SpanReader:
    """Answers questions by a span of their article, with a model that scores tokens as starts and ends.

    Args:
        model: A loaded `AutoModelForQuestionAnswering` in eval mode. On a processor its linear layers are changed to
            compute the same faster (`use_onednn`).
        tokenizer: Its fast tokenizer. One that pads on the left gets the article before the question.
        window: Tokens of a window with the question and special tokens; None is 384 or the model's limit, if less.
        overlap: Tokens that two neighbouring windows share; at most half of what a window shows of the article.
        longest: Tokens of the longest answer.
        threshold: It abstains where the score of no answer is above the best span's by more than this.
        batch_size: Windows of a batch at most; a processor takes no more than its caches hold.

    Raises:
        ValueError: A setting is out of range, or the tokenizer gives no offsets.
    """

    def __init__(  # noqa: PLR0913 - a setting each
        self,
        model: Any,  # noqa: ANN401 - a class of a heavy library
        tokenizer: Any,  # noqa: ANN401 - the same
        *,
        window: int | None = None,
        overlap: int = 128,
        longest: int = 30,
        threshold: float = 0.0,
        batch_size: int = 64,
    ) -> None:
        limit = _limit(model, tokenizer)
        self.window = min(WINDOW, limit) if window is None else window
        self.overlap, self.longest, self.threshold = overlap, longest, threshold
        if not 1 <= self.window <= limit:
            raise ValueError(f"window is {window}, expected 1 to {limit}, the model's limit")
        if overlap < 0 or longest < 1 or math.isnan(threshold):
            raise ValueError(
                f"overlap is {overlap}, longest is {longest}, threshold is {threshold}; "
                "expected 0 or more, 1 or more, a number"
            )
        if not tokenizer.is_fast:
            raise ValueError(f"{type(tokenizer).__name__} tells no character offsets, expected a fast tokenizer")
        use_onednn(model)
        self._model, self._tokenizer = model, tokenizer
        self._is_question_first = tokenizer.padding_side == "right"
        taken = inspect.signature(model.forward).parameters
        self._inputs = [name for name in tokenizer.model_input_names if name in taken]
        self._batches = Batches(min(batch_size, CPU_ROWS) if model.device.type == "cpu" else batch_size)

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Reply | Exception]:
        """Yield the answer to each prompt, in order, as soon as it and all before it are known.

        A prompt without an article abstains unasked. `input_tokens` counts the tokens of all windows.

        Args:
            prompts: `article` and `question` of each are read.

        Returns:
            A reply, "" where it abstains; or the exception that is the prompt's failure: a question that leaves no
            room for the article, memory that ran out, scores that are no numbers.
        """
        for start in range(0, len(prompts), POOL):
            yield from self._answer(prompts[start : start + POOL])

    def _answer(self, prompts: Sequence[Prompt]) -> Iterator[Reply | Exception]:
        windows, faults = self._windows(prompts)
        windows.sort(key=lambda window: -window.length)  # the longest first: where memory lacks, it shows at once
        waiting, tokens = [0] * len(prompts), [0] * len(prompts)
        for window in windows:
            waiting[window.prompt] += 1
            tokens[window.prompt] += window.length
        found: list[list[Found | Exception]] = [[] for _ in prompts]
        results = self._batches.run(windows, self._search, self._row_bytes(windows))
        following = zip(windows, results, strict=True)
        for i, prompt in enumerate(prompts):
            while waiting[i]:
                window, result = next(following)
                found[window.prompt].append(result)
                waiting[window.prompt] -= 1
            fault = faults.get(i) or next((one for one in found[i] if isinstance(one, Exception)), None)
            spans = [one for one in found[i] if isinstance(one, Found)]
            yield self._reply(prompt, spans, tokens[i]) if fault is None else fault

    def _reply(self, prompt: Prompt, found: Sequence[Found], tokens: int) -> Reply | Exception:
        if not found:
            return Reply("", input_tokens=0)
        if not all(math.isfinite(one.score) and math.isfinite(one.none) for one in found):
            return ValueError("the model's scores are not finite numbers; a wider type (float32) may help")
        best = min(found, key=lambda one: (-one.score, one.start, one.end))
        abstains = min(one.none for one in found) > best.score + self.threshold
        return Reply("" if abstains else prompt.article[best.start : best.end], input_tokens=tokens)

    def _windows(self, prompts: Sequence[Prompt]) -> tuple[list[Window], dict[int, Exception]]:
        """Return the windows of all prompts that show some of the article, and the prompts that cannot be cut."""
        special = self._tokenizer.num_special_tokens_to_add(pair=True)
        asked = [i for i, prompt in enumerate(prompts) if prompt.article]
        faults: dict[int, Exception] = {}
        groups: dict[int, list[int]] = {}  # prompts by their windows' overlap, which is one but for long questions
        counts = self._question_lengths([prompts[i].question for i in asked])
        for i, count in zip(asked, counts, strict=True):
            room = self.window - special - count
            if room > 0:
                groups.setdefault(min(self.overlap, room // 2), []).append(i)
            else:
                faults[i] = ValueError(
                    f"the question's {count} tokens and {special} special ones leave no room "
                    f"for the article in a window of {self.window}"
                )
        return [one for overlap, group in groups.items() for one in self._cut(prompts, group, overlap)], faults

    def _question_lengths(self, questions: list[str]) -> list[int]:
        if not questions:
            return []
        rows = self._tokenizer(questions, add_special_tokens=False, verbose=False)["input_ids"]
        return [len(row) for row in rows]

    def _cut(self, prompts: Sequence[Prompt], group: Sequence[int], overlap: int) -> Iterator[Window]:
        """Yield the windows of some prompts, each with as much of the article as it holds."""
        questions, articles = [prompts[i].question for i in group], [prompts[i].article for i in group]
        encoded = self._tokenizer(
            *((questions, articles) if self._is_question_first else (articles, questions)),
            truncation="only_second" if self._is_question_first else "only_first",
            max_length=self.window,
            stride=overlap,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=False,
            verbose=False,
        )
        for row, place in enumerate(encoded["overflow_to_sample_mapping"]):
            inside = [part == self._is_question_first for part in encoded.sequence_ids(row)]  # None is a special token
            if any(inside):
                inputs = {name: encoded[name][row] for name in self._inputs}
                yield Window(group[place], inputs, inside, encoded["offset_mapping"][row])

    def _search(self, windows: Sequence[Window]) -> list[Found]:
        """Return what each window of a batch answers."""
        starts, ends = self._logits(windows)
        inside = np.zeros(starts.shape, bool)
        for row, window in enumerate(windows):
            inside[row, : window.length] = window.inside
        scores, first, last = best_spans(starts, ends, inside, self.longest)
        none = [self._none_token(window) for window in windows]
        rows = np.arange(len(windows))
        none_scores = starts[rows, none] + ends[rows, none]
        return [
            Found(
                float(scores[row]), window.offsets[first[row]][0], window.offsets[last[row]][1], float(none_scores[row])
            )
            for row, window in enumerate(windows)
        ]

    def _logits(self, windows: Sequence[Window]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the start and end logits of a batch, (windows, longest window) each; padding stands on the right."""
        import torch  # noqa: PLC0415 - heavy

        shape = (len(windows), max(window.length for window in windows))
        filling = {"input_ids": self._tokenizer.pad_token_id or 0, "token_type_ids": self._tokenizer.pad_token_type_id}
        inputs = {}
        for name in self._inputs:
            table = np.full(shape, filling.get(name, 0))
            for row, window in enumerate(windows):
                table[row, : window.length] = window.inputs[name]
            inputs[name] = torch.from_numpy(table).to(self._model.device)
        with torch.inference_mode():
            output = self._model(**inputs)
        return output.start_logits.float().cpu().numpy(), output.end_logits.float().cpu().numpy()

    def _none_token(self, window: Window) -> int:
        """Return the place of the classification token; the first one where the tokenizer has none."""
        ids, sought = window.inputs["input_ids"], self._tokenizer.cls_token_id
        return ids.index(sought) if sought in ids else 0

    def _row_bytes(self, windows: Sequence[Window]) -> int:
        """Return about how many bytes a forward pass needs for the longest window; 0 where it is not the machine's."""
        if self._model.device.type != "cpu" or not windows:
            return 0
        length, config = windows[0].length, self._model.config
        width, heads = getattr(config, "hidden_size", 1024), getattr(config, "num_attention_heads", 16)
        return int(4 * length * (16 * width + 3 * heads * length))  # a layer's states; its attention if written out


def best_spans(
    starts: NDArray[np.float32], ends: NDArray[np.float32], inside: NDArray[np.bool_], longest: int
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]]:
    """Return the score, first and last token of the best span of each window; of equal ones the first, then shortest.

    All spans are scored: those that begin at one token side by side, so that there are tokens × longest of them.

    Args:
        starts: Start logits, (windows, tokens).
        ends: End logits, the same.
        inside: Which tokens may begin or end a span, the same; at least one in each window.
        longest: Tokens of the longest span, at least 1.

    Returns:
        Three arrays of (windows,). The score is the sum in float32, NaN where a logit in the article is.
    """
    count, tokens = starts.shape
    longest = min(longest, tokens)
    starts, ends = np.where(inside, starts, -np.inf), np.where(inside, ends, -np.inf)
    beyond = np.full((count, longest - 1), -np.inf, np.float32)
    reach = np.lib.stride_tricks.sliding_window_view(np.concatenate([ends, beyond], axis=1), longest, axis=1)
    scores = (starts[:, :, None] + reach).reshape(count, -1)
    best = scores.argmax(axis=1)  # the first of equal ones
    first, length = np.divmod(best, longest)
    return scores[np.arange(count), best], first, first + length


def _limit(model: Any, tokenizer: Any) -> int:  # noqa: ANN401 - classes of a heavy library
    """Return the most tokens that a model can read at once, as far as it and its tokenizer tell."""
    places = getattr(model.config, "max_position_embeddings", None)
    if not isinstance(places, int) or places < 1:
        return int(tokenizer.model_max_length)
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            places -= module.padding_idx + 1  # RoBERTa's family counts places from behind the padding's
            break
    return int(min(tokenizer.model_max_length, places))
