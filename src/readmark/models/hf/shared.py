"""One read of the article for all its questions: a causal model's attention over a shared prefix.

The article's keys and values are computed once and never copied. The questions' tokens are packed into one row
without padding; in every layer all attend to the article in one product, and to their own question's earlier tokens
apart. The two parts are merged by their log-sum-exp, which gives the same sum in another order.

Source: Hydragen, Juravsky et al. 2024, arXiv 2402.05099. The attention function comes in through transformers'
`AttentionInterface`; whether a model can be read in this way is tried out on it (`why_not`), not taken from a list.
"""

from __future__ import annotations

import itertools
import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import AttentionInterface, DynamicCache

from readmark.models.hf.onednn import has_onednn, linear

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "readmark_shared"
CACHED, HELD = 2**19, 2**27  # scores at once: what a CPU's cache holds, and what a GPU's memory does
HAS_ONEDNN = has_onednn()
KNOWN_LAYERS = {"full_attention", "sliding_attention"}
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-8}  # of the largest logit; 0.05 for shorter types


@dataclass(frozen=True)
class Article:
    """What a model has read: ids; each layer's keys, (key heads, tokens, width), and values, the last two swapped."""

    ids: list[int]
    layers: list[tuple[Tensor, Tensor]]

    def cut(self, length: int) -> Article:
        """Return its beginning as views; in a causal model it does not depend on what follows."""
        return Article(self.ids[:length], [(keys[:, :length], values[:, :, :length]) for keys, values in self.layers])


@dataclass
class Questions:
    """Questions under way: their keys and values so far, and where the tokens of this pass belong.

    Attributes:
        article: What they share.
        room: Most tokens of one question with its answer.
        lengths: Tokens of each question so far, those of this pass included.
        own: Per layer, keys and values, (questions, key heads, room, width).
        windows: The sliding windows that layers told.
        active: The questions that have tokens in this pass, (active,); None where all have.
        row: Question of each token of this pass, (tokens,). `place`: its index among the active.
        line: Index of each token among its question's of this pass. `column`: among all of its question's.
        distance: How far back each key lies from each query, (active questions, longest line, longest so far).
    """

    article: Article
    room: int
    lengths: list[int]
    own: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)
    windows: set[int | None] = field(default_factory=set)
    active: Tensor | None = None
    row: Tensor = field(init=False)
    place: Tensor = field(init=False)
    line: Tensor = field(init=False)
    column: Tensor = field(init=False)
    distance: Tensor = field(init=False)

    def place_tokens(self, active: Sequence[int], counts: Sequence[int], device: torch.device) -> None:
        """Say that each active question gets so many tokens in this pass."""
        begin = torch.tensor([self.lengths[row] for row in active], device=device)
        for row, count in zip(active, counts, strict=True):
            self.lengths[row] += count
        places = [i for i, count in enumerate(counts) for _ in range(count)]
        lines = [i for count in counts for i in range(count)]
        self.place, self.line = torch.tensor([places, lines], device=device)
        self.row = torch.tensor(active, device=device)[self.place]
        self.active = None if len(active) == len(self.lengths) else torch.tensor(active, device=device)
        self.column = begin[self.place] + self.line
        columns = begin[:, None] + torch.arange(max(counts), device=device)
        self.distance = columns[:, :, None] - torch.arange(max(self.lengths[row] for row in active), device=device)

    def remember(self, layer: int, key: Tensor, value: Tensor) -> list[Tensor]:
        """Store the pass's keys and values, (1, key heads, tokens, width); return those of the active questions."""
        if layer not in self.own:
            shape = (len(self.lengths), key.shape[1], self.room)
            self.own[layer] = (key.new_zeros((*shape, key.shape[3])), value.new_zeros((*shape, value.shape[3])))
        for store, part in zip(self.own[layer], (key, value), strict=True):
            store[self.row, :, self.column] = part[0].transpose(0, 1)
        length = self.distance.shape[-1]
        return [p[:, :, :length] if self.active is None else p[self.active, :, :length] for p in self.own[layer]]


_UNDER_WAY: ContextVar[Questions] = ContextVar("questions under way")


def _attend(  # noqa: PLR0913 - transformers' signature
    module: Any,  # noqa: ANN401 - a layer of any model
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *_masks: object,  # transformers makes none for this name
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    s_aux: Tensor | None = None,
    **_: object,
) -> tuple[Tensor, None]:
    """Return what packed tokens read from the article and from their own question, (1, tokens, heads, width).

    Args:
        module: The layer.
        query: (1, heads, tokens, width).
        key: (1, key heads, tokens, width); heads are a multiple of key heads.
        value: The same, in its own width.
        scaling: What scores are multiplied by; 1 / √width where None.
        sliding_window: Each token sees so many, itself included; None sees all.
        softcap: A score s becomes softcap · tanh(s / softcap).
        s_aux: A score a head that takes its share and gives nothing (an attention sink).
    """
    now = _UNDER_WAY.get()
    now.windows.add(sliding_window)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    grouped = query.reshape(key.shape[1], -1, *query.shape[2:]) * scale
    keys, values = now.article.layers[module.layer_idx] if now.article.layers else (key[0, :, :0], value[0, :, :0].mT)
    first = None if sliding_window is None else now.column + (keys.shape[1] - sliding_window + 1)
    far, far_weight = read_article(grouped, keys, values, first, softcap)
    near, near_weight = _read_own(grouped, now.remember(module.layer_idx, key, value), now, sliding_window, softcap)
    if s_aux is not None:
        sink = s_aux.float().view(key.shape[1], -1, 1)
        near = near * torch.sigmoid(near_weight - sink).unsqueeze(-1)
        near_weight = torch.logaddexp(near_weight, sink)
    share = torch.sigmoid(far_weight - near_weight).unsqueeze(-1)
    merged = torch.lerp(near, far, share).to(query.dtype)  # (key heads, group, tokens, width)
    return merged.flatten(0, 1).transpose(0, 1).unsqueeze(0).contiguous(), None


AttentionInterface.register(NAME, _attend)


def read_article(
    query: Tensor, keys: Tensor, values: Tensor, first: Tensor | None, softcap: float | None
) -> tuple[Tensor, Tensor]:
    """Return what each query reads from the article, and the log-sum-exp of its scores.

    Args:
        query: (key heads, group, tokens, width), scaled.
        keys: (key heads, article, width).
        values: (key heads, width of values, article).
        first: The first place that each token sees, (tokens,); None where all see all.
        softcap: See `_attend`.

    Returns:
        (key heads, group, tokens, width) and (key heads, group, tokens); what sees nothing has weight −inf, reads 0.
    """
    rows = query.flatten(1, 2)
    seen_from = None if first is None else first.repeat(query.shape[1])
    places = torch.arange(keys.shape[1], device=rows.device)
    read = rows.new_zeros((*rows.shape[:2], values.shape[1]), dtype=torch.float32)
    weight = torch.full(rows.shape[:2], -torch.inf, device=rows.device)
    heads, block = (1, CACHED) if rows.is_cpu else (len(keys), HELD // len(keys))
    step = max(16, block // max(1, len(places)))
    starts = itertools.product(range(0, len(keys), heads), range(0, rows.shape[1], step)) if len(places) else ()
    for some, part in ((slice(head, head + heads), slice(row, row + step)) for head, row in starts):
        scores = _products(rows[some, part], keys[some], softcap)
        if seen_from is not None:
            scores.masked_fill_(places < seen_from[part, None], -torch.inf)
        shares, weight[some, part] = _shares(scores)
        read[some, part] = _products(shares.to(values.dtype), values[some])
    if seen_from is not None:
        read.nan_to_num_(0.0), weight.nan_to_num_(-torch.inf)
    return read.view(*query.shape[:3], -1), weight.view(query.shape[:3])


def _read_own(
    query: Tensor, own: Sequence[Tensor], now: Questions, window: int | None, softcap: float | None
) -> tuple[Tensor, Tensor]:
    """Return, as `read_article` does, what each token reads from its own question (`remember`) up to itself."""
    keys, values = own
    group, lines = query.shape[1], now.distance.shape[1]
    padded = query.new_zeros((len(keys), lines, *query.shape[:2], query.shape[3]))
    padded[now.place, now.line] = query.permute(2, 0, 1, 3)
    rows = padded.permute(0, 2, 3, 1, 4).flatten(2, 3)  # (questions, key heads, group · lines, width)
    scores = _products(rows.flatten(0, 1), keys.flatten(0, 1), softcap).view(*keys.shape[:2], group, lines, -1)
    hidden = now.distance < 0 if window is None else (now.distance < 0) | (now.distance >= window)
    shares, weight = _shares(scores.masked_fill_(hidden[:, None, None], -torch.inf))
    read = _products(shares.to(values.dtype).flatten(2, 3).flatten(0, 1), values.flatten(0, 1).transpose(1, 2))
    read = read.view(*weight.shape, -1).permute(0, 3, 1, 2, 4)[now.place, now.line]
    return read.permute(1, 2, 0, 3), weight.permute(0, 3, 1, 2)[now.place, now.line].permute(1, 2, 0)


def _products(rows: Tensor, others: Tensor, softcap: float | None = None) -> Tensor:
    """Return the products of (n, rows, width) and (n, places, width), in float32 also for shorter types."""
    others = others if rows.dtype in TOLERANCE or rows.is_cuda else others.float()
    if len(rows) == 1 and HAS_ONEDNN and rows.is_cpu and rows.dtype == torch.float32:
        products = linear(others[0], None, rows)
    elif rows.is_cuda and rows.dtype not in TOLERANCE:
        products = torch.bmm(rows, others.transpose(1, 2), out_dtype=torch.float32)
    else:
        products = rows.to(others.dtype) @ others.transpose(1, 2)
    return products.div_(softcap).tanh_().mul_(softcap) if softcap else products


def _shares(scores: Tensor) -> tuple[Tensor, Tensor]:
    """Return the softmax of scores and their log-sum-exp; NaN for a row that sees nothing."""
    best, shares = scores.amax(-1), torch.softmax(scores, -1)
    return shares, best - shares.amax(-1).log_()


class SharedReader:
    """A causal model that reads a text once and goes on from it with many.

    Args:
        model: A causal model of transformers in evaluation mode.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any causal model
        self._model = model

    def why_not(self) -> str:
        """Return why the model cannot be read in this way; "" where its logits are those of plain reading."""
        config = self._model.config.get_text_config()
        kind, layers = config.model_type, set(getattr(config, "layer_types", None) or ())
        if layers - KNOWN_LAYERS:
            return f"{kind} has layers of type {', '.join(sorted(layers - KNOWN_LAYERS))}"
        if found := re.search(r'"rope_type": "(dynamic|longrope)"', config.to_json_string(use_diff=False)):
            return f"{kind} has {found[1]} rotary positions, which depend on the whole length"
        try:
            apart, largest, windows = self._try_out(config.vocab_size)
        except Exception as error:  # noqa: BLE001 - whatever another architecture makes of it is the reason
            return f"{kind} cannot be read in parts: {type(error).__name__}: {error}"
        if "sliding_attention" in layers and windows == {None}:
            return f"{kind} does not tell its sliding window"
        if apart <= TOLERANCE.get(self._model.dtype, 0.05) * largest:
            return ""
        return f"{kind} gives other logits when read in parts: {apart:.2g} apart, the largest being {largest:.2g}"

    @torch.inference_mode()
    def _try_out(self, vocabulary: int) -> tuple[float, float, set[int | None]]:
        """Read random text in parts and whole: how far logits are apart at most, the largest, the windows seen."""
        chance = torch.Generator().manual_seed(0)
        beginning, *endings = (torch.randint(vocabulary, (n,), generator=chance).tolist() for n in (19, 3, 7, 4))
        now = Questions(self.read(beginning), max(map(len, endings)) + 1, [0] * len(endings))
        early = self.logits(now, range(len(endings)), endings)
        added = early.argmax(-1)[:, None].tolist()
        late = self.logits(now, range(len(endings)), added)
        apart = largest = 0.0
        for ending, token, *found in zip(endings, added, early, late, strict=True):
            whole = torch.tensor([[*beginning, *ending, *token]], device=self._model.device)
            plain = self._model(input_ids=whole, use_cache=False).logits[0, -2:].float()
            apart = max(apart, float((plain - torch.stack(found)).abs().max()))
            largest = max(largest, float(plain.abs().max()))
        return apart, largest, now.windows

    @torch.inference_mode()
    def read(self, ids: list[int]) -> Article:
        """Read a text by the model's own attention and keep its keys and values."""
        cache: Any = DynamicCache()
        if ids:
            row = torch.tensor([ids], device=self._model.device)
            self._model(input_ids=row, past_key_values=cache, use_cache=True, logits_to_keep=1)
        return Article(ids, [(part.keys[0], part.values[0].transpose(1, 2).contiguous()) for part in cache.layers])

    @torch.inference_mode()
    def logits(self, now: Questions, active: Sequence[int], tokens: Sequence[Sequence[int]]) -> Tensor:
        """Feed questions their next tokens.

        Args:
            now: The questions; it remembers the tokens.
            active: Indexes of those that go on, ascending.
            tokens: One or more token ids for each of them.

        Returns:
            (active, vocabulary): the logits behind the last token of each, float32.
        """
        counts, device = [len(one) for one in tokens], self._model.device
        now.place_tokens(active, counts, device)
        plain = self._model.config._attn_implementation  # transformers has no other name for it
        reading = _UNDER_WAY.set(now)
        self._model.set_attn_implementation(NAME)
        try:
            found = self._model(
                input_ids=torch.tensor([list(itertools.chain.from_iterable(tokens))], device=device),
                position_ids=(now.column + len(now.article.ids))[None],
                use_cache=False,
                logits_to_keep=torch.tensor(list(itertools.accumulate(counts)), device=device) - 1,
            )
        finally:
            self._model.set_attn_implementation(plain)
            _UNDER_WAY.reset(reading)
        return found.logits[0].float()  # type: ignore[no-any-return]
