from dataclasses import replace

import pytest
import torch
from training.tiny_look import B, judge, judge_all, log_probability, make_look, make_seen

from pipeline.training.errors import TrainingError
from pipeline.training.term_params import MultiTaskTerm


def with_parts(seed=0):
    generator = torch.Generator().manual_seed(seed + 5)
    parts = {
        "verb": torch.randn(B, 3, generator=generator, requires_grad=True),
        "noun": torch.randn(B, 4, generator=generator, requires_grad=True),
    }
    return replace(make_seen(), parts=parts)


MULTI_TASK = MultiTaskTerm(name="multi_task", verb=2.0, noun=3.0, action=5.0)


def test_multi_task_adds_the_means_of_verb_noun_and_action():
    look = make_look(seen=with_parts())
    judged = judge_all([MULTI_TASK], look)
    verb, noun = look.seen.parts["verb"], look.seen.parts["noun"]
    expected = (
        -2 * log_probability(verb[1], 0)  # the first clip has no verb
        - 3 * (log_probability(noun[0], 1) + log_probability(noun[1], 2)) / 2
        - 5
        * (log_probability(look.seen.logits[0], 4) + log_probability(look.seen.logits[1], 1))
        / 2
    )
    assert judged.loss.item() == pytest.approx(expected, rel=1e-5)
    assert judged.values.tolist() == pytest.approx([expected, expected], rel=1e-5)
    judged.loss.backward()
    assert not verb.grad[0].any()
    assert verb.grad[1].all()


def test_multi_task_of_a_network_without_verbs_says_what_to_do():
    with pytest.raises(TrainingError, match="head multi_task"):
        judge(MULTI_TASK, make_look())
