"""Memory does not grow with the video: an hour takes what a minute takes."""

import json

import numpy as np
import psutil
import pytest
from prediction.fakes import fake_networks
from prediction.films import write_film

from pipeline.prediction import run as run_module
from pipeline.prediction.gather import Setup
from pipeline.prediction.overlay import draw
from pipeline.prediction.run import Request, predict_video
from pipeline.prediction.watch import Pace

HOUR_SECONDS = 3600
NUM_FRAMES = 1800
GROWTH_BYTES = 20 << 20
"""Far below what the hour's stored frames (66 MB), or its pictures, would take."""


@pytest.mark.slow
def test_an_hour_of_video_takes_no_more_memory_than_its_first_minutes(tmp_path, monkeypatch):
    times = np.linspace(0, HOUR_SECONDS, NUM_FRAMES, endpoint=False).tolist()
    video = write_film(tmp_path / "hour.mp4", NUM_FRAMES, times=times, size=(128, 96))
    monkeypatch.setattr(draw, "SHORT_SIDE", 96)  # else drawing takes a minute
    networks, sizes = fake_networks(size=96, crop=90), []
    monkeypatch.setattr(run_module, "load_networks", lambda *_words: networks)
    process, watched = psutil.Process(), run_module.watch

    def measured(*words):
        for prediction in watched(*words):
            sizes.append(process.memory_info().rss)
            yield prediction

    monkeypatch.setattr(run_module, "watch", measured)
    request = Request(
        video=video,
        pace=Pace(20.0, 10.0, None),
        gaze=None,
        overlay_path=tmp_path / "overlay.mp4",
        record_path=tmp_path / "record.json",
        threads=1,
    )
    predict_video(request, Setup(networks.config, tmp_path, ()), networks.device)
    made = json.loads((tmp_path / "record.json").read_text())
    assert made["summary"]["num_frames"] == NUM_FRAMES
    assert len(sizes) == len(made["segments"]) == 359
    assert max(sizes) - sizes[len(sizes) // 10] < GROWTH_BYTES
