"""The teacher of a phase: a network that has learnt already, and learns no more."""

from pathlib import Path

import torch

from pipeline.clips.two_stream import AnyBatch
from pipeline.models.recognizer import Recognizer, Seen
from pipeline.models.trained import build_trained, read_trained
from pipeline.models.two_stream.two_stream import TwoStreamNetwork
from pipeline.training.initial import first_phase_file
from pipeline.training.params import PhaseConfig
from pipeline.training.seeing import Precision, see


class Teacher:
    """A frozen network in evaluation mode.

    It is apart from what learns: no optimiser, no checkpoint and no other process knows it, and a
    run that goes on after a kill builds it from its file again.

    Args:
        model: the network; it is moved to the device.
        precision: of its forward pass.
        device: where the batches are.
    """

    def __init__(
        self, model: Recognizer | TwoStreamNetwork, precision: Precision, device: torch.device
    ) -> None:
        self.model = model.to(device).eval()
        self._precision = precision

    @torch.no_grad()
    def see(self, batch: AnyBatch) -> Seen:
        """Look at a batch; nothing is drawn, and nothing of the network changes."""
        return see(
            self.model,
            batch,
            None,
            normalisations=self.model.normalisations,
            precision=self._precision,
        )


def teacher_file(phase: PhaseConfig, previous: Path | None) -> Path | None:
    """Return the file of a phase's teacher; None in a phase without one.

    Raises:
        TrainingError: the first phase is asked for, but there was none.
    """
    return None if phase.teacher is None else first_phase_file(previous, "teacher")


def load_teacher(path: Path, precision: Precision, device: torch.device) -> Teacher:
    """Build the teacher that a phase left."""
    return Teacher(build_trained(read_trained(path), path), precision, device)
