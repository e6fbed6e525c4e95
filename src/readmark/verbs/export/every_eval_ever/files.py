"""The folder: `data/<test set>/<developer>/<model>/<uuid>.json`, and `<uuid>_samples.jsonl` with the items."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

import msgspec

from readmark.errors import quoted
from readmark.leaderboard import Entry, Leaderboard
from readmark.runs import pretty
from readmark.verbs.export.every_eval_ever.identity import UNSTATED, Identity, component, file_id, identity_of
from readmark.verbs.export.every_eval_ever.items import VERSION, Keys, item_lines
from readmark.verbs.export.every_eval_ever.results import Json, result_of, told_by
from readmark.verbs.export.naming import Dataset, dataset_of, models_of, started
from readmark.verbs.export.source import Made, Source

NO_DATE = "0"  # 1970: a board holds no dates, the schema wants one, and a clock would make other bytes each time
_UNKNOWN = "unknown"


class _Setting(NamedTuple):
    """What all files of an export share."""

    board: Leaderboard
    dataset: Dataset
    when: datetime | None

    @property
    def epoch(self) -> str:
        """Seconds since 1970 as a text."""
        return NO_DATE if self.when is None else str(int(self.when.timestamp()))


def write_every_eval_ever(source: Source, with_references: bool) -> Made:
    """Return an aggregate for each model and, with references, the lines of its items."""
    setting = _Setting(source.leaderboard, dataset_of(source), started(source))
    collection = component(setting.board.benchmark.name)
    files: dict[str, bytes] = {}
    told = [*setting.dataset.notes, *_missing(setting)]
    nobodys = []
    for entry in models_of(source):
        model = identity_of(entry)
        nobodys += [quoted(entry.model)] if model.developer == UNSTATED else []
        aggregate = _aggregate(entry, model, collection, setting)
        path = f"data/{collection}/{model.developer}/{model.model}/{file_id(pretty(aggregate))}"
        if with_references:
            keys = Keys(aggregate["evaluation_id"], model.id, setting.board.benchmark.name)
            lines, left = item_lines(source.benchmark, source.part(entry), keys)
            if left:
                counts = ", ".join(f"{count} {name}" for name, count in left.items())
                told.append(f"{quoted(entry.model)}: items without a score have no line: {counts}")
            if lines:
                files[f"{path}_samples.jsonl"] = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
                companion = _companion(f"{path}_samples.jsonl", files[f"{path}_samples.jsonl"], len(lines), left)
                aggregate["detailed_evaluation_results"] = companion
        files[f"{path}.json"] = pretty(aggregate)
    if nobodys:
        told.append(f"no maker is known of {', '.join(nobodys)}: put the developer in place of '{UNSTATED}'")
    return Made(files, tuple(told))


def _missing(setting: _Setting) -> list[str]:
    """Tell what the schema asks for and no file of ours knows."""
    told = ["who publishes stands as unknown, and the relation to the models' makers as other: state both"]
    if setting.when is None:
        told.append("times stand as 0, for no date is known here: a run has one, export it to keep that")
    return told


def _aggregate(entry: Entry, model: Identity, collection: str, setting: _Setting) -> Json:
    board = setting.board
    data = _source_data(setting)
    told = [*told_by(entry)]
    unscored = [one.id for one in told if one.score.value is None]
    return {
        "schema_version": VERSION,
        "evaluation_id": f"{collection}/{model.id}/{setting.epoch}#{entry.id[-8:]}",  # one model, several parameters
        **({"evaluation_timestamp": setting.epoch} if setting.when else {}),
        "retrieved_timestamp": setting.epoch,
        "source_metadata": {
            "source_name": board.title or "Readmark", "source_type": "evaluation_run",
            "source_organization_name": _UNKNOWN, "evaluator_relationship": "other",
            "additional_details": {
                "evaluator_relationship": "not stated",
                **({} if setting.when else {"retrieved_timestamp": "not known; 0 stands for it"}),
                **({"without_a_score": ", ".join(unscored)} if unscored else {}),
            },
        },
        "eval_library": {
            "name": "readmark", "version": str(board.signature.get("readmark") or _UNKNOWN),
            "additional_details": {key: str(value) for key, value in board.signature.items() if key != "readmark"},
        },
        "model_info": _model_info(entry, model),
        "evaluation_results": [result_of(one, entry, board, data) for one in told if one.score.value is not None],
    }  # fmt: skip


def _model_info(entry: Entry, model: Identity) -> Json:
    here = entry.adapter.startswith("hf:")
    notes = {"notes": "; ".join(entry.notes)} if entry.notes else {}
    return {
        "name": entry.model, "id": model.id,
        **({"developer": model.developer} if model.developer != UNSTATED else {}),
        **({"inference_engine": {"name": "transformers"}} if here else {}),
        "additional_details": {
            "deployment_type": "self_deployed" if here else _UNKNOWN, "model_availability": _UNKNOWN,
            "revision": entry.revision, "adapter": entry.adapter, "readmark_entry": entry.id, **notes,
        },
    }  # fmt: skip


def _source_data(setting: _Setting) -> Json:
    stamp = setting.board.benchmark
    told = {"version": stamp.version, "sha256": stamp.sha256, "canary": setting.board.canary}
    on_hub = {"source_type": "hf_dataset", "hf_repo": setting.dataset.id}
    return {
        "dataset_name": stamp.name,
        **(on_hub if setting.dataset.is_on_hub else {"source_type": "other"}),
        "additional_details": {key: value for key, value in told.items() if value},
    }


def _companion(path: str, samples: bytes, rows: int, left: dict[str, str]) -> Json:
    return {
        "format": "jsonl", "file_path": path, "hash_algorithm": "sha256",
        "checksum": hashlib.sha256(samples).hexdigest(), "total_rows": rows,
        **({"additional_details": {f"left_out_{name}": count for name, count in left.items()}} if left else {}),
    }  # fmt: skip
