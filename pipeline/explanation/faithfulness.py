"""Deletion and insertion: does the class depend on what a map points to?

Petsiuk, Das and Saenko, RISE, BMVC 2018, section 4: take pixels away from the most important to
the least, and see how fast the probability of the class falls; give them back in the same order to
images without content, and see how fast it rises.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Float64, UInt8
from torch import Tensor

from pipeline.explanation.ranks import pixel_ranks

Look = Callable[[Tensor], np.ndarray]
"""Windows, (B, C, T, H, W) uint8, to their scores, (B, K) float32."""


@dataclass(frozen=True)
class Windows:
    """All windows of a clip, in one view.

    Args:
        images: levels of each window.
        blanks: the same without content: what stands where a pixel was taken away.
        weights: of each window in the clip's score; they sum to one.
    """

    images: UInt8[Tensor, "M C T H W"]
    blanks: UInt8[Tensor, "M C T H W"]
    weights: Float[np.ndarray, " M"]


@dataclass(frozen=True)
class Curves:
    """The class's probability after k of n steps, k = 0 … n.

    Args:
        deletion: the most important pixels are taken away first; it begins with the whole clip.
        insertion: the most important pixels are given first; it ends with the whole clip.
    """

    deletion: Float64[np.ndarray, " steps"]
    insertion: Float64[np.ndarray, " steps"]


@dataclass(frozen=True)
class _State:
    """What is seen after some steps: `has_first` of the most important pixels, or all but them."""

    kind: str
    has_first: bool
    step: int


def measure_faithfulness(
    look: Look,
    windows: Windows,
    maps: Mapping[str, Float32[np.ndarray, "M t h w"]],
    action: int,
    *,
    steps: int,
    batch_windows: int,
    generator: np.random.Generator,
) -> dict[str, Curves]:
    """Return the curves of each kind of map of one clip.

    After step k each of the clip's windows lacks (or has) the share k / n of its pixels, those that
    its own map ranks highest; a pixel has a place in one image of the window, and all its channels.
    The clip's score is the protocol's mean over the windows, and the probability its softmax.

    look: the network.
    windows: of the clip.
    maps: by kind, of each window.
    action: the class.
    steps: n.
    batch_windows: how many windows are looked at at once.
    generator: decides between pixels of equal importance.
    """
    rows = _rows(list(maps), steps)
    states = list(dict.fromkeys(state for row in rows.values() for state in row))
    scores = sum(
        weight * np.concatenate(list(_look_at(look, states, seen, steps, batch_windows)))
        for weight, seen in zip(windows.weights, _ranked(windows, maps, generator), strict=True)
    )
    found = dict(zip(states, _probabilities(np.asarray(scores))[:, action], strict=True))
    curves = {key: np.array([found[state] for state in row]) for key, row in rows.items()}
    return {kind: Curves(curves[kind, False], curves[kind, True]) for kind in maps}


def _rows(kinds: list[str], steps: int) -> dict[tuple[str, bool], list[_State]]:
    """Return the states of every curve; all begin and end with one of the same two."""
    whole, blank = (_State(kinds[0], has_first=False, step=step) for step in (0, steps))
    rows = {}
    for kind in kinds:
        for has_first in (False, True):
            inner = [_State(kind, has_first, step) for step in range(1, steps)]
            rows[kind, has_first] = [blank, *inner, whole] if has_first else [whole, *inner, blank]
    return rows


@dataclass(frozen=True)
class _RankedWindow:
    """One window, its blank, and each pixel's place in the order of importance, by kind of map."""

    images: UInt8[Tensor, "C T H W"]
    blanks: UInt8[Tensor, "C T H W"]
    ranks: Mapping[str, Tensor]

    def show(self, state: _State, steps: int) -> UInt8[Tensor, "C T H W"]:
        """Return what is seen in a state."""
        ranks = self.ranks[state.kind]  # (T, H, W)
        is_first = ranks < round(state.step * ranks.numel() / steps)
        return torch.where(is_first == state.has_first, self.images, self.blanks)


def _ranked(
    windows: Windows, maps: Mapping[str, np.ndarray], generator: np.random.Generator
) -> Iterator[_RankedWindow]:
    """Rank one window at a time: the ranks of a long clip would fill the memory."""
    size = windows.images.shape[2:]
    for number, (images, blanks) in enumerate(zip(windows.images, windows.blanks, strict=True)):
        chance = torch.from_numpy(generator.permutation(size.numel())).to(images.device)
        ranks = {kind: pixel_ranks(of[number], size, chance) for kind, of in maps.items()}
        yield _RankedWindow(images, blanks, ranks)


def _look_at(
    look: Look, states: list[_State], window: _RankedWindow, steps: int, batch_windows: int
) -> Iterator[Float32[np.ndarray, "B K"]]:
    for first in range(0, len(states), batch_windows):
        batch = states[first : first + batch_windows]
        yield look(torch.stack([window.show(state, steps) for state in batch]))


def _probabilities(scores: Float[np.ndarray, "N K"]) -> Float64[np.ndarray, "N K"]:
    shifted = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
