"""A video that is one clip gets the scores that the graph's stages give the clip."""

from pathlib import Path

import numpy as np
import pytest
import torch
from made_configs import FLOW
from prediction.films import write_film
from prediction.made_run import SCORE, SIDE, make_run

from pipeline.clips.pack import StoreDirs, pack_clips
from pipeline.clips.params import PackConfig
from pipeline.clips.store import ClipStore
from pipeline.evaluation.fusion import fuse_scores
from pipeline.evaluation.params import FuseConfig, ScoreConfig
from pipeline.evaluation.score import score_stream, score_two_streams
from pipeline.evaluation.scores import no_scores
from pipeline.evaluation.sharding import Processes
from pipeline.evaluation.trained import load_joint, load_stream
from pipeline.fanout import ALONE
from pipeline.flow.extract import extract_flow
from pipeline.frames.extract import extract_frames
from pipeline.frames.params import FramesConfig
from pipeline.memo import Memo, file_digest
from pipeline.prediction.bundle import open_setup
from pipeline.prediction.film import Film
from pipeline.prediction.networks import load_networks
from pipeline.prediction.watch import Pace, watch
from pipeline.quarantine import write_quarantine
from pipeline.tables.clips import Clip, write_clips
from pipeline.tables.sessions import SessionVideo, write_session_videos

CPU = torch.device("cpu")
PROCESSES = Processes(0, 1, CPU, 0, lambda text: text, lambda share: [share])
NUM_FRAMES = 21


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    return write_film(tmp_path_factory.mktemp("raw") / "a.mp4", NUM_FRAMES, size=(65, 49))


@pytest.fixture(scope="module")
def clips_dir(tmp_path_factory, film) -> Path:
    """Return what the stages frames, flow and pack make of the film as a test clip."""
    data = tmp_path_factory.mktemp("graph")
    memo = Memo(data / ".work", ())
    sessions = data / "sessions.csv"
    video = SessionVideo("S1", "P1", film.name, NUM_FRAMES, file_digest(film))
    write_session_videos(sessions, [video])
    frames = FramesConfig(root=str(film.parent), size=SIDE, quality=95)
    extract_frames(frames, sessions, data / "frames", data / "f.csv", memo=memo, crew=ALONE)
    extract_flow(FLOW, data / "frames", data / "flow", data / "q.csv", memo=memo, crew=ALONE)
    clip = Clip("c", "S1", "P1", film.name, 0, NUM_FRAMES, 0, NUM_FRAMES, 0, None, (), "test")
    write_clips(data / "clips.csv", [clip])
    for stage in ("index", "frames", "flow", "gaze"):
        write_quarantine(data / "quarantine" / f"{stage}.csv", [])
    pack_clips(
        PackConfig(max_quarantined_share=0.0),
        clips_csv=data / "clips.csv",
        stores=StoreDirs(data / "frames", data / "flow", data / "gaze"),
        quarantine_dir=data / "quarantine",
        out_dir=data / "clips",
        summary_path=data / "summary.json",
    )
    return data / "clips"


def graph_scores(clips_dir, models, fuse):
    config = ScoreConfig(**SCORE)
    stores = {stream: ClipStore(clips_dir, stream) for stream in ("rgb", "flow")}
    scored = {
        stream: score_stream(
            store, load_stream(models / stream / "model.pt"), config, PROCESSES, label=stream
        )
        for stream, store in stores.items()
    }
    fused = fuse_scores(scored["rgb"], scored["flow"], no_scores(), fuse)
    return {name: scores.logits[0] for name, scores in (scored | {"auto": fused}).items()}


def own_scores(root, film, wish):
    networks = load_networks(open_setup(root / "models", root / "data", wish), CPU, 2)
    with Film(film) as opened:
        (prediction,) = watch(opened, networks, Pace(2.0, 1.0, None), None)
    return prediction.scores


@pytest.mark.slow
@pytest.mark.parametrize("average", ["logits", "probabilities"])
def test_streams_and_their_fusion_score_a_film_as_the_graph_does(
    tmp_path, film, clips_dir, average
):
    root = make_run(tmp_path, average=average, weights=(0.25, 0.75))
    fuse = FuseConfig(average=average, weights=(0.25, 0.75))
    expected = graph_scores(clips_dir, root / "models", fuse)
    for wish in ("rgb", "flow", "auto"):
        found = own_scores(root, film, wish)
        np.testing.assert_allclose(found, expected[wish], atol=1e-5)


@pytest.mark.slow
def test_a_network_of_both_streams_scores_a_film_as_the_graph_does(tmp_path, film, clips_dir):
    root = make_run(tmp_path, with_joint=True)
    stores = [ClipStore(clips_dir, stream) for stream in ("rgb", "flow")]
    network = load_joint(root / "models" / "joint.pt")
    scores = score_two_streams(*stores, network, ScoreConfig(**SCORE), PROCESSES, label="joint")
    np.testing.assert_allclose(own_scores(root, film, "auto"), scores.logits[0], atol=1e-5)
