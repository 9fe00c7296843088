import cv2
import numpy as np
import torch

from pipeline.explanation.ranks import pixel_ranks, spread_map

SIZE = torch.Size((5, 6, 8))


def permutation(seed=0):
    return torch.from_numpy(np.random.default_rng(seed).permutation(SIZE.numel()))


def test_a_map_is_spread_by_planes_and_as_opencv_does():
    maps = np.random.default_rng(0).random((2, 3, 4), np.float32)
    spread = spread_map(torch.from_numpy(maps), SIZE).numpy()
    for image in range(5):
        expected = cv2.resize(maps[image * 2 // 5], (8, 6), interpolation=cv2.INTER_LINEAR)
        np.testing.assert_allclose(spread[image], expected, atol=1e-5)


def test_ranks_count_how_many_pixels_are_more_important():
    maps = np.random.default_rng(1).random((5, 6, 8), np.float32)
    ranks = pixel_ranks(maps, SIZE, permutation()).numpy()
    for value, rank in zip(maps.ravel()[::17], ranks.ravel()[::17], strict=True):
        assert rank == (maps > value).sum()


def test_every_rank_is_given_once():
    ranks = pixel_ranks(np.zeros((1, 2, 2), np.float32), SIZE, permutation())
    assert sorted(ranks.flatten().tolist()) == list(range(SIZE.numel()))


def test_equal_pixels_stand_in_the_order_of_chance():
    flat = np.ones((1, 2, 2), np.float32)
    ranks = [pixel_ranks(flat, SIZE, permutation(seed)) for seed in (0, 0, 1)]
    assert torch.equal(ranks[0], ranks[1])
    assert not torch.equal(ranks[0], ranks[2])
    assert torch.equal(ranks[0].flatten()[permutation()], torch.arange(SIZE.numel()))
