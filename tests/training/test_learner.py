import pytest
import torch
from training.tiny_phase import ALONE_ON_CPU, MODEL, make_config

from pipeline.clips.batch import Batch
from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.training.learner import Learner, Moment, Rules
from pipeline.training.objective import Objective


def make_batch(num_clips, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return Batch(
        video=torch.randint(0, 256, (num_clips, 3, 8, 36, 36), generator=generator).byte(),
        action=torch.arange(num_clips) % 3,
        verb=torch.full((num_clips,), -1),
        noun=torch.full((num_clips,), -1),
        clip=torch.arange(num_clips),
        frames=torch.arange(8).repeat(num_clips, 1),
        gaze=torch.rand(num_clips, 8, 2, generator=generator),
        gaze_valid=torch.rand(num_clips, 8, generator=generator) > 0.2,
    )


def make_learner(dropout=0.0, width=0.125, teacher=None, **changes):
    config = make_config(**changes).phase
    model_config = ModelConfig(**{**MODEL, "width": width, "attention": config.attention})
    return Learner(
        build_recognizer(model_config, 3, 3, seed=1),
        config,
        Objective(config.losses, ALONE_ON_CPU),
        teacher=teacher,
        rules=Rules("paper", dropout, seed=1),
        group=ALONE_ON_CPU,
    )


def at(lr, *epochs):
    return Moment(iteration=0, total=10, epochs=epochs or (0,), lr=lr)


@pytest.mark.parametrize("attention", ["none", "stam"])
def test_a_network_overfits_one_batch_of_four(attention):
    terms = [{"name": "cross_entropy", "weight": 1.0}]
    learner = make_learner(attention=attention, losses=terms)
    batch = make_batch(4)
    losses = [learner.step([batch], at(0.02))[0].item() for _ in range(25)]
    assert losses[-1] < 0.1 < losses[0]


def test_pieces_of_a_batch_give_its_step_where_batch_norm_is_frozen():
    terms = [{"name": "cross_entropy", "weight": 1.0}]
    whole, cut = (
        make_learner(0.5, 0.05, batch_norm="frozen", losses=terms, accumulate=accumulate)
        for accumulate in (1, 2)
    )
    batch = make_batch(4)
    pieces = [
        Batch(**{name: value[part] for name, value in vars(batch).items()})
        for part in (slice(0, 2), slice(2, 4))
    ]
    assert torch.allclose(whole.step([batch], at(0.1, 5)), cut.step(pieces, at(0.1, 5, 5)))
    for name, weight in whole.weights().items():
        assert torch.allclose(weight, cut.weights()[name], atol=1e-6), name


def test_a_long_gradient_is_shortened():
    learner = make_learner(0.0, 0.05, clip_gradient_norm=1e-3)
    before = {name: weight.clone() for name, weight in learner.weights().items()}
    learner.step([make_batch(4)], at(1.0))
    names = [name for name, _ in learner.model.named_parameters()]
    moved = sum((learner.weights()[name] - before[name]).pow(2).sum() for name in names)
    assert moved.sqrt().item() == pytest.approx(1e-3, rel=0.01)
