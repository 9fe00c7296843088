"""What every backend that is present here holds, with every semantics that it has."""

import dataclasses
import types
from typing import get_args

import cv2
import numpy as np
import pytest

from pipeline.flow import opencv_cpu
from pipeline.flow.backends import BACKENDS, resolve_backend
from pipeline.flow.errors import FlowError
from pipeline.flow.params import PRESETS, FlowConfig
from pipeline.flow.semantics import SEMANTICS
from pipeline.params import ParamsError, validate

PRESENT = [name for name, backend in BACKENDS.items() if backend.why_absent() is None]
CASES = [(name, semantics) for name in PRESENT for semantics in BACKENDS[name].semantics]
AGAINST_TORCH = [case for case in CASES if case[0] not in {"torch", "opencv", "opencv_cuda"}]
INTERIOR = np.s_[:, 10:-10, 10:-10]
QUICK = dataclasses.replace(PRESETS["wide"], num_warps=2, inner_iterations=10, outer_iterations=3)


@pytest.fixture(params=CASES, ids="-".join)
def compute(request):
    """Return a function: pairs, parameters and threads (1) to flow."""
    name, semantics = request.param

    def run(pairs, tvl1, threads=1):
        return BACKENDS[name].compute(pairs, tvl1, SEMANTICS[semantics], threads)

    return run


def pair(before, after):
    return np.stack([before, after])[None]


def draw_pairs(rng, num_pairs, height, width):
    """Make pairs of smooth texture, each moved by up to 2 pixels."""
    margin = 3
    pairs = np.empty((num_pairs, 2, height, width), np.uint8)
    for before, after in pairs:
        noise = rng.random((height + 2 * margin, width + 2 * margin)).astype(np.float32)
        smooth = cv2.GaussianBlur(noise, (0, 0), rng.uniform(1.5, 2.5))
        picture = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
        rows, columns = np.mgrid[:height, :width].astype(np.float32) + margin
        x, y = rng.uniform(-2, 2, 2).astype(np.float32)
        before[:] = picture[margin:-margin, margin:-margin]
        after[:] = cv2.remap(picture, columns - x, rows - y, cv2.INTER_LINEAR)
    return pairs


def mean_distance(a, b):
    return np.linalg.norm(a - b, axis=-1).mean()


@pytest.mark.parametrize(("preset", "shift"), [("opencv", (3, -2)), ("wide", (-2, 3))])
def test_a_shifted_texture_has_that_flow_x_first(compute, view, preset, shift):
    flow = compute(pair(view(0, 0), view(*shift)), PRESETS[preset])
    assert flow.dtype == np.float32
    np.testing.assert_allclose(flow[INTERIOR].mean(axis=(0, 1, 2)), shift, atol=0.1)


def test_a_still_pair_has_exactly_no_flow(compute, view):
    flow = compute(pair(view(0, 0), view(0, 0)), QUICK)
    assert np.abs(flow).max() == 0


def test_swapping_the_axes_swaps_x_and_y(compute, view):
    pairs = pair(view(0, 0), view(2, 1))
    flow = compute(pairs, QUICK)
    turned = compute(np.ascontiguousarray(pairs.swapaxes(2, 3)), QUICK)
    assert mean_distance(turned[..., ::-1].swapaxes(1, 2)[INTERIOR], flow[INTERIOR]) < 0.05


@pytest.mark.parametrize("levels", [(90, 90), (0, 0), (90, 91), (0, 255)])
def test_pictures_without_texture_have_no_flow(compute, levels):
    even = np.empty((1, 2, 40, 33), np.uint8)
    even[0, 0], even[0, 1] = levels
    assert np.abs(compute(even, QUICK)).max() == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (2, 3), (16, 16), (17, 31)])
def test_small_images_work(compute, size):
    pairs = np.random.default_rng(0).integers(0, 255, (1, 2, *size), dtype=np.uint8)
    flow = compute(pairs, QUICK)
    assert flow.shape == (1, *size, 2)
    assert np.isfinite(flow).all()


def test_no_pairs_have_no_flow(compute):
    flow = compute(np.zeros((0, 2, 17, 31), np.uint8), QUICK)
    assert flow.shape == (0, 17, 31, 2)
    assert flow.dtype == np.float32


@pytest.mark.parametrize("size", [(17, 31), (33, 50), (2, 37), (1, 40)])
def test_a_batch_gives_what_its_pairs_give_alone_to_the_bit(compute, size):
    pairs = draw_pairs(np.random.default_rng(0), 5, *size)
    pairs[1, 1] = pairs[1, 0]  # one is done long before the others
    alone = np.concatenate([compute(pairs[k : k + 1], QUICK) for k in range(5)])
    for threads in (1, 2):
        assert compute(pairs, QUICK, threads).tobytes() == alone.tobytes()


def test_a_small_image_before_changes_nothing(compute, view):
    pairs = pair(view(0, 0), view(3, -2))
    wanted = compute(pairs, QUICK)
    compute(np.zeros((1, 2, 16, 16), np.uint8), QUICK)
    np.testing.assert_array_equal(compute(pairs, QUICK), wanted)


@pytest.mark.parametrize(("name", "semantics"), AGAINST_TORCH)
def test_backends_agree_with_torch_at_equal_iterations(name, semantics):
    """At few of them: at 300 a warp, rounding alone moves torch's own flow by up to 0.01."""
    rng = np.random.default_rng(0)
    for preset in PRESETS.values():
        tvl1 = dataclasses.replace(
            preset, epsilon=0.0, num_warps=2, inner_iterations=10, outer_iterations=2
        )
        for size in ((1, 1), (1, 40), (5, 3), (16, 16), *rng.integers(17, 80, (4, 2))):
            pairs = draw_pairs(rng, rng.integers(1, 4), *size)
            ours, wanted = (
                BACKENDS[each].compute(pairs, tvl1, SEMANTICS[semantics], 1)
                for each in (name, "torch")
            )
            for one, other in zip(ours, wanted, strict=True):
                assert mean_distance(one, other) < 1e-3


@pytest.mark.parametrize(("name", "semantics"), AGAINST_TORCH)
@pytest.mark.parametrize("preset", PRESETS)
def test_backends_agree_with_torch_with_the_stop_rule(name, semantics, preset):
    pairs = draw_pairs(np.random.default_rng(1), 3, 45, 61)
    ours, wanted = (
        BACKENDS[each].compute(pairs, PRESETS[preset], SEMANTICS[semantics], 1)
        for each in (name, "torch")
    )
    # 0.014 at most over 6 draws; torch's own flow moves by 0.011 for images 2e-7 brighter
    assert mean_distance(ours, wanted) < 0.03


def test_the_opencv_preset_is_opencvs_own_defaults(view):
    pairs = pair(view(0, 0), view(3, -2))
    ours = opencv_cpu.compute(pairs, PRESETS["opencv"], SEMANTICS["opencv_cpu"], 1)
    theirs = cv2.optflow.DualTVL1OpticalFlow_create().calc(*pairs[0], None)
    np.testing.assert_array_equal(ours[0], theirs)


def test_the_wide_preset_reaches_farther_down_and_is_else_opencvs():
    wide, opencv = (dataclasses.asdict(PRESETS[name]) for name in ("wide", "opencv"))
    assert {key for key in wide if wide[key] != opencv[key]} == {"num_scales", "scale_step"}
    reach = {name: each.scale_step ** (each.num_scales - 1) for name, each in PRESETS.items()}
    assert reach["wide"] < reach["opencv"]


def test_every_backend_can_be_asked_for_by_name():
    choices = set(get_args(FlowConfig.model_fields["backend"].annotation))
    assert choices == {"auto", *BACKENDS}


@pytest.mark.parametrize("semantics", SEMANTICS)
def test_auto_takes_the_first_present_with_the_semantics(config, semantics, monkeypatch):
    auto = config.model_copy(update={"backend": "auto", "semantics": semantics})
    for name in [name for name in BACKENDS if semantics in BACKENDS[name].semantics]:
        for other, backend in BACKENDS.items():
            absent = (lambda: None) if other == name else (lambda: "not here")
            monkeypatch.setitem(BACKENDS, other, dataclasses.replace(backend, why_absent=absent))
        assert resolve_backend(auto) == name
    monkeypatch.undo()
    assert resolve_backend(auto) == next(name for name, each in CASES if each == semantics)


@pytest.mark.parametrize(
    ("backend", "semantics"),
    [("opencv", "opencv_cuda"), ("opencv_cuda", "opencv_cpu")],
)
def test_a_backend_with_other_semantics_is_refused(config, backend, semantics):
    asked = config.model_copy(update={"backend": backend, "semantics": semantics})
    with pytest.raises(FlowError, match="'opencv' has semantics opencv_cpu and is present"):
        resolve_backend(asked)


def test_a_second_opencv_package_is_noticed(config, monkeypatch):
    monkeypatch.setattr(cv2, "optflow", types.SimpleNamespace())
    with pytest.raises(FlowError, match="another OpenCV package has overwritten"):
        resolve_backend(config)


def test_a_misspelt_backend_names_the_choices(config):
    with pytest.raises(ParamsError, match=r"backend: found 'nunba'.*'auto', .*'numba'"):
        validate(FlowConfig, config.model_dump() | {"backend": "nunba"}, "flow.yaml")
