import pytest
import torch

from pipeline.evaluation.trained import CheckpointError, load_trained
from pipeline.models.build import build_recognizer
from pipeline.models.errors import WeightsError
from pipeline.models.params import ModelConfig

CONFIG = ModelConfig(
    backbone="i3d",
    width=0.125,
    attention="none",
    after=[],
    head="windows",
    normalisation="minus_one_one",
    compat="paper",
    dropout=0.5,
)


def write_checkpoint(path, **changes):
    model = build_recognizer(CONFIG, 2, 4, seed=3)
    content = {
        "phase": "train",
        "state": model.state_dict(),
        "model": CONFIG.model_dump(mode="json"),
        "num_classes": 4,
        "normalisation": "minus_one_one",
        "epoch": 1,
    }
    torch.save(content | changes, path)
    return model


def test_a_network_is_rebuilt_from_its_checkpoint_alone(tmp_path):
    model = write_checkpoint(tmp_path / "model.pt")
    trained = load_trained(tmp_path / "model.pt", in_channels=2)
    assert trained.num_classes == 4
    for name, tensor in trained.model.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name])


def test_another_streams_checkpoint_does_not_fit(tmp_path):
    write_checkpoint(tmp_path / "model.pt")
    with pytest.raises(WeightsError):
        load_trained(tmp_path / "model.pt", in_channels=3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"phase": None}, "no trained network"), ({"target": "verb"}, "verb")],
)
def test_a_checkpoint_that_cannot_be_scored_with_is_refused(tmp_path, changes, words):
    write_checkpoint(tmp_path / "model.pt", **changes)
    with pytest.raises(CheckpointError, match=words):
        load_trained(tmp_path / "model.pt", in_channels=2)


def test_an_absent_checkpoint_names_the_stages_to_run(tmp_path):
    with pytest.raises(CheckpointError, match="dvc repro train"):
        load_trained(tmp_path / "model.pt", in_channels=2)
