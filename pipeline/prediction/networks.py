"""The trained networks of a setup, and what they say of a segment: the graph's own inference."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Float32

from pipeline.evaluation.explain import ClipMaps, MapKind
from pipeline.evaluation.fusion import blend
from pipeline.evaluation.inference import ClipOutputs, Network, see_clips, see_two_streams
from pipeline.evaluation.trained import load_joint, load_stream
from pipeline.flow.backends import resolve_backend
from pipeline.flow.solve import Solver
from pipeline.models.recognizer import Recognizer
from pipeline.prediction.confidence import confidences
from pipeline.prediction.errors import PredictionError
from pipeline.prediction.evidence import evidence_maps
from pipeline.prediction.gather import Setup
from pipeline.prediction.params import NetworkName, PredictionConfig
from pipeline.prediction.segment_images import SegmentImages, StreamName
from pipeline.prediction.segments import Segment

STREAMS: tuple[NetworkName, ...] = ("rgb", "flow")
"""Those of late fusion, in the order of its numbers."""
MAPS_FIRST: tuple[NetworkName, ...] = ("joint", "rgb", "flow")
"""Whose attention is shown, of those that have maps."""


@dataclass(frozen=True)
class Networks:
    """Networks that are ready to look.

    Args:
        config: the settings that they belong to.
        loaded: by name.
        solver: computes flow; None where no network sees it.
        device: where they run.
    """

    config: PredictionConfig
    loaded: Mapping[NetworkName, Network]
    solver: Solver | None
    device: torch.device


@dataclass(frozen=True)
class Prediction:
    """What was said of a segment.

    Args:
        segment: with its frames.
        scores: fused, by class id, as ``data/scores`` would have them.
        confidences: by class id, of sum one.
        maps: of the segment's frames; None where nobody asked for what there is not.
        maps_of: the network whose maps they are.
        maps_kind: its own attention, or what speaks for the best class.
    """

    segment: Segment
    scores: Float32[np.ndarray, " K"]
    confidences: Float[np.ndarray, " K"]
    maps: ClipMaps | None
    maps_of: NetworkName | None
    maps_kind: MapKind


@dataclass(frozen=True)
class _Clip:
    """A segment, as inference knows clips."""

    index: int
    name: str
    num_frames: int


def load_networks(setup: Setup, device: torch.device, threads: int) -> Networks:
    """Build all networks of a setup with their weights.

    Args:
        setup: says which.
        device: where they run.
        threads: pairs of frames whose flow may be in work at a time.

    Raises:
        WeightsError: a file is absent or broken.
        FlowError: no backend of this machine computes the flow that they learned from.
    """
    config = setup.config
    loaded: dict[NetworkName, Network] = {}
    for name, plan in config.networks.items():
        path = setup.models_dir / plan.file
        network = load_joint(path) if name == "joint" else load_stream(path)
        loaded[name] = network.requires_grad_(requires_grad=False)
    solver = None
    if config.looks_at_flow:
        solver = Solver(config.flow, resolve_backend(config.flow), threads)
    return Networks(config, loaded, solver, device)


def predict_segment(segment: Segment, networks: Networks, *, with_maps: bool) -> Prediction:
    """Ask the networks about a segment, and fuse what they say as the run did.

    Args:
        segment: what is asked about.
        networks: who are asked.
        with_maps: whether something has to be shown: where no network has attention maps,
            Grad-CAM++ of the best class stands in (of one stream; that of both has none).

    Raises:
        PredictionError: a network names other classes than the settings.
        ScoresError: a score is not finite.
        CropError: the network's square does not fit the frames.
    """
    seen = {name: _look(segment, name, networks) for name in networks.loaded}
    scores = _fuse({name: own.clip_logits for name, own in seen.items()}, networks.config)
    if len(scores) != len(networks.config.classes):
        raise PredictionError(
            f"found networks of {len(scores)} classes and a table of "
            f"{len(networks.config.classes)}; give --models and --data of one run"
        )
    names = [name for name in MAPS_FIRST if name in seen]
    attending = [name for name in names if seen[name].maps is not None]
    kind: MapKind = "attention" if attending or not with_maps else "grad_cam"
    shown = (attending or names)[0]
    maps = seen[shown].maps
    if kind == "grad_cam":
        maps = _evidence(segment, shown, networks, int(scores.argmax()))
    crop = networks.config.networks[shown].score.protocol.crop
    return Prediction(
        segment=segment,
        scores=scores,
        confidences=confidences(scores, networks.config.calibration),
        maps=None if maps is None else ClipMaps(seen[shown].frames, maps, crop),
        maps_of=None if maps is None else shown,
        maps_kind=kind,
    )


def _evidence(
    segment: Segment, name: NetworkName, networks: Networks, action: int
) -> Float32[np.ndarray, "M t h w"] | None:
    network = networks.loaded[name]
    if name == "joint" or not isinstance(network, Recognizer):
        return None
    return evidence_maps(
        network,
        SegmentImages(segment.frames, name, networks.solver),
        _clip(segment),
        action,
        score=networks.config.networks[name].score,
        device=networks.device,
    )


def _clip(segment: Segment) -> _Clip:
    return _Clip(0, f"the segment from {segment.start:.1f} s", len(segment.frames))


def _look(segment: Segment, name: NetworkName, networks: Networks) -> ClipOutputs:
    score = networks.config.networks[name].score
    streams: tuple[StreamName, ...] = ("rgb", "flow") if name == "joint" else (name,)
    images = [SegmentImages(segment.frames, stream, networks.solver) for stream in streams]
    see = (
        partial(see_clips, images[0], networks.loaded[name])
        if len(images) == 1
        else partial(see_two_streams, images[0], images[1], networks.loaded[name])
    )
    outputs = see(
        [_clip(segment)],
        score.protocol,
        batch_windows=score.batch_windows,
        precision=score.precision,
        device=networks.device,
        workers=0,
    )
    return next(outputs)


def _fuse(
    scores: Mapping[NetworkName, Float32[np.ndarray, " K"]], config: PredictionConfig
) -> Float32[np.ndarray, " K"]:
    if config.fusion is None:
        return next(iter(scores.values()))
    rgb, flow = (
        scores[stream][None] / np.float32(temperature)
        for stream, temperature in zip(STREAMS, config.fusion.temperatures, strict=True)
    )
    fused = blend(rgb, flow, config.fusion.rgb_weight, config.fusion.average)
    return fused[0].astype(np.float32)
