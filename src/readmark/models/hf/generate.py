"""Models that write: causal ones, which read an article once for all its questions, and sequence-to-sequence ones."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from transformers import GenerationConfig, StoppingCriteria, StoppingCriteriaList

from readmark.models.hf.batches import Batches
from readmark.models.hf.shared import Article, Questions, SharedReader
from readmark.records import Prompt, Reply

SLACK = 16  # tokens of a common beginning that are read again rather than the whole article
TAIL = 16  # last tokens of a growing answer in which its end is looked for
CPU_ROWS = 8  # prompts of a plain batch on a CPU, which gains nothing from more


class TooLongError(ValueError):
    """A prompt with its answer is longer than the model's context."""


@dataclass(frozen=True)
class Settings:
    """What answers depend on besides the model.

    Attributes:
        max_new_tokens: Most tokens of an answer.
        temperature: 0 takes the likeliest token; above it tokens are drawn.
        stop: Text that ends an answer and is left out; None has none.
        template: Further values for the tokenizer's chat template; None goes without it.
        context: Most tokens of a prompt with its answer; of a prompt alone for sequence-to-sequence models.
        top_p: The share of probability that is drawn from.
        seed: Of what is drawn.
    """

    max_new_tokens: int
    temperature: float
    stop: str | None
    template: dict[str, Any] | None
    context: int | None
    top_p: float = 1.0
    seed: int = 0


class _Row(NamedTuple):
    """A prompt as token ids, and its place among those asked."""

    place: int
    ids: list[int]


class Writer:
    """A model that writes its answers.

    Args:
        model: A causal or sequence-to-sequence model of transformers in evaluation mode.
        tokenizer: Its tokenizer.
        settings: What answers depend on.
        most: Prompts of a batch at most; halved when memory runs out.

    Attributes:
        why_not_shared: Why an article cannot be read once for all its questions; "" where it can.
    """

    def __init__(self, model: Any, tokenizer: Any, settings: Settings, most: int) -> None:  # noqa: ANN401 - any model
        self._model, self._tokenizer, self._settings = model, tokenizer, settings
        self._config = _generation_config(model, tokenizer, settings)
        self._ends = frozenset(self._config.eos_token_id)
        self._is_causal = not model.config.is_encoder_decoder
        self._reader = SharedReader(model)
        self._article = Article([], [])
        self._together = Batches(most)
        self._apart = Batches(most if model.device.type != "cpu" else min(most, CPU_ROWS))
        if settings.temperature:
            self.why_not_shared = "its answers are drawn, which only transformers' own generate does"
        elif not self._is_causal:
            self.why_not_shared = "a sequence-to-sequence model reads article and question together"
        else:
            self.why_not_shared = self._reader.why_not()

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Reply | Exception]:
        """Yield one answer a prompt, in order, as soon as it and those before it are there."""
        rows = [_Row(place, ids) for place, ids in enumerate(self._render(prompts))]
        done: dict[int, Reply | Exception] = {row.place: e for row in rows if (e := self._too_long(row))}
        answers = self._answers(prompts, [row for row in rows if row.place not in done])
        for index in range(len(prompts)):
            while index not in done:
                row, outcome = next(answers)
                done[row.place] = outcome if isinstance(outcome, Exception) else self._reply(row, outcome)
            yield done.pop(index)

    def _answers(self, prompts: Sequence[Prompt], rows: Sequence[_Row]) -> Iterator[tuple[_Row, list[int] | Exception]]:
        """Yield new token ids as they come: together where an article has several questions, else in plain batches."""
        alone: list[_Row] = []
        for _, group in itertools.groupby(rows, key=lambda row: prompts[row.place].prefix):
            members = list(group)
            if not self.why_not_shared and (len(members) > 1 or self._known(members[0].ids) > len(members[0].ids) // 2):
                yield from self._batches(self._together, self._write_together, members, self._unshared(members))
            else:
                alone += members
        alone.sort(key=lambda row: len(row.ids))
        longest = max((len(row.ids) for row in alone), default=0)
        yield from self._batches(self._apart, self._write_apart, alone, longest)

    def _batches(
        self, batches: Batches, work: Callable[[Sequence[_Row]], list[list[int]]], rows: list[_Row], longest: int
    ) -> Iterator[tuple[_Row, list[int] | Exception]]:
        """Yield what work makes of rows of up to `longest` tokens each, in batches that memory holds."""
        tokens = longest + self._settings.max_new_tokens
        on_cpu = self._model.device.type == "cpu"
        return zip(rows, batches.run(rows, work, tokens * self._token_bytes() if on_cpu else 0), strict=True)

    def _token_bytes(self) -> int:
        """Return, roughly, the bytes that a token takes while it is read: keys, values, and one layer's work."""
        config = self._model.config.get_text_config()
        return (2 * int(config.num_hidden_layers) + 32) * int(config.hidden_size) * int(self._model.dtype.itemsize)

    def _render(self, prompts: Sequence[Prompt]) -> list[list[int]]:
        if self._settings.template is None:
            return self._tokenizer([prompt.text for prompt in prompts])["input_ids"]  # type: ignore[no-any-return]
        texts = [
            self._tokenizer.apply_chat_template(
                prompt.messages, tokenize=False, add_generation_prompt=True, **self._settings.template
            )
            for prompt in prompts
        ]
        return self._tokenizer(texts, add_special_tokens=False)["input_ids"]  # type: ignore[no-any-return]

    def _too_long(self, row: _Row) -> TooLongError | None:
        context, answer = self._settings.context, self._settings.max_new_tokens if self._is_causal else 0
        if context is None or len(row.ids) + answer <= context:
            return None
        more = f" and the answer up to {answer:,} more" if answer else ""
        return TooLongError(f"the prompt has {len(row.ids):,} tokens{more}; the model's context is {context:,}")

    def _reply(self, row: _Row, new: list[int]) -> Reply:
        text = self._tokenizer.decode(new, skip_special_tokens=True)
        end = _end(text, self._settings.stop)
        return Reply(text=text if end is None else text[:end], input_tokens=len(row.ids), output_tokens=len(new))

    def _is_over(self, new: list[int]) -> bool:
        """Return whether an answer has come to its end: its length, an end token, or the stop text."""
        if len(new) >= self._settings.max_new_tokens or new[-1] in self._ends:
            return True
        stop = self._settings.stop
        if not stop or stop not in self._tokenizer.decode(new[-TAIL:]):
            return False
        return _end(self._tokenizer.decode(new, skip_special_tokens=True), stop) is not None

    def _without_end(self, new: list[int]) -> list[int]:
        """Return an answer up to its first end token; what follows it is padding."""
        return list(itertools.takewhile(lambda token: token not in self._ends, new))

    def _write_together(self, rows: Sequence[_Row]) -> list[list[int]]:
        """Answer questions that begin alike, their beginning read once."""
        article = self._read([row.ids for row in rows])
        tokens = [row.ids[len(article.ids) :] for row in rows]
        room = max(map(len, tokens)) + self._settings.max_new_tokens - 1
        now = Questions(article, room, [0] * len(rows))
        answers: list[list[int]] = [[] for _ in rows]
        active = list(range(len(rows)))
        while active:
            found = self._reader.logits(now, active, tokens).argmax(-1).tolist()
            for row, token in zip(active, found, strict=True):
                answers[row].append(token)
            active = [row for row in active if not self._is_over(answers[row])]
            tokens = [answers[row][-1:] for row in active]
        return [self._without_end(new) for new in answers]

    def _unshared(self, rows: Sequence[_Row]) -> int:
        """Return the most tokens of a prompt that are not shared with the others."""
        return max(len(row.ids) for row in rows) - _common(min(row.ids for row in rows), max(row.ids for row in rows))

    def _known(self, ids: list[int]) -> int:
        """Return how many tokens at its beginning a text shares with the article that was read last."""
        return _common(self._article.ids, ids)

    def _read(self, prompts: list[list[int]]) -> Article:
        """Return the prompts' common beginning as read; what was read for earlier prompts is not read again."""
        first = min(prompts)
        length = min(_common(first, max(prompts)), *(len(ids) - 1 for ids in prompts))
        known = min(self._known(first), length)
        if known < max(1, length - SLACK):
            self._article = Article([], [])  # or two articles are held while the next one is read
            self._article, known = self._reader.read(first[:length]), length
        return self._article.cut(known)

    @torch.inference_mode()
    def _write_apart(self, rows: Sequence[_Row]) -> list[list[int]]:
        """Answer prompts in a plain batch, padded on the side where no answer grows."""
        longest = max(len(row.ids) for row in rows)
        pad = self._config.pad_token_id
        side = slice(None, None, -1 if self._is_causal else 1)
        padded = [([*row.ids[side], *[pad] * (longest - len(row.ids))])[side] for row in rows]
        seen = [([*[1] * len(row.ids), *[0] * (longest - len(row.ids))])[side] for row in rows]
        if self._settings.temperature:
            torch.manual_seed(_seed(self._settings.seed, rows))
        begun = longest if self._is_causal else 1
        ids = self._model.generate(
            torch.tensor(padded, device=self._model.device),
            attention_mask=torch.tensor(seen, device=self._model.device),
            generation_config=self._config,
            stopping_criteria=StoppingCriteriaList([_Over(begun, self._is_over)]),
        )
        return [self._without_end(_stripped(new, pad)) for new in ids[:, begun:].tolist()]


class _Over(StoppingCriteria):
    """Ends each answer of a plain batch where `is_over` says so."""

    def __init__(self, begun: int, is_over: Callable[[list[int]], bool]) -> None:
        self._begun, self._is_over = begun, is_over

    def __call__(self, input_ids: torch.Tensor, scores: object, **_: object) -> torch.Tensor:  # noqa: ARG002
        """Return for each row whether it is over, (rows,)."""
        over = [self._is_over(new) for new in input_ids[:, self._begun :].tolist()]
        return torch.tensor(over, device=input_ids.device)


def _common(first: Sequence[int], second: Sequence[int]) -> int:
    """Return how many tokens two texts share from their beginning; the least and the greatest tell it for many."""
    return next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _stripped(new: list[int], pad: int) -> list[int]:
    """Return an answer without the padding behind it."""
    length = len(new)
    while length and new[length - 1] == pad:
        length -= 1
    return new[:length]


def _end(text: str, stop: str | None) -> int | None:
    """Return where the stop text ends an answer, white space before the answer apart; None where it does not."""
    found = text.find(stop, len(text) - len(text.lstrip())) if stop else -1
    return None if found < 0 else found


def _seed(seed: int, rows: Sequence[_Row]) -> int:
    """Return a seed that depends on what is asked, so that a run that was cut does not draw the same twice."""
    digest = hashlib.sha256(repr((seed, [row.ids for row in rows])).encode()).digest()
    return int.from_bytes(digest[:6], "big")


def _generation_config(model: Any, tokenizer: Any, settings: Settings) -> Any:  # noqa: ANN401 - transformers' types
    """Return how transformers is to generate: our settings alone, and the tokens that begin and end a text.

    What a checkpoint's own file says of sampling, penalties or beams is set aside, here and in the model.
    """
    own = model.generation_config
    ends = own.eos_token_id if own.eos_token_id is not None else tokenizer.eos_token_id
    ends = ends if isinstance(ends, list) else [] if ends is None else [ends]
    pads = (own.pad_token_id, tokenizer.pad_token_id, *ends, 0)
    drawn = {"temperature": settings.temperature, "top_p": settings.top_p, "top_k": 0} if settings.temperature else {}
    config = GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=settings.max_new_tokens,
        do_sample=bool(settings.temperature),
        bos_token_id=own.bos_token_id,
        eos_token_id=ends,
        pad_token_id=next(pad for pad in pads if pad is not None),
        decoder_start_token_id=own.decoder_start_token_id,
        forced_bos_token_id=own.forced_bos_token_id,
        forced_eos_token_id=own.forced_eos_token_id,
        **drawn,
    )
    model.generation_config = config
    return config
