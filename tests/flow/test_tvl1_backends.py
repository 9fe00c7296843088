import types
from typing import get_args

import cv2
import numpy as np
import pytest

from pipeline.flow import opencv_cpu
from pipeline.flow.backends import BACKENDS, resolve_backend
from pipeline.flow.errors import FlowError
from pipeline.flow.params import PRESETS, FlowConfig
from pipeline.params import ParamsError, validate

PRESENT = [name for name, backend in BACKENDS.items() if backend.why_absent() is None]
INTERIOR = np.s_[:, 10:-10, 10:-10]


@pytest.fixture(params=PRESENT)
def compute(request):
    return BACKENDS[request.param].compute


def pair(before, after):
    return np.stack([before, after])[None]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("shift", [(3, -2), (-3, 2), (0, 1)])
def test_a_shifted_texture_has_that_flow_x_first(compute, view, preset, shift):
    flow = compute(pair(view(0, 0), view(*shift)), PRESETS[preset])
    assert flow.dtype == np.float32
    np.testing.assert_allclose(flow[INTERIOR].mean(axis=(0, 1, 2)), shift, atol=0.1)


def test_a_still_pair_has_zero_flow(compute, view):
    flow = compute(pair(view(0, 0), view(0, 0)), PRESETS["fast"])
    assert np.abs(flow).max() == 0


def test_swapping_the_axes_swaps_x_and_y(compute, view):
    pairs = pair(view(0, 0), view(2, 1))
    flow = compute(pairs, PRESETS["opencv"])
    turned = compute(np.ascontiguousarray(pairs.swapaxes(2, 3)), PRESETS["opencv"])
    difference = turned[..., ::-1].swapaxes(1, 2) - flow
    assert np.abs(difference[INTERIOR]).mean() < 0.05


def test_an_even_picture_has_finite_flow(compute):
    even = np.full((1, 2, 48, 64), 90, np.uint8)
    assert np.abs(compute(even, PRESETS["opencv"])).max() == 0


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (17, 31)])
def test_small_images_work(compute, shape):
    pairs = np.random.default_rng(0).integers(0, 255, (1, 2, *shape), dtype=np.uint8)
    flow = compute(pairs, PRESETS["fast"])
    assert flow.shape == (1, *shape, 2)
    assert np.isfinite(flow).all()


def test_a_batch_gives_what_its_pairs_give_alone(compute, view):
    pairs = np.stack([[view(0, 0), view(2, 0)], [view(0, 0), view(0, 3)], [view(1, 1), view(0, 0)]])
    alone = [compute(pairs[k : k + 1], PRESETS["fast"])[0] for k in range(3)]
    np.testing.assert_array_equal(compute(pairs, PRESETS["fast"]), np.stack(alone))


def test_a_small_image_before_changes_nothing(compute, view):
    wanted = compute(pair(view(0, 0), view(3, -2)), PRESETS["opencv"])
    compute(np.zeros((1, 2, 16, 16), np.uint8), PRESETS["opencv"])
    again = compute(pair(view(0, 0), view(3, -2)), PRESETS["opencv"])
    np.testing.assert_array_equal(again, wanted)


def test_the_opencv_preset_is_opencvs_own_defaults(view):
    ours = opencv_cpu.compute(pair(view(0, 0), view(3, -2)), PRESETS["opencv"])
    theirs = cv2.optflow.DualTVL1OpticalFlow_create().calc(view(0, 0), view(3, -2), None)
    np.testing.assert_array_equal(ours[0], theirs)


def test_the_fast_preset_is_faster_in_every_number_that_differs():
    differing = {
        name
        for name in ("num_scales", "num_warps", "epsilon", "tau", "scale_step", "median_pixels")
        if getattr(PRESETS["fast"], name) != getattr(PRESETS["opencv"], name)
    }
    assert differing == {"num_scales", "num_warps", "epsilon"}


def test_every_backend_can_be_asked_for_by_name():
    choices = set(get_args(FlowConfig.model_fields["backend"].annotation))
    assert choices == {"auto", *BACKENDS}


def test_auto_takes_the_first_present_with_the_semantics(config, monkeypatch):
    auto = config.model_copy(update={"backend": "auto"})
    assert resolve_backend(auto) == "opencv"
    monkeypatch.setattr(cv2, "cuda_OpticalFlowDual_TVL1", object, raising=False)
    monkeypatch.setattr(cv2.cuda, "getCudaEnabledDeviceCount", lambda: 1)
    assert resolve_backend(auto) == "opencv"
    cuda = auto.model_copy(update={"semantics": "opencv_cuda"})
    assert resolve_backend(cuda) == "opencv_cuda"


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
    with pytest.raises(ParamsError, match=r"backend: found 'cuda'.*'auto', 'opencv'"):
        validate(FlowConfig, config.model_dump() | {"backend": "cuda"}, "flow.yaml")
