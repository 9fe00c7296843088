import numpy as np
import pytest
from imports import REPOSITORY

from pipeline.configuration.load import load_configuration
from pipeline.gaze_metrics.params import FIELDS_OF_VIEW_DEGREES, GazeMetricsConfig


@pytest.mark.parametrize("recording", ["P06-R02-TurkeySandwich", "P10-R02-TurkeySandwich"])
def test_egteas_own_gaze_vectors_span_60_degrees(shared_dir, recording):
    path = shared_dir / "egtea" / "gaze_data" / f"{recording}.txt"
    rows = [line.split("\t") for line in path.read_text("latin-1").splitlines() if line[:2] != "##"]
    names = ("R POR X [px]", "R GVEC X", "R GVEC Z")
    columns = [rows[0].index(name) for name in names]
    values = [[float(row[column] or "nan") for column in columns] for row in rows[1:]]
    x, across, ahead = np.array(values).T
    is_seen = (x > 0) & (x < 1280) & (np.abs(ahead) > 0.1)
    focal = abs(np.polyfit(across[is_seen] / ahead[is_seen], x[is_seen], 1)[0])
    assert 2 * np.degrees(np.arctan(640 / focal)) == pytest.approx(60, abs=2.5)


def test_auto_is_the_data_sets_own_field_of_view():
    paths = (REPOSITORY / "params.yaml", REPOSITORY / "recipes", REPOSITORY)
    section = load_configuration(*paths, workers=1)[0]["gaze_metrics"]
    assert section == GazeMetricsConfig(field_of_view_degrees=FIELDS_OF_VIEW_DEGREES["kitchen"])
