"""Authoring a test set: for now, `lint`."""

from readmark.verbs.author.lint import PROFILES, Finding, lint

__all__ = ["PROFILES", "Finding", "lint"]
