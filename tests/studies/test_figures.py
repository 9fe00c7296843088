import hashlib
import json

import cv2
import h5py
import numpy as np
import pytest
from experiments.made_repository import Recipe, add_experiment, git, make_repository
from ruamel.yaml import YAML

from pipeline.evaluation.explain import ClipMaps
from pipeline.experiments.names import ExperimentError
from pipeline.experiments.read import read_experiments
from pipeline.frames.size import Size
from pipeline.params import validate
from pipeline.reporting.theme import LIGHT
from pipeline.studies.errors import StudyError
from pipeline.studies.figures import FIGURES
from pipeline.studies.figures.clip_frames import ClipFrames, FrameMaps, _of_frames
from pipeline.studies.figures.confusion import Confusion, frequent_classes, gather_rest
from pipeline.studies.figures.grey_maps import OUTSIDE, GreyMaps, grey_picture
from pipeline.studies.figures.map_rows import MapRows
from pipeline.studies.figures.projection import Panel, Projection, draw_panels
from pipeline.studies.figures.sheet import PAPER, below, beside, encode_sheet
from pipeline.studies.outputs import lay_out
from pipeline.studies.results import Results
from pipeline.studies.write import _write_figures


def size_of(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR).shape[:2]


def test_the_registry_names_each_figure_by_its_own_word():
    assert {name: kind.model_fields["name"].default for name, kind in FIGURES.items()} == {
        name: name for name in FIGURES
    }


def test_classes_are_sorted_by_their_clips_and_equal_ones_by_id():
    assert frequent_classes(np.array([3, 1, 1, 3, 0]), 5).tolist() == [1, 3, 0, 2, 4]


def test_classes_that_are_not_drawn_are_one_more_so_that_rows_keep_their_sums():
    counts = np.arange(16).reshape(4, 4)
    gathered = gather_rest(counts, 2)
    assert gathered.tolist() == [
        *([0, 1, 2 + 3], [4, 5, 6 + 7]),
        [8 + 12, 9 + 13, 10 + 11 + 14 + 15],
    ]
    assert gather_rest(counts, 4) is counts


@pytest.fixture
def results(tmp_path):
    repository = make_repository(tmp_path / "repository")
    add_experiment(repository, "one", Recipe())
    experiments = dict(zip(["one"], read_experiments(repository, ["one"]), strict=True))
    return Results(repository, experiments, tmp_path / "folder")


def test_a_confusion_matrix_is_drawn_whole_or_of_the_first_classes(results):
    whole = Confusion(file="a", row="one").draw(results)
    first = Confusion(file="a", row="one", first=2).draw(results)
    assert size_of(first)[0] < size_of(whole)[0]
    with pytest.raises(StudyError, match="row 'one' has no scores of joint"):
        Confusion(file="a", row="one", stream="joint").draw(results)


def test_a_figure_that_cannot_be_drawn_says_why_and_the_others_are(results, tmp_path):
    old = tmp_path / "b.png"
    old.write_bytes(b"of an earlier table")
    figures = [
        Confusion(file="a", row="one"),
        Confusion(file="b", row="two"),
        GreyMaps(file="c", row="one"),
    ]
    lines = []
    written = _write_figures(figures, results, tmp_path, lines.append)
    assert [path.name for path in written] == ["a.png"]
    assert lines == [
        "figure b is not drawn: row 'two' has no finished experiment",
        "figure c is not drawn: experiment 'one' has no output data/clips",
    ]
    assert not old.exists()


def add_outputs(repository, name, outs):
    """Add an experiment whose lock names some outputs; a folder's files are given by a mapping."""
    entries = []
    for path, content in outs.items():
        if isinstance(content, dict):
            files = [
                {"md5": cache(repository, data), "relpath": inner}
                for inner, data in content.items()
            ]
            digest = cache(repository, json.dumps(files).encode(), ".dir")
        else:
            digest = cache(repository, content)
        entries.append({"path": path, "md5": digest})
    lock = repository.root / "made"
    with lock.open("w") as file:
        YAML(typ="safe").dump({"stages": {"all": {"cmd": "c", "outs": entries}}}, file)
    blob = git(repository.root, "hash-object", "-w", str(lock))
    tree = git(repository.root, "mktree", text=f"100644 blob {blob}\tdvc.lock\n")
    head = git(repository.root, "rev-parse", "HEAD")
    commit = git(repository.root, "commit-tree", tree, "-p", head, "-m", name)
    git(repository.root, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/{name}", commit)


def cache(repository, content, ending=""):
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest() + ending
    path = repository.objects / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return digest


def test_outputs_lie_at_their_own_paths_without_a_copy(tmp_path):
    repository = make_repository(tmp_path / "repository")
    outs = {"data/clips": {"a.h5": b"A", "b.h5": b"B"}, "data/explain/rgb.h5": b"R"}
    add_outputs(repository, "one", outs)
    folder = lay_out(repository, "one", list(outs), tmp_path / "folder")
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == {"data/clips/a.h5": b"A", "data/clips/b.h5": b"B", "data/explain/rgb.h5": b"R"}
    assert (folder / "data/clips/a.h5").is_symlink()
    lay_out(repository, "one", list(outs), folder)


def test_outputs_that_are_not_in_the_cache_say_how_to_get_them(tmp_path):
    repository = make_repository(tmp_path / "repository")
    add_outputs(repository, "one", {"data/clips": {"a.h5": b"A"}})
    cached = repository.objects / hashlib.md5(b"A", usedforsecurity=False).hexdigest()[:2]
    next(cached.iterdir()).unlink()
    with pytest.raises(ExperimentError, match=r"data/clips/a\.h5 is not at .*dvc exp pull"):
        lay_out(repository, "one", ["data/clips"], tmp_path / "folder")
    with pytest.raises(ExperimentError, match=r"has no output data/flow"):
        lay_out(repository, "one", ["data/flow"], tmp_path / "folder")


def clip(num_frames=3):
    generator = np.random.default_rng(2)
    return ClipFrames(
        name="clip",
        action="Take cup",
        num_frames=10,
        frames=np.array([1, 5, 8])[:num_frames],
        images=generator.integers(0, 255, (num_frames, 32, 48, 3)).astype(np.uint8),
        gaze=np.full((num_frames, 2), 0.5),
        is_gazed=np.array([True, False, True])[:num_frames],
    )


def test_maps_of_frames_are_scaled_over_the_whole_clip():
    maps = np.zeros((1, 2, 2, 2), np.float32)
    maps[0, 0, 0, 0], maps[0, 1, 1, 1] = 1, 3
    shown = _of_frames(ClipMaps(np.array([[0, 9]]), maps, None), clip())
    assert shown.maps[:, 0, 0].tolist() == pytest.approx([1 / 3, 0, 0])
    assert shown.maps[:, 1, 1].tolist() == pytest.approx([0, 1, 1])


def test_a_grey_map_is_white_at_one_and_leaves_the_uncropped_in_a_colour_of_its_own():
    picture = grey_picture(np.array([[1.0, 1.0], [0.0, 0.0]]), Size(96, 64), Size(48, 32), 16)
    assert picture.shape == (64, 96, 3)
    assert (picture[:16] == OUTSIDE).all()
    assert (picture[16, 40] == 255).all()
    assert (picture[47, 40] == 0).all()
    whole = grey_picture(np.ones((2, 2)), Size(96, 64), Size(48, 32), None)
    assert (whole == 255).all()


def test_a_block_of_grey_maps_has_frames_above_and_maps_below():
    figure = GreyMaps(file="a", row="one", width=40, frames=3)
    maps = FrameMaps(np.zeros((3, 2, 2)), None)
    block = figure._block(clip(), maps)
    assert block.shape == (22 + 4 + 27 + 4 + 27, 3 * 40 + 2 * 4, 3)
    assert not block[-1, :40].any()


def test_a_row_of_maps_has_a_picture_for_each_frame():
    figure = MapRows(file="a", of=[{"row": "one", "title": "one"}], width=30, frames=3)
    strip = figure._overlays(clip(), FrameMaps(np.ones((3, 2, 2)), 16))
    assert strip.shape == (20, 3 * 30 + 2 * 4, 3)
    assert figure._strip_width() == strip.shape[1]
    assert figure.rows == ["one"]


def test_pictures_of_any_width_make_a_sheet():
    black = np.zeros((4, 6, 3), np.uint8)
    sheet = below([beside([black, black], gap=2), black], gap=1)
    assert sheet.shape == (9, 14, 3)
    assert (sheet[5:, 6:] == PAPER).all()
    assert size_of(encode_sheet(sheet, margin=3)) == (15, 20)


def explain_file(path, names, num_features=8):
    path.parent.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(4)
    with h5py.File(path, "w") as file:
        words = h5py.string_dtype()
        file.create_dataset("clip", data=np.array(names, object), dtype=words)
        file.create_dataset("part", data=np.array(["test"] * len(names), object), dtype=words)
        file["features"] = generator.normal(size=(len(names), num_features)).astype(np.float32)


class LaidOut(Results):
    """Results whose outputs lie in the folder already."""

    def outputs(self, row, paths):
        self.of(row)
        return self.folder


def test_a_projection_shows_the_commonest_classes_of_each_row(results, tmp_path):
    laid = LaidOut(results.repository, {"a": results.of("one"), "b": results.of("one")}, tmp_path)
    names = results.of("one").scores["fused"].of("test").clips.tolist()
    explain_file(tmp_path / "data/explain/flow.h5", names)
    figure = validate(
        Projection, {"file": "p", "of": ["a", "b"], "stream": "flow", "classes": 2}, "figure"
    )
    panel = figure._panel(laid, "a", [0, 1])
    assert panel.title == "a, Flow"
    assert set(panel.labels.tolist()) == {0, 1}
    height, width = size_of(figure.draw(laid))
    assert width > 1.8 * height


def test_a_row_without_features_says_so(results, tmp_path):
    laid = LaidOut(results.repository, {"a": results.of("one")}, tmp_path)
    explain_file(tmp_path / "data/explain/rgb.h5", [])
    with pytest.raises(StudyError, match="row 'a' has no features of its rgb stream"):
        Projection(file="p", of=["a"], stream="rgb").draw(laid)


def test_more_classes_than_colours_take_another_marker():
    labels = np.arange(12)
    panel = Panel("a", np.random.default_rng(0).normal(size=(12, 2)), labels)
    png = draw_panels([panel], labels.tolist(), [f"class {n}" for n in labels], LIGHT)
    assert png.startswith(b"\x89PNG")
