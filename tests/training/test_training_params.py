import pytest
from training.tiny_phase import MODEL, make_config

from pipeline.params import ParamsError, validate
from pipeline.training.params import TrainConfig, gaze_of, model_of, terms_of


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"iterations": 5}, "either iterations or epochs"),
        ({"epochs": None}, "either iterations or epochs"),
        ({"accumulate": 3}, "does not divide into 3"),
        ({"losses": []}, "at least one"),
        ({"losses": [{"name": "gaze_mae", "weight": 1.0}]}, "gaze_mae"),
        ({"optimizer": {"name": "sgd", "lr": 0.1}}, "momentum"),
        ({"learning_rate": 0.1}, "unknown key"),
        ({"attention": "lsta"}, "phase.attention: found 'lsta', expected 'none' or 'stam'"),
        ({"teacher": "previous"}, "no loss asks the teacher"),
        ({"losses": [{"name": "mature_features"}]}, "teacher: previous"),
        ({"sampler": {"name": "centre_stack", "stack": 5}}, r"found 5, expected the network's 1"),
        ({"schedule": {"name": "step", "milestones": [3, 2], "factor": 0.1}}, "must rise"),
    ],
)
def test_a_slip_in_a_phase_is_named(changes, message):
    with pytest.raises(ParamsError, match=message):
        make_config(**changes)


def test_a_plain_phase_has_the_same_network_under_any_method():
    stam = make_config(attention="none")
    plain = {**MODEL, "attention": "none", "after": []}
    none = validate(TrainConfig, {**stam.model_dump(), "model": plain}, "test")
    assert model_of(stam, stam.phase) == model_of(none, none.phase)


def test_without_gaze_supervision_the_gaze_terms_are_left_out():
    config = make_config()
    config = validate(TrainConfig, {**config.model_dump(), "gaze": {"source": "none"}}, "test")
    assert [term.name for term in terms_of(config.phase, config.gaze)] == ["cross_entropy"]


def test_a_phase_that_looks_at_no_gaze_is_given_none():
    config = make_config(losses=[{"name": "cross_entropy", "weight": 1.0}])
    assert gaze_of(config.phase, config.gaze).source == "none"
    assert gaze_of(make_config().phase, make_config().gaze).source == "real"
