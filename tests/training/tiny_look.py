"""What a network saw in two made clips, for tests of the terms of a loss."""

from dataclasses import replace

import torch
from training.tiny_phase import ALONE_ON_CPU, MODEL

from pipeline.clips.batch import Batch
from pipeline.models.attention.attended import Attended
from pipeline.models.build import build_recognizer
from pipeline.models.params import ModelConfig
from pipeline.models.recognizer import Seen
from pipeline.training.look import Look
from pipeline.training.objective import Objective
from pipeline.training.terms import TERMS

B, K, T = 2, 5, 6
MAP = (2, 3, 4)
SOME = [[True, False, True, False, False, False], [True, True, True, True, False, True]]


def make_seen(seed=0):
    """Return what a network made of the clips; its maps and features are drawn."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(B, K, generator=generator, requires_grad=True)
    attention = torch.rand(B, *MAP, generator=generator, requires_grad=True)
    attended = Attended(features=torch.zeros(B, 1, *MAP), map=attention)
    last = torch.randn(B, 3, 4, 5, 6, generator=generator, requires_grad=True)
    return Seen(logits, torch.zeros(B, 3), {"Mixed_5c": attended}, last, parts={})


def make_batch(valid=SOME):
    """Return the clips, of which the first has no verb."""
    generator = torch.Generator().manual_seed(9)
    return Batch(
        video=torch.zeros(B, 3, T, 8, 8, dtype=torch.uint8),
        action=torch.tensor([4, 1]),
        verb=torch.tensor([-1, 0]),
        noun=torch.tensor([1, 2]),
        clip=torch.tensor([0, 1]),
        frames=torch.arange(T).repeat(B, 1),
        gaze=torch.rand(B, T, 2, generator=generator),
        gaze_valid=torch.tensor(valid),
    )


def make_look(**changes):
    """Return a look at the clips, with changes."""
    model = build_recognizer(ModelConfig(**MODEL), 3, K, seed=0)
    return replace(Look(model, make_seen(), make_batch(), "paper", 0, 10, None), **changes)


def judge(config, look):
    """Return the term's part of its mean."""
    return TERMS[config.name](look, config)


def judge_all(configs, look, group=ALONE_ON_CPU):
    """Return the loss of several terms."""
    return Objective(configs, group)(look)


def log_probability(logits, label):
    """Return one clip's, from its definition."""
    return (logits.exp() / logits.exp().sum())[label].log().item()
