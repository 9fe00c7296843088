"""W3's mature feature-guided regularisation: a student's features near those of its teacher."""

import torch

from pipeline.training.errors import TrainingError
from pipeline.training.look import Look
from pipeline.training.partial_mean import PartialMean
from pipeline.training.term_params import MatureFeaturesTerm


def mature_features(look: Look, config: MatureFeaturesTerm) -> PartialMean:
    """Distance between the last feature maps of student and teacher (W3, section 3.4, equation 9).

    A frame's distance is the root of the sum of squares over channels, rows and columns; the mean
    is over feature frames and clips. Where the paper stays silent: the mean, for its sum over
    frames has no stated range; no weight. The features are those before the classifier, which in
    W3 are equation 8's.

    Raises:
        TrainingError: the teacher's features have another shape.
    """
    if look.teacher is None:
        raise TrainingError(
            "losses: mature_features needs a teacher; give the phase teacher: previous"
        )
    student, teacher = look.seen.last, look.teacher.last  # (B, C, T, H, W)
    if student.shape != teacher.shape:
        raise TrainingError(
            f"losses: mature_features compares features of {list(student.shape)} with a teacher's "
            f"of {list(teacher.shape)}; give the first phase the same backbone and width"
        )
    differences = (student.float() - teacher.float()).movedim(2, 1).flatten(2)  # (B, T, C H W)
    distances = torch.linalg.vector_norm(differences, dim=2)  # (B, T)
    if config.squared:
        distances = distances**2
    return PartialMean(
        distances.sum(), torch.tensor(float(distances.numel()), device=student.device)
    )
