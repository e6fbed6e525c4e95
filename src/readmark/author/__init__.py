"""Authoring a test set: for now, `lint`."""

from readmark.author.lint import PROFILES, Finding, lint

__all__ = ["PROFILES", "Finding", "lint"]
