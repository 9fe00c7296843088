import numpy as np
import pytest

from pipeline.fanout import ALONE
from pipeline.flow.assemble import assemble_session
from pipeline.flow.extract import extract_flow
from pipeline.flow.motion import read_motion
from pipeline.flow.quantize import dequantize
from pipeline.flow.session import flow_parameters
from pipeline.flow.solve import Solver
from pipeline.frames.encode import decode_grey, encode_rgb
from pipeline.frames.size import Size
from pipeline.frames.store import ImageReader, ImageWriter, StoreError


@pytest.fixture
def steady(config):
    return config.model_copy(update={"stabilise": "homography"})


def run(folder, config, memo):
    folders = (folder / "frames", folder / "flow", folder / "quarantine.csv")
    return extract_flow(config, *folders, memo=memo, crew=ALONE)


def read_flow(path):
    store = ImageReader(path)
    planes = [decode_grey(jpeg) for jpeg in store.encoded_between(0, 2 * store.num_items)]
    levels = np.stack(planes).reshape(-1, 2, 48, 64).transpose(0, 2, 3, 1)
    return dequantize(np.ascontiguousarray(levels), 20.0)


def test_the_cameras_motion_is_stored_beside_the_flow_that_is_without_it(
    tmp_path, store_frames, config, steady, memo
):
    store_frames("S1", {"a": 3, "one": 1, "b": 3})  # everything moves to the right by one pixel
    run(tmp_path, config, memo)
    moving = np.abs(read_flow(tmp_path / "flow" / "S1.h5")[:, 8:-8, 8:-8]).mean()
    report = run(tmp_path, steady, memo)
    still = np.abs(read_flow(tmp_path / "flow" / "S1.h5")[:, 8:-8, 8:-8]).mean()
    motion = read_motion(ImageReader(tmp_path / "flow" / "S1.h5"))
    assert moving > 0.4
    assert still < 0.2
    np.testing.assert_allclose(motion.homographies @ [30, 20, 1], [[31, 20, 1]] * 4, atol=0.15)
    assert (motion.num_inliers > 25).all()
    assert motion.is_found.all()
    assert (report.num_computed, report.num_unestimated) == (1, 0)


def test_pairs_without_an_estimate_are_counted_and_keep_their_motion(tmp_path, steady, memo):
    even = encode_rgb(np.full((48, 64, 3), 90, np.uint8), 95)
    with ImageWriter(tmp_path / "frames" / "S1.h5", "frames", {}) as writer:
        writer.add_video("a", Size(64, 48), [even] * 4)
    report = run(tmp_path, steady, memo)
    motion = read_motion(ImageReader(tmp_path / "flow" / "S1.h5"))
    assert report.num_unestimated == report.sessions[0].num_unestimated == 3
    assert report.metrics["flow/pairs_unestimated"] == 3
    assert "3 pairs without an estimate" in str(report)
    np.testing.assert_array_equal(motion.homographies, [np.eye(3)] * 3)
    np.testing.assert_array_equal(motion.num_inliers, 0)
    assert not motion.is_found.any()


def test_neither_blocks_nor_threads_change_the_motion(tmp_path, store_frames, steady, monkeypatch):
    path, parameters = store_frames("S1", {"a": 4, "b": 3}), flow_parameters(steady, "opencv")
    made = set()
    for pairs_per_block, threads in [(9, 1), (2, 2), (1, 3)]:
        monkeypatch.setattr("pipeline.flow.blocks.PIXELS_PER_BLOCK", pairs_per_block * 64 * 48)
        scratch = tmp_path / f"scratch {pairs_per_block}"
        scratch.mkdir()
        solver = Solver(steady, "opencv", threads)
        assemble_session(path, tmp_path / "made.h5", scratch, solver, parameters)
        made.add((tmp_path / "made.h5").read_bytes())
    assert len(made) == 1


def test_a_session_without_pairs_has_an_empty_motion(tmp_path, store_frames, steady, memo):
    store_frames("S1", {"one": 1})
    assert run(tmp_path, steady, memo).num_unestimated == 0
    assert read_motion(ImageReader(tmp_path / "flow" / "S1.h5")).homographies.shape == (0, 3, 3)


def test_flow_with_the_cameras_motion_in_it_has_none_beside_it(
    tmp_path, store_frames, config, memo
):
    store_frames("S1", {"a": 2})
    run(tmp_path, config, memo)
    with pytest.raises(StoreError, match="found no 'homographies'"):
        read_motion(ImageReader(tmp_path / "flow" / "S1.h5"))
