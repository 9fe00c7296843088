from dataclasses import replace

import pytest
import torch
from torch import multiprocessing

from pipeline.evaluation import score
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.score import write_network_scores
from pipeline.evaluation.scores import no_scores, read_scores
from pipeline.evaluation.sharding import Processes, gather_scores
from pipeline.memo import Memo

ALONE = Processes(0, 1, torch.device("cpu"), 0, lambda text: text, lambda share: [share])


class FakeStore:
    num_channels = 3
    stream = "rgb"
    clips = ()

    def images(self, clip, indices):
        raise NotImplementedError


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write scores by a counted stand-in for scoring; returns a function and its count."""
    counted = []

    def pretend(*_arguments, **_words):
        counted.append(1)
        return replace(no_scores(), protocol={"count": len(counted)})

    monkeypatch.setattr(score, "score_stream", pretend)
    monkeypatch.setattr(score, "load_stream", lambda _path: None)
    (tmp_path / "model.pt").write_bytes(b"weights")

    def run(stride=2, made_of="data"):
        config = ScoreConfig(
            protocol={"clips": {"name": "windows", "frames": 4, "stride": stride}, "crop": 5},
            batch_windows=1,
        )
        path = tmp_path / "rgb.h5"
        path.unlink(missing_ok=True)
        write_network_scores(
            [FakeStore()],
            tmp_path / "model.pt",
            config,
            path,
            made_of=made_of,
            memo=Memo(tmp_path / "work", ()),
            processes=ALONE,
        )
        return read_scores(path).protocol["count"]

    return run


def test_equal_model_data_and_configuration_are_scored_once(write):
    assert [write(), write()] == [1, 1]


def test_another_protocol_is_scored_anew(write):
    assert [write(stride=2), write(stride=3), write(stride=2)] == [1, 2, 1]


def test_other_data_or_code_are_scored_anew(write):
    assert [write(made_of="a"), write(made_of="b")] == [1, 2]


def test_another_model_is_scored_anew(write, tmp_path):
    assert write() == 1
    (tmp_path / "model.pt").write_bytes(b"other weights")
    assert write() == 2


def _gather(rank, folder):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2
    )
    shares = gather_scores(replace(no_scores(), protocol={"rank": rank}), 2)
    (folder / f"{rank}.txt").write_text(str([share.protocol["rank"] for share in shares]))
    torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_every_process_gets_all_shares_in_order_of_rank(tmp_path):
    multiprocessing.spawn(_gather, (tmp_path,), nprocs=2)
    assert [(tmp_path / f"{rank}.txt").read_text() for rank in (0, 1)] == ["[0, 1]"] * 2
