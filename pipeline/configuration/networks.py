"""The sections of all that trains and tests networks: both streams, and the network of both."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.clips.params import GazeSupervisionConfig
from pipeline.configuration.auto import AUTO
from pipeline.configuration.merge import merge
from pipeline.configuration.recipe import PHASES, JointRecipe, Recipe, StreamRecipe
from pipeline.configuration.user import UserParams
from pipeline.evaluation.params import ProtocolConfig, ScoreConfig, ScoringConfig
from pipeline.explanation.params import AUTO_PLACE, ExplainConfig, ExplainingConfig
from pipeline.models.backbone_facts import FACTS
from pipeline.models.params import ModelConfig
from pipeline.params import ParamsError, Section, validate
from pipeline.training.initial_params import Pretrained, Scratch, WeightsFile
from pipeline.training.joint_params import JointConfig, JointPlan
from pipeline.training.params import CheckpointConfig, PhaseConfig, Stream, TrainConfig
from pipeline.training.term_params import GAZE_TERMS

Checkpoints = Mapping[str, CheckpointConfig]
"""Networks that the user brought, by stream: rgb, flow or joint; empty where all are trained."""


@dataclass(frozen=True)
class Networks:
    """The networks of a run.

    Args:
        rgb: the RGB stream; None where the method, or what the user brought, has none.
        flow: the flow stream.
        joint: the network of both.
        checkpoints: networks that are not trained.
    """

    rgb: StreamRecipe | None
    flow: StreamRecipe | None
    joint: JointRecipe | None
    checkpoints: Checkpoints

    @property
    def needs_flow(self) -> bool:
        """Whether anything looks at flow."""
        return self.flow is not None or self.joint is not None

    @property
    def phases(self) -> list[PhaseConfig]:
        """All phases that are trained."""
        streams = [self.rgb, self.flow] if not self.checkpoints else []
        phases = [phase for own in streams if own for phase in (own.pretrain, own.train)]
        joint = self.joint.phase if self.joint and not self.checkpoints else None
        return [phase for phase in (*phases, joint) if phase]

    @property
    def looks_at_gaze(self) -> bool:
        """Whether a phase has a loss that compares attention with gaze."""
        return any(term.name in GAZE_TERMS for phase in self.phases for term in phase.losses)


def choose_networks(params: UserParams, recipe: Recipe, checkpoints: Checkpoints) -> Networks:
    """Return the networks that the recipe has and the user wants.

    Raises:
        ParamsError: the user wants one that the recipe does not have.
    """
    if params.fusion.mode not in {"late", recipe.fusion_mode}:
        raise ParamsError(
            f"params.yaml: fusion.mode: found '{params.fusion.mode}', expected "
            f"{' or '.join(repr(mode) for mode in dict.fromkeys(['late', recipe.fusion_mode]))} "
            f"(what the recipe of {params.model.attention} has)"
        )
    joint = recipe.joint if params.fusion.mode != "late" or "joint" in checkpoints else None
    if not checkpoints:
        return Networks(recipe.rgb, recipe.flow, joint, checkpoints)
    known = {"rgb": recipe.rgb, "flow": recipe.flow, "joint": recipe.joint}
    if absent := [stream for stream in checkpoints if known[stream] is None]:
        raise ParamsError(
            f"params.yaml: model.checkpoint: found a network of {absent[0]}, which the recipe of "
            f"{params.model.attention} does not have"
        )
    return Networks(
        recipe.rgb if "rgb" in checkpoints else None,
        recipe.flow if "flow" in checkpoints else None,
        joint if "joint" in checkpoints else None,
        checkpoints,
    )


def network_sections(params: UserParams, recipe: Recipe, networks: Networks) -> dict[str, Section]:
    """Return the sections of pretrain, train, joint, score and explain.

    Raises:
        ParamsError: a network or a phase is not possible as asked.
    """
    return {
        **_streams(params, networks),
        "joint": _joint(params, recipe, networks),
        "score": ScoringConfig(
            rgb=_score(networks.rgb), flow=_score(networks.flow), joint=_score(networks.joint)
        ),
        "explain": ExplainingConfig(
            rgb=_explain(params, networks.rgb, "rgb"), flow=_explain(params, networks.flow, "flow")
        ),
    }


def _score(own: StreamRecipe | JointRecipe | None) -> ScoreConfig | None:
    return own.score if own else None


def _explain(params: UserParams, own: StreamRecipe | None, stream: Stream) -> ExplainConfig | None:
    """Lay params.yaml's section over how the stream is scored."""
    if own is None:
        return None
    score = own.score.model_dump()
    if taken := sorted(set(params.explain) & set(score)):
        raise ParamsError(f"params.yaml: explain.{taken[0]}: unknown key; misspelt?")
    config = validate(ExplainConfig, {**score, **params.explain}, "params.yaml: explain")
    facts = FACTS[_model(params, own, stream).backbone]
    if config.place not in {AUTO_PLACE, *facts.places}:
        raise ParamsError(
            f"params.yaml: explain.place: found '{config.place}', expected {AUTO_PLACE} or a place "
            f"of {stream}'s backbone: {', '.join(facts.places)}"
        )
    return config


def _streams(params: UserParams, networks: Networks) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    streams: dict[Stream, StreamRecipe | None] = {"rgb": networks.rgb, "flow": networks.flow}
    for stream, own in streams.items():
        model = _model(params, own, stream) if own else None
        if own and model:
            _check_test(own.score.protocol, model, stream)
        phases = {"pretrain": own.pretrain, "train": own.train} if own else dict.fromkeys(PHASES)
        checkpoint = networks.checkpoints.get(stream)
        for stage, phase in phases.items():
            values = {
                "stream": stream,
                "checkpoint": checkpoint if stage == "train" else None,
                "phase": None if checkpoint else _with_weights(phase, params),
                "model": model,
                "seed": params.seed,
                "gaze": GazeSupervisionConfig(source=params.supervision.gaze),
            }
            sections[f"{stage}_{stream}"] = validate(
                TrainConfig, values, f"recipe: {stream}.{stage}"
            )
    return sections


def _check_test(protocol: ProtocolConfig, model: ModelConfig, network: str) -> None:
    """Refuse a test protocol of one stream that shows a network what it cannot look at."""
    where = f"recipe: {network}.score.protocol"
    if protocol.clips.stack != model.stack:
        raise ParamsError(
            f"{where}.clips.stack: found {protocol.clips.stack}, expected the network's "
            f"{model.stack} (model.stack)"
        )
    if protocol.views == "full" and not model.attention.fits_any_size:
        raise ParamsError(
            f"{where}.views: found 'full', but {model.attention.name}'s weights are made for one "
            f"size of images; choose centre, three_crops or ten_crops"
        )


def _joint(params: UserParams, recipe: Recipe, networks: Networks) -> JointConfig:
    own = networks.joint
    if own is None or recipe.rgb is None or recipe.flow is None:
        return JointConfig(plan=None)
    rgb, flow = _model(params, recipe.rgb, "rgb"), _model(params, recipe.flow, "flow")
    for stream, model in (("rgb", rgb), ("flow", flow)):
        _check_test(own.score.protocol.of(stream), model, f"joint ({stream})")
    values = {
        "model": {"network": own.network, "rgb": rgb, "flow": flow},
        "phase": _with_weights(own.phase, params),
        "flow_sampler": own.flow_sampler,
        "seed": params.seed,
        "gaze": GazeSupervisionConfig(source=params.supervision.gaze),
    }
    plan = validate(JointPlan, values, "recipe: joint")
    return JointConfig(plan=plan, checkpoint=networks.checkpoints.get("joint"))


def _model(params: UserParams, recipe: StreamRecipe, stream: Stream) -> ModelConfig:
    """Fill in what the user chose, and what the backbone has of its own."""
    chosen = {"backbone": params.model.backbone, "head": params.model.head}
    own = {key: value for key, value in chosen.items() if value != AUTO}
    values = {**merge(recipe.model, own), "compat": params.model.compat}
    if facts := FACTS.get(str(values.get("backbone"))):
        normalisation = facts.rgb if stream == "rgb" else facts.flow
        values = {"head": facts.head, "normalisation": normalisation, **values}
    return validate(ModelConfig, values, f"recipe: {stream}.model")


def _with_weights(phase: PhaseConfig | None, params: UserParams) -> PhaseConfig | None:
    """Return a phase without the recipe's published weights, where the user wants none."""
    if phase is None or params.model.weights == "recipe":
        return phase
    if isinstance(phase.initial, (WeightsFile, Pretrained)):
        return phase.model_copy(update={"initial": Scratch(name="scratch")})
    return phase
