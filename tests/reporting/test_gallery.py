from fractions import Fraction

import av
import numpy as np
import pytest

from pipeline.evaluation.explain import ClipMaps
from pipeline.evaluation.scores import Scores
from pipeline.memo import Memo
from pipeline.overlays.clip import Caption
from pipeline.reporting.films import Scene, make_films
from pipeline.reporting.gallery import MOST_FRAMES, StreamView, Told, choose_clips, make_gallery


class FakeClip:
    index, name = 0, "S1-0"

    def __init__(self, num_frames):
        self.num_frames = num_frames


class FakeStore:
    """Grey frames; gaze in the first seven."""

    def __init__(self, num_frames=9):
        self.clips = [FakeClip(num_frames)]
        self.asked = []

    def images(self, clip, indices):
        self.asked.append(indices)
        return np.full((len(indices), 14, 20, 3), 90, np.uint8)

    def gaze(self, clip, indices):
        points = np.stack([indices / 9, np.full(len(indices), 0.4)], axis=1)
        return points.astype(np.float32), indices < 7


def make_scores(labels):
    labels = np.array(labels)
    names = np.array([f"clip{row}" for row in range(len(labels))])
    return Scores(names, np.full(len(labels), "test"), labels, np.zeros((len(labels), 9)), {})


def one_clip(logits):
    return Scores(np.array(["S1-0"]), np.array(["test"]), np.array([1]), np.array([logits]), {})


def gallery(tmp_path, store, kinds=("attention",)):
    maps = ClipMaps(
        np.arange(6)[None], np.random.default_rng(0).random((1, 2, 3, 3), np.float32), 12
    )
    views = {"rgb": StreamView(one_clip([5.0, 0.0, 1.0]), {kind: {"S1-0": maps} for kind in kinds})}
    told = Told(one_clip([0.0, 2.0, 1.0]), ("Take cup", "Put cup", "Open fridge"), views)
    (made,) = make_gallery(store, told, 24.0, Memo(tmp_path, []))
    return made


def test_clips_are_chosen_with_their_own_labels_the_preferred_ones_first():
    preferred = ["clip0", "clip1", "clip2", "clip21"]
    chosen = choose_clips(make_scores([0] * 20 + [1, 2]), 3, 4, preferred)
    assert set(chosen.clips.tolist()) < set(preferred)
    assert set(chosen.labels.tolist()) == {0, 2}
    assert all(
        (name == "clip21") == (label == 2)
        for name, label in zip(chosen.clips, chosen.labels, strict=True)
    )


def test_a_clip_has_a_film_under_each_map_and_one_without(tmp_path):
    made = gallery(tmp_path, FakeStore(), kinds=("attention", "grad_cam"))
    assert list(made.films) == ["RGB attention", "RGB Grad-CAM++", "Frames"]
    assert made.guesses[0][0] == made.label == 1
    assert (made.num_frames, made.num_gazed) == (9, 7)


def test_a_film_plays_every_frame_at_the_videos_rate(tmp_path):
    made = gallery(tmp_path, FakeStore())
    path = tmp_path / "film.mp4"
    path.write_bytes(made.films["Frames"].mp4)
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == 9
        assert container.streams.video[0].average_rate == 24
    assert made.films["Frames"].poster[:2] == b"\xff\xd8"


def test_the_middle_of_a_long_clip_is_shown(tmp_path):
    store = FakeStore(num_frames=MOST_FRAMES + 60)
    made = gallery(tmp_path, store)
    assert made.num_frames == MOST_FRAMES
    assert store.asked[0][0] == 30


@pytest.fixture
def scene():
    images = np.zeros((3, 14, 20, 3), np.uint8)
    caption = Caption("Frames", "Take cup", 0.5, "Put cup")
    return Scene(images, np.full((3, 2), 0.5, np.float32), np.ones(3, bool), None, caption)


def test_films_are_made_once(tmp_path, scene, monkeypatch):
    memo = Memo(tmp_path, [])
    first = make_films([scene], Fraction(24), memo)
    monkeypatch.setattr("pipeline.reporting.films.write_film", None)  # it is not called again
    assert make_films([scene], Fraction(24), memo) == first
    with pytest.raises(TypeError):
        make_films([scene], Fraction(12), memo)


@pytest.mark.parametrize("change", ["images", "points", "is_valid", "maps", "caption"])
def test_a_scene_of_other_content_is_another_film(scene, change):
    other = {
        "images": scene.images + 1,
        "points": scene.points + 0.1,
        "is_valid": ~scene.is_valid,
        "maps": ClipMaps(np.arange(3)[None], np.ones((1, 1, 2, 2), np.float32), None),
        "caption": Caption("Frames", "Take cup", 0.6, "Put cup"),
    }
    changed = Scene(**{**vars(scene), change: other[change]})
    assert changed.digest() != scene.digest()
