"""Linear layers through oneDNN: the same sums, and only where they are float32 on a processor."""

from __future__ import annotations

import platform

import pytest
import torch

from readmark.models.hf.onednn import MACHINES, use_onednn

pytestmark = pytest.mark.skipif(
    platform.machine() not in MACHINES or not torch.backends.mkldnn.is_available(), reason="there is no oneDNN to use"
)


def made(dtype=torch.float32):
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(48, 96), torch.nn.GELU(), torch.nn.Linear(96, 32, bias=False)).to(dtype)


@pytest.mark.parametrize("shape", [(48,), (1, 48), (7, 48), (3, 5, 48), (0, 48)])
def test_results_are_those_of_the_plain_layers(shape):
    plain, changed = made().eval(), made().eval()
    assert use_onednn(changed) == 2
    rows = torch.randn(shape)
    with torch.inference_mode():
        torch.testing.assert_close(changed(rows), plain(rows), rtol=1e-5, atol=1e-6)


def test_layers_of_other_types_of_numbers_stay_as_they_are():
    model = made(torch.bfloat16)
    assert use_onednn(model) == 0
    assert "forward" not in vars(model[0])


def test_kinds_of_layers_that_compute_more_stay_as_they_are():
    class Scaled(torch.nn.Linear):
        def forward(self, rows):
            return super().forward(rows) * 2

    assert use_onednn(torch.nn.Sequential(Scaled(4, 4))) == 0


def test_a_second_time_changes_nothing():
    model = made()
    use_onednn(model)
    forward = model[0].forward
    assert use_onednn(model) == 2
    assert model[0].forward is forward
