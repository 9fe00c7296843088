"""Every phase of every paper recipe takes two steps on clips of the published size.

Only the batch is smaller. The weights that a phase begins with are random, under the published
names; a second phase and a joint one begin with what the phases before them left here. The
arithmetic is the recipes' bfloat16, which a CPU otherwise leaves to GPUs.
"""

import math
from fnmatch import fnmatchcase

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
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
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
    start, end = trained.watched.start, trained.end
    changed = {name for name, value in start.items() if not is_same(value, end[name])}
    assert changed <= may_change(trained.phase, set(start))
    assert changed or not start


@each_phase
def test_a_piece_of_the_published_batch_fits_the_card(lab, variant, stage):
    if not HAS_BFLOAT16:
        pytest.skip("this CPU has no bfloat16, so that tensors are not of the recipe's size")
    assert lab.train(variant, stage).gigabytes * 1e9 <= CARD * (1 - ROOM)


def may_change(phase, names):
    """The names that the recipe lets learn, and the statistics of layers that learn."""
    learning = {n for n in names if any(fnmatchcase(n, pattern) for pattern in phase.trainable)}
    is_gathered = phase.batch_norm == "train"
    layers = {name.rpartition(".")[0] for name in learning if not name.endswith(STATISTICS)}
    statistics = {name for name in names if name.endswith(STATISTICS)}
    gathered = {n for n in statistics if is_gathered and n.rpartition(".")[0] in layers}
    return (learning - statistics) | gathered


def is_same(before, after):
    return before.numpy().tobytes() == after.numpy().tobytes()
