import numpy as np
import pytest
from prediction.fakes import fake_networks
from prediction.films import cut, write_film
from prediction.made_run import NAMES

from pipeline.prediction.errors import PredictionError
from pipeline.prediction.table import OWN_COLUMNS, TableWish, predict_table, table_columns
from pipeline.prediction.watch import Pace

PACE = Pace(1.0, 0.5, None)


def test_a_row_is_a_segment_and_a_column_a_class(tmp_path):
    paths = [str(write_film(tmp_path / name, 36)) for name in ("a.mp4", "b.mp4")]
    table = predict_table(paths, fake_networks(), TableWish(PACE, has_scores=False))
    assert table.columns.tolist() == [*OWN_COLUMNS, *NAMES]
    assert table["video"].tolist() == [paths[0]] * 2 + [paths[1]] * 2
    assert table["start"].tolist() == [0.0, 0.5] * 2
    np.testing.assert_allclose(table[list(NAMES)].sum(axis=1), 1, rtol=1e-6)
    best = table[list(NAMES)].idxmax(axis=1)
    assert table["action"].tolist() == best.tolist()
    np.testing.assert_allclose(table["confidence"], table[list(NAMES)].max(axis=1))


def test_scores_stand_in_place_of_confidences_where_they_are_wanted(tmp_path):
    path = str(write_film(tmp_path / "a.mp4", 12))
    table = predict_table([path], fake_networks(), TableWish(PACE, has_scores=True))
    means = table[list(NAMES)].to_numpy()[0]
    np.testing.assert_allclose(means[:3], -means[3:], rtol=1e-5)


def test_a_cut_video_says_in_every_row_what_is_lost(tmp_path):
    path = str(cut(write_film(tmp_path / "a.mp4", 72), 0.6))
    table = predict_table([path], fake_networks(), TableWish(PACE, has_scores=False))
    assert len(set(table["seconds_lost"])) == 1
    assert table["seconds_lost"][0] > 0.5


def test_classes_that_are_called_alike_or_as_another_column_keep_columns_of_their_own():
    columns = table_columns(["Cut", "video", "Cut"])
    assert columns[-3:] == ["Cut", "video [1]", "Cut [2]"]


def test_no_path_and_no_file_are_named(tmp_path):
    wish = TableWish(PACE, has_scores=False)
    with pytest.raises(PredictionError, match="found no path"):
        predict_table([], fake_networks(), wish)
    with pytest.raises(PredictionError, match=r"nowhere\.mp4: found no such file"):
        predict_table([str(tmp_path / "nowhere.mp4")], fake_networks(), wish)
