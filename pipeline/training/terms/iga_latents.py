"""Finding IGA's latent variables in what a network saw: both of its losses look at them."""

from pipeline.models.attention.iga import IgaAttended
from pipeline.models.recognizer import Seen
from pipeline.training.errors import TrainingError


def iga_latents(seen: Seen, term: str) -> tuple[str, IgaAttended]:
    """Return the place of the network's IGA module, and what it made there.

    Raises:
        TrainingError: there is no such module; `term` is the loss that wanted one.
    """
    for place, attended in seen.attended.items():
        if isinstance(attended, IgaAttended):
            return place, attended
    raise TrainingError(
        f"losses: {term} looks at the gaze that attention iga estimates, and this network has no "
        f"such attention; take the term out, or choose model.attention iga"
    )
