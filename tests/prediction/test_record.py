import json

import numpy as np
import pytest
from prediction.fakes import fake_networks
from prediction.films import write_film
from prediction.made_run import NAMES

from pipeline.prediction.describe import Outcome, head_of, segment_line, top_line
from pipeline.prediction.film import Film
from pipeline.prediction.record import clock, open_record, top_classes
from pipeline.prediction.watch import Pace, watch

PACE = Pace(0.5, 0.25, None)


def write(path, film_path):
    networks = fake_networks()
    with Film(film_path) as film:
        head = head_of(film, networks, PACE, None)
        with open_record(path, head, NAMES) as record:
            told = list(watch(film, networks, PACE, None))
            for one in told:
                record.add(one)
            outcome = Outcome(film, len(told), told[0].confidences, ())
            record.end(outcome.summary(NAMES))
    return told


def test_a_record_is_json_with_all_that_was_said(tmp_path):
    told = write(tmp_path / "out.json", write_film(tmp_path / "a.mp4", 24))
    made = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert made["format"] == 1
    assert made["networks"]["rgb"]["sha256"] == "0" * 64
    assert made["networks"]["rgb"]["protocol"]["clips"]["name"] == "uniform"
    assert made["confidence"]["kind"] == "softmax"
    assert [row["start"] for row in made["segments"]] == [0.0, 0.25, 0.5]
    for row, one in zip(made["segments"], told, strict=True):
        np.testing.assert_allclose(row["scores"], one.scores, atol=1e-6)
        assert [top["class"] for top in row["top"]] == top_classes(one.confidences).tolist()
        assert row["top"][0]["name"] == NAMES[row["top"][0]["class"]]
        assert row["num_frames"] == 12
    assert made["summary"]["num_frames"] == 24
    assert made["summary"]["seconds_lost"] == 0


def test_a_record_that_ends_in_an_error_leaves_the_old_one(tmp_path):
    path = tmp_path / "out.json"
    path.write_text("old")
    with pytest.raises(RuntimeError), open_record(path, {}, NAMES):
        raise RuntimeError
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["out.json"]


def test_of_equally_sure_classes_the_lower_id_comes_first():
    assert top_classes(np.array([0.1, 0.3, 0.1, 0.3, 0.1, 0.1])).tolist() == [1, 3, 0, 2, 4]
    assert top_classes(np.array([0.2, 0.8])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0:00.0"),
        (7.46, "0:07.5"),
        (59.96, "1:00.0"),
        (720.0, "12:00.0"),
        (3723.4, "1:02:03.4"),
    ],
)
def test_times_are_written_as_people_do(seconds, text):
    assert clock(seconds) == text


def test_lines_for_people_name_times_classes_and_confidences(tmp_path):
    with Film(write_film(tmp_path / "a.mp4", 24)) as film:
        told = list(watch(film, fake_networks(), Pace(9.0, 9.0, None), None))
        outcome = Outcome(film, 50, told[0].confidences, (segment_line(told[0], NAMES),))
    lines = outcome.lines(fake_networks().config)
    assert lines[0] == "a.mp4: 24 frames, 0:01.0, 50 segments"
    assert "RGB alone; confidence: softmax of the scores, not calibrated" in lines[1]
    assert lines[2].split()[:2] == ["0:00.0", "0:01.0"]
    assert lines[3] == "… 49 more; --json FILE has all"
    assert lines[4] == f"whole video, mean  {top_line(told[0].confidences, NAMES)}"
    assert outcome.loss() is None
