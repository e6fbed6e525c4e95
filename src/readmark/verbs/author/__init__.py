"""Authoring a test set: for now, `lint`."""

from readmark.verbs.author.finding import Finding
from readmark.verbs.author.lint import PROFILES, lint

__all__ = ["PROFILES", "Finding", "lint"]
