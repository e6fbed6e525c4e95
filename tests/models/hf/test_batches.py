"""Batches: the size that fits is found and kept, a row too large fails alone, nothing of a failed batch stays alive."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from readmark.models.hf.batches import Batches, _control_groups, _left, free_memory, is_out_of_memory

ABSURD = 2**50  # elements; no machine has them, so the allocator refuses at once


@pytest.fixture(autouse=True, scope="module")
def quick_collection():
    """Set aside what the libraries made, which each collection would walk through again."""
    gc.freeze()
    yield
    gc.unfreeze()


def fits(most, seen):
    """Return work that doubles its rows, with room for `most` of them; a batch above it really cannot be allocated."""

    def work(rows):
        seen.append(len(rows))
        if len(rows) > most:
            torch.empty(ABSURD)
        return [row * 2 for row in rows]

    return work


def allocates(weights):
    """Work that needs a row's weight in rows' worth of memory, out of 8."""

    def work(rows):
        if sum(weights[row] for row in rows) > 8:
            torch.empty(ABSURD)
        return list(rows)

    return work


def test_results_come_in_order_one_a_row():
    seen = []
    assert list(Batches(3).run(range(8), fits(3, seen))) == [0, 2, 4, 6, 8, 10, 12, 14]
    assert seen == [3, 3, 2]


def test_a_batch_that_does_not_fit_is_tried_again_in_halves_and_the_size_is_kept():
    seen, batches = [], Batches(16)
    assert list(batches.run(range(10), fits(3, seen))) == [row * 2 for row in range(10)]
    assert seen == [10, 5, 3, 3, 3, 1]
    assert list(batches.run(range(4), fits(3, seen))) == [0, 2, 4, 6]
    assert batches.size == 3
    assert seen[6:] == [3, 1]


def test_results_are_there_before_the_next_batch_is_worked_on():
    seen = []
    results = Batches(2).run(range(4), fits(2, seen))
    assert [next(results), next(results)] == [0, 2]
    assert seen == [2]


def test_a_row_that_runs_out_of_memory_alone_has_the_exception_as_its_result():
    results = list(Batches(4).run(range(4), allocates([1, 1, 99, 1])))
    assert [results[0], results[1], results[3]] == [0, 1, 3]
    assert isinstance(results[2], RuntimeError)
    assert "can't allocate memory" in str(results[2])


def test_one_row_too_large_does_not_make_all_later_batches_small():
    batches = Batches(4)
    list(batches.run(range(4), allocates([1, 99, 1, 1])))
    assert batches.size == 4


@given(st.lists(st.integers(1, 12), max_size=20), st.integers(1, 20))
def test_every_row_that_fits_alone_has_its_result(weights, size):
    results = list(Batches(size).run(range(len(weights)), allocates(weights)))
    assert [isinstance(one, RuntimeError) for one in results] == [weight > 8 for weight in weights]
    assert [one for one in results if isinstance(one, int)] == [i for i, weight in enumerate(weights) if weight <= 8]


def test_the_tensors_of_a_failed_batch_are_gone_before_the_next_try():
    held = []

    def work(rows):
        alive = [reference() is not None for reference in held]
        tensor = torch.zeros(len(rows), 1000)
        held.append(weakref.ref(tensor))
        if len(rows) > 1:
            deeper(tensor)
        return alive or [False]

    def deeper(tensor):
        try:
            torch.empty(ABSURD)
        except RuntimeError as error:
            kept = error  # a frame that holds its own exception is a circle
            raise MemoryError from kept

    assert list(Batches(4).run(range(1), work)) == [False]
    held.clear()
    results = Batches(4).run(range(4), lambda rows: [tuple(work(rows))] * len(rows))
    assert next(results) == (False, False)


def test_an_exception_that_is_a_result_holds_no_frame():
    (error,) = Batches(1).run([0], allocates([99]))
    assert error.__traceback__ is None


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: not enough memory: you tried"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"), False),
        (ValueError("out of memory"), False),
        (KeyboardInterrupt(), False),
    ],
)
def test_what_counts_as_out_of_memory(error, verdict):
    assert is_out_of_memory(error) is verdict


def test_everything_else_that_is_raised_passes():
    def work(rows):
        return torch.zeros(2, 3) @ torch.zeros(4, 5)

    batches = Batches(4)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        list(batches.run(range(4), work))
    assert batches.size == 4


def test_work_that_loses_a_row_is_refused():
    with pytest.raises(ValueError, match="1 results for 2 rows"):
        list(Batches(2).run(range(2), lambda rows: [0]))


def test_a_batch_starts_within_half_of_the_free_memory():
    seen, batches = [], Batches(32, free=lambda: 1000)
    assert len(list(batches.run(range(10), fits(99, seen), row_bytes=100))) == 10
    assert seen == [5, 5]
    assert batches.size == 32, "less free memory now says nothing about later"


def test_a_single_row_is_tried_however_little_memory_is_free():
    seen = []
    list(Batches(32, free=lambda: 10).run(range(2), fits(1, seen), row_bytes=100))
    assert seen == [1, 1]


def test_unknown_memory_sets_no_bound():
    seen = []
    list(Batches(32, free=lambda: None).run(range(10), fits(99, seen), row_bytes=2**60))
    assert seen == [10]


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="this system does not tell its free memory")
def test_free_memory_is_within_what_the_machine_has():
    total = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    assert 0 < free_memory() <= total


def made_group(folder, files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_a_control_group_leaves_its_limit_less_what_is_used_but_for_file_caches(tmp_path):
    files = {"memory.max": "1000\n", "memory.current": "700\n", "memory.stat": "anon 400\ninactive_file 200\n"}
    assert _left(made_group(tmp_path / "two", files)) == 500
    files = {
        "memory.limit_in_bytes": "1000\n",
        "memory.usage_in_bytes": "700\n",
        "memory.stat": "inactive_file 1\ntotal_inactive_file 200\n",
    }
    assert _left(made_group(tmp_path / "one", files)) == 500


def test_a_control_group_without_a_limit_sets_no_bound(tmp_path):
    assert _left(made_group(tmp_path / "group", {"memory.max": "max\n", "memory.current": "700\n"})) is None
    assert _left(tmp_path) is None


def test_a_control_groups_parents_bound_it_too(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("4:memory:/a/b\n3:cpu:/a\n0::/c\n")
    assert set(_control_groups(tmp_path, own)) == {
        tmp_path / "memory" / "a" / "b", tmp_path / "memory" / "a", tmp_path / "memory", tmp_path / "c", tmp_path,
    }  # fmt: skip
