import pytest
import torch
from training.tiny_phase import (
    MODEL,
    Tick,
    make_config,
    train_phase,
)

from pipeline.params import validate
from pipeline.training.curve import read_curve
from pipeline.training.errors import TrainingError
from pipeline.training.learner import Learner
from pipeline.training.params import TrainConfig

PLAIN = {"attention": "none", "losses": [{"name": "cross_entropy", "weight": 1.0}]}


class KilledError(Exception):
    pass


def kill_at(monkeypatch, number):
    """Let the learner's step of this number, from 1, fail; returns the count of steps taken."""
    step, steps = Learner.step, []

    def counted(self, *arguments):
        steps.append(1)
        if len(steps) == number:
            raise KilledError
        return step(self, *arguments)

    monkeypatch.setattr(Learner, "step", counted)
    return steps


GROUPED = {
    "optimizer": {
        "name": "adam",
        "lr": 1e-3,
        "weight_decay": 5e-4,
        "eps": 1e-4,
        "groups": [{"match": ["head.*"], "lr_factor": 5.0}],
    },
    "schedule": {"name": "exponential", "factor": 0.9, "unit": "epochs"},
}


@pytest.mark.parametrize("changes", [{"keep": "best"}, GROUPED])
def test_a_killed_phase_goes_on_where_it_was_and_ends_as_if_nothing_had_been(
    data_dir, tmp_path, monkeypatch, changes
):
    config = make_config(**changes)
    undisturbed = train_phase(config, data_dir, tmp_path / "undisturbed")
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        kill_at(patch, 4)  # the second step of the second epoch
        train_phase(config, data_dir, tmp_path / "killed", clock=Tick())
    steps = kill_at(monkeypatch, None)
    resumed = train_phase(config, data_dir, tmp_path / "killed")
    assert len(steps) == 3
    assert resumed.curve.read_text() == undisturbed.curve.read_text()
    assert resumed.model.read_bytes() == undisturbed.model.read_bytes()


def test_an_equal_first_phase_of_another_method_is_not_trained_again(
    data_dir, tmp_path, monkeypatch
):
    stam = make_config(**PLAIN)
    model = {**MODEL, "attention": "none", "after": []}
    none = validate(TrainConfig, {**stam.model_dump(), "model": model}, "test")
    first = train_phase(stam, data_dir, tmp_path / "stam", work=tmp_path / "work")
    kill_at(monkeypatch, 1)
    rows = []
    second = train_phase(
        none, data_dir, tmp_path / "none", work=tmp_path / "work", log=lambda *row: rows.append(row)
    )
    assert second.model.read_bytes() == first.model.read_bytes()
    assert [iteration for _, iteration in rows] == [2, 4, 6]


@pytest.mark.parametrize(
    "changes", [{"seed": 4}, {"gaze": {"source": "centre"}}, {"phase": make_config().phase}]
)
def test_another_seed_gaze_or_phase_is_trained_anew(data_dir, tmp_path, monkeypatch, changes):
    augmentation = {"name": "random_crop", "crop": 33, "flip": False}
    config = make_config(epochs=1, augmentation=augmentation)
    train_phase(config, data_dir, tmp_path / "a", work=tmp_path / "work")
    other = validate(TrainConfig, {**config.model_dump(), **changes}, "test")
    kill_at(monkeypatch, 1)
    with pytest.raises(KilledError):
        train_phase(other, data_dir, tmp_path / "b", work=tmp_path / "work")


def test_the_file_holds_all_that_is_needed_to_build_the_network_again(data_dir, tmp_path):
    paths = train_phase(make_config(epochs=1), data_dir, tmp_path)
    content = torch.load(paths.model, weights_only=True)
    assert (content["phase"], content["epoch"], content["num_classes"]) == ("train", 1, 3)
    assert content["model"]["attention"] == {"name": "stam"}
    assert content["model"]["normalisation"] == "minus_one_one"
    assert (content["target"], content["num_parts"]) == ("action", {"verb": 2, "noun": 4})
    assert any(name.startswith("attention.Mixed_5c") for name in content["state"])


def test_flow_has_two_channels(data_dir, tmp_path):
    config = make_config(epochs=1).model_copy(update={"stream": "flow"})
    content = torch.load(train_phase(config, data_dir, tmp_path).model, weights_only=True)
    assert content["in_channels"] == 2


def test_no_phase_passes_through(data_dir, tmp_path):
    config = validate(TrainConfig, {**make_config().model_dump(), "phase": None}, "test")
    paths = train_phase(config, data_dir, tmp_path)
    assert torch.load(paths.model, weights_only=True) == {"phase": None}
    assert read_curve(paths.curve) == []


def test_a_diverging_phase_stops_with_advice(data_dir, tmp_path):
    optimizer = {"name": "sgd", "lr": 1e30, "momentum": 0.0, "weight_decay": 0.0}
    with pytest.raises(TrainingError, match=r"lower the recipe's optimizer\.lr"):
        train_phase(make_config(optimizer=optimizer, batch_norm="frozen"), data_dir, tmp_path)


def test_the_curve_has_a_column_for_every_term_and_empty_cells_without_validation(
    data_dir, tmp_path
):
    config = make_config(epochs=2, validation={"every_epochs": 2})
    lines = train_phase(config, data_dir, tmp_path).curve.read_text().splitlines()
    assert lines[0] == (
        "epoch,iteration,lr,train/loss,train/cross_entropy,train/gaze_mse,val/loss,val/top1"
    )
    assert lines[1].endswith(",,")
    assert not lines[2].endswith(",")
