"""Which images of a clip are seen, as data: the samplers of training, and those of tests.

A sampler of training draws the images of one sample, and says by which windows the same network is
to be tested: a window is what a network sees at once, T places of L images.
"""

from typing import Annotated, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field, PositiveInt

from pipeline.clips.sampling import (
    Tail,
    centre_place,
    count_places,
    draw_frames,
    draw_place,
    draw_segments,
    fill_stacks,
    segment_middles,
    segment_starts,
    spread_places,
    windows,
)
from pipeline.params import Section

Images = Int[np.ndarray, " T"]
"""Numbers of the images of one window, place by place."""
Windows = Int[np.ndarray, "M T"]
"""Numbers of the images of each window of a clip."""


class Sampler(Section):
    """What every sampler has."""

    stack: PositiveInt = 1
    """Consecutive flow images at each place (TSM, LSTA, ego-rnn: 5); 1 for single images."""


class ConsecutiveWindows(Sampler):
    """Windows of consecutive images over the whole clip."""

    name: Literal["windows"]
    """Which windows."""
    frames: PositiveInt
    """Places in a window (STAM: 16, IGA: 24)."""
    stride: PositiveInt
    """Places from the start of a window to that of the next (STAM: 8, IGA: 24)."""
    tail: Tail = "move_back"
    """``move_back``: the last window ends at the last image. ``drop``: images that fill no window
    are not seen (IGA's code)."""
    short_clips: Literal["repeat_last"] = "repeat_last"
    """A clip shorter than a window repeats its last image; no clip is left out."""

    def windows(self, num_frames: int) -> Windows:
        """Return the images of each window of a clip."""
        num_places = count_places(num_frames, self.stack)
        places = windows(num_places, self.frames, self.stride, self.tail)
        return fill_stacks(places, self.stack, num_frames)


class SegmentWindows(Sampler):
    """One window of the middles of equal segments (TSN, TSM)."""

    name: Literal["segments"]
    """Which windows."""
    frames: PositiveInt
    """Segments (TSM: 8 or 16)."""
    twice: bool = False
    """A second window of the segments' starts (TSM's option twice_sample)."""

    def windows(self, num_frames: int) -> Windows:
        """Return the images of each window of a clip."""
        num_places = count_places(num_frames, self.stack)
        places = [segment_middles(num_places, self.frames)]
        if self.twice:
            places.append(segment_starts(num_places, self.frames))
        return fill_stacks(np.stack(places), self.stack, num_frames)


class StackWindows(Sampler):
    """Windows of one place each, evenly over the clip (ego-rnn's flow)."""

    name: Literal["stacks"]
    """Which windows."""
    stacks: PositiveInt
    """Windows of a clip (ego-rnn: 5, and 10 in its late fusion)."""

    def windows(self, num_frames: int) -> Windows:
        """Return the images of each window of a clip."""
        places = spread_places(count_places(num_frames, self.stack), self.stacks, endpoint=False)
        return fill_stacks(places[:, None], self.stack, num_frames)


class Uniform(Sampler):
    """Images evenly over the clip, the same in training and in tests (LSTA, ego-rnn: 25)."""

    name: Literal["uniform"]
    """Which sampler."""
    frames: PositiveInt
    """Places in the window."""
    endpoint: bool
    """Whether the clip's last place is the last one (LSTA: true, ego-rnn: false)."""

    def draw(self, num_frames: int, generator: np.random.Generator) -> Images:  # noqa: ARG002
        """Return the images of a training sample."""
        return self.windows(num_frames)[0]

    def windows(self, num_frames: int) -> Windows:
        """Return the images of the one window of a clip."""
        num_places = count_places(num_frames, self.stack)
        places = spread_places(num_places, self.frames, endpoint=self.endpoint)
        return fill_stacks(places[None], self.stack, num_frames)

    def as_tested(self) -> "Uniform":
        """Return the windows of validation."""
        return self


class CentreStack(Sampler):
    """The stack in the middle of the clip, the same in training and in tests (LSTA's flow)."""

    name: Literal["centre_stack"]
    """Which sampler."""

    def draw(self, num_frames: int, generator: np.random.Generator) -> Images:  # noqa: ARG002
        """Return the images of a training sample."""
        return self.windows(num_frames)[0]

    def windows(self, num_frames: int) -> Windows:
        """Return the images of the one window of a clip."""
        places = centre_place(count_places(num_frames, self.stack))
        return fill_stacks(places[None], self.stack, num_frames)

    def as_tested(self) -> "CentreStack":
        """Return the windows of validation."""
        return self


class Dense(Sampler):
    """Consecutive images from a random start."""

    name: Literal["dense"]
    """Which sampler."""
    frames: PositiveInt
    """Places in a sample (STAM, section 4.2: 16; IGA: 24)."""

    def draw(self, num_frames: int, generator: np.random.Generator) -> Images:
        """Return the images of a training sample."""
        places = draw_frames(count_places(num_frames, self.stack), self.frames, generator)
        return fill_stacks(places, self.stack, num_frames)

    def as_tested(self) -> ConsecutiveWindows:
        """Return the windows of validation, side by side."""
        return ConsecutiveWindows(
            name="windows", frames=self.frames, stride=self.frames, stack=self.stack
        )


class Segments(Sampler):
    """One image of each of equal segments, at a random place in it (TSN, TSM)."""

    name: Literal["segments"]
    """Which sampler."""
    frames: PositiveInt
    """Segments (TSM: 8 or 16)."""

    def draw(self, num_frames: int, generator: np.random.Generator) -> Images:
        """Return the images of a training sample."""
        places = draw_segments(count_places(num_frames, self.stack), self.frames, generator)
        return fill_stacks(places, self.stack, num_frames)

    def as_tested(self) -> SegmentWindows:
        """Return the windows of validation."""
        return SegmentWindows(name="segments", frames=self.frames, stack=self.stack)


class RandomStack(Sampler):
    """One stack at a random place (ego-rnn's flow)."""

    name: Literal["random_stack"]
    """Which sampler."""

    def draw(self, num_frames: int, generator: np.random.Generator) -> Images:
        """Return the images of a training sample."""
        places = draw_place(count_places(num_frames, self.stack), generator)
        return fill_stacks(places, self.stack, num_frames)

    def as_tested(self) -> CentreStack:
        """Return the windows of validation."""
        return CentreStack(name="centre_stack", stack=self.stack)


WindowsConfig = Annotated[
    ConsecutiveWindows | Uniform | SegmentWindows | CentreStack | StackWindows,
    Field(discriminator="name"),
]
"""Which images of a clip are seen at once, in a test."""
