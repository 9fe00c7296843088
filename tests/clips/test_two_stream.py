import numpy as np
import pytest
import torch

from pipeline.clips.dataset import EvaluationClips, TrainingClips
from pipeline.clips.gaze_source import Nobody, Real
from pipeline.clips.loader import consecutive_batches, make_two_stream_loader
from pipeline.clips.params import RandomCrop
from pipeline.clips.sampler_params import (
    CentreStack,
    ConsecutiveWindows,
    Dense,
    StackWindows,
    Uniform,
)
from pipeline.clips.store import ClipStore
from pipeline.clips.two_stream import StreamsError, TwoStreamClips, TwoStreamWindows

PAIRS = [(epoch, clip) for epoch in range(8) for clip in range(4)]
DENSE = Dense(name="dense", frames=6)
UNIFORM = Uniform(name="uniform", frames=5, endpoint=True)
CENTRE = CentreStack(name="centre_stack", stack=5)
CROP = RandomCrop(name="random_crop", crop=8)


def training(packed, stream, sampler):
    store = ClipStore(packed.clips_dir, stream)
    return TrainingClips(store, sampler, CROP, Real(store), seed=0)


def both(packed, rgb=UNIFORM, flow=CENTRE):
    return TwoStreamClips(training(packed, "rgb", rgb), training(packed, "flow", flow))


def windows(packed, stream, config):
    store = ClipStore(packed.clips_dir, stream)
    return EvaluationClips(store, [0, 1], windows=config, crop=8, gaze_source=Nobody())


def test_each_stream_has_its_own_sampler(packed):
    sample = both(packed)[0, 2]
    assert sample.rgb.frames.tolist() == [0, 4, 9, 14, 19]
    assert sample.flow.frames.tolist() == [6, 7, 8, 9, 10]
    assert (sample.rgb.clip, sample.flow.clip) == (2, 2)


def test_equal_samplers_see_equal_frames(packed):
    dataset = both(packed, DENSE, DENSE)
    for pair in PAIRS:
        assert np.array_equal(dataset[pair].rgb.frames, dataset[pair].flow.frames)


def test_rgbs_sample_is_that_of_its_stream_alone(packed):
    alone, dataset = training(packed, "rgb", DENSE), both(packed, DENSE, CENTRE)
    for pair in PAIRS:
        assert np.array_equal(alone[pair].video, dataset[pair].rgb.video)


def test_both_streams_are_cut_and_mirrored_alike_whatever_their_samplers_draw(packed):
    dataset = both(packed, DENSE, CENTRE)
    for epoch in range(12):
        sample = dataset[epoch, 0]
        rgb, flow = (
            dict(zip(s.frames.tolist(), s.gaze, strict=True)) for s in (sample.rgb, sample.flow)
        )
        valid = dict(zip(sample.rgb.frames.tolist(), sample.rgb.gaze_valid, strict=True))
        for frame in set(rgb) & set(flow):
            if valid[frame]:
                assert np.array_equal(rgb[frame], flow[frame])
        is_mirrored = sample.rgb.video[1, 0, 0, 0] > sample.rgb.video[1, 0, 0, -1]
        x = 256 - 8 * sample.flow.frames if is_mirrored else 8 * sample.flow.frames
        assert np.abs(sample.flow.video[0, :, 0, 0].astype(int) - x).max() <= 1


def test_windows_of_both_streams_go_by_their_numbers(packed):
    config = ConsecutiveWindows(name="windows", frames=8, stride=8)
    dataset = TwoStreamWindows(windows(packed, "rgb", config), windows(packed, "flow", config))
    loader = make_two_stream_loader(
        dataset, consecutive_batches(len(dataset), 3), num_workers=0, is_pinned=False
    )
    batches = list(loader)
    assert [len(batch) for batch in batches] == [3, 2]
    assert batches[0].rgb.clip.tolist() == batches[0].flow.clip.tolist() == [0, 0, 0]
    assert torch.equal(batches[0].rgb.frames, batches[0].flow.frames)
    assert (batches[0].rgb.video.shape, batches[0].flow.video.shape) == (
        (3, 3, 8, 8, 8),
        (3, 2, 8, 8, 8),
    )


def test_streams_of_unequally_many_windows_are_refused(packed):
    stacks = StackWindows(name="stacks", stacks=5, stack=5)
    with pytest.raises(StreamsError, match="2 windows of RGB and 10 of flow"):
        TwoStreamWindows(windows(packed, "rgb", UNIFORM), windows(packed, "flow", stacks))


def test_a_batch_of_both_streams_moves_whole_to_a_device(packed):
    loader = make_two_stream_loader(both(packed), [PAIRS[:2]], num_workers=0, is_pinned=False)
    moved = next(iter(loader)).to(torch.device("meta"))
    assert (moved.rgb.video.device.type, moved.flow.gaze.device.type) == ("meta", "meta")
