"""Trains the phases of paper recipes for two steps on made clips, and watches what they do."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from configuration.made_set import make_clips, make_weights
from configuration.paper_recipes import Variant, configure
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from pipeline.memo import Memo
from pipeline.training.distributed import Group
from pipeline.training.joint import JointPaths, run_joint
from pipeline.training.joint_params import JointConfig
from pipeline.training.learner import Learner
from pipeline.training.params import PhaseConfig
from pipeline.training.phase import PhasePaths, run_phase
from pipeline.training.run import Machine

SHORT = {"iterations": 2, "epochs": None, "batch_size": 1, "accumulate": 1}
ALONE_ON_CPU = Group(rank=0, world=1, device=torch.device("cpu"))
STATES = {"sgd": 1, "adam": 2}
"""Numbers that an optimiser keeps for each one that learns."""


@dataclass
class Watched:
    """What a learner did; empty where another recipe's equal phase was remembered."""

    start: dict[str, Tensor] = field(default_factory=dict)
    """Weights before the first step."""
    clip_bytes: int = 0
    """What one clip's forward pass keeps for its backward pass."""
    fixed_bytes: int = 0
    """Weights, gradients and what the optimiser keeps."""


@dataclass
class Trained:
    """A phase as published, and what became of it."""

    phase: PhaseConfig
    model: Path
    curve: Path
    watched: Watched

    @property
    def end(self) -> dict[str, Tensor]:
        return torch.load(self.model, weights_only=True)["state"]

    @property
    def gigabytes(self) -> float:
        """What a piece of the published batch takes."""
        piece = self.phase.batch_size // self.phase.accumulate
        return (self.watched.fixed_bytes + piece * self.watched.clip_bytes) / 1e9


class Lab:
    """Trains phases, each once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        make_clips(root / "data")
        make_weights(root)
        self._trained: dict[tuple[Variant, str], Trained] = {}

    def train(self, variant: Variant, stage: str) -> Trained:
        if (variant, stage) not in self._trained:
            self._trained[variant, stage] = self._train(variant, stage)
        return self._trained[variant, stage]

    def _train(self, variant: Variant, stage: str) -> Trained:
        config = configure(variant, self.root)[stage]
        folder = self.root / str(variant) / stage
        folder.mkdir(parents=True)
        outs = {"model": folder / "model.pt", "curve": folder / "curve.csv"}
        ins = {
            "clips_dir": self.root / "data" / "clips",
            "classes_csv": self.root / "data" / "index" / "classes.csv",
            "root": self.root,
        }
        machine = Machine(group=ALONE_ON_CPU, workers=0, clock=time.monotonic)
        tools = Memo(self.root / "memo", ()), machine, lambda _row, _iteration: None
        if isinstance(config, JointConfig):
            phase = config.plan.phase
            plan = config.plan.model_copy(update={"phase": phase.model_copy(update=SHORT)})
            streams = {s: self.train(variant, f"train_{s}").model for s in ("rgb", "flow")}
            with Watch() as watched:
                run_joint(JointConfig(plan=plan), JointPaths(**ins, **outs, **streams), *tools)
        else:
            phase = config.phase
            short = config.model_copy(update={"phase": phase.model_copy(update=SHORT)})
            previous = self._previous(variant, stage)
            with Watch() as watched:
                run_phase(short, PhasePaths(**ins, **outs, previous=previous), *tools)
        return Trained(phase, *outs.values(), watched)

    def _previous(self, variant: Variant, stage: str) -> Path | None:
        first = f"pre{stage}"
        return self.train(variant, first).model if first in variant.stages else None


class Watch:
    """Looks at the first step of the next learner."""

    def __enter__(self) -> Watched:
        self.watched = Watched()
        self._step: Callable[..., Tensor] = Learner.step
        watch = self

        def step(learner: Learner, *arguments: object) -> Tensor:
            if watch.watched.start:
                return watch._step(learner, *arguments)
            watch._look(learner)
            with saved_tensors_hooks(watch._count, lambda tensor: tensor):
                return watch._step(learner, *arguments)

        Learner.step = step
        return self.watched

    def __exit__(self, *_: object) -> None:
        Learner.step = self._step

    def _look(self, learner: Learner) -> None:
        model, watched = learner.model, self.watched
        watched.start = {name: value.clone() for name, value in learner.weights().items()}
        states = 1 + STATES[learner.config.optimizer.name]
        learnt = sum(p.nbytes for p in model.parameters() if p.requires_grad)
        watched.fixed_bytes = sum(p.nbytes for p in model.parameters()) + states * learnt
        self._known = _storages(model)

    def _count(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._known:
            self._known.add(storage.data_ptr())
            self.watched.clip_bytes += storage.nbytes()
        return tensor


def _storages(model: nn.Module) -> set[int]:
    tensors = [*model.parameters(), *model.buffers()]
    return {tensor.untyped_storage().data_ptr() for tensor in tensors}
