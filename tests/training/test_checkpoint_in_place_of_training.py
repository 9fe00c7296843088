import torch
from training.tiny_phase import MODEL, make_config, train_phase

from pipeline.memo import file_digest
from pipeline.models.trained import read_trained
from pipeline.params import validate
from pipeline.training.params import TrainConfig


def test_a_networks_file_stands_in_the_place_of_a_phase(data_dir, tmp_path, capsys):
    trained = train_phase(make_config(epochs=1), data_dir, tmp_path / "trained")
    values = {
        "stream": "rgb",
        "checkpoint": {
            "paths": [str(trained.model)],
            "kind": "fixate",
            "digests": [file_digest(trained.model)],
        },
        "phase": None,
        "model": MODEL,
        "seed": 3,
        "gaze": {"source": "real"},
    }
    config = validate(TrainConfig, values, "test")
    brought = train_phase(config, data_dir, tmp_path / "brought")
    was, now = read_trained(trained.model), read_trained(brought.model)
    assert (now.model, now.naming, now.epoch) == (was.model, was.naming, 0)
    assert was.weights.keys() == now.weights.keys()
    assert all(torch.equal(was.weights[name], now.weights[name]) for name in was.weights)
    assert brought.curve.read_text().splitlines() == ["epoch,iteration,lr"]
    assert "tensors loaded" in capsys.readouterr().out
