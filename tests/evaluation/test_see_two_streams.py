from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from pipeline.evaluation.inference import see_two_streams
from pipeline.evaluation.params import ProtocolConfig, ScoreConfig
from pipeline.evaluation.score import score_two_streams
from pipeline.evaluation.scores import ScoresError
from pipeline.evaluation.sharding import Processes

CPU = torch.device("cpu")
LENGTHS = (9, 3, 12)
UNIFORM = {"name": "uniform", "frames": 3, "endpoint": True}
CENTRE = {"name": "centre_stack", "stack": 2}
WINDOWS = {"name": "windows", "frames": 4, "stride": 4}


@dataclass(frozen=True)
class FakeClip:
    index: int
    name: str
    num_frames: int
    part: str = "test"
    action: int = 0


class FakeStore:
    def __init__(self, stream, channels):
        self.stream, self.channels = stream, channels
        self.clips = [FakeClip(n, f"c{n}", length) for n, length in enumerate(LENGTHS)]

    def images(self, clip, indices):
        generator = np.random.default_rng([clip, self.channels])
        shape = (LENGTHS[clip], 6, 8, self.channels)
        return generator.integers(1, 255, shape, dtype=np.uint8)[indices]


class Both(nn.Module):
    """Scores of RGB's channels, then of flow's, under their own normalisations."""

    normalisations = ("imagenet", "grey_flow")

    def forward(self, rgb, flow):
        logits = torch.cat([rgb.mean((2, 3, 4)), flow.mean((2, 3, 4))], dim=1)
        attended = {"place": SimpleNamespace(map=rgb[:, 0] ** 2)}
        return SimpleNamespace(logits=logits, features=logits, attended=attended)


STORES = FakeStore("rgb", 3), FakeStore("flow", 2)


def protocol(**values):
    return ProtocolConfig(**{"clips": UNIFORM, "flow_clips": CENTRE, "crop": 5, **values})


def see(config, batch_windows=2):
    return list(
        see_two_streams(
            *STORES,
            Both(),
            STORES[0].clips,
            config,
            batch_windows=batch_windows,
            precision="float32",
            device=CPU,
            workers=0,
        )
    )


def slow_logits(clip, rgb_frames, flow_frames):
    rgb, flow = (
        store.images(clip, np.array(frames))[:, :5, 1:6] / 255
        for store, frames in zip(STORES, (rgb_frames, flow_frames), strict=True)
    )
    rgb = (rgb.mean((0, 1, 2)) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    flow = (flow.mean((0, 1, 2)) - 0.449) / 0.226
    return np.concatenate([rgb, flow])


def test_each_stream_is_seen_by_its_own_windows_and_normalisation():
    found = see(protocol())
    expected = [([0, 4, 8], [2, 3]), ([0, 1, 2], [0, 1]), ([0, 5, 11], [4, 5])]
    for outputs, (rgb, flow) in zip(found, expected, strict=True):
        np.testing.assert_allclose(
            outputs.clip_logits, slow_logits(outputs.clip, rgb, flow), atol=1e-5
        )
        assert outputs.frames.tolist() == [rgb]
        assert outputs.maps.shape == (1, 3, 5, 5)


def test_both_streams_share_their_windows_where_flow_has_none_of_its_own():
    found = see(protocol(clips=WINDOWS, flow_clips=None))[2]
    for row, frames in zip(found.logits, found.frames, strict=True):
        np.testing.assert_allclose(row, slow_logits(2, frames, frames), atol=1e-5)


@pytest.mark.parametrize("views", ["three_crops", "ten_crops"])
def test_a_batch_of_both_streams_does_not_matter(views):
    config = protocol(views=views)
    for one, other in zip(see(config, 1), see(config, 50), strict=True):
        np.testing.assert_allclose(one.logits, other.logits, atol=1e-6)


def test_streams_of_unequally_many_windows_name_the_clip():
    config = protocol(flow_clips=WINDOWS)
    with pytest.raises(ScoresError, match=r"'c0': found {'rgb': 1, 'flow': 3} windows"):
        see(config)


def test_scores_of_both_streams_come_one_a_clip():
    processes = Processes(0, 1, CPU, 0, lambda text: text, lambda share: [share])
    config = ScoreConfig(protocol=protocol(), batch_windows=2)
    scores = score_two_streams(*STORES, Both(), config, processes, label="score joint")
    assert scores.clips.tolist() == ["c0", "c1", "c2"]
    np.testing.assert_allclose(scores.logits, [o.clip_logits for o in see(protocol())])
    assert scores.protocol["flow_clips"]["name"] == "centre_stack"
