from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from pipeline.clips.crop import CropError
from pipeline.clips.flip import flip_flow
from pipeline.evaluation.inference import see_clips
from pipeline.evaluation.params import ProtocolConfig
from pipeline.evaluation.views import count_views, views_of

NUM_FRAMES, HEIGHT, WIDTH = 9, 6, 8


def protocol(views, crop=4, clips=None):
    clips = clips or {"name": "segments", "frames": 3, "twice": True}
    return ProtocolConfig(clips=clips, views=views, crop=None if views == "full" else crop)


def places(views, height, width):
    found = views_of(protocol(views), height, width)
    return [(view.crop.top, view.crop.left, view.is_mirrored) for view in found]


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(6, 9, [(1, 2), (1, 0), (1, 5)]), (9, 6, [(2, 1), (0, 1), (5, 1)])],
)
def test_three_crops_lie_along_the_long_side(height, width, expected):
    assert places("three_crops", height, width) == [(*place, False) for place in expected]


def test_ten_crops_are_the_centre_and_the_corners_and_their_mirror_images():
    corners = {(0, 0), (0, 5), (2, 0), (2, 5)}
    found = places("ten_crops", 6, 9)
    assert found[0] == (1, 2, False)
    assert set(found) == {
        (*place, mirrored) for place in corners | {(1, 2)} for mirrored in (False, True)
    }
    assert len(found) == 10


def test_a_full_image_is_neither_cut_nor_resized():
    (view,) = views_of(protocol("full"), 6, 9)
    assert (view.crop.height, view.crop.width, view.side) == (6, 9, None)


@pytest.mark.parametrize("views", ["centre", "three_crops", "ten_crops"])
def test_crops_larger_than_the_images_are_refused(views):
    with pytest.raises(CropError, match="4 x 4"):
        views_of(protocol(views), 3, 9)


@pytest.mark.parametrize(
    ("views", "count"), [("centre", 1), ("full", 1), ("three_crops", 3), ("ten_crops", 10)]
)
def test_views_are_counted(views, count):
    assert count_views(protocol(views)) == count


class FakeStore:
    """Noise; the second clip's images are wider."""

    def __init__(self, stream, channels):
        self.stream, self.channels = stream, channels
        self.decoded = []
        self.clips = [SimpleNamespace(index=n, name=f"c{n}", num_frames=NUM_FRAMES) for n in (0, 1)]

    def images(self, clip, indices):
        self.decoded += indices.tolist()
        shape = (NUM_FRAMES, HEIGHT, WIDTH + 2 * clip, self.channels)
        return np.random.default_rng(clip).integers(1, 255, shape, dtype=np.uint8)[indices]


class Mean(nn.Module):
    """Scores that change with place, time and mirroring; the map is the first channel."""

    normalisations = ("minus_one_one",)

    def forward(self, video):
        ramp = torch.arange(video.shape[-1]) * torch.arange(1, 1 + video.shape[2])[:, None, None]
        logits = (video * ramp).mean((2, 3, 4))
        attended = {"place": SimpleNamespace(map=video[:, 0])}
        return SimpleNamespace(logits=logits, features=logits, attended=attended)


def see(store, config, batch_windows=4):
    return list(
        see_clips(
            store,
            Mean(),
            store.clips,
            config,
            batch_windows=batch_windows,
            precision="float32",
            device=torch.device("cpu"),
            workers=0,
        )
    )


def levels(images):
    return torch.from_numpy(np.ascontiguousarray(images)).movedim(-1, 0)[None] / 255 * 2 - 1


def test_a_windows_score_is_the_mean_over_ten_crops_with_mirrored_flow():
    store = FakeStore("flow", 2)
    frames = [[1, 4, 7], [0, 3, 6]]
    (found, _) = see(store, protocol("ten_crops"))
    for row, window in zip(found.logits, frames, strict=True):
        images = store.images(0, np.array(window))
        cuts = [(1, 2), (0, 0), (0, 4), (2, 0), (2, 4)]
        cut = [images[:, top : top + 4, left : left + 4] for top, left in cuts]
        answers = [Mean()(levels(seen)).logits for one in cut for seen in (one, flip_flow(one))]
        np.testing.assert_allclose(row, torch.cat(answers).mean(0), atol=1e-5)
    assert found.frames.tolist() == frames


def test_maps_are_those_of_the_centre_whatever_the_views():
    store = FakeStore("rgb", 3)
    centre = see(store, protocol("centre"))[0]
    for views in ("three_crops", "ten_crops"):
        np.testing.assert_array_equal(see(store, protocol(views))[0].maps, centre.maps)


def test_full_images_of_different_sizes_share_no_batch():
    store = FakeStore("rgb", 3)
    found = see(store, protocol("full"), batch_windows=50)
    assert [outputs.maps.shape for outputs in found] == [(2, 3, 6, 8), (2, 3, 6, 10)]
    expected = Mean()(levels(store.images(1, np.array([1, 4, 7])))).logits[0]
    np.testing.assert_allclose(found[1].logits[0], expected, atol=1e-5)


def test_ten_crops_of_overlapping_windows_decode_each_frame_once():
    store = FakeStore("rgb", 3)
    clips = {"name": "segments", "frames": 4, "twice": True, "stack": 3}
    see(store, protocol("ten_crops", clips=clips))
    assert len(store.decoded) == 2 * len(set(store.decoded))
