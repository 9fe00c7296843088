import math

import numpy as np
import pytest
import torch

from pipeline.gaze.maps import gaze_maps
from pipeline.gaze.target import gaze_target, stam_sigma_cells

COMPATS = ["paper", "released"]


def random_gaze(num_frames=6):
    generator = torch.Generator().manual_seed(0)
    points = torch.rand(2, num_frames, 2, generator=generator)
    valid = torch.rand(2, num_frames, generator=generator) > 0.3
    valid[0, 0] = valid[1, 0] = True
    return points, valid


def reference_cell(points, row, column, shape, sigma, compat):
    """Equation 2 of one cell, from the valid points (x, y) of its step."""
    height, width = shape
    offset = 0.5 if compat == "paper" else 0.0
    if compat == "released":
        points = [
            (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        ]
    values = [
        math.exp(
            -((row + offset - y * height) ** 2 + (column + offset - x * width) ** 2)
            / (2 * sigma**2)
        )
        for x, y in points
    ]
    return sum(values) / len(values)


@pytest.mark.parametrize("compat", COMPATS)
def test_a_target_equals_the_slow_reference(compat):
    points, valid = random_gaze()
    target = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat=compat)
    for clip, step in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        chosen = [points[clip, t].tolist() for t in range(3 * step, 3 * step + 3) if valid[clip, t]]
        assert bool(target.valid[clip, step]) == bool(chosen)
        for row, column in np.ndindex(3, 5):
            expected = reference_cell(chosen, row, column, (3, 5), 1.5, compat) if chosen else 0
            assert float(target.map[clip, step, row, column]) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("compat", COMPATS)
def test_frames_without_valid_gaze_change_nothing(compat):
    points, valid = random_gaze()
    before = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat=compat)
    points[~valid] = float("nan")
    after = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat=compat)
    assert torch.equal(before.map, after.map)


@pytest.mark.parametrize("compat", COMPATS)
def test_a_step_without_gaze_is_not_valid_and_its_map_is_zero(compat):
    points = torch.full((1, 4, 2), 0.5)
    valid = torch.tensor([[True, False, False, False]])
    target = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat=compat)
    assert target.valid.tolist() == [[True, False]]
    assert target.map[0, 1].abs().max() == 0


@pytest.mark.parametrize("point", [(-0.01, 0.5), (0.5, 1.01), (float("nan"), 0.5)])
@pytest.mark.parametrize("compat", COMPATS)
def test_gaze_outside_the_crop_is_no_gaze(compat, point):
    points = torch.tensor([[point, (0.5, 0.5)]])
    valid = torch.ones(1, 2, dtype=torch.bool)
    target = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat=compat)
    assert target.valid.tolist() == [[False, True]]


def test_flipping_the_gaze_flips_the_target():
    points, valid = random_gaze()
    mirrored = torch.stack([1 - points[..., 0], points[..., 1]], dim=-1)
    target, _ = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat="paper")
    flipped, _ = gaze_target(mirrored, valid, (2, 3, 5), sigma_cells=1.5, compat="paper")
    torch.testing.assert_close(flipped, target.flip(-1))


def test_a_target_of_one_frame_is_the_stored_map():
    points, _ = random_gaze(num_frames=1)
    valid = torch.ones(2, 1, dtype=torch.bool)
    target, _ = gaze_target(points, valid, (1, 3, 5), sigma_cells=1.5, compat="paper")
    stored = gaze_maps(
        points[:, 0].numpy(), valid[:, 0].numpy(), height=3, width=5, sigma_cells=1.5
    )
    np.testing.assert_allclose(255 * target[:, 0].numpy(), stored, atol=0.501)


@pytest.mark.parametrize(("num_frames", "num_steps"), [(5, 2), (16, 2), (3, 3), (2, 5)])
def test_every_frame_belongs_to_one_step_in_order(num_frames, num_steps):
    steps = []
    for frame in range(num_frames):
        valid = torch.zeros(1, num_frames, dtype=torch.bool)
        valid[0, frame] = True
        points = torch.full((1, num_frames, 2), 0.5)
        target = gaze_target(points, valid, (num_steps, 2, 3), sigma_cells=1.0, compat="paper")
        assert int(target.valid.sum()) == 1
        steps.append(int(target.valid[0].nonzero()))
    assert steps == [frame * num_steps // num_frames for frame in range(num_frames)]


def test_autocast_does_not_round_the_target():
    points, valid = random_gaze()
    plain = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat="paper")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat="paper")
    assert torch.equal(plain.map, cast.map)


def test_sigma_is_half_the_map_in_the_paper_and_3_in_the_code():
    assert stam_sigma_cells(7, "paper") == 3.5
    assert stam_sigma_cells(7, "released") == 3.0


@pytest.mark.gpu
def test_a_target_is_made_where_the_gaze_lies():
    points, valid = random_gaze()
    on_cpu = gaze_target(points, valid, (2, 3, 5), sigma_cells=1.5, compat="paper")
    on_gpu = gaze_target(points.cuda(), valid.cuda(), (2, 3, 5), sigma_cells=1.5, compat="paper")
    torch.testing.assert_close(on_gpu.map.cpu(), on_cpu.map)
    assert on_gpu.valid.is_cuda
