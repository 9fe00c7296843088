import numpy as np
import pytest
import torch

from pipeline.explanation.faithfulness import Windows, measure_faithfulness
from pipeline.explanation.ranks import pixel_ranks

SHAPE = (3, 2, 4, 5, 6)  # M C T H W
WEIGHTS = np.array([0.5, 0.3, 0.2])


def make_windows(seed=0):
    generator = np.random.default_rng(seed)
    images = torch.from_numpy(generator.integers(0, 255, SHAPE, dtype=np.uint8))
    return Windows(images, torch.zeros_like(images), WEIGHTS)


def look(images):
    """Class 1 is for light in the left half, class 2 for light in the right."""
    light = images.float().mean(dim=(1, 2, 3)) / 64  # (B, W)
    left, right = light[:, :3].sum(1), light[:, 3:].sum(1)
    return torch.stack([torch.ones_like(left), left, right], dim=1).numpy()


def measure(maps, steps=4, batch_windows=5, windows=None):
    return measure_faithfulness(
        look,
        windows or make_windows(),
        maps,
        1,
        steps=steps,
        batch_windows=batch_windows,
        generator=np.random.default_rng(2),
    )


def random_maps(seed=0):
    return np.random.default_rng(seed).random((3, 2, 5, 6), np.float32)


def slow_curves(windows, maps, steps):
    """Pixel by pixel, window by window."""
    generator = np.random.default_rng(2)
    size = windows.images.shape[2:]
    ranks = [
        pixel_ranks(of, size, torch.from_numpy(generator.permutation(size.numel()))) for of in maps
    ]
    curves = []
    for is_deletion in (True, False):
        probabilities = []
        for step in range(steps + 1):
            count = round(step * size.numel() / steps)
            scores = np.zeros(3)
            for number, weight in enumerate(windows.weights):
                seen = (windows.images if is_deletion else windows.blanks)[number].clone()
                other = (windows.blanks if is_deletion else windows.images)[number]
                for at in np.ndindex(*size):
                    if ranks[number][at] < count:
                        seen[(slice(None), *at)] = other[(slice(None), *at)]
                scores += weight * look(seen[None])[0]
            probabilities.append(np.exp(scores)[1] / np.exp(scores).sum())
        curves.append(probabilities)
    return curves


def test_curves_are_those_of_a_loop_over_pixels():
    maps = random_maps()
    found = measure({"kind": maps})["kind"]
    deletion, insertion = slow_curves(make_windows(), maps, 4)
    np.testing.assert_allclose(found.deletion, deletion, rtol=1e-5)
    np.testing.assert_allclose(found.insertion, insertion, rtol=1e-5)


def test_both_curves_run_between_the_whole_clip_and_nothing():
    found = measure({"a": random_maps(0), "b": random_maps(1)})
    for curves in found.values():
        assert curves.deletion[0] == curves.insertion[-1] == found["a"].deletion[0]
        assert curves.deletion[-1] == curves.insertion[0] == pytest.approx(1 / (np.e + 2))


@pytest.mark.parametrize("batch_windows", [1, 2, 100])
def test_the_batch_does_not_matter(batch_windows):
    expected = measure({"a": random_maps(0), "b": random_maps(1)})
    found = measure({"a": random_maps(0), "b": random_maps(1)}, batch_windows=batch_windows)
    for kind, curves in expected.items():
        np.testing.assert_allclose(found[kind].deletion, curves.deletion, rtol=1e-6)
        np.testing.assert_allclose(found[kind].insertion, curves.insertion, rtol=1e-6)


def test_a_map_of_what_the_class_depends_on_beats_chance_and_its_opposite_loses():
    left = np.zeros((3, 1, 1, 2), np.float32)
    left[..., 0] = 1
    found = measure({"true": left, "random": random_maps(), "false": 1 - left}, steps=10)
    deletion = [found[kind].deletion.mean() for kind in ("true", "random", "false")]
    insertion = [found[kind].insertion.mean() for kind in ("true", "random", "false")]
    assert deletion == sorted(deletion)
    assert insertion == sorted(insertion, reverse=True)


def test_one_step_has_the_ends_alone():
    assert len(measure({"a": random_maps()}, steps=1)["a"].deletion) == 2


def test_large_scores_stay_probabilities():
    windows = make_windows()
    found = measure_faithfulness(
        lambda images: look(images) * 1e4,
        windows,
        {"a": random_maps()},
        1,
        steps=2,
        batch_windows=4,
        generator=np.random.default_rng(0),
    )
    assert np.isfinite(found["a"].deletion).all()
