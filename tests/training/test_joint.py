import pytest
import torch
from torch import multiprocessing
from training.tiny_joint import PLAIN, PLANS, make_plan, train_joint, write_stream, write_streams
from training.tiny_phase import ALONE_ON_CPU, Tick, make_memo

from pipeline.clips.store import ClipStore
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.score import write_network_scores
from pipeline.evaluation.scores import read_scores
from pipeline.evaluation.sharding import Processes
from pipeline.evaluation.trained import load_joint
from pipeline.models.errors import WeightsError
from pipeline.models.params import ModelConfig
from pipeline.models.trained import write_pass_through
from pipeline.params import ParamsError, validate
from pipeline.training.curve import read_curve
from pipeline.training.distributed import Group
from pipeline.training.errors import TrainingError
from pipeline.training.joint_params import JointConfig
from pipeline.training.learner import Learner


class KilledError(Exception):
    pass


@pytest.fixture
def streams(tmp_path):
    """Return a folder with both streams of the network `concat`."""
    write_streams(tmp_path / "streams", make_plan().plan)
    return tmp_path / "streams"


def state(path):
    return torch.load(path, weights_only=True)["state"]


def kill_at(monkeypatch, number):
    """Let the learner's step of this number, from 1, fail."""
    step, steps = Learner.step, []

    def counted(self, *arguments):
        steps.append(1)
        if len(steps) == number:
            raise KilledError
        return step(self, *arguments)

    monkeypatch.setattr(Learner, "step", counted)


@pytest.mark.parametrize("name", PLANS)
def test_every_network_learns_from_both_streams(data_dir, tmp_path, name):
    config = make_plan(name, epochs=1, batch_norm="frozen")
    write_streams(tmp_path, config.plan)
    paths = train_joint(config, data_dir, tmp_path, tmp_path)
    (row,) = read_curve(paths.curve)
    assert row["train/cross_entropy"] > 0
    assert 0 <= row["val/top1"] <= 1
    assert load_joint(paths.model).normalisations == tuple(
        stream.normalisation for stream in (config.plan.model.rgb, config.plan.model.flow)
    )


@pytest.mark.parametrize("name", PLANS)
def test_every_parameter_learns(data_dir, tmp_path, monkeypatch, name):
    config = make_plan(name, epochs=1, batch_norm="frozen")
    write_streams(tmp_path, config.plan)
    idle, step = [], Learner.step

    def watched(self, *arguments):
        values = step(self, *arguments)
        parameters = self.model.named_parameters()
        idle.append({key for key, parameter in parameters if parameter.grad is None})
        return values

    monkeypatch.setattr(Learner, "step", watched)
    train_joint(config, data_dir, tmp_path, tmp_path)
    assert set.intersection(*idle) == set()


def test_what_is_frozen_stays_what_the_streams_have_learnt(data_dir, streams, tmp_path):
    config = make_plan(trainable=["fc2.*"])
    after = state(train_joint(config, data_dir, streams, tmp_path).model)
    learnt = {
        f"{stream}.{name}": tensor
        for stream in ("rgb", "flow")
        for name, tensor in state(streams / f"{stream}.pt").items()
        if not name.startswith("head.")
    }
    assert set(after) - set(learnt) == {"fc2.weight", "fc2.bias"}
    for name, tensor in learnt.items():
        assert tensor.numpy().tobytes() == after[name].numpy().tobytes(), name


def test_killed_joint_training_goes_on_and_ends_as_if_nothing_had_been(
    data_dir, streams, tmp_path, monkeypatch
):
    config = make_plan(keep="best", epochs=2)
    undisturbed = train_joint(config, data_dir, streams, tmp_path / "undisturbed")
    with monkeypatch.context() as patch, pytest.raises(KilledError):
        kill_at(patch, 4)
        train_joint(config, data_dir, streams, tmp_path / "killed", clock=Tick())
    resumed = train_joint(config, data_dir, streams, tmp_path / "killed")
    assert resumed.curve.read_text() == undisturbed.curve.read_text()
    assert resumed.model.read_bytes() == undisturbed.model.read_bytes()


def test_equal_joint_training_is_done_once(data_dir, streams, tmp_path, monkeypatch):
    config, work = make_plan(epochs=1), tmp_path / "work"
    first = train_joint(config, data_dir, streams, tmp_path / "a", work=work)
    kill_at(monkeypatch, 1)
    second = train_joint(config, data_dir, streams, tmp_path / "b", work=work)
    assert second.model.read_bytes() == first.model.read_bytes()


@pytest.mark.parametrize("stream", ["rgb", "flow"])
def test_another_stream_is_learnt_from_anew(data_dir, streams, tmp_path, monkeypatch, stream):
    config, work = make_plan(epochs=1), tmp_path / "work"
    train_joint(config, data_dir, streams, tmp_path / "a", work=work)
    channels = 3 if stream == "rgb" else 2
    write_stream(streams / f"{stream}.pt", config.plan.model.rgb, channels, seed=6)
    kill_at(monkeypatch, 1)
    with pytest.raises(KilledError):
        train_joint(config, data_dir, streams, tmp_path / "b", work=work)


def test_without_a_plan_the_stage_passes_through(data_dir, tmp_path):
    paths = train_joint(JointConfig(plan=None), data_dir, tmp_path, tmp_path)
    assert torch.load(paths.model, weights_only=True) == {"phase": None}
    assert read_curve(paths.curve) == []


def test_a_stream_that_was_not_trained_is_named(data_dir, streams, tmp_path):
    write_pass_through(streams / "flow.pt")
    with pytest.raises(TrainingError, match=r"flow\.pt: holds no trained network"):
        train_joint(make_plan(), data_dir, streams, tmp_path)


def test_a_stream_of_another_network_does_not_fit(data_dir, streams, tmp_path):
    wider = ModelConfig.model_validate({**PLAIN, "width": 0.1})
    write_stream(streams / "rgb.pt", wider, 3, seed=1)
    with pytest.raises(WeightsError, match="of another shape"):
        train_joint(make_plan(), data_dir, streams, tmp_path)


def test_the_network_is_scored_from_its_file_alone(data_dir, streams, tmp_path):
    model = train_joint(make_plan(epochs=1), data_dir, streams, tmp_path).model
    clips = {"name": "windows", "frames": 8, "stride": 4}
    config = ScoreConfig(protocol={"clips": clips, "crop": 33}, batch_windows=4)
    stores = [ClipStore(data_dir / "clips", stream) for stream in ("rgb", "flow")]
    write_network_scores(
        stores,
        model,
        config,
        tmp_path / "joint.h5",
        made_of="",
        memo=make_memo(tmp_path / "work"),
        processes=Processes(0, 1, ALONE_ON_CPU.device, 0, lambda text: text, lambda own: [own]),
    )
    scores = read_scores(tmp_path / "joint.h5")
    assert scores.clips.tolist() == ["c8", "c9", "c10"]
    assert scores.logits.shape == (3, 3)


def train_as_one_of_two(rank, data_dir, streams, out):
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{out}/meet", rank=rank, world_size=2
    )
    config = make_plan("cross_modal", batch_norm="frozen", epochs=2)
    group = Group(rank=rank, world=2, device=torch.device("cpu"))
    train_joint(config, data_dir, streams, out, group=group)
    torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_halves(data_dir, tmp_path):
    config = make_plan("cross_modal", batch_norm="frozen", epochs=2, accumulate=2)
    write_streams(tmp_path, config.plan)
    alone = train_joint(config, data_dir, tmp_path, tmp_path / "alone")
    (tmp_path / "together").mkdir()
    multiprocessing.spawn(train_as_one_of_two, (data_dir, tmp_path, tmp_path / "together"), 2)
    found = read_curve(tmp_path / "together" / "joint.csv")
    assert found == [pytest.approx(row, rel=0, abs=1e-6) for row in read_curve(alone.curve)]


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("cross_modal", {"sampler": {**PLANS["cross_modal"]["phase"]["sampler"], "frames": 4}},
         "summary is of 3 frames, found a sampler of 4"),
        ("cross_modal", {"flow_sampler": {"name": "centre_stack"}},
         "flow_sampler.stack: found 1, expected the network's 5"),
        ("concat", {"attention": "stam"}, "phase.attention: found 'stam', expected RGB's 'none'"),
        ("concat", {"initial": {"name": "previous"}}, "give initial: streams"),
        ("concat", {"batch_norm": "partial"}, "partial is of one backbone"),
        ("concat", {"model": {"network": "sum"}}, "found 'sum', expected 'concat' or"),
        ("concat", {"model": {"network": {"name": "concat", "frames": 3}}}, "unknown key"),
    ],
)  # fmt: skip
def test_a_slip_in_a_plan_is_named(name, changes, message):
    with pytest.raises(ParamsError, match=message):
        make_plan(name, **changes)


def test_a_plan_is_read_back_as_it_was():
    for name in PLANS:
        config = make_plan(name)
        assert validate(JointConfig, config.model_dump(mode="json"), "test") == config
