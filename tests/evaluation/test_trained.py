import pytest
import torch

from pipeline.evaluation.trained import load_joint, load_stream
from pipeline.models.build import build_recognizer
from pipeline.models.errors import WeightsError
from pipeline.models.naming import Naming
from pipeline.models.params import ModelConfig
from pipeline.models.trained import TrainedNetwork, write_pass_through, write_trained

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


def write_network(path, in_channels=2, target="action"):
    model = build_recognizer(CONFIG, 2, 4, seed=3)
    naming = Naming(target, 4, {})
    write_trained(path, TrainedNetwork(CONFIG, in_channels, naming, model.state_dict(), epoch=1))
    return model


def test_a_network_is_rebuilt_from_its_file_alone(tmp_path):
    model = write_network(tmp_path / "model.pt")
    again = load_stream(tmp_path / "model.pt").state_dict()
    assert again.keys() == model.state_dict().keys()
    assert all(torch.equal(again[name], tensor) for name, tensor in model.state_dict().items())


def test_a_network_of_another_number_of_channels_than_its_file_says_is_refused(tmp_path):
    write_network(tmp_path / "model.pt", in_channels=3)
    with pytest.raises(WeightsError, match=r"model.pt: .*does not fit"):
        load_stream(tmp_path / "model.pt")


def test_a_network_that_names_verbs_is_not_scored(tmp_path):
    write_network(tmp_path / "model.pt", target="verb")
    with pytest.raises(WeightsError, match="names a clip's verb, expected its action"):
        load_stream(tmp_path / "model.pt")


def test_a_file_without_a_network_is_refused(tmp_path):
    write_pass_through(tmp_path / "model.pt")
    with pytest.raises(WeightsError, match="no trained network"):
        load_stream(tmp_path / "model.pt")


def test_one_stream_is_no_network_of_both(tmp_path):
    write_network(tmp_path / "joint.pt")
    with pytest.raises(WeightsError, match="found a network of one stream, expected one of both"):
        load_joint(tmp_path / "joint.pt")


def test_an_absent_file_names_the_stages_to_run(tmp_path):
    with pytest.raises(WeightsError, match="dvc repro train"):
        load_stream(tmp_path / "model.pt")
