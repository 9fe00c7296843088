"""Every phase of every paper recipe takes two steps on clips of the published size.

Only the batch is smaller. The weights that a phase begins with are random, under the published
names; a second phase and a joint one begin with what the phases before them left here. The
arithmetic is the recipes' bfloat16, which a CPU otherwise leaves to GPUs.
"""

import math

import pytest
import torch
from configuration.paper_lab import Lab
from configuration.paper_recipes import STAGES, VARIANTS

from pipeline.training import seeing
from pipeline.training.curve import read_curve

CASES = [(variant, stage) for variant in VARIANTS for stage in STAGES if stage in variant.stages]
each_phase = pytest.mark.parametrize(("variant", "stage"), CASES, ids=str)
pytestmark = pytest.mark.slow

HAS_BFLOAT16 = torch.ops.mkldnn._is_mkldnn_bf16_supported()
CARD = 24e9
"""Bytes of the GPU that a recipe is made for."""
ROOM = 0.2
"""Share of them left to what is short-lived, which is not counted."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("paper"))


@pytest.fixture(autouse=True)
def _recipes_arithmetic(monkeypatch):
    """Let the CPU compute as a GPU would, where it can."""
    if HAS_BFLOAT16:
        arithmetic = lambda _precision, _device: torch.autocast("cpu", torch.bfloat16)
        monkeypatch.setattr(seeing, "arithmetic", arithmetic)


@each_phase
def test_two_steps_have_a_finite_loss(lab, variant, stage):
    losses = [row["train/loss"] for row in read_curve(lab.train(variant, stage).curve)]
    assert losses
    assert all(map(math.isfinite, losses))


@each_phase
def test_what_a_phase_freezes_stays_bit_for_bit(lab, variant, stage):
    trained = lab.train(variant, stage)
    end, watched = trained.end, trained.watched
    same = {name for name, value in watched.start.items() if is_same(value, end[name])}
    assert set(watched.start) - watched.learning <= same
    assert not watched.start or set(watched.start) - same


@each_phase
def test_a_piece_of_the_published_batch_fits_the_card(lab, variant, stage):
    if not HAS_BFLOAT16:
        pytest.skip("this CPU has no bfloat16, so that tensors are not of the recipe's size")
    assert lab.train(variant, stage).gigabytes * 1e9 <= CARD * (1 - ROOM)


def is_same(before, after):
    return before.numpy().tobytes() == after.numpy().tobytes()
