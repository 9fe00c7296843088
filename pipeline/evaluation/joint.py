"""Scores of the joint model, which no method of this version trains."""

from pathlib import Path

from pipeline.evaluation.scores import no_scores, read_scores, write_scores
from pipeline.evaluation.trained import CheckpointError, read_checkpoint


def write_no_joint_scores(joint_path: Path, scores_dir: Path) -> None:
    """Write ``joint.h5`` of no clip, with the classes and the protocol of ``rgb.h5``.

    Args:
        joint_path: ``models/joint.pt``.
        scores_dir: ``data/scores``, where RGB's scores are.

    Raises:
        CheckpointError: ``joint_path`` holds a network.
    """
    if read_checkpoint(joint_path).get("phase") is not None:
        raise CheckpointError(
            f"{joint_path}: holds a joint network, expected a pass-through; this version scores "
            "single streams only: set joint: null in the recipe"
        )
    rgb = read_scores(scores_dir / "rgb.h5")
    write_scores(scores_dir / "joint.h5", no_scores(rgb.logits.shape[1], rgb.protocol))
