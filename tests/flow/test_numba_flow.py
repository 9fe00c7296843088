import dataclasses

import cv2
import numpy as np
import pytest

from pipeline.flow.errors import FlowError
from pipeline.flow.numba_tvl1 import compute, why_absent
from pipeline.flow.opencv_cpu import compute as compute_by_opencv
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS

OPENCV = PRESETS["opencv"]
QUICK = dataclasses.replace(OPENCV, num_warps=2, inner_iterations=10, outer_iterations=2)


@pytest.fixture(params=SEMANTICS)
def semantics(request):
    return SEMANTICS[request.param]


def textured_pair(seed, largest_motion, height=240, width=320):
    """Make a pair of a texture of several scales, and its flow (H, W, 2), smooth and known."""
    rng = np.random.default_rng(seed)
    margin = 40
    shape = (height + 2 * margin, width + 2 * margin)
    layers = [
        cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), sigma) * sigma**1.5
        for sigma in (1, 2, 4, 8)
    ]
    picture = cv2.normalize(sum(layers), None, 0, 255, cv2.NORM_MINMAX)
    flow = rng.normal(size=(height, width, 2)).astype(np.float32)
    flow = cv2.GaussianBlur(flow, (0, 0), 40)
    flow *= largest_motion / np.linalg.norm(flow, axis=-1).max()
    rows, columns = np.mgrid[:height, :width].astype(np.float32) + margin
    before = cv2.remap(picture, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_CUBIC)
    after = picture[margin:-margin, margin:-margin]
    pair = np.stack([before, after]).clip(0, 255).round().astype(np.uint8)
    return pair[None], flow


def mean_distance(a, b):
    return np.linalg.norm(a - b, axis=-1).mean()


def draw_pairs(num_pairs, height, width):
    return np.random.default_rng(0).integers(0, 256, (num_pairs, 2, height, width), np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "largest_motion"), [(0, 2.0), (1, 5.0), (2, 8.0)])
def test_the_flow_is_opencvs_and_as_close_to_the_truth(seed, largest_motion):
    pair, truth = textured_pair(seed, largest_motion)
    found = compute(pair, OPENCV, SEMANTICS["opencv_cpu"], 1)[0]
    wanted = compute_by_opencv(pair, OPENCV, SEMANTICS["opencv_cpu"], 1)[0]
    assert mean_distance(found, wanted) < 0.05
    assert mean_distance(found, truth) < 1.01 * mean_distance(wanted, truth)


def test_a_batch_gives_what_its_pairs_give_alone(semantics):
    pairs = draw_pairs(5, 40, 53)
    alone = np.concatenate([compute(pair[None], QUICK, semantics, 1) for pair in pairs])
    for threads in (1, 2, 8):
        np.testing.assert_array_equal(compute(pairs, QUICK, semantics, threads), alone)


@pytest.mark.parametrize(
    "size",
    [
        (1, 1),
        (1, 9),
        (9, 1),
        (16, 16),
        (17, 31),
        (5, 300),
        pytest.param((33, 500), marks=pytest.mark.slow),  # compiled for another stride
    ],
)
def test_every_size_has_a_flow(semantics, size):
    flow = compute(draw_pairs(1, *size), QUICK, semantics, 1)
    assert flow.shape == (1, *size, 2)
    assert flow.dtype == np.float32
    assert np.isfinite(flow).all()


def test_no_pairs_have_no_flow(semantics):
    assert compute(draw_pairs(0, 40, 53), QUICK, semantics, 1).shape == (0, 40, 53, 2)


def test_a_still_pair_has_exactly_no_flow(semantics):
    pairs = np.repeat(draw_pairs(1, 40, 53)[:, :1], 2, axis=1)
    assert not compute(pairs, OPENCV, semantics, 1).any()


@pytest.mark.parametrize("levels", [(90, 90), (0, 255), (255, 0)])
def test_images_without_texture_have_no_flow(semantics, levels):
    pairs = np.empty((1, 2, 40, 53), np.uint8)
    pairs[0, 0], pairs[0, 1] = levels
    flow = compute(pairs, OPENCV, semantics, 1)
    assert np.isfinite(flow).all()
    if semantics.is_border_zero and levels != (90, 90):
        return  # OpenCV's 0 beyond the border is seen once the flow reaches there
    assert not flow.any()


def test_pairs_need_not_be_contiguous(semantics):
    pairs = draw_pairs(2, 40, 53)
    apart = np.repeat(pairs, 2, axis=3)[..., ::2]
    np.testing.assert_array_equal(
        compute(apart, QUICK, semantics, 1), compute(pairs, QUICK, semantics, 1)
    )


def test_without_a_median_the_flow_is_another(semantics):
    pairs = draw_pairs(1, 40, 53)
    plain = dataclasses.replace(QUICK, median_pixels=1)
    found = compute(pairs, plain, semantics, 1)
    assert np.array_equal(found, compute(pairs, QUICK, semantics, 1)) != semantics.has_median


def test_another_median_is_refused_where_there_is_one():
    pairs, tvl1 = draw_pairs(1, 4, 5), dataclasses.replace(QUICK, median_pixels=3)
    with pytest.raises(FlowError, match=r"median_pixels=3, expected one of \(1, 5\)"):
        compute(pairs, tvl1, SEMANTICS["opencv_cpu"], 1)
    assert np.isfinite(compute(pairs, tvl1, SEMANTICS["opencv_cuda"], 1)).all()


def test_numba_is_present():
    assert why_absent() is None
