"""The explanation file: what is written of which clips, and what is read back."""

from functools import partial

import h5py
import numpy as np
import pytest
import torch
from noise_store import NoiseStore

from pipeline.clips.sampling import windows
from pipeline.evaluation.explain import (
    ExplainError,
    read_faithfulness,
    read_features,
    read_maps,
    read_sample,
)
from pipeline.evaluation.inference import see_clips
from pipeline.evaluation.params import ProtocolConfig
from pipeline.explanation.class_maps import class_maps
from pipeline.explanation.explain import explain_nothing, explain_stream
from pipeline.explanation.params import ExplainConfig
from pipeline.models.normalise import normalise

CPU = torch.device("cpu")
PROTOCOL = ProtocolConfig(
    clips={"name": "windows", "frames": 4, "stride": 2}, crop=32, average="frames"
)
made_store = partial(NoiseStore, 36, 40)


def run_explain(build, path, store=None, attention="stam", **changes):
    """Explain the fake clips by a small network; returns where, and the numbers for tracking."""
    after = ["Mixed_4f"] if attention == "stam" else []
    values = {"protocol": PROTOCOL, "batch_windows": 8, "sample_clips": 2, "steps": 2}
    config = ExplainConfig(**{**values, **changes})
    network = build(attention=attention, after=after)
    numbers = explain_stream(
        store or made_store(), network, config, path, label="explain", device=CPU, workers=0
    )
    return path, numbers


@pytest.fixture(scope="module")
def explained(build, tmp_path_factory):
    """Return the explanation by attention, and its numbers."""
    return run_explain(build, tmp_path_factory.mktemp("explained") / "rgb.h5")


@pytest.fixture
def explain(build, tmp_path):
    """Return a function that explains otherwise."""
    return partial(run_explain, build, tmp_path / "rgb.h5")


def see(network, clip):
    return next(
        see_clips(
            made_store(),
            network,
            [made_store().clips[clip]],
            PROTOCOL,
            batch_windows=3,
            precision="float32",
            device=CPU,
            workers=0,
        )
    )


def test_validation_and_test_clips_are_explained_window_by_window(explained):
    path, numbers = explained
    with h5py.File(path) as file:
        assert file["clip"].asstr()[:].tolist() == ["clip0", "clip1", "clip3", "clip4"]
        assert file["part"].asstr()[:].tolist() == ["test", "validation", "test", "test"]
        assert file["first"][:].tolist() == [0, 4, 5, 8, 13]
        assert file["window_frames"][:, 0].tolist() == [0, 2, 4, 5, 0, 0, 2, 3, 0, 2, 4, 6, 8]
        assert file["maps"].shape == (13, 1, 2, 2)
        assert (file["features"].shape, file["logits"].shape) == ((4, 128), (4, 3))
        sampled = file["clip"].asstr()[file["sampled"][:]].tolist()
    assert sorted(read_sample(path)) == sampled
    assert len(sampled) == 2
    assert set(sampled) <= {"clip0", "clip3", "clip4"}
    assert numbers["explain/clips_with_maps"] == 4


def test_maps_and_features_are_those_of_a_pass_over_the_clip(explained, build):
    path, _ = explained
    expected = see(build(attention="stam", after=["Mixed_4f"]), 3)
    found = read_maps(path, ["clip3"])["clip3"]
    np.testing.assert_allclose(found.maps, expected.maps, atol=1e-5)
    assert found.frames.tolist() == windows(7, 4, 2, "move_back").tolist()
    assert found.crop == 32
    features = read_features(path)
    assert (features.clips[2], features.parts[2]) == ("clip3", "test")
    np.testing.assert_allclose(features.features[2], expected.clip_features, atol=1e-5)


def test_grad_cam_is_of_the_class_that_the_clips_scores_name(explained, build):
    path, _ = explained
    network = build(attention="stam", after=["Mixed_4f"])
    for name, found in read_maps(path, read_sample(path), "grad_cam").items():
        clip = int(name.removeprefix("clip"))
        action = int(see(network, clip).clip_logits.argmax())
        images = made_store().images(clip, found.frames.ravel())[:, 2:34, 4:36]
        video = torch.from_numpy(images).unflatten(0, found.frames.shape).movedim(-1, 1)
        classes = torch.full((len(found.frames),), action)
        with h5py.File(path) as file:
            place = file["sample"].attrs["place"]
        expected = class_maps(network, normalise(video, "minus_one_one"), classes, place)
        np.testing.assert_allclose(found.maps, expected, rtol=1e-3, atol=1e-6)


def test_each_kind_of_map_has_curves_with_the_same_ends(explained):
    path, numbers = explained
    found = read_faithfulness(path)
    assert set(found) == {"attention", "grad_cam", "random"}
    for kind, curves in found.items():
        assert curves.clips == read_sample(path)
        assert curves.deletion.shape == curves.insertion.shape == (2, 3)
        np.testing.assert_array_equal(curves.deletion[:, 0], curves.insertion[:, -1])
        np.testing.assert_array_equal(curves.deletion[:, 0], found["random"].deletion[:, 0])
        area = (curves.deletion[:, :-1] + curves.deletion[:, 1:]).sum(axis=1) / 4
        np.testing.assert_allclose(curves.deletion_areas, area)
        assert numbers[f"explain/deletion/{kind}"] == pytest.approx(area.mean())


def test_an_explanation_is_the_same_twice(explain, explained):
    assert explain()[0].read_bytes() == explained[0].read_bytes()


def test_a_method_without_maps_still_has_grad_cam(explain):
    path, numbers = explain(attention="none")
    assert numbers["explain/clips_with_maps"] == 0
    assert read_maps(path, ["clip3"]) == {}
    assert set(read_maps(path, read_sample(path), "grad_cam")) == set(read_sample(path))
    assert set(read_faithfulness(path)) == {"grad_cam", "random"}


def test_segments_say_which_frames_were_seen_and_full_images_have_no_crop(explain):
    protocol = ProtocolConfig(clips={"name": "segments", "frames": 4, "twice": True}, views="full")
    path, _ = explain(protocol=protocol)
    found = read_maps(path, ["clip4"])["clip4"]
    assert found.frames.tolist() == [[1, 4, 7, 10], [0, 3, 6, 9]]
    assert found.maps.shape == (2, 1, 3, 3)
    assert found.crop is None


def test_of_several_views_maps_are_of_the_centre(explain, explained):
    path, _ = explain(protocol=PROTOCOL.model_copy(update={"views": "three_crops"}))
    several = read_maps(path, ["clip3"])["clip3"]
    np.testing.assert_allclose(several.maps, read_maps(explained[0], ["clip3"])["clip3"].maps)
    sampled = read_maps(path, read_sample(path), "grad_cam")
    assert [len(own.maps) for own in sampled.values()] == [
        len(own.frames) for own in read_maps(explained[0], list(sampled), "grad_cam").values()
    ]


@pytest.mark.parametrize(
    "changes", [{"sample_clips": 0}, {"store": made_store(("validation", *["train"] * 4))}]
)
def test_without_a_sample_there_is_no_closer_look(explain, changes):
    path, numbers = explain(**changes)
    assert read_sample(path) == ()
    assert read_faithfulness(path) == {}
    assert read_maps(path, ["clip1" if "store" not in changes else "clip0"], "grad_cam") == {}
    assert set(numbers) == {"explain/clips_with_maps"}


def test_whole_images_of_several_sizes_are_refused(explain, monkeypatch):
    images = NoiseStore.images
    monkeypatch.setattr(
        NoiseStore, "images", lambda self, clip, at: images(self, clip, at)[:, :, : 40 - 16 * clip]
    )
    store = made_store(("test", "test", *["train"] * 3))
    protocol = PROTOCOL.model_copy(update={"views": "full", "crop": None})
    for attention in ("stam", "none"):
        with pytest.raises(ExplainError, match=r"maps: found .*frames\.size WIDTHxHEIGHT"):
            explain(store, attention=attention, protocol=protocol, sample_clips=2)


def test_a_named_place_is_explained(explain):
    path, _ = explain(place="Mixed_3b")
    with h5py.File(path) as file:
        assert file["sample"].attrs["place"] == "Mixed_3b"
        assert file["sample/maps"].shape[1:] == (2, 4, 4)


def test_a_stream_that_the_method_lacks_has_nothing(tmp_path):
    explain_nothing(tmp_path / "flow.h5")
    assert read_maps(tmp_path / "flow.h5", ["clip3"]) == {}
    assert read_maps(tmp_path / "flow.h5", ["clip3"], "grad_cam") == {}
    assert read_features(tmp_path / "flow.h5").clips == ()


@pytest.mark.parametrize(("kind", "clip"), [("attention", "clip2"), ("grad_cam", "clip1")])
def test_a_clip_that_was_not_explained_is_named(explained, kind, clip):
    with pytest.raises(ExplainError, match=f"{clip}.*dvc repro explain"):
        read_maps(explained[0], [clip], kind)


def test_an_absent_file_says_how_to_make_it(tmp_path):
    with pytest.raises(ExplainError, match=r"none\.h5.*dvc repro explain"):
        read_sample(tmp_path / "none.h5")


def test_only_the_sampled_clips_are_looked_at_twice(explain, monkeypatch):
    asked = []
    images = NoiseStore.images
    monkeypatch.setattr(
        NoiseStore, "images", lambda self, clip, at: asked.append(clip) or images(self, clip, at)
    )
    path, _ = explain()
    sampled = {int(name.removeprefix("clip")) for name in read_sample(path)}
    assert {clip for clip in asked if asked.count(clip) > 1} == sampled
