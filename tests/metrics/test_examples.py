"""The examples in the docstrings of what scores text are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import readmark.metrics

MODULES = [
    "readmark.text",
    "readmark.extraction",
    *(found.name for found in pkgutil.iter_modules(readmark.metrics.__path__, "readmark.metrics.")),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
