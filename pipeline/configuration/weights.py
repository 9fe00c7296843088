"""The files of weights that a run will read: found and checked before any work."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.memo import file_digest
from pipeline.models.errors import WeightsError
from pipeline.models.pretrained import find
from pipeline.params import ParamsError, Section
from pipeline.training.initial_params import Pretrained, WeightsFile
from pipeline.training.joint_params import JointConfig
from pipeline.training.params import CheckpointConfig, PhaseConfig, TrainConfig


def find_checkpoints(
    named: str | list[str] | None, repository: Path
) -> dict[str, CheckpointConfig]:
    """Return the trained networks that the user named, by stream.

    Raises:
        ParamsError: a file is absent, damaged, or of no known kind.
    """
    if named is None:
        return {}
    from pipeline.models.released import recognise  # imports torch

    paths = [repository / path for path in ([named] if isinstance(named, str) else named)]
    try:
        networks = recognise(paths)
    except WeightsError as error:
        raise ParamsError(f"params.yaml: model.checkpoint: {error}") from error
    return {
        stream: CheckpointConfig(
            paths=[str(path) for path in released.paths],
            kind=released.kind,
            digests=[file_digest(path) for path in released.paths],
        )
        for stream, released in networks.items()
    }


def check_weights(sections: Mapping[str, Section], repository: Path) -> None:
    """Check that every file that a phase starts from is there, and whole where that is known.

    Raises:
        ParamsError: says how to get it, or how to start without.
    """
    for name, section in sections.items():
        phase = _phase_of(section)
        if phase is None:
            continue
        initial = phase.initial
        if isinstance(initial, Pretrained):
            try:
                find(initial.weights, repository)
            except WeightsError as error:
                raise ParamsError(f"{name}: initial weights: {error}") from error
        if isinstance(initial, WeightsFile) and not (repository / initial.path).is_file():
            raise ParamsError(
                f"{name}: initial weights: {repository / initial.path} is absent; put a checkpoint "
                f"of kind {initial.kind} there, or start without: -S model.weights=scratch"
            )


def _phase_of(section: Section) -> PhaseConfig | None:
    if isinstance(section, JointConfig):
        return section.plan.phase if section.plan and not section.checkpoint else None
    return section.phase if isinstance(section, TrainConfig) else None
