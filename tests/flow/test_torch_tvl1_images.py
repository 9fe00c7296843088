"""What the reference does to images and flow, against plain definitions and OpenCV."""

import dataclasses
import math

import cv2
import numpy as np
import pytest
import torch

from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS
from pipeline.flow.torch_tvl1.derivatives import central_gradient, divergence, forward_gradient
from pipeline.flow.torch_tvl1.median import median_filter
from pipeline.flow.torch_tvl1.pyramid import build_pyramid, enlarge_flow, resize
from pipeline.flow.torch_tvl1.warp import keys_kernel, linearise, warp

TVL1 = PRESETS["opencv"]
CPU, CUDA = SEMANTICS["opencv_cpu"], SEMANTICS["opencv_cuda"]


def draw(*shape, scale=1.0, seed=0):
    values = np.random.default_rng(seed).standard_normal(shape) * scale
    return torch.from_numpy(values.astype(np.float32))


def test_the_gradient_of_a_plane_is_its_slope():
    rows, columns = torch.meshgrid(torch.arange(5.0), torch.arange(7.0), indexing="ij")
    plane = 3 * columns - 2 * rows
    inside = np.s_[:, 1:-1, 1:-1]
    for gradient in (central_gradient, forward_gradient):
        x, y = gradient(plane)[inside]
        assert (x == 3).all()
        assert (y == -2).all()
    assert (central_gradient(plane)[0, :, [0, -1]] == 1.5).all()  # the border is repeated
    assert (forward_gradient(plane)[0, :, -1] == 0).all()
    assert (forward_gradient(plane)[1, -1] == 0).all()


def test_divergence_is_the_forward_gradients_negative_adjoint():
    image, field = draw(2, 5, 7).double(), draw(2, 2, 5, 7, seed=1).double()
    field[:, 0, :, -1] = 0
    field[:, 1, -1] = 0
    through_gradient = (forward_gradient(image.float()) * field).sum()
    through_divergence = -(image * divergence(field.float())).sum()
    torch.testing.assert_close(through_gradient, through_divergence, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("step", [0.8, 0.5])
@pytest.mark.parametrize("size", [(97, 131), (48, 64), (21, 33), (15, 90)])
def test_levels_are_opencvs(step, size):
    tvl1 = dataclasses.replace(TVL1, scale_step=step)
    level = draw(1, 2, *size, scale=100)
    wanted = level[0, 1].numpy()
    levels = build_pyramid(level, tvl1, CPU)
    for made in levels[1:]:
        wanted = cv2.resize(wanted, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
        np.testing.assert_allclose(made[0, 1], wanted, atol=1e-4)
    next_side = min(round(step * side) for side in levels[-1].shape[-2:])
    assert len(levels) == tvl1.num_scales or next_side < 16


@pytest.mark.parametrize("size", [(97, 131), (48, 63), (20, 17)])
def test_a_flow_is_enlarged_as_by_opencv(size):
    flow = draw(1, 2, 16, 29)
    made = enlarge_flow(flow, size, TVL1, CPU)
    wanted = [cv2.resize(part.numpy(), size[::-1]) / 0.8 for part in flow[0]]
    np.testing.assert_allclose(made[0], wanted, atol=1e-5)


@pytest.mark.parametrize(("size", "step"), [((4, 7), 1.25), ((5, 9), 0.8)])
def test_cudas_resizing_lays_the_first_pixels_on_each_other(size, step):
    image = draw(1, 1, 5, 8)
    made = resize(image, size, (step, step), CUDA)
    padded = np.pad(image[0, 0].numpy(), ((0, 1), (0, 1)), mode="edge")
    for row in range(size[0]):
        for column in range(size[1]):
            y, x = min(row * step, 4), min(column * step, 7)
            top, left = int(y), int(x)
            corners = padded[top : top + 2, left : left + 2]
            weights = np.outer([1 - (y - top), y - top], [1 - (x - left), x - left])
            assert made[0, 0, row, column] == pytest.approx((corners * weights).sum(), abs=1e-6)


@pytest.mark.parametrize("a", [-0.75, -0.5])
def test_the_cubic_kernel_is_one_at_its_pixel_and_none_at_the_others(a):
    assert keys_kernel(torch.tensor([0.0, 1.0, 2.0]), a).tolist() == [1, 0, 0]
    fractions = torch.linspace(0, 1, 33)
    total = sum(keys_kernel((fractions - offset).abs(), a) for offset in (-1, 0, 1, 2))
    torch.testing.assert_close(total, torch.ones(33))


def plain_warp(image, x, y, semantics):
    """Sample one place by the definition, in Python's own numbers."""
    height, width = image.shape
    total = total_weight = 0.0
    for row in range(math.floor(y) - 1, math.floor(y) + 3):
        for column in range(math.floor(x) - 1, math.floor(x) + 3):
            weight = 1.0
            for distance in (abs(y - row), abs(x - column)):
                d, a = distance, semantics.cubic_a
                near = (a + 2) * d**3 - (a + 3) * d**2 + 1
                weight *= near if d <= 1 else a * (d**3 - 5 * d**2 + 8 * d - 4)
            inside = 0 <= row < height and 0 <= column < width
            if inside or not semantics.is_border_zero:
                nearest = image[min(max(row, 0), height - 1), min(max(column, 0), width - 1)]
                total += weight * float(nearest)
            total_weight += weight
    return total if semantics.is_border_zero else total / total_weight


@pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)
def test_a_warp_is_its_definition_also_outside_of_the_image(semantics):
    images, flow = draw(2, 3, 5, 7, scale=100), draw(2, 2, 5, 7, scale=4, seed=1)
    warped = warp(images, flow, semantics)
    for pair in range(2):
        for row in range(5):
            for column in range(7):
                u, v = flow[pair, :, row, column].tolist()
                wanted = [plain_warp(each, column + u, row + v, semantics) for each in images[pair]]
                np.testing.assert_allclose(warped[pair, :, row, column], wanted, atol=2e-3)


def test_a_warp_by_32nds_of_a_pixel_is_opencvs_remap():
    image = draw(31, 45, scale=100)
    flow = (draw(2, 31, 45, scale=3, seed=1) * 32).round() / 32  # OpenCV 4 rounds to them
    rows, columns = np.mgrid[:31, :45].astype(np.float32)
    wanted = cv2.remap(
        image.numpy(), columns + flow[0].numpy(), rows + flow[1].numpy(), cv2.INTER_CUBIC
    )
    warped = warp(image.expand(1, 1, -1, -1), flow.unsqueeze(0), CPU)
    np.testing.assert_allclose(warped[0, 0], wanted, atol=1e-3)


@pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)
def test_no_flow_leaves_an_image_as_it_is(semantics):
    images = draw(2, 3, 5, 7, scale=100)
    assert torch.equal(warp(images, torch.zeros(2, 2, 5, 7), semantics), images)


@pytest.mark.parametrize("semantics", SEMANTICS.values(), ids=SEMANTICS)
def test_the_residual_at_its_own_flow_is_the_difference_of_the_images(semantics):
    first, second = draw(2, 1, 9, 11, scale=50), draw(2, 1, 9, 11, scale=50, seed=1)
    flow = draw(2, 2, 9, 11, seed=2)
    residual = linearise(first[:, 0], second[:, 0], central_gradient(second[:, 0]), flow, semantics)
    wanted = warp(second, flow, semantics) - first
    torch.testing.assert_close(residual.of(flow), wanted[:, 0], rtol=0, atol=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (16, 16), (17, 31), (50, 43)])
@pytest.mark.parametrize("num_pixels", [3, 5])
def test_the_median_is_opencvs_to_the_bit(size, num_pixels):
    flow = draw(2, 2, *size)
    wanted = [[cv2.medianBlur(part.numpy(), num_pixels) for part in pair] for pair in flow]
    np.testing.assert_array_equal(median_filter(flow, num_pixels), wanted)
