import numpy as np
import pytest
import torch

from pipeline.clips.draws import Purpose, make_generator
from pipeline.models.draws import Draws
from pipeline.training.draws import ClipDraws


def make_draws(probability=0.5, seed=1, epoch=2, clips=(7,)):
    return ClipDraws(
        probability, seed=seed, epoch=epoch, clips=list(clips), device=torch.device("cpu")
    )


DRAWN = {
    "keep": lambda draws: draws.keep(40),
    "uniform": lambda draws: draws.uniform("cells", (5, 8)),
}


@pytest.fixture(params=DRAWN)
def draw(request):
    return DRAWN[request.param]


def test_they_are_what_a_network_asks_for():
    assert isinstance(make_draws(), Draws)


def test_a_clip_has_the_same_numbers_wherever_it_stands_in_whichever_batch(draw):
    alone = draw(make_draws(clips=[7]))
    among = draw(make_draws(clips=[3, 9, 7]))
    assert torch.equal(among[2], alone[0])
    assert not torch.equal(among[0], among[1])


def test_seed_epoch_and_clip_each_change_the_numbers(draw):
    drawn = [
        draw(make_draws(seed=seed, epoch=epoch, clips=[clip]))
        for seed, epoch, clip in [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2)]
    ]
    assert len({tuple(numbers.flatten().tolist()) for numbers in drawn}) == 4


def test_a_name_has_numbers_of_its_own_in_whichever_order_they_are_asked_for():
    draws, others = make_draws(), make_draws()
    first, second = draws.uniform("a", (4,)), draws.uniform("b", (4,))
    assert not torch.equal(first, second)
    assert torch.equal(others.uniform("b", (4,)), second)
    assert torch.equal(others.uniform("a", (4,)), first)


def test_uniform_numbers_fill_the_open_unit_interval():
    numbers = make_draws(clips=[0, 1]).uniform("cells", (3, 20000))
    assert (numbers.shape, numbers.dtype) == ((2, 3, 20000), torch.float32)
    assert 0 < numbers.min() < 1e-4
    assert 1 - 1e-4 < numbers.max() < 1
    assert abs(numbers.mean().item() - 0.5) < 0.01


def test_a_number_for_each_clip_has_no_more_axes():
    assert make_draws(clips=[4, 5, 6]).uniform("cells", ()).shape == (3,)


def test_the_expected_factor_is_one():
    mask = make_draws(0.3, seed=0, epoch=0, clips=[0]).keep(20000)
    assert set(mask.unique().tolist()) == {0.0, mask.max().item()}
    assert abs(mask.mean().item() - 1) < 0.02


def test_a_feature_is_kept_where_the_clips_own_number_is_not_below_the_probability():
    numbers = make_generator(Purpose.DROPOUT, 1, 2, 7).random(40)
    kept = make_draws(0.3).keep(40)[0].numpy() > 0
    assert np.array_equal(kept, numbers >= 0.3)


def test_without_dropout_there_is_no_mask():
    assert make_draws(0.0).keep(5) is None
