"""What a second phase takes from the first: weights, a teacher, and nothing that it may not."""

import pytest
import torch
from training.tiny_phase import MODEL, make_config, train_phase

from pipeline.models.trained import write_pass_through
from pipeline.training import initial, job, run
from pipeline.training.curve import read_curve
from pipeline.training.errors import TrainingError
from pipeline.training.learner import Learner

ENTROPY = {"name": "cross_entropy", "weight": 1.0}
PLAIN = {"attention": "none", "losses": [ENTROPY], "epochs": 1}
FROM_PLAIN = {"name": "previous", "new": ["attention."]}


@pytest.fixture(scope="module")
def plain(data_dir, tmp_path_factory):
    """Return the weights file of a plain first phase."""
    return train_phase(make_config(**PLAIN), data_dir, tmp_path_factory.mktemp("plain")).model


def state(path):
    return torch.load(path, weights_only=True)["state"]


def start_of(monkeypatch, *arguments, **words):
    """Return the weights that a phase begins with."""
    starts = []
    monkeypatch.setattr(Learner, "step", lambda self, *_: starts.append(self.weights()) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train_phase(*arguments, **words)
    return starts[0]


def test_attention_begins_with_the_plain_phases_weights(plain, data_dir, tmp_path, monkeypatch):
    config = make_config(initial=FROM_PLAIN)
    start = start_of(monkeypatch, config, data_dir, tmp_path, previous=plain)
    before = state(plain)
    assert all(torch.equal(start[name], weight) for name, weight in before.items())
    assert set(start) - set(before)


def test_published_weights_are_found_by_their_key(plain, data_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(initial, "find", lambda key, _root: {"i3d": (plain, "fixate")}[key])
    config = make_config(**{**PLAIN, "initial": {"name": "pretrained", "weights": "i3d"}})
    start = start_of(monkeypatch, config, data_dir, tmp_path)
    assert all(torch.equal(start[name], weight) for name, weight in state(plain).items())


def test_equal_weights_by_another_name_train_nothing_again(plain, data_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(initial, "find", lambda _key, _root: (plain, "fixate"))
    by_path = {"name": "file", "kind": "fixate", "path": str(plain)}
    by_key = {"name": "pretrained", "weights": "i3d"}
    work = tmp_path / "work"
    first = train_phase(make_config(**PLAIN | {"initial": by_path}), data_dir, tmp_path, work=work)
    monkeypatch.setattr(Learner, "step", lambda *_: 1 / 0)
    second = make_config(**PLAIN | {"initial": by_key})
    again = train_phase(second, data_dir, tmp_path / "again", work=work)
    assert again.model.read_bytes() == first.model.read_bytes()


VERBS = {**PLAIN, "target": "verb"}
CLIP_HEAD = {**MODEL, "head": "clip"}
MULTI_TASK = {**MODEL, "head": "multi_task", "attention": "none", "after": []}


def test_verbs_are_learnt_and_judged_like_actions(data_dir, tmp_path):
    paths = train_phase(make_config(**VERBS), data_dir, tmp_path)
    content = torch.load(paths.model, weights_only=True)
    assert (content["target"], content["num_classes"]) == ("verb", 2)
    assert 0 <= read_curve(paths.curve)[0]["val/top1"] <= 1


def test_the_classifier_of_verbs_becomes_another_part(data_dir, tmp_path, monkeypatch):
    verbs = train_phase(make_config(CLIP_HEAD, **VERBS), data_dir, tmp_path / "verbs").model
    previous = {
        "name": "previous",
        "renames": [["head.linear.", "head.parts.verb."]],
        "new": ["head.linear.", "head.parts.noun.", "head.biases."],
    }
    losses = [{"name": "multi_task"}]
    config = make_config(MULTI_TASK, **{**PLAIN, "initial": previous, "losses": losses})
    start = start_of(monkeypatch, config, data_dir, tmp_path, previous=verbs)
    assert torch.equal(start["head.parts.verb.weight"], state(verbs)["head.linear.weight"])
    assert start["head.linear.weight"].shape[0] == 3


def test_verb_noun_and_action_are_learnt_together(data_dir, tmp_path):
    config = make_config(MULTI_TASK, **{**PLAIN, "losses": [{"name": "multi_task"}]})
    curve = read_curve(train_phase(config, data_dir, tmp_path).curve)
    assert curve[0]["train/multi_task"] > 0


def test_a_data_set_without_verbs_cannot_teach_them(data_dir, tmp_path, monkeypatch):
    monkeypatch.setitem(job.LABELS, "verb", lambda _row: -1)
    with pytest.raises(TrainingError, match="no train clip has a verb"):
        train_phase(make_config(**VERBS), data_dir, tmp_path)


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


@pytest.mark.parametrize(
    ("changes", "is_frozen"),
    [
        ({"trainable": ["attention.*", "head.*"]}, lambda name: name.startswith("backbone.")),
        ({"batch_norm": "frozen"}, lambda name: name.endswith(STATISTICS)),
    ],
)
def test_what_a_phase_freezes_is_bit_for_bit_what_it_was(
    plain, data_dir, tmp_path, changes, is_frozen
):
    config = make_config(initial=FROM_PLAIN, **changes)
    after = state(train_phase(config, data_dir, tmp_path, previous=plain).model)
    for name, before in state(plain).items():
        is_equal = before.numpy().tobytes() == after[name].numpy().tobytes()
        assert is_equal == is_frozen(name), name


TAUGHT = {
    "attention": "none",
    "losses": [ENTROPY, {"name": "mature_features"}],
    "teacher": "previous",
}


def test_a_teacher_never_changes_and_has_no_gradient(plain, data_dir, tmp_path, monkeypatch):
    teachers = []

    def load(*arguments):
        teachers.append(load_teacher(*arguments))
        return teachers[-1]

    load_teacher = run.load_teacher
    monkeypatch.setattr(run, "load_teacher", load)
    paths = train_phase(make_config(**TAUGHT), data_dir, tmp_path, previous=plain)
    model = teachers[0].model
    for name, before in state(plain).items():
        assert before.numpy().tobytes() == model.state_dict()[name].numpy().tobytes(), name
    assert not any(module.training for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert state(paths.model).keys() == state(plain).keys()
    assert read_curve(paths.curve)[0]["train/mature_features"] > 0


def test_another_teacher_is_another_phase(plain, data_dir, tmp_path, monkeypatch):
    work, config = tmp_path / "work", make_config(**{**TAUGHT, "epochs": 1})
    train_phase(config, data_dir, tmp_path, previous=plain, work=work)
    other = train_phase(make_config(**VERBS), data_dir, tmp_path / "other").model
    monkeypatch.setattr(Learner, "step", lambda *_: 1 / 0)
    train_phase(config, data_dir, tmp_path, previous=plain, work=work)
    with pytest.raises(ZeroDivisionError):
        train_phase(config, data_dir, tmp_path, previous=other, work=work)


@pytest.mark.parametrize("changes", [{"initial": FROM_PLAIN}, TAUGHT])
def test_a_first_phase_that_the_recipe_lacks_cannot_be_begun_with(data_dir, tmp_path, changes):
    write_pass_through(tmp_path / "pretrain.pt")
    with pytest.raises(TrainingError, match="no first phase"):
        train_phase(make_config(**changes), data_dir, tmp_path, previous=tmp_path / "pretrain.pt")
