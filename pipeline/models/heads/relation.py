"""TRN's classifiers: relations of two and more frames, in their order in time."""

from functools import cache
from itertools import combinations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from pipeline.models.draws import Draws
from pipeline.models.errors import ModelError
from pipeline.models.heads.frames import DEVIATION
from pipeline.models.heads.head import Classified, Head
from pipeline.models.initialise import Fill

FRAME_FEATURES = 256
"""Numbers that a frame is reduced to (metalbubble/TRN-pytorch, `img_feature_dim`)."""

RELATION_UNITS = 512
"""Hidden units of TRN's one relation (the same, `RelationModule`)."""

SCALE_UNITS = 256
"""Hidden units of each of MTRN's relations (the same, `RelationModuleMultiScale`)."""

NUM_SUBSETS = 3
"""Sets of frames of one size that MTRN adds up (the same, `subsample_num`)."""

MOST_SUBSETS = 100
"""Sets of one size that MTRN looks at outside training: all there are up to 8 frames (70)."""


class Relation(nn.Module):
    """One relation of all frames: a network with one hidden layer on their features in a row.

    Layers are called as in metalbubble/TRN-pytorch.
    """

    def __init__(self, frames: int, num_classes: int) -> None:
        super().__init__()
        self.frames = frames
        self.classifier = _perceptron(frames, RELATION_UNITS, num_classes)

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        draws: Draws | None,  # noqa: ARG002 - of the contract
    ) -> Float[Tensor, "B K"]:
        """Scores of the features of T = `frames` frames."""
        return self.classifier(x.flatten(1))


class MultiScaleRelation(nn.Module):
    """Relations of every number of frames from all down to two, summed (section 3.2, equation 3).

    Each number d has a network of its own, and adds the scores of three sets of d frames (of all
    sets, where there are fewer). Training draws the sets, for each clip its own. Otherwise it adds
    three times the mean over all sets, which is what the drawn sum is on average; of more than
    `MOST_SUBSETS`, over so many evenly spaced in lexicographic order.

    Differs from the authors' code: theirs draws one choice for a batch, and draws at test too.
    """

    def __init__(self, frames: int, num_classes: int) -> None:
        super().__init__()
        if frames < 2:
            raise ModelError(f"mtrn relates two frames and more, found {frames}; use head `frames`")
        self.frames = frames
        self.scales = range(frames, 1, -1)
        self.fc_fusion_scales = nn.ModuleList(
            _perceptron(scale, SCALE_UNITS, num_classes) for scale in self.scales
        )

    def forward(self, x: Float[Tensor, "B T D"], draws: Draws | None) -> Float[Tensor, "B K"]:
        """Scores of the features of T = `frames` frames."""
        clips = torch.arange(len(x), device=x.device)[:, None, None]  # (B, 1, 1)
        total = x.new_zeros(())
        for scale, network in zip(self.scales, self.fc_fusion_scales, strict=True):
            subsets = self._subsets(scale, draws, x.device)  # (B or 1, sets, scale)
            scores = network(x[clips, subsets].flatten(2))  # (B, sets, K)
            num_summed = min(NUM_SUBSETS, subsets.shape[1])
            total = total + num_summed * scores.mean(dim=1)
        return total

    def _subsets(
        self, scale: int, draws: Draws | None, device: torch.device
    ) -> Int[Tensor, "B sets scale"]:
        """Numbers of the frames to relate, ascending."""
        every = torch.tensor(frame_subsets(self.frames, scale), device=device)  # (sets, scale)
        if draws is None or len(every) <= NUM_SUBSETS:
            count = min(len(every), MOST_SUBSETS)
            middles = [(2 * part + 1) * len(every) // (2 * count) for part in range(count)]
            return every[middles][None]
        numbers = draws.uniform(f"relation {scale}", (len(every),))  # (B, sets)
        return every[numbers.topk(NUM_SUBSETS, dim=1).indices]


class RelationHead(Head):
    """Temporal relation network (Zhou et al., ECCV 2018): TRN and, over several scales, MTRN.

    Mean over space, dropout, 256 features of every frame, then `consensus`: scores by relation.
    """

    def __init__(self, in_channels: int, consensus: Relation | MultiScaleRelation) -> None:
        super().__init__()
        self.new_fc = nn.Linear(in_channels, FRAME_FEATURES)
        self.consensus = consensus

    def start(self, fill: Fill) -> None:
        """Draw small weights for the frames' features, as the authors do."""
        fill(self.new_fc.weight, DEVIATION)

    def forward(self, x: Float[Tensor, "B C T H W"], draws: Draws | None) -> Classified:
        """Classify clips of exactly as many feature frames as the relations were built for."""
        channels, time = x.shape[1:3]
        if time != self.consensus.frames:
            raise ModelError(
                f"found {time} feature frames, expected {self.consensus.frames}, which the head's "
                f"relations were built for; make head.frames and the sampler's frames agree"
            )
        keep = None if draws is None else draws.keep(channels * time)
        with torch.autocast(x.device.type, enabled=False):
            pooled = x.float().mean(dim=(3, 4))  # (B, C, T)
            kept = pooled if keep is None else pooled * keep.unflatten(1, (channels, time))
            logits = self.consensus(self.new_fc(kept.mT), draws)  # (B, T, 256) -> (B, K)
        return Classified(logits, features=pooled.mean(dim=2))


def trn_head(in_channels: int, num_classes: int, frames: int) -> RelationHead:
    """Return TRN's head: the relation of all frames."""
    return RelationHead(in_channels, Relation(frames, num_classes))


def mtrn_head(in_channels: int, num_classes: int, frames: int) -> RelationHead:
    """Return MTRN's head: relations of all, all but one, … and two frames."""
    return RelationHead(in_channels, MultiScaleRelation(frames, num_classes))


@cache
def frame_subsets(frames: int, size: int) -> tuple[tuple[int, ...], ...]:
    """Every choice of `size` of the frames, in lexicographic order."""
    return tuple(combinations(range(frames), size))


def _perceptron(frames: int, units: int, num_classes: int) -> nn.Sequential:
    """One hidden layer; ReLU comes first, as the features of a frame are linear."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Linear(frames * FRAME_FEATURES, units),
        nn.ReLU(),
        nn.Linear(units, num_classes),
    )
