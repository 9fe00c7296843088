import pytest
import torch

from pipeline.gaze.cells import gaze_cells

GRID = (3, 2, 5)


def cells_of(points, valid, compat, grid=GRID):
    return gaze_cells(torch.tensor([points]), torch.tensor([valid]), grid, compat)


def by_hand(points, valid, compat):
    """Shares of cells, one frame after another; None for a step without gaze."""
    steps = []
    for s in range(GRID[0]):
        frames = [t for t in range(len(points)) if t * GRID[0] // len(points) == s]
        if compat == "released":
            frames = frames[:1]
        frames = [t for t in frames if valid[t] and all(0 <= p <= 1 for p in points[t])]
        shares = torch.zeros(*GRID[1:])
        for t in frames:
            x, y = points[t]
            shares[min(int(y * GRID[1]), 1), min(int(x * GRID[2]), 4)] += 1 / len(frames)
        steps.append(shares if frames else None)
    return steps


NAN = float("nan")
POINTS = [
    [0.1, 0.9],
    [0.5, 0.2],
    [0.55, 0.3],
    [1.0, 1.0],
    [0.3, 0.1],
    [0.3, 0.6],
    [float("nan"), 0],
]
VALID = [True, True, True, True, False, True, True]


@pytest.mark.parametrize("compat", ["paper", "released"])
def test_a_step_has_the_share_of_its_frames_gaze_in_each_cell(compat):
    target = cells_of(POINTS, VALID, compat)
    for shares, has_gaze, expected in zip(
        target.map[0], target.valid[0], by_hand(POINTS, VALID, compat), strict=True
    ):
        assert has_gaze == (expected is not None)
        torch.testing.assert_close(shares, torch.zeros_like(shares) if not has_gaze else expected)


def test_the_released_code_looks_at_the_first_frame_of_each_step_alone():
    points = torch.rand(1, 24, 2, generator=torch.Generator().manual_seed(2))
    valid = torch.ones(1, 24, dtype=torch.bool)
    released = gaze_cells(points, valid, (3, 7, 7), "released")
    firsts = gaze_cells(points[:, ::8], valid[:, ::8], (3, 7, 7), "paper")
    assert torch.equal(released.map, firsts.map)
    assert set(released.map.unique().tolist()) == {0, 1}


def test_the_released_code_skips_a_step_whose_first_frame_has_no_gaze():
    points, valid = [[0.1, 0.1]] * 6, [False, True, True, True, True, True]
    assert cells_of(points, valid, "released").valid.tolist() == [[False, True, True]]
    assert cells_of(points, valid, "paper").valid.tolist() == [[True, True, True]]


def test_a_point_on_the_far_edge_is_in_the_last_cell():
    target = cells_of([[1.0, 1.0]], [True], "paper", grid=(1, 2, 5))
    assert target.map[0, 0].argmax() == 2 * 5 - 1


def test_mirrored_gaze_gives_a_mirrored_target():
    points = torch.rand(2, 7, 2, generator=torch.Generator().manual_seed(3))
    valid = torch.ones(2, 7, dtype=torch.bool)
    mirrored = torch.stack([1 - points[..., 0], points[..., 1]], dim=-1)
    target = gaze_cells(points, valid, GRID, "paper").map
    torch.testing.assert_close(gaze_cells(mirrored, valid, GRID, "paper").map, target.flip(-1))
