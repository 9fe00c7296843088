import numpy as np
import pytest
import torch

from pipeline.clips.crop import CropError
from pipeline.clips.dataset import EvaluationClips, TrainingClips
from pipeline.clips.gaze_source import Real
from pipeline.clips.loader import consecutive_batches, make_loader
from pipeline.clips.params import CornerCrop, RandomCrop
from pipeline.clips.sampler import EpochSampler, Share
from pipeline.clips.sampler_params import CentreStack, ConsecutiveWindows, Dense
from pipeline.clips.store import ClipStore

PAIRS = [(epoch, clip) for epoch in range(12) for clip in range(4)]


DENSE = Dense(name="dense", frames=6)


def training(packed, stream="rgb", seed=0, sampler=DENSE, **augmentation):
    store = ClipStore(packed.clips_dir, stream)
    config = RandomCrop(**{"name": "random_crop", "crop": 8, **augmentation})
    return TrainingClips(store, sampler, config, Real(store), seed)


def evaluation(packed, clips, crop=8):
    store = ClipStore(packed.clips_dir, "rgb")
    windows = ConsecutiveWindows(name="windows", frames=8, stride=4)
    return EvaluationClips(store, clips, windows=windows, crop=crop, gaze_source=Real(store))


def test_a_sample_is_channels_first_and_labelled(packed):
    sample = training(packed, "flow")[0, 2]
    assert sample.video.shape == (2, 6, 8, 8)
    assert sample.video.dtype == np.uint8
    assert (sample.action, sample.verb, sample.clip) == (2, -1, 2)


def test_a_sample_shows_the_frames_that_it_names(packed):
    sample = training(packed)[5, 2]
    assert np.rint(sample.video[0, :, 0, 0] / 8).tolist() == (sample.frames + 4).tolist()


def test_a_sample_depends_on_seed_epoch_and_clip_alone(packed):
    first, second = training(packed), training(packed)
    expected = {pair: first[pair] for pair in PAIRS}
    for pair in reversed(PAIRS):
        sample = second[pair]
        assert np.array_equal(sample.video, expected[pair].video)
        assert np.array_equal(sample.gaze, expected[pair].gaze)


@pytest.mark.parametrize(("seed", "epoch"), [(1, 0), (0, 1)])
def test_another_seed_or_epoch_sees_other_frames(packed, seed, epoch):
    base, other = training(packed), training(packed, seed=seed)
    starts = [(base[e, 0].frames[0], other[e + epoch, 0].frames[0]) for e in range(12)]
    assert any(one != two for one, two in starts)


def test_both_streams_of_a_clip_are_drawn_alike(packed):
    rgb, flow = training(packed, "rgb"), training(packed, "flow")
    for pair in PAIRS:
        assert np.array_equal(rgb[pair].frames, flow[pair].frames)
        assert np.array_equal(rgb[pair].gaze, flow[pair].gaze)


def test_half_of_the_clips_are_mirrored(packed):
    greens = [training(packed)[pair].video[1, 0, 0].astype(int) for pair in PAIRS]
    mirrored = [green[0] > green[-1] for green in greens]
    assert 0.3 < np.mean(mirrored) < 0.7


def test_pixels_and_flow_are_mirrored_where_gaze_is(packed):
    rgb, flow = training(packed, "rgb"), training(packed, "flow")
    plain = training(packed, "flow", flip=False)
    for pair in PAIRS:
        green = rgb[pair].video[1, 0, 0].astype(int)
        still, seen = plain[pair], flow[pair]
        is_mirrored = green[0] > green[-1]
        x = np.minimum(256 - still.video[0].astype(int), 255) if is_mirrored else still.video[0]
        assert np.array_equal(seen.video[0], x)
        assert np.array_equal(seen.video[1], still.video[1])
        gaze_x = 1 - still.gaze[:, 0] if is_mirrored else still.gaze[:, 0]
        assert np.allclose(seen.gaze[:, 0], np.where(still.gaze_valid, gaze_x, 0))


def test_a_stack_shows_the_flow_of_consecutive_frames(packed):
    sampler = CentreStack(name="centre_stack", stack=5)
    sample = training(packed, "flow", sampler=sampler, flip=False)[0, 2]
    assert sample.frames.tolist() == [6, 7, 8, 9, 10]  # 19 pairs: ceil(14 / 2) counted from 1
    found = sample.video[0, :, 0, 0].astype(int)
    assert np.abs(found - 8 * (sample.frames + 4)).max() <= 1
    assert len(sample.gaze) == 5


def test_a_corner_crop_is_brought_to_its_size_and_gaze_moves_with_it(packed):
    store = ClipStore(packed.clips_dir, "rgb")
    config = CornerCrop(
        name="corner_crop", crop=6, scales=[1.0, 0.75], max_distort=1, fixed_offsets=13
    )
    dataset = TrainingClips(store, DENSE, config, Real(store), 0)
    for pair in PAIRS:
        sample, view = dataset.see(pair, None)
        assert sample.video.shape == (3, 6, 6, 6)
        points, valid = store.gaze(pair[1], sample.frames)
        columns = (points[:, 0] * 20 - view.crop.left) / view.crop.width
        columns = 1 - columns if view.is_mirrored else columns
        inside = sample.gaze_valid
        assert (inside <= valid).all()
        assert np.allclose(sample.gaze[inside, 0], columns[inside], atol=1e-6)
        rows = (0.5 * 12 - view.crop.top) / view.crop.height
        assert np.allclose(sample.gaze[inside, 1], rows)


def test_evaluation_sees_every_window_of_every_clip(packed):
    dataset = evaluation(packed, [1, 0])
    seen = [(dataset[item].clip, int(dataset[item].frames[0])) for item in range(len(dataset))]
    assert seen == [(1, 0), (1, 1), (0, 0), (0, 4), (0, 8), (0, 12)]


def test_evaluation_cuts_in_the_middle_and_moves_gaze(packed):
    sample = evaluation(packed, [3])[0]
    assert np.allclose(sample.gaze[sample.gaze_valid, 1], 0.5)
    assert not sample.gaze_valid.any()  # gaze at x = 0.1 … 0.3 lies left of columns 6 to 14
    assert sample.video.shape == (3, 8, 8, 8)


def test_a_crop_that_does_not_fit_is_an_error(packed):
    with pytest.raises(CropError, match="20 x 12"):
        evaluation(packed, [0], crop=13)[0]


@pytest.mark.parametrize("num_workers", [0, 2])
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_loader_gives_the_sampled_batches_whatever_the_number_of_workers(packed, num_workers):
    dataset = training(packed)
    sampler = EpochSampler(
        range(4), batch_size=2, seed=0, share=Share(0, 1), first_iteration=0, stop_iteration=5
    )
    before = torch.get_rng_state()
    batches = list(make_loader(dataset, sampler, num_workers=num_workers, is_pinned=False))
    assert torch.equal(torch.get_rng_state(), before)
    for batch, pairs in zip(batches, sampler, strict=True):
        samples = [dataset[pair] for pair in pairs]
        assert torch.equal(batch.video, torch.stack([torch.tensor(s.video) for s in samples]))
        assert batch.clip.tolist() == [clip for _, clip in pairs]
        assert batch.gaze.shape == (2, 6, 2)
        assert batch.gaze_valid.dtype == torch.bool


def test_an_evaluation_loader_leaves_no_window_out(packed):
    dataset = evaluation(packed, [0, 1, 2])
    batches = consecutive_batches(len(dataset), 4)
    loader = make_loader(dataset, batches, num_workers=0, is_pinned=False)
    assert sum(len(batch) for batch in loader) == len(dataset)
    assert [len(batch) for batch in batches] == [4, 4, 2]


def test_a_batch_moves_whole_to_a_device(packed):
    dataset = evaluation(packed, [0])
    (batch,) = make_loader(dataset, [range(2)], num_workers=0, is_pinned=False)
    moved = batch.to(torch.device("meta"))
    assert {getattr(moved, name).device.type for name in vars(moved)} == {"meta"}
