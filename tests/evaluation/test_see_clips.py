from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from noise_store import NoiseStore
from torch import nn

from pipeline.clips.crop import CropError
from pipeline.clips.sampling import windows
from pipeline.evaluation import pieces
from pipeline.evaluation.inference import see_clips
from pipeline.evaluation.params import ProtocolConfig, ScoreConfig
from pipeline.evaluation.score import score_stream
from pipeline.evaluation.scores import ScoresError
from pipeline.evaluation.sharding import Processes

CPU = torch.device("cpu")
PROTOCOL = ProtocolConfig(
    clips={"name": "windows", "frames": 4, "stride": 2}, crop=5, average="frames"
)
made_store = partial(NoiseStore, 6, 8)


class FakeModel(nn.Module):
    """Three scores that depend on content and on time, and a map that is brightness."""

    normalisations = ("minus_one_one",)

    def __init__(self, has_map=True):
        super().__init__()
        self.has_map = has_map

    def forward(self, video):
        brightness = video.mean(dim=1)  # (B, T, H, W)
        ramp = torch.arange(video.shape[2], dtype=torch.float32)
        features = torch.stack([brightness.mean((1, 2, 3)), brightness.std((1, 2, 3))], dim=1)
        late = (brightness.mean((2, 3)) * ramp).sum(1, keepdim=True)
        attended = SimpleNamespace(map=brightness[:, ::2] if self.has_map else None)
        logits = torch.cat([features, late], dim=1)
        return SimpleNamespace(logits=logits, features=features, attended={"place": attended})


def see(store, clips, protocol=PROTOCOL, batch_windows=3, workers=0, model=None):
    return list(
        see_clips(
            store,
            model or FakeModel(),
            clips,
            protocol,
            batch_windows=batch_windows,
            precision="float32",
            device=CPU,
            workers=workers,
        )
    )


def slow_logits(store, clip):
    """One window at a time, frame scores kept one by one."""
    frame_scores = [[] for _ in range(clip.num_frames)]
    for window in windows(clip.num_frames, 4, 2, "move_back"):
        images = store.images(clip.index, window)[:, 0:5, 1:6]
        video = torch.from_numpy(images).permute(3, 0, 1, 2)[None] / 255 * 2 - 1
        logits = FakeModel()(video).logits[0].numpy()
        for frame in set(window.tolist()):
            frame_scores[frame].append(logits)
    return np.mean([np.mean(scores, axis=0) for scores in frame_scores], axis=0)


def test_a_clips_score_is_that_of_a_plain_loop_over_its_windows():
    store = made_store()
    for outputs, clip in zip(see(store, store.clips), store.clips, strict=True):
        np.testing.assert_allclose(outputs.clip_logits, slow_logits(store, clip), atol=1e-6)


@pytest.mark.parametrize("batch_windows", [1, 2, 50])
def test_the_batch_does_not_matter(batch_windows):
    store = made_store()
    expected = [outputs.clip_logits for outputs in see(store, store.clips)]
    found = [o.clip_logits for o in see(store, store.clips, batch_windows=batch_windows)]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_cutting_long_clips_into_pieces_does_not_matter(monkeypatch):
    store = made_store()
    expected = [outputs.logits for outputs in see(store, store.clips)]
    monkeypatch.setattr(pieces, "WINDOWS_A_PIECE", 2)
    for found, whole in zip(see(store, store.clips), expected, strict=True):
        np.testing.assert_allclose(found.logits, whole, atol=1e-6)


@pytest.mark.slow
def test_worker_processes_do_not_matter():
    store = made_store()
    expected = [outputs.clip_logits for outputs in see(store, store.clips)]
    found = [outputs.clip_logits for outputs in see(store, store.clips, workers=2)]
    np.testing.assert_array_equal(found, expected)


def test_scores_that_are_not_finite_name_the_clip():
    class Broken(FakeModel):
        def forward(self, video):
            seen = super().forward(video)
            seen.logits[:] = float("nan")
            return seen

    store = made_store()
    with pytest.raises(ScoresError, match=r"'clip0'.*not finite"):
        see(store, store.clips, model=Broken())


def test_a_crop_larger_than_the_images_is_refused():
    store = made_store()
    with pytest.raises(CropError, match="7 x 7"):
        see(store, store.clips, protocol=PROTOCOL.model_copy(update={"crop": 7}))


def score(rank, world, gather):
    processes = Processes(rank, world, CPU, 0, broadcast=lambda text: text, gather=gather)
    config = ScoreConfig(protocol=PROTOCOL, batch_windows=2)
    return score_stream(made_store(), FakeModel(), config, processes, label="score")


def test_validation_and_test_clips_are_scored_and_training_clips_are_not():
    scores = score(0, 1, lambda share: [share])
    assert scores.clips.tolist() == ["clip0", "clip1", "clip3", "clip4"]
    assert scores.parts.tolist() == ["test", "validation", "test", "test"]
    assert scores.labels.tolist() == [0, 1, 0, 1]
    assert scores.protocol["clips"]["stride"] == 2


@pytest.mark.parametrize("world", [3, 6])
def test_processes_together_give_the_scores_of_one(world):
    shares = []
    for rank in range(world):
        with pytest.raises(ScoresError, match="expected 4"):  # its share alone is incomplete
            score(rank, world, lambda share: [shares.append(share) or share])
    together = score(0, world, lambda _: shares)
    alone = score(0, 1, lambda share: [share])
    assert together.clips.tolist() == alone.clips.tolist()
    np.testing.assert_allclose(together.logits, alone.logits, atol=1e-6)
