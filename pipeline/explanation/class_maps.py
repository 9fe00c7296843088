"""Maps of the evidence for a class in clips, at any place of any network of one stream."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor

from pipeline.explanation.grad_cam import ClassMap, grad_cam_plus_plus
from pipeline.explanation.place import standing_between
from pipeline.models.backbones.backbone import Attend
from pipeline.models.errors import ModelError
from pipeline.models.recognizer import Recognizer


def class_maps(
    network: Recognizer,
    video: Float[Tensor, "B C F H W"],
    classes: Int64[Tensor, " B"],
    place: str,
    class_map: ClassMap = grad_cam_plus_plus,
) -> Float32[Tensor, "B t h w"]:
    """Return where the features at a place speak for each clip's class.

    Features are taken behind the attention of the place, if it has any. A choice that a network
    makes (IGA's largest cell) passes no gradient.

    network: in evaluation, where a clip's score depends on no other clip; nothing in it changes.
    video: normalised clips.
    classes: the class to explain of each clip.
    place: a place of the backbone.
    class_map: what makes maps of features and gradients.

    Raises:
        ModelError: the backbone has no such place, or no score depends on what is there.
    """
    if place not in network.backbone.places:
        raise ModelError(f"found place '{place}', expected {', '.join(network.backbone.places)}")
    noted: list[Tensor] = []
    with torch.enable_grad(), standing_between(network.backbone, _noting(place, noted)):
        scores = network(video).logits.gather(1, classes[:, None]).sum()
    (features,) = noted
    gradients = None
    if scores.requires_grad:  # not where parameters are frozen and the place leads nowhere
        (gradients,) = torch.autograd.grad(scores, [features], allow_unused=True)
    if gradients is None:
        raise ModelError(f"no score depends on what is at {place}; name a later place")
    return class_map(features.detach(), gradients)


def _noting(place: str, noted: list[Tensor]) -> Callable[[Attend], Attend]:
    """Return what begins a graph at a place, and notes the features behind its attention."""

    def wrap(attend: Attend) -> Attend:
        def note(name: str, x: Tensor) -> Tensor:
            if name != place:
                return attend(name, x)
            noted.append(attend(name, x.detach().requires_grad_()))
            return noted[0]

        return note

    return wrap
