from dataclasses import replace

import numpy as np
import pytest
from reporting.made_run import NUM_FRAMES, clips

from pipeline.clips.store import ClipStore
from pipeline.evaluation.scores import read_scores, write_scores
from pipeline.reporting.fingerprint import BINS, describe_images, histogram
from pipeline.reporting.image_sample import (
    MOST_IMAGES,
    MOST_SESSIONS,
    ImageSample,
    choose_images,
    sample_images,
)


def slow_histogram(levels):
    counts = [0] * BINS
    for level in levels.ravel().tolist():
        counts[level * BINS // 256] += 1
    return [count / levels.size for count in counts]


def test_a_histogram_is_the_share_of_levels_in_each_bin():
    levels = np.random.default_rng(0).integers(0, 256, (3, 5, 7), dtype=np.uint8)
    np.testing.assert_allclose(
        histogram([levels[:1], levels[1:]]), slow_histogram(levels), atol=1e-4
    )


def test_a_constant_image_fills_one_bin():
    assert histogram([np.full((1, 2, 3), 255, np.uint8)]) == [0.0] * 31 + [1.0]


def test_channels_are_described_apart():
    frames = np.zeros((2, 3, 4, 3), np.uint8)
    frames[..., 1] = 255
    described = describe_images(ImageSample({"S": frames}, {}, 24.0))
    assert set(described) == {"frames"}
    assert described["frames"]["size"] == "4x3"
    assert described["frames"]["frames_per_second"] == 24.0
    assert described["frames"]["red"][0] == described["frames"]["green"][31] == 1.0


def test_sessions_of_different_sizes_are_all_named():
    sizes = {"S1": np.zeros((1, 2, 3, 3), np.uint8), "S2": np.zeros((1, 4, 6, 3), np.uint8)}
    assert describe_images(ImageSample(sizes, {}, None))["frames"]["size"] == ["3x2", "6x4"]


def test_the_sample_follows_its_seed_and_nothing_else(run):
    data = run.folders.data
    first, again, other = (describe_images(sample_images(data, data, seed)) for seed in (0, 0, 1))
    assert first == again
    assert sum(first["frames"]["red"]) == pytest.approx(1, abs=1e-3)
    assert first["flow"]["images"] > 0
    assert first["frames"]["frames_per_second"] is None  # no videos are there
    assert other["frames"]["images"] > 0


def test_another_split_gives_the_same_sample(run):
    store = ClipStore(run.folders.data / "clips", "rgb")
    picks = choose_images(store.clips, 3)
    moved = [replace(clip, part="train") for clip in store.clips]
    again = choose_images(moved, 3)
    assert all(
        (a[0], a[1].tolist()) == (b[0], b[1].tolist())
        for name in picks
        for a, b in zip(picks[name], again[name], strict=True)
    )


def test_the_sample_is_bounded_and_within_the_clips(run):
    one = replace(ClipStore(run.folders.data / "clips", "rgb").clips[0], num_frames=30)
    many = [
        replace(one, name=f"clip{number}", session=f"session{number % 90}", index=number)
        for number in range(900)
    ]
    picks = choose_images(many, 0)
    frames = [frame for chosen in picks.values() for _, own in chosen for frame in own.tolist()]
    assert len(picks) == MOST_SESSIONS
    assert len(frames) <= MOST_IMAGES
    assert max(frames) < 29  # the last frame has no flow of its own


def test_the_fingerprint_says_what_shaped_the_images(run):
    fingerprint = run.measure(versions={"torch": "2"}).record["fingerprint"]
    assert fingerprint["frames"] == {"size": 14}
    assert fingerprint["flow"] == {"bound_pixels": 20.0, "semantics": "opencv_cpu"}
    assert set(fingerprint["images"]) == {"frames", "flow"}
    assert set(fingerprint["models"]) == {"rgb", "flow"}
    assert fingerprint["versions"] == {"torch": "2"}


def test_a_network_of_both_streams_has_its_digest_where_a_method_trains_one(run):
    path = run.folders.models / "joint.pt"
    path.write_bytes(b"nothing was trained")
    assert "joint" not in run.measure().record["fingerprint"]["models"]
    scores = run.folders.data / "scores"
    write_scores(scores / "joint.h5", read_scores(scores / "fused.h5"))
    path.write_bytes(b"a network")
    first = run.measure().record["fingerprint"]["models"]
    path.write_bytes(b"another network")
    second = run.measure().record["fingerprint"]["models"]
    assert set(first) == {"rgb", "flow", "joint"}
    assert [name for name in first if first[name] != second[name]] == ["joint"]


def test_other_clips_give_another_digest(run):
    before = run.measure().record["fingerprint"]["data"]
    path = run.folders.data / "index" / "clips.csv"
    path.write_text(path.read_text().replace("P1", "P2"))
    after = run.measure().record["fingerprint"]["data"]
    assert before["clips.csv"] != after["clips.csv"]
    assert before["classes.csv"] == after["classes.csv"]


def test_every_made_clip_may_be_sampled(run):
    store = ClipStore(run.folders.data / "clips", "rgb")
    seen = {
        clip
        for seed in range(5)
        for own in choose_images(store.clips, seed).values()
        for clip, _ in own
    }
    assert seen == set(range(len(clips())))
    assert store.clips[0].num_frames == NUM_FRAMES
