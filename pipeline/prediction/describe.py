"""What made a prediction, for its record; and what became of the video, for record and people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pipeline.evaluation.protocol import protocol_record
from pipeline.prediction.film import Film
from pipeline.prediction.networks import Networks, Prediction
from pipeline.prediction.params import PredictionConfig
from pipeline.prediction.record import clock, top_classes, top_rows
from pipeline.prediction.watch import Pace

MOST_LINES = 40
"""Segments that are printed; the record has all."""


def head_of(film: Film, networks: Networks, pace: Pace, gaze: str | None) -> dict[str, object]:
    """Return what is known before the first frame: video, networks, protocol, confidence."""
    config = networks.config
    return {
        "video": {"path": str(film.path), "codec": film.codec, "rate": round(film.rate, 3)},
        "segments_every": {"length": pace.length_seconds, "stride": pace.stride_seconds},
        "rate_taken": pace.rate,
        "networks": {
            name: {
                "file": plan.file,
                "sha256": plan.sha256,
                "protocol": protocol_record(plan.score.protocol),
            }
            for name, plan in config.networks.items()
        },
        "fusion": config.fusion.model_dump(mode="json") if config.fusion else None,
        "frames": {"size": config.frames_size, "quality": config.frames_quality},
        "flow": _flow_record(networks),
        "confidence": {"kind": config.calibration.kind, **config.calibration.model_dump()},
        "gaze": {"file": gaze, "use": "drawn, not seen by any network"} if gaze else None,
        "device": str(networks.device),
        "classes": list(config.classes),
    }


@dataclass(frozen=True)
class Outcome:
    """What became of a video.

    Args:
        film: read to its end.
        num_segments: that were predicted.
        mean: confidences, the mean over segments.
        shown: the first segments, a line each.
    """

    film: Film
    num_segments: int
    mean: Float[np.ndarray, " K"]
    shown: Sequence[str]

    def summary(self, names: Sequence[str]) -> dict[str, object]:
        """Return it as plain values."""
        film = self.film
        return {
            "num_segments": self.num_segments,
            "num_frames": film.num_decoded,
            "seconds": round(film.end, 3),
            "num_declared": film.num_declared,
            "num_broken": film.num_broken,
            "seconds_lost": round(film.seconds_lost, 3),
            "top": top_rows(self.mean, names),
        }

    def lines(self, config: PredictionConfig) -> list[str]:
        """Return it for people."""
        film = self.film
        counts = f"{film.num_decoded} frames, {clock(film.end)}, {self.num_segments} segments"
        lines = [
            f"{film.path.name}: {counts}",
            f"scores: {_scores_of(config)}; confidence: {_confidence_of(config)}",
            *self.shown,
        ]
        if self.num_segments > len(self.shown):
            lines.append(f"… {self.num_segments - len(self.shown)} more; --json FILE has all")
        if self.num_segments > 1:
            lines.append(f"whole video, mean  {top_line(self.mean, config.classes)}")
        return lines

    def loss(self) -> str | None:
        """Return what could not be read of the video, in a sentence; None where nothing is lost."""
        film = self.film
        if film.seconds_lost <= 0:
            return None
        declared = f" of {film.num_declared}" if film.num_declared else ""
        return (
            f"{film.path}: {film.num_decoded}{declared} frames ({film.end:.1f} s) could be "
            f"decoded, {film.seconds_lost:.1f} s are missing ({film.num_broken} broken frames; "
            "the file may be cut off); what there is was predicted"
        )


def segment_line(prediction: Prediction, names: Sequence[str]) -> str:
    """Return a segment's times and five surest classes."""
    segment = prediction.segment
    times = f"{clock(segment.start):>9} {clock(segment.stop):>9}"
    return f"{times}  {top_line(prediction.confidences, names)}"


def top_line(confidences: Float[np.ndarray, " K"], names: Sequence[str]) -> str:
    """Return the five surest classes with their confidences."""
    return ", ".join(f"{names[one]} {confidences[one]:.0%}" for one in top_classes(confidences))


def _flow_record(networks: Networks) -> dict[str, object] | None:
    if networks.solver is None:
        return None
    return networks.config.flow.model_dump(mode="json") | {"backend": networks.solver.backend}


def _scores_of(config: PredictionConfig) -> str:
    if config.fusion is None:
        return {"rgb": "RGB alone", "flow": "flow alone", "joint": "both streams' network"}[
            next(iter(config.networks))
        ]
    weight = config.fusion.rgb_weight
    return f"RGB and flow, {config.fusion.average} averaged by {weight:g} and {1 - weight:g}"


def _confidence_of(config: PredictionConfig) -> str:
    calibration = config.calibration
    if not calibration.num_clips:
        return "softmax of the scores, not calibrated (no validation scores of these networks)"
    return (
        f"calibrated, temperature {calibration.temperature:.2f} from {calibration.num_clips} "
        "validation clips"
    )
