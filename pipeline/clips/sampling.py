"""Which images of a clip are seen: pure functions of how many places there are and a generator.

A place is where a network may look: a frame, or a stack of consecutive flow images, named by its
first image. Places count from 0; published code mostly counts from 1.
"""

from typing import Literal

import numpy as np
from jaxtyping import Int

Tail = Literal["move_back", "drop"]


def count_places(num_frames: int, stack: int) -> int:
    """Return the places of a clip, at least one.

    A single image has as many as there are frames, in both streams: the last frame's flow is that
    of the frame before it. A stack of L is of flow images, of which a clip has N, one less than
    frames, and so N - L + 1 places.
    """
    return num_frames if stack == 1 else max(num_frames - stack, 1)


def fill_stacks(
    places: Int[np.ndarray, "*M T"], stack: int, num_frames: int
) -> Int[np.ndarray, "*M TL"]:
    """Return the images of the stacks at some places, place by place.

    A clip shorter than a stack repeats its last image; ego-rnn's code leaves such clips out.
    """
    last = max(num_frames - (1 if stack == 1 else 2), 0)
    images = np.minimum(places[..., None] + np.arange(stack), last)  # (*M, T, L)
    return images.reshape(*places.shape[:-1], -1)


def draw_frames(
    num_places: int, length: int, generator: np.random.Generator
) -> Int[np.ndarray, " T"]:
    """Return consecutive places from a random start; every start is equally likely.

    A clip shorter than ``length`` is seen whole, and its last place repeated.

    Differs from STAM's code, which leaves such clips out of training, and from IGA's, whose start
    is always the clip's first frame.
    """
    start = int(generator.integers(max(num_places - length, 0) + 1))
    return np.minimum(start + np.arange(length), num_places - 1)


def windows(num_places: int, length: int, stride: int, tail: Tail) -> Int[np.ndarray, "M T"]:
    """Return the places of each window over a clip.

    ``move_back``: the last window ends at the last place. ``drop``: places that fill no window are
    not seen (IGA's code, with windows side by side). Either way a clip shorter than ``length`` is
    one window that repeats its last place.
    """
    last_start = max(num_places - length, 0)
    if tail == "drop":
        starts = np.arange(0, last_start + 1, stride)
    else:
        starts = np.append(np.arange(0, last_start, stride), last_start)
    return np.minimum(starts[:, None] + np.arange(length), num_places - 1)


def spread_places(num_places: int, count: int, *, endpoint: bool) -> Int[np.ndarray, " T"]:
    """Return places evenly over the clip, floor(linspace(1, places, count)) counted from 1.

    ``endpoint``: the last place is seen (LSTA's code); else the clip's last part is left out
    (ego-rnn's). A clip of fewer places than ``count`` repeats some.
    """
    return np.floor(np.linspace(1, num_places, count, endpoint=endpoint)).astype(np.int64) - 1


def draw_segments(
    num_places: int, count: int, generator: np.random.Generator
) -> Int[np.ndarray, " T"]:
    """Return one random place of each of ``count`` segments of floor(places / count) (TSN, TSM).

    A clip of fewer places than segments gives sorted random ones, with repetition. TSM's code does
    so only where there are more images than segments, and else takes the first place for all.
    """
    length = num_places // count
    if length == 0:
        return np.sort(generator.integers(num_places, size=count))
    return np.arange(count) * length + generator.integers(length, size=count)


def segment_middles(num_places: int, count: int) -> Int[np.ndarray, " T"]:
    """Return the middle of each of ``count`` segments, int(tick / 2 + tick x) (TSN, TSM)."""
    tick = num_places / count
    return (tick / 2 + tick * np.arange(count)).astype(np.int64)


def segment_starts(num_places: int, count: int) -> Int[np.ndarray, " T"]:
    """Return the start of each of ``count`` segments, int(tick x): TSM's second sampling."""
    return (num_places / count * np.arange(count)).astype(np.int64)


def centre_place(num_places: int) -> Int[np.ndarray, " 1"]:
    """Return the middle place, ceil((places - 1) / 2) counted from 1.

    This is ego-rnn's code, ceil((N - 5) / 2) for a stack of 5. LSTA's code for its five centre
    images was never released; it is by the same authors.
    """
    return np.array([max(num_places // 2, 1) - 1])


def draw_place(num_places: int, generator: np.random.Generator) -> Int[np.ndarray, " 1"]:
    """Return a random place, never the last one: ego-rnn's code draws from 1 to N - 5."""
    return generator.integers(max(num_places - 1, 1), size=1)
