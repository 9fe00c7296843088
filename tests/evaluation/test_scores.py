from dataclasses import replace

import numpy as np
import pytest

from pipeline.evaluation.scores import (
    Scores,
    ScoresError,
    no_scores,
    read_scores,
    write_scores,
)
from pipeline.evaluation.sharding import merge_scores, shard


def make_scores(num_clips):
    return Scores(
        clips=np.array([f"clïp-{number}" for number in range(num_clips)], dtype=str),
        parts=np.array(["test"] * num_clips, dtype=str),
        labels=np.arange(num_clips),
        logits=np.arange(num_clips * 3, dtype=np.float32).reshape(num_clips, 3),
        protocol={"stride": 8},
    )


@pytest.mark.parametrize("scores", [make_scores(4), replace(no_scores(), protocol={"stride": 8})])
def test_what_is_written_is_read_back(tmp_path, scores):
    write_scores(tmp_path / "new" / "rgb.h5", scores)
    found = read_scores(tmp_path / "new" / "rgb.h5")
    for name in ("clips", "parts", "labels", "logits"):
        assert np.array_equal(getattr(found, name), getattr(scores, name))
    assert found.logits.shape == scores.logits.shape
    assert found.protocol == {"stride": 8}


def test_an_absent_file_names_the_stage_to_run(tmp_path):
    with pytest.raises(ScoresError, match="dvc repro score"):
        read_scores(tmp_path / "rgb.h5")


def test_a_failed_write_leaves_the_old_scores(tmp_path):
    path = tmp_path / "rgb.h5"
    write_scores(path, make_scores(2))
    broken = make_scores(3)
    broken.protocol["bad"] = {1, 2}
    with pytest.raises(TypeError):
        write_scores(path, broken)
    assert len(read_scores(path).clips) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["rgb.h5"]


@pytest.mark.parametrize("world", [1, 2, 3, 7])
def test_shards_together_are_everything_once(world):
    items = list(range(5))
    shares = [shard(items, rank, world) for rank in range(world)]
    assert sorted(item for share in shares for item in share) == items
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_merged_shards_are_the_undivided_scores():
    whole = make_scores(5)
    shares = [whole.take(np.arange(rank, 5, 2)) for rank in range(2)]
    merged = merge_scores(shares, whole.clips.tolist())
    assert np.array_equal(merged.logits, whole.logits)
    assert np.array_equal(merged.clips, whole.clips)


@pytest.mark.parametrize("rows", [[0, 1], [0, 1, 2, 2]])
def test_a_clip_absent_or_scored_twice_is_refused(rows):
    whole = make_scores(3)
    with pytest.raises(ScoresError, match="expected 3 different"):
        merge_scores([whole.take(np.array(rows))], whole.clips.tolist())


def test_columns_of_different_length_are_refused():
    with pytest.raises(ScoresError, match="one row a clip"):
        Scores(np.array(["a"]), np.array([]), np.array([0]), np.zeros((1, 2)), {})
