"""A finished run, as the graph leaves it, gathered into what predicts: networks and settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.evaluation.classes import read_classes
from pipeline.evaluation.params import FuseConfig, ScoreConfig, ScoringConfig
from pipeline.evaluation.scores import read_scores
from pipeline.flow.params import FlowConfig
from pipeline.frames.params import FramesConfig
from pipeline.gaze.params import GazeConfig
from pipeline.models.digests import sha256
from pipeline.models.trained import is_pass_through
from pipeline.params import read_section
from pipeline.prediction.confidence import calibrate, calibrate_fusion
from pipeline.prediction.errors import PredictionError
from pipeline.prediction.params import (
    Calibration,
    FusionPlan,
    GazeReading,
    NetworkName,
    NetworkPlan,
    PredictionConfig,
    Wish,
)
from pipeline.prediction.usual_length import usual_length

FILES: Mapping[NetworkName, str] = {
    "rgb": "rgb/model.pt",
    "flow": "flow/model.pt",
    "joint": "joint.pt",
}
"""Where a run keeps its networks, below its folder of models."""


@dataclass(frozen=True)
class Setup:
    """What predicts.

    Args:
        config: settings, and which networks there are.
        models_dir: what the networks' files are below.
        notes: what the user should know of the choice, a line each.
    """

    config: PredictionConfig
    models_dir: Path
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FusionRecord:
    """Numbers of late fusion, RGB's first, as far as the run chose them."""

    weights: tuple[float, float] | None = None
    temperatures: tuple[float, float] | None = None


def gather_setup(models_dir: Path, data_dir: Path, wish: Wish) -> Setup:
    """Return what predicts as a run's ``score`` and ``fuse`` did.

    Args:
        models_dir: a run's ``models``.
        data_dir: its ``data``: ``config``, ``index``, any ``scores``; ``reports`` beside it.
        wish: which streams to ask.

    Raises:
        PredictionError: no trained network is there, or a weight that the run chose is not.
        ParamsError, ScoresError, TableError, WeightsError: a file of the run is absent or broken.
    """
    config_dir, scores_dir = data_dir / "config", data_dir / "scores"
    frames = read_section(config_dir / "frames.yaml", FramesConfig)
    scoring = read_section(config_dir / "score.yaml", ScoringConfig)
    gaze = read_section(config_dir / "gaze.yaml", GazeConfig)
    tests, notes = _choose_networks(scoring, models_dir, wish)
    fusion = _plan_fusion(config_dir / "fuse.yaml", scores_dir) if len(tests) > 1 else None
    length = usual_length(data_dir)
    config = PredictionConfig(
        frames_size=frames.size,
        frames_quality=frames.quality,
        flow=read_section(config_dir / "flow.yaml", FlowConfig),
        networks={name: _plan(models_dir, name, score) for name, score in tests.items()},
        fusion=fusion,
        calibration=_calibrate([scores_dir / f"{name}.h5" for name in tests], fusion),
        classes=read_classes(data_dir / "index" / "classes.csv").names,
        length_seconds=length.seconds,
        gaze=GazeReading(
            frame_base=gaze.frame_base,
            valid_kinds=gaze.valid_kinds,
            fill_frames=gaze.fill_frames,
        ),
    )
    return Setup(config, models_dir, (*notes, *length.notes))


def _choose_networks(
    scoring: ScoringConfig, models_dir: Path, wish: Wish
) -> tuple[dict[NetworkName, ScoreConfig], list[str]]:
    """Return how each network that is asked is tested, and what was passed over."""
    both: dict[NetworkName, ScoreConfig | None] = {"rgb": scoring.rgb, "flow": scoring.flow}
    tested = {name: score.of(name) for name, score in both.items() if score}
    wanted = {name: score for name, score in tested.items() if wish in {"auto", name}}
    notes = []
    if wish == "auto" and scoring.joint:
        if _is_trained(models_dir / FILES["joint"]):
            return {"joint": scoring.joint}, []
        notes = [f"{models_dir / FILES['joint']} is absent: RGB and flow are fused late"]
    present = {name: own for name, own in wanted.items() if _is_trained(models_dir / FILES[name])}
    if not present:
        looked = ", ".join(str(models_dir / FILES[name]) for name in wanted) or "no file"
        raise PredictionError(
            f"found no trained network: the run has {', '.join(tested) or 'none'}, asked for "
            f"'{wish}', looked for {looked}; run `dvc repro`, or give --models"
        )
    for name in wanted:
        if name not in present:
            others = " and ".join(present)
            notes.append(f"{models_dir / FILES[name]} is absent: scores are of {others} alone")
    return present, notes


def _is_trained(path: Path) -> bool:
    return path.is_file() and not is_pass_through(path)


def _plan(models_dir: Path, name: NetworkName, score: ScoreConfig) -> NetworkPlan:
    return NetworkPlan(file=FILES[name], sha256=sha256(models_dir / FILES[name]), score=score)


def _plan_fusion(fuse_path: Path, scores_dir: Path) -> FusionPlan:
    """Return the numbers that the run fused with; those it chose are read from its scores."""
    fuse = read_section(fuse_path, FuseConfig)
    is_chosen = fuse.weights == "validation" or fuse.calibrate
    record = _fusion_record(scores_dir / "fused.h5") if is_chosen else FusionRecord()
    given = (0.5, 0.5) if isinstance(fuse.weights, str) else fuse.weights
    weights = record.weights or given
    return FusionPlan(
        average=fuse.average,
        rgb_weight=weights[0],
        temperatures=record.temperatures or (1.0, 1.0),
    )


def _fusion_record(scores_path: Path) -> FusionRecord:
    """Return what ``fuse`` wrote beside its scores."""
    record = read_scores(scores_path).protocol.get("fusion")
    if not isinstance(record, dict) or "weights" not in record:
        raise PredictionError(
            f"{scores_path}: found no fusion of two streams, whose weights and temperatures the "
            "validation part chose; run `dvc repro fuse`, or predict by --stream rgb"
        )
    temperatures = record.get("temperatures")
    return FusionRecord(
        weights=(record["weights"][0], record["weights"][1]),
        temperatures=(temperatures[0], temperatures[1]) if temperatures else None,
    )


def _calibrate(paths: Sequence[Path], fusion: FusionPlan | None) -> Calibration:
    """Fit on the scores of the very networks that are asked; a softmax where they are absent."""
    if not all(path.is_file() for path in paths):
        return Calibration()
    scores = [read_scores(path) for path in paths]
    if fusion is None:
        return calibrate(scores[0])
    rgb, flow = scores
    return calibrate_fusion(rgb, flow, fusion)
