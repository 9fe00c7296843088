"""The sampled clips looked at more closely: Grad-CAM++, and what becomes of the scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from pipeline.evaluation.inference import ClipOutputs, arithmetic
from pipeline.evaluation.pieces import Clip, Stream, StreamImages, decoded_videos
from pipeline.evaluation.views import first_view
from pipeline.explanation.blanks import REMOVALS
from pipeline.explanation.class_maps import class_maps
from pipeline.explanation.faithfulness import Curves, Windows, measure_faithfulness
from pipeline.explanation.params import AUTO_PLACE, ExplainConfig
from pipeline.explanation.place import choose_place
from pipeline.models.normalise import normalise
from pipeline.models.recognizer import Recognizer


@dataclass(frozen=True)
class Sampled:
    """What is found of one clip.

    Args:
        place: whose features are explained.
        action: the class that is explained: the one that the clip's scores name.
        grad_cam: its Grad-CAM++ in each window, (M, T', h, w).
        curves: deletion and insertion by kind of map: ``attention`` where the method has maps,
            ``grad_cam``, and ``random``, numbers in [0, 1) in the shape of ``grad_cam``.
    """

    place: str
    action: int
    grad_cam: Float32[np.ndarray, "M t h w"]
    curves: dict[str, Curves]


def look_closer(
    store: StreamImages,
    network: Recognizer,
    sample: Sequence[tuple[Clip, ClipOutputs]],
    config: ExplainConfig,
    *,
    device: torch.device,
    workers: int,
) -> Iterator[Sampled]:
    """Explain clips one by one, in the protocol's first view.

    store: gives the images of the network's stream.
    network: one stream's; its parameters are frozen for good.
    sample: clips, with what the network said of them.
    config: the stream's own.
    device: where the network runs.
    workers: processes that decode.
    """
    network = network.to(device).eval().requires_grad_(requires_grad=False)
    eye = _Eye(network, config, device)
    stream = Stream(store, config.protocol.clips)
    clips = [clip for clip, _ in sample]
    videos = decoded_videos([stream], clips, first_view(config.protocol), device, workers)
    place = config.place
    for clip, seen in sample:
        images = torch.stack([video for (video,) in islice(videos, len(seen.frames))])
        if place == AUTO_PLACE:
            place = choose_place(network, eye.normalised(images[:1]))
        yield _explain(eye, images, clip, seen, place)


@dataclass(frozen=True)
class _Eye:
    """A network, and how it looks at windows of images, (B, C, T, H, W) uint8."""

    network: Recognizer
    config: ExplainConfig
    device: torch.device

    def normalised(self, images: UInt8[Tensor, "B C T H W"]) -> Tensor:
        """Return what the network is given of some windows."""
        return normalise(images, self.network.normalisations[0])

    @torch.inference_mode()
    def scores(self, images: UInt8[Tensor, "B C T H W"]) -> Float32[np.ndarray, "B K"]:
        """Return its scores of some windows."""
        with arithmetic(self.config.precision, self.device):
            logits: Tensor = self.network(self.normalised(images)).logits
        return logits.float().cpu().numpy()

    def grad_cam(
        self, images: UInt8[Tensor, "M C T H W"], action: int, place: str
    ) -> Float32[np.ndarray, "M t h w"]:
        """Return each window's Grad-CAM++."""
        maps = []
        for batch in images.split(self.config.batch_windows):
            classes = torch.full((len(batch),), action, device=self.device)
            with arithmetic(self.config.precision, self.device):
                found = class_maps(self.network, self.normalised(batch), classes, place)
            maps.append(found.cpu().numpy())
        return np.concatenate(maps)


def _explain(
    eye: _Eye, images: UInt8[Tensor, "M C T H W"], clip: Clip, seen: ClipOutputs, place: str
) -> Sampled:
    config = eye.config
    action = int(seen.clip_logits.argmax())  # of equal scores the lower id
    generator = np.random.default_rng([config.seed, clip.index])
    grad_cam = eye.grad_cam(images, action, place)
    maps = {"grad_cam": grad_cam, "random": generator.random(grad_cam.shape, np.float32)}
    if seen.maps is not None:
        maps["attention"] = seen.maps
    curves = measure_faithfulness(
        eye.scores,
        Windows(images, _blanks(images, config), seen.weights),
        maps,
        action,
        steps=config.steps,
        batch_windows=config.batch_windows,
        generator=generator,
    )
    return Sampled(place, action, grad_cam, curves)


def _blanks(
    images: UInt8[Tensor, "M C T H W"], config: ExplainConfig
) -> UInt8[Tensor, "M C T H W"]:
    """Return the windows without content."""
    remove = REMOVALS[config.removal]
    windows = images.movedim(1, -1).cpu().numpy()  # (M, T, H, W, C)
    blanks = np.stack([remove(window) for window in windows])
    return torch.from_numpy(blanks).movedim(-1, 1).to(images.device)
