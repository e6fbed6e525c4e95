"""Where a model of transformers comes from: a folder or a name on the hub, what it does, and which version it is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from readmark.errors import ModelError, Problem, quoted

Kind = Literal["causal", "seq2seq", "extractive"]
ENDINGS: dict[str, Kind] = {"ForQuestionAnswering": "extractive", "ForCausalLM": "causal", "LMHeadModel": "causal"}
HUB_NAME = r"[\w-][\w.-]*(/[\w-][\w.-]*)?"
KINDS = "a model that writes (causal or sequence-to-sequence) or one for extractive question answering"


@dataclass(frozen=True)
class Source:
    """A model that was found but not loaded.

    Attributes:
        spec: How it was named.
        name: A folder's own name, or the name on the hub.
        place: What transformers loads it from.
        commit: The hub's commit; None for a folder.
        revision: The commit, or the SHA-256 over a folder's files.
        config: Its configuration.
        kind: What it does.
        trusted: Whether code that comes with it may run.
    """

    spec: str
    name: str
    place: str
    commit: str | None
    revision: str
    config: Any
    kind: Kind
    trusted: bool

    def load(self, auto: str, **settings: object) -> Any:  # noqa: ANN401 - a tokenizer or model of any class
        """Return what an Auto class of transformers, given by its name, makes of it.

        Raises:
            ModelError: It cannot be loaded.
        """
        import transformers  # noqa: PLC0415 - 0.8 s

        try:
            made = getattr(transformers, auto)
            return made.from_pretrained(self.place, revision=self.commit, trust_remote_code=self.trusted, **settings)
        except Exception as error:  # each file format and each model's code has exceptions of its own
            raise _unusable(self.spec, f"cannot be loaded: {first_line(error)}") from error


def find_source(spec: str, revision: str | None = None, *, trusted: bool = False) -> Source:
    """Return a model's source.

    Args:
        spec: `hf:` and a folder or a name on the hub.
        revision: A branch, tag or commit of the hub; None takes the newest.
        trusted: Whether code that comes with it may run.

    Raises:
        ModelError: transformers or torch is not installed, there is no such model, or it does something else.
    """
    place = spec.removeprefix("hf:")
    folder = Path(place)
    is_folder = folder.is_dir()
    if is_folder and revision:
        fix = "leave revision out; a folder's is a hash of its files"
        raise ModelError(Problem(spec, f"is a folder, which has no revision {quoted(revision)}", "a hub's model", fix))
    if is_folder and not (folder / "config.json").is_file():
        raise ModelError(Problem(spec, "has no config.json", "a folder that save_pretrained wrote", "check the path"))
    if not is_folder and not re.fullmatch(HUB_NAME, place):
        raise ModelError(Problem(spec, "there is no such folder", "a folder, or OWNER/NAME of the hub", "check it"))
    if not find_spec("torch"):
        raise ModelError(Problem(spec, "needs torch", "torch installed", "pip install 'readmark[torch]'"))
    from transformers import AutoConfig, logging  # noqa: PLC0415 - 0.8 s

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        config = AutoConfig.from_pretrained(place, revision=revision, trust_remote_code=trusted)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise _unusable(spec, f"its configuration cannot be read: {first_line(error)}") from error
    commit = None if is_folder else getattr(config, "_commit_hash", None)
    if not is_folder and not commit:
        raise _unusable(spec, "its commit is not known, so that its answers could be mixed up with another version's")
    return Source(
        spec=spec,
        name=folder.resolve().name if is_folder else place,
        place=str(folder) if is_folder else place,
        commit=commit,
        revision=hash_folder(folder) if is_folder else str(commit),
        config=config,
        kind=_kind(spec, config),
        trusted=trusted,
    )


def hash_folder(folder: Path) -> str:
    """Return the SHA-256 over the names and bytes of a folder's files, hidden ones and their folders left out."""
    digest = hashlib.sha256()
    files = (path for path in folder.rglob("*") if path.is_file())
    shown = {path.relative_to(folder).as_posix(): path for path in files}
    for name in sorted(name for name in shown if not any(part.startswith(".") for part in name.split("/"))):
        with shown[name].open("rb") as file:
            digest.update(name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _kind(spec: str, config: Any) -> Kind:  # noqa: ANN401 - any configuration
    """Return what a model does, by the class that its weights were saved from; else by what transformers has."""
    names = list(getattr(config, "architectures", None) or ())
    if getattr(config, "is_encoder_decoder", False) and not any("ForQuestionAnswering" in name for name in names):
        return "seq2seq"
    for name in names:
        for ending, kind in ENDINGS.items():
            if name.endswith(ending):
                return kind
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES  # noqa: PLC0415

    is_open = not names or any("ForConditionalGeneration" in name for name in names)  # reads pictures too, perhaps
    if is_open and config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return "causal"
    found = f"is {', '.join(names)}" if names else f"has no architectures in its config ({config.model_type})"
    raise ModelError(Problem(spec, found, KINDS, "choose another model"))


def _unusable(spec: str, found: str) -> ModelError:
    return ModelError(Problem(spec, found, "a folder, or a model of the hub that can be reached", "check the name"))


def first_line(error: BaseException) -> str:
    """Return the first line of what an exception says; its class where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]
