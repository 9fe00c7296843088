import numpy as np
import pydantic
import pytest

from pipeline.clips.params import SamplerConfig
from pipeline.clips.sampler_params import WindowsConfig

SAMPLERS = [
    {"name": "dense", "frames": 4},
    {"name": "dense", "frames": 4, "stack": 2},
    {"name": "uniform", "frames": 5, "endpoint": True},
    {"name": "uniform", "frames": 5, "endpoint": False, "stack": 3},
    {"name": "segments", "frames": 3},
    {"name": "segments", "frames": 3, "stack": 5},
    {"name": "centre_stack", "stack": 5},
    {"name": "random_stack", "stack": 5},
]
WINDOWS = [
    {"name": "windows", "frames": 4, "stride": 3},
    {"name": "segments", "frames": 3, "stack": 5, "twice": True},
    {"name": "stacks", "stacks": 5, "stack": 5},
    {"name": "uniform", "frames": 5, "endpoint": True},
]


def sampler(values):
    return pydantic.TypeAdapter(SamplerConfig).validate_python(values)


def seen(values, num_frames):
    config = pydantic.TypeAdapter(WindowsConfig).validate_python(values)
    return config.windows(num_frames).tolist()


@pytest.mark.parametrize("num_frames", [2, 3, 6, 7, 40])
@pytest.mark.parametrize("values", SAMPLERS)
def test_every_sampler_stays_within_the_clip_and_gives_as_many_images(values, num_frames):
    generator = np.random.default_rng(0)
    config = sampler(values)
    last = num_frames - (1 if config.stack == 1 else 2)
    for _ in range(20):
        frames = config.draw(num_frames, generator)
        assert len(frames) == values.get("frames", 1) * config.stack
        assert 0 <= frames.min() <= frames.max() <= last


@pytest.mark.parametrize("num_frames", [2, 7, 40])
@pytest.mark.parametrize("values", SAMPLERS)
def test_validation_sees_windows_as_long_as_training_samples(values, num_frames):
    config = sampler(values)
    frames = config.draw(num_frames, np.random.default_rng(0))
    assert config.as_tested().windows(num_frames).shape[1:] == frames.shape


@pytest.mark.parametrize("values", [SAMPLERS[2], SAMPLERS[3], SAMPLERS[6]])
def test_what_is_not_drawn_is_the_same_in_training_and_tests(values):
    config = sampler(values)
    generator = np.random.default_rng(0)
    before = generator.bit_generator.state
    assert config.draw(20, generator).tolist() == config.as_tested().windows(20)[0].tolist()
    assert generator.bit_generator.state == before


@pytest.mark.parametrize("num_frames", [2, 7, 40])
@pytest.mark.parametrize("values", WINDOWS)
def test_tests_stay_within_the_clip(values, num_frames):
    found = np.array(seen(values, num_frames))
    assert 0 <= found.min() <= found.max() < num_frames


def test_validation_of_a_dense_sampler_lies_side_by_side():
    found = sampler({"name": "dense", "frames": 4}).as_tested().windows(11)
    assert found[:, 0].tolist() == [0, 4, 7]


def test_lstas_flow_is_the_five_images_in_the_middle():
    assert seen({"name": "centre_stack", "stack": 5}, 12) == [[2, 3, 4, 5, 6]]


def test_ego_rnns_flow_is_five_stacks_over_the_clip():
    # 25 flows, so linspace(1, 21, 5, endpoint=False) = 1, 5, 9, 13, 17
    found = seen({"name": "stacks", "stacks": 5, "stack": 5}, 26)
    assert found == [list(range(start, start + 5)) for start in (0, 4, 8, 12, 16)]


def test_tsms_flow_has_a_stack_at_the_middle_and_start_of_each_segment():
    # 24 flows and stacks of 5: 20 places, ticks of 10
    found = seen({"name": "segments", "frames": 2, "stack": 5, "twice": True}, 25)
    assert found == [
        [5, 6, 7, 8, 9, 15, 16, 17, 18, 19],
        [0, 1, 2, 3, 4, 10, 11, 12, 13, 14],
    ]


def test_igas_windows_lie_side_by_side_without_the_rest():
    values = {"name": "windows", "frames": 24, "stride": 24, "tail": "drop"}
    assert [window[0] for window in seen(values, 71)] == [0, 24]


def test_a_misspelt_sampler_names_those_that_exist():
    with pytest.raises(pydantic.ValidationError, match="'dense', 'uniform', 'segments'"):
        sampler({"name": "densely", "frames": 4})
