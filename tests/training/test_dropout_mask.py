import torch

from pipeline.training.dropout import dropout_mask


def test_a_clip_has_the_same_mask_wherever_it_stands_in_whichever_batch():
    alone = dropout_mask(0.5, 40, seed=1, epoch=2, clips=[7])
    among = dropout_mask(0.5, 40, seed=1, epoch=2, clips=[3, 9, 7])
    assert torch.equal(among[2], alone[0])
    assert not torch.equal(among[0], among[1])


def test_seed_epoch_and_clip_each_change_the_mask():
    masks = [
        dropout_mask(0.5, 60, seed=seed, epoch=epoch, clips=[clip])
        for seed, epoch, clip in [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2)]
    ]
    assert len({tuple(mask.flatten().tolist()) for mask in masks}) == 4


def test_the_expected_factor_is_one():
    mask = dropout_mask(0.3, 20000, seed=0, epoch=0, clips=[0])
    assert set(mask.unique().tolist()) == {0.0, mask.max().item()}
    assert abs(mask.mean().item() - 1) < 0.02


def test_without_dropout_there_is_no_mask():
    assert dropout_mask(0.0, 5, seed=0, epoch=0, clips=[1]) is None
