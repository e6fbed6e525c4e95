"""Test sets: what they hold (`Benchmark`), where they lie, how a folder or a file becomes one (`load`)."""

from readmark.benchmark.bundled import BENCHMARKS, bundled
from readmark.benchmark.load import load
from readmark.benchmark.records import Benchmark, Edit, Manifest
from readmark.benchmark.twin import apply_edits, twin_evidence, twin_item, twin_text

__all__ = [
    "BENCHMARKS",
    "Benchmark",
    "Edit",
    "Manifest",
    "apply_edits",
    "bundled",
    "load",
    "twin_evidence",
    "twin_item",
    "twin_text",
]
