"""`hf:ID-OR-FOLDER`: a model of transformers behind the door. Its weights are loaded when it is first asked."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from readmark.errors import ModelError, Problem, quoted
from readmark.models.door import LoadedModel, adapt
from readmark.models.hf.source import Source, find_source, first_line
from readmark.models.hf.startup import without_collecting
from readmark.records import Prompt, Reply

if TYPE_CHECKING:
    from readmark.models.hf.generate import Writer
    from readmark.models.hf.spans import SpanReader

LINE_END = "\n"  # behind it a model without a chat template goes on with something else
WINDOW = 384  # tokens, as in BERT's run_squad
UNLIMITED = 10**9  # a tokenizer without a limit tells a larger number


def hf_model(spec: str, arguments: Mapping[str, Any] | None) -> LoadedModel:
    """Return the model that `hf:…` stands for.

    Args:
        spec: `hf:` and a folder or a name on the hub.
        arguments: Settings; `revision` and `trust_remote_code` concern where it comes from, the rest what it does.
    """
    settings = dict(arguments or {})
    revision, trusted = settings.pop("revision", None), settings.pop("trust_remote_code", False)
    with without_collecting():
        source = find_source(spec, revision, trusted=bool(trusted))
        return adapt(HfReader if source.kind == "extractive" else HfWriter, spec, {**settings, "source": source})


class _HfModel:
    """What both kinds share: a name, a version, a device and a type of numbers; weights that come late."""

    def __init__(self, source: Source, device: str | None, dtype: str | None, batch_size: int) -> None:
        import torch  # noqa: PLC0415 - 1 s

        _check(source, "batch_size", batch_size, "a whole number from 1", is_sound=_is_count(batch_size))
        try:
            self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        except (RuntimeError, TypeError):
            _check(source, "device", device, "such as cpu, cuda or cuda:1", is_sound=False)
        on_cpu = self._device.type == "cpu"
        own = getattr(source.config, "dtype", None) or torch.float32
        self._dtype = getattr(torch, str(dtype), None) if dtype else torch.float32 if on_cpu else own
        is_type = isinstance(self._dtype, torch.dtype) and self._dtype.is_floating_point
        _check(source, "dtype", dtype, "float32, bfloat16 or float16", is_sound=is_type)
        self._source, self._batch_size = source, batch_size
        self.name, self.revision = source.name, source.revision
        self.parameters: dict[str, Any] = {
            "device": self._device.type,
            "dtype": str(self._dtype).removeprefix("torch."),
            **({"trust_remote_code": True} if source.trusted else {}),
        }
        self._tokenizer = source.load("AutoTokenizer")

    def _load(self, auto: str) -> Any:  # noqa: ANN401 - a model of any class
        from readmark.models.hf.onednn import use_onednn  # noqa: PLC0415 - torch

        made = self._source.load(auto, dtype=self._dtype)
        try:
            made = made.to(self._device).eval()
        except RuntimeError as error:  # no such device, or no room on it
            found = f"cannot be put on {self._device}: {first_line(error)}"
            expected = "a device with room for it"
            raise ModelError(Problem(self._source.spec, found, expected, "--model-arg device=cpu")) from error
        use_onednn(made)
        return made

    def _limit(self) -> int | None:
        """Return the most tokens the model reads at once, as far as its files tell."""
        limit = getattr(self._source.config.get_text_config(), "max_position_embeddings", None)
        return limit or (self._tokenizer.model_max_length if self._tokenizer.model_max_length < UNLIMITED else None)


class HfWriter(_HfModel):
    """A causal or sequence-to-sequence model.

    Args:
        source: Where it comes from.
        device: cpu, cuda …; a GPU where there is one.
        dtype: float32 on a CPU, else what the weights were saved in.
        batch_size: Prompts of a batch at most; halved when memory runs out.
        max_new_tokens: Most tokens of an answer.
        temperature: 0 takes the likeliest token.
        top_p: The share of probability that is drawn from above temperature 0.
        seed: Of what is drawn.
        stop: Text that ends an answer; "auto" is a line end without a chat template, and nothing with one.
        template: Values for the chat template; False goes without it.
        context: Most tokens of prompt and answer, where the model's files do not tell the right limit.
    """

    def __init__(  # noqa: PLR0913 - a setting each
        self, source: Source, *, device: str | None = None, dtype: str | None = None, batch_size: int = 64,
        max_new_tokens: int = 256, temperature: float = 0, top_p: float = 1, seed: int = 0,
        stop: str | None = "auto", template: dict[str, Any] | bool = True, context: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(source, device, dtype, batch_size)
        check = functools.partial(_check, source)
        check("max_new_tokens", max_new_tokens, "a whole number from 1", is_sound=_is_count(max_new_tokens))
        check("temperature", temperature, "0 or more", is_sound=_is_number(temperature) and temperature >= 0)
        check("top_p", top_p, "above 0, at most 1", is_sound=_is_number(top_p) and 0 < top_p <= 1)
        check("seed", seed, "a whole number", is_sound=isinstance(seed, int))
        check("stop", stop, "text, or null", is_sound=stop is None or (isinstance(stop, str) and stop != ""))
        check("template", template, "a JSON object, or false", is_sound=isinstance(template, dict | bool))
        check("context", context, "a whole number from 1", is_sound=context is None or _is_count(context))
        has_chat = template is not False and bool(getattr(self._tokenizer, "chat_template", None))
        drawn = {"top_p": top_p, "seed": seed} if temperature else {}
        self._settings: dict[str, Any] = {
            "max_new_tokens": max_new_tokens,
            "temperature": temperature,
            **drawn,
            "stop": (None if has_chat else LINE_END) if stop == "auto" else stop,
            "template": (template if isinstance(template, dict) else {}) if has_chat else None,
            "context": context or self._limit(),
        }
        self.parameters |= self._settings

    @functools.cached_property
    def _writer(self) -> Writer:
        with without_collecting():
            from readmark.models.hf.generate import Settings, Writer  # noqa: PLC0415 - torch

            auto = "AutoModelForSeq2SeqLM" if self._source.kind == "seq2seq" else "AutoModelForCausalLM"
            return Writer(self._load(auto), self._tokenizer, Settings(**self._settings), self._batch_size)

    def predict_many(self, prompts: Sequence[Prompt]) -> Iterator[Reply | Exception]:
        """Yield an answer a prompt."""
        return self._writer.answer(prompts)

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in the report that articles were not read once for all their questions, and why."""
        why = self.__dict__["_writer"].why_not_shared if "_writer" in self.__dict__ else ""
        return (f"read in plain batches, for {why}",) if why else ()


class HfReader(_HfModel):
    """A model for extractive question answering: it answers with the best span of the article, or with none.

    Args:
        source: Where it comes from.
        device: cpu, cuda …; a GPU where there is one.
        dtype: float32 on a CPU, else what the weights were saved in.
        batch_size: Windows of a batch at most; halved when memory runs out.
        window: Tokens read at once, question included.
        overlap: Tokens of the article that two windows share.
        longest: Most tokens of an answer.
        threshold: How far the no-answer score must lie above the best span's for the reader to abstain.
    """

    tasks = frozenset({"qa"})

    def __init__(  # noqa: PLR0913 - a setting each
        self, source: Source, *, device: str | None = None, dtype: str | None = None, batch_size: int = 64,
        window: int | None = None, overlap: int = 128, longest: int = 30, threshold: float = 0,
    ) -> None:  # fmt: skip
        super().__init__(source, device, dtype, batch_size)
        limit = self._limit()
        check = functools.partial(_check, source)
        window = window or min(WINDOW, limit or WINDOW)
        fits = _is_count(window) and (limit is None or window <= limit)
        check("window", window, f"a whole number, at most the model's {limit}", is_sound=fits)
        check("overlap", overlap, "0 or more, less than window", is_sound=overlap == 0 or _is_count(overlap))
        check("longest", longest, "a whole number from 1", is_sound=_is_count(longest))
        check("threshold", threshold, "a number", is_sound=_is_number(threshold))
        self._settings: dict[str, Any] = {
            "window": window, "overlap": overlap, "longest": longest, "threshold": threshold
        }  # fmt: skip
        self.parameters |= self._settings

    @functools.cached_property
    def _reader(self) -> SpanReader:
        with without_collecting():
            from readmark.models.hf.spans import SpanReader  # noqa: PLC0415 - torch

            model = self._load("AutoModelForQuestionAnswering")
            return SpanReader(model, self._tokenizer, batch_size=self._batch_size, **self._settings)

    def predict_many(self, prompts: Sequence[Prompt]) -> Iterator[Reply | Exception]:
        """Yield an answer a prompt."""
        return self._reader.answer(prompts)


def _check(source: Source, key: str, value: object, expected: str, *, is_sound: bool) -> None:
    if not is_sound:
        raise ModelError(Problem(source.spec, f"{key} is {quoted(value)}", expected, f"--model-arg {key}=…"))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
