"""The stage joint: both streams trained together, where the method does."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.clips.store import ClipStore
from pipeline.memo import Memo
from pipeline.training.initial import InitialWeights, find_initial
from pipeline.training.initial_params import TrainedStreams
from pipeline.training.job import Job, count_classes
from pipeline.training.joint_initial import StreamWeights
from pipeline.training.joint_params import JointConfig, JointPlan
from pipeline.training.joint_streams import BothStreams
from pipeline.training.loop import Log
from pipeline.training.params import gaze_of, terms_of
from pipeline.training.phase import PhaseOuts, bring, pass_through, run_job
from pipeline.training.run import Machine


@dataclass(frozen=True)
class JointPaths:
    """Where joint training reads and writes.

    Args:
        clips_dir: ``data/clips``.
        classes_csv: ``data/index/classes.csv``.
        rgb: the trained RGB stream.
        flow: the trained flow stream.
        root: what a relative path of weights begins at.
        model: the weights to write.
        curve: the learning curve to write.
    """

    clips_dir: Path
    classes_csv: Path
    rgb: Path
    flow: Path
    root: Path
    model: Path
    curve: Path


def run_joint(
    config: JointConfig, paths: JointPaths, memo: Memo, machine: Machine, log: Log
) -> None:
    """Write the joint network's weights and curve; all processes call this.

    Raises:
        TrainingError: it cannot be trained as asked.
    """
    outs = PhaseOuts(paths.model, paths.curve)
    if config.plan is not None and config.checkpoint is None:
        run_job(_make_job(config.plan, paths), outs, memo, machine, log)
    elif machine.group.is_first and config.plan and config.checkpoint:
        subject = _subject(config.plan, paths)
        bring(config.checkpoint, subject, outs, paths.classes_csv, paths.root)
    elif machine.group.is_first:
        pass_through(outs)


def _subject(plan: JointPlan, paths: JointPaths) -> BothStreams:
    stores = ClipStore(paths.clips_dir, "rgb"), ClipStore(paths.clips_dir, "flow")
    return BothStreams(stores, plan.model, plan.flow_sampler)


def _make_job(plan: JointPlan, paths: JointPaths) -> Job:
    return Job(
        phase=plan.phase,
        subject=_subject(plan, paths),
        terms=terms_of(plan.phase, plan.gaze),
        gaze=gaze_of(plan.phase, plan.gaze),
        num_classes=count_classes(paths.classes_csv),
        initial=_find_initial(plan, paths),
        teacher=None,
        seed=plan.seed,
    )


def _find_initial(plan: JointPlan, paths: JointPaths) -> InitialWeights | StreamWeights | None:
    if isinstance(plan.phase.initial, TrainedStreams):
        return StreamWeights(paths.rgb, paths.flow, plan.model.network.inherits)
    return find_initial(plan.phase.initial, None, paths.root)
