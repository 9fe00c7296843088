"""Checkpoints as a method's authors would have saved them, and what their networks say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from ruamel.yaml import YAML
from torch import Tensor, nn

from pipeline.clips.store import ClipStore
from pipeline.configuration.load import load_configuration
from pipeline.configuration.merge import merge
from pipeline.evaluation.params import ScoreConfig
from pipeline.evaluation.score import score_stream, score_two_streams
from pipeline.evaluation.sharding import Processes, gather_scores
from pipeline.models.build import build_recognizer
from pipeline.models.key_map import rename
from pipeline.models.key_maps import KEY_MAPS
from pipeline.models.two_stream.build import build_two_stream

CLASSES, SEED = 4, 7
CHANNELS = {"rgb": 3, "flow": 2}

RECIPES = {
    "stam": {"backbones": {"i3d": {"model": {"after": ["Mixed_5c"]}}}},
    "iga": {
        "model": {"attention": {"name": "iga", "grid": [2, 1, 1]}, "after": ["last"]},
        "fusion_mode": "joint",
        "joint": {
            "network": "feature_sum",
            "phase": {"attention": "iga", "initial": {"name": "streams"}},
            "flow_sampler": {"name": "dense", "frames": 16},
        },
    },
    "ego_rnn": {},
}
"""What a demo recipe lacks for the published network, but for its width."""

FILES = {
    "stam": {"rgb": [("stam", "stam_keys", "")], "flow": [("stam", "stam_keys", "")]},
    "iga": {"joint": [("iga", "iga_keys", part) for part in ("base", "gaze", "attn")]},
    "ego_rnn": {
        "rgb": [("ego_rnn", "egornn_keys", "rgb")],
        "flow": [("ego_rnn_flow", "egornn_keys", "flow")],
    },
}
"""By method and stream: the kind of each file, and the list of its official names."""

ALONE = Processes(0, 1, torch.device("cpu"), 0, lambda text: text, partial(gather_scores, world=1))


@dataclass(frozen=True)
class ReleasedNetwork:
    """A network in memory, and its official files."""

    network: nn.Module
    files: list[str]
    config: ScoreConfig

    def score(self, project: Path, stream: str) -> np.ndarray:
        """Return the logits of the validation and test clips."""
        streams = ("rgb", "flow") if stream == "joint" else (stream,)
        stores = [ClipStore(project / "data" / "clips", own) for own in streams]
        score = score_two_streams if stream == "joint" else score_stream
        return score(*stores, self.network, self.config, ALONE, label="in memory").logits


def release(project: Path, keys_dir: Path, method: str) -> dict[str, ReleasedNetwork]:
    """Make a method's recipe the published one, and write random networks of it as files."""
    recipe = project / "recipes" / "demo" / f"{method}.yaml"
    YAML().dump(merge(YAML(typ="safe").load(recipe), RECIPES[method]), recipe)
    values = YAML(typ="safe").load(project / "params.yaml")
    values["model"] |= {"attention": method, "checkpoint": None}
    YAML().dump(values, project / "chosen.yaml")
    sections, _ = load_configuration(project / "chosen.yaml", project / "recipes", project, 1)
    released = {}
    for stream, files in FILES[method].items():
        network = _network(sections, stream)
        paths = []
        for number, (kind, listed, part) in enumerate(files):
            names = json.loads((keys_dir / f"{listed}.json").read_text())
            path = project / f"{method}_{stream}_{number}.pt"
            _write(path, kind, names[part] if part else names, network.state_dict())
            paths.append(str(path))
        config = sections["score"].joint if stream == "joint" else sections["score"].of(stream)
        released[stream] = ReleasedNetwork(network, paths, config)
    return released


def _network(sections, stream: str) -> nn.Module:
    if stream == "joint":
        return build_two_stream(sections["joint"].plan.model, CLASSES, SEED, {})
    model = sections[f"train_{stream}"].model
    return build_recognizer(model, CHANNELS[stream], CLASSES, SEED)


def _write(
    path: Path, kind: str, official: Mapping[str, list[int]], own: Mapping[str, Tensor]
) -> None:
    """Write tensors by the official names; their shapes only say how many axes there are."""
    key_map = KEY_MAPS[kind]
    state = {}
    for name, shape in official.items():
        tensor = own[rename(_original(name, key_map.duplicates), key_map.renames)]
        state[name] = tensor[(..., *[None] * (len(shape) - tensor.ndim))].clone()
    torch.save(state, path)


def _original(name: str, duplicates: tuple[tuple[str, str], ...]) -> str:
    for copy, original in duplicates:
        if name.startswith(copy):
            return original + name.removeprefix(copy)
    return name
