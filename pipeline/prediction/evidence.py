"""What speaks for a prediction, where the method has no attention maps to show.

Grad-CAM++ of the best class stands in, and is called so.
"""

import numpy as np
import torch
from jaxtyping import Float32

from pipeline.evaluation.inference import arithmetic
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.pieces import Clip, Stream, StreamImages, decoded_videos
from pipeline.evaluation.views import first_view
from pipeline.explanation.class_maps import class_maps
from pipeline.explanation.place import choose_place
from pipeline.models.normalise import normalise
from pipeline.models.recognizer import Recognizer


def evidence_maps(
    network: Recognizer,
    images: StreamImages,
    clip: Clip,
    action: int,
    *,
    score: ScoreConfig,
    device: torch.device,
) -> Float32[np.ndarray, "M t h w"]:
    """Return Grad-CAM++ of a class in every window of a clip, in the first view.

    Args:
        network: one stream's, in evaluation.
        images: gives the clip's images.
        clip: whose windows are explained.
        action: the class.
        score: the windows, and how many are looked at together.
        device: where the network runs.
    """
    stream = Stream(images, score.protocol.clips)
    videos = decoded_videos([stream], [clip], first_view(score.protocol), device, 0)
    windows = torch.stack([video for (video,) in videos])  # (M, C, T, H, W)
    place, maps = None, []
    for batch in windows.split(score.batch_windows):
        classes = torch.full((len(batch),), action, device=device)
        with arithmetic(score.precision, device):
            shown = normalise(batch, network.normalisations[0])
            place = place or choose_place(network, shown[:1])
            maps.append(class_maps(network, shown, classes, place).cpu().numpy())
    return np.concatenate(maps)
