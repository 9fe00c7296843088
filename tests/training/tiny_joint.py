"""Tiny plans of joint training, one for each network of two streams, and streams to begin with."""

import time

from training.tiny_phase import ALONE_ON_CPU, MODEL, PHASE, make_memo, silent

from pipeline.models.build import build_recognizer
from pipeline.models.naming import Naming
from pipeline.models.params import ModelConfig
from pipeline.models.trained import TrainedNetwork, write_trained
from pipeline.params import validate
from pipeline.training.joint import JointPaths, run_joint
from pipeline.training.joint_params import JointConfig
from pipeline.training.run import Machine

PLAIN = {**MODEL, "attention": "none", "after": [], "head": "clip"}
IGA = {"name": "iga", "grid": (1, 2, 2)}
RESNET = {**PLAIN, "backbone": "resnet34", "width": 0.125, "normalisation": "imagenet"}
RESNET_FLOW = {**RESNET, "stack": 5, "normalisation": "grey_flow"}
LSTA = {"name": "lsta", "pool_size": 4, "num_categories": 5}
UNIFORM = {"name": "uniform", "frames": 3, "endpoint": True}
CENTRE = {"name": "centre_stack", "stack": 5}
ENTROPY = {"name": "cross_entropy", "weight": 1.0}
LATENT = [{"name": name, "weight": 1.0} for name in ("gaze_kl", "direct_optimisation")]

PLANS = {
    "concat": {
        "model": {"network": "concat", "rgb": PLAIN, "flow": PLAIN},
        "phase": {"attention": "none"},
    },
    "cross_modal": {
        "model": {
            "network": {"name": "cross_modal", "frames": 3},
            "rgb": {**RESNET, "attention": LSTA, "after": ["last"]},
            "flow": {**RESNET_FLOW, "attention": "pooling", "after": ["last"]},
        },
        "phase": {"attention": "lsta", "sampler": UNIFORM},
        "flow_sampler": CENTRE,
    },
    "feature_sum": {
        "model": {
            "network": "feature_sum",
            "rgb": {**PLAIN, "attention": IGA, "after": ["Mixed_5c"]},
            "flow": PLAIN,
        },
        "phase": {"attention": "iga", "losses": [ENTROPY, *LATENT]},
    },
}


def make_plan(name="concat", *, model=None, flow_sampler=None, seed=3, gaze="real", **changes):
    """Return the stage's configuration with changes of its phase."""
    plan = PLANS[name]
    phase = {**PHASE, "initial": {"name": "streams"}, "losses": [ENTROPY], **plan["phase"]}
    values = {
        "model": {**plan["model"], **(model or {})},
        "phase": {**phase, **changes},
        "flow_sampler": flow_sampler or plan.get("flow_sampler", PHASE["sampler"]),
        "seed": seed,
        "gaze": {"source": gaze},
    }
    return validate(JointConfig, {"plan": values}, "test")


def write_streams(folder, plan, seed=5):
    """Write both streams as their own training would have left them."""
    for stream, channels in (("rgb", 3), ("flow", 2)):
        write_stream(folder / f"{stream}.pt", getattr(plan.model, stream), channels, seed)


def write_stream(path, model: ModelConfig, in_channels, seed):
    parts = {"verb": 2, "noun": 4}
    weights = build_recognizer(model, in_channels, 3, seed, parts).state_dict()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_trained(
        path, TrainedNetwork(model, in_channels, Naming("action", 3, parts), weights, epoch=1)
    )


def joint_paths(data_dir, streams, out):
    return JointPaths(
        clips_dir=data_dir / "clips",
        classes_csv=data_dir / "index" / "classes.csv",
        rgb=streams / "rgb.pt",
        flow=streams / "flow.pt",
        root=out,
        model=out / "joint.pt",
        curve=out / "joint.csv",
    )


def train_joint(config, data_dir, streams, out, *, work=None, clock=time.monotonic, group=None):
    """Train in this process, and return where the weights and the curve are."""
    paths = joint_paths(data_dir, streams, out)
    machine = Machine(group=group or ALONE_ON_CPU, workers=0, clock=clock)
    run_joint(config, paths, make_memo(work or out / "work"), machine, silent)
    return paths
