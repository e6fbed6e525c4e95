"""Ids and paths as the datastore of Every Eval Ever has them."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import NamedTuple

from readmark.leaderboard import Entry
from readmark.models import baselines
from readmark.runs import slug
from readmark.verbs.export.naming import is_hub_name

UNSTATED = "unstated"  # the developer of a model whose name does not tell it
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)(\..*)?|data|unknown")  # what the datastore refuses


class Identity(NamedTuple):
    """A model as the datastore names it; its folder is `developer/model`."""

    developer: str
    model: str

    @property
    def id(self) -> str:
        """The two as one name."""
        return f"{self.developer}/{self.model}"


def identity_of(entry: Entry) -> Identity:
    """Return a model's developer and name, as far as its name tells: of OWNER/NAME both, of our baselines our own."""
    if is_hub_name(entry.model) and not entry.adapter.startswith("command:"):
        developer, _, model = entry.model.partition("/")
        if not _RESERVED.fullmatch(developer) and not _RESERVED.fullmatch(model):
            return Identity(developer, model)
    return Identity("readmark" if entry.adapter in baselines() else UNSTATED, component(entry.model))


def component(name: str) -> str:
    """Return a name as one part of the datastore's paths."""
    found = slug(name)
    return f"x-{found}" if _RESERVED.fullmatch(found) else found


def file_id(content: bytes) -> str:
    """Return a file's UUID. The datastore wants version 4; its bits are drawn from the content, not by chance."""
    return str(uuid.UUID(bytes=hashlib.sha256(content).digest()[:16], version=4))
