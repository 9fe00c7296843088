"""The clips of a store as data sets of samples: varied for training, by windows for tests."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int, UInt8
from torch.utils.data import Dataset

from pipeline.clips.batch import Sample
from pipeline.clips.crop import centre_crop
from pipeline.clips.draws import Purpose, make_generator
from pipeline.clips.gaze_source import Gaze, GazeSource
from pipeline.clips.params import AugmentationConfig, SamplerConfig
from pipeline.clips.sampler_params import WindowsConfig
from pipeline.clips.store import ClipStore
from pipeline.clips.view import View, view_gaze, view_images


class TrainingClips(Dataset[Sample]):
    """Training clips, each epoch cut and mirrored otherwise.

    An item is an (epoch, clip) pair. What is drawn depends on the seed and that pair alone, so
    neither the number of workers nor a restart changes a sample, and both streams of a clip are
    drawn alike where their samplers are.

    Args:
        store: one stream of the clips.
        sampler: which images are seen.
        augmentation: how they are varied.
        gaze_source: whose gaze the clips are given.
        seed: of the run.
    """

    def __init__(
        self,
        store: ClipStore,
        sampler: SamplerConfig,
        augmentation: AugmentationConfig,
        gaze_source: GazeSource,
        seed: int,
    ) -> None:
        self.store = store
        self.sampler = sampler
        self.augmentation = augmentation
        self.gaze_source = gaze_source
        self.seed = seed

    def __getitem__(self, item: tuple[int, int]) -> Sample:
        return self.see(item, None)[0]

    def see(self, item: tuple[int, int], view: View | None) -> tuple[Sample, View]:
        """Return a sample and the view it shows: the given one, or one drawn for the pair."""
        epoch, clip = item
        generator = make_generator(Purpose.AUGMENTATION, self.seed, epoch, clip)
        frames = self.sampler.draw(self.store.clips[clip].num_frames, generator)
        images = self.store.images(clip, frames)
        if view is None:
            height, width = images.shape[1:3]
            view = self.augmentation.draw(height, width, generator)
        gaze = self.gaze_source(clip, frames)
        return _make_sample(self.store, clip, frames, images, gaze, view=view), view


class EvaluationClips(Dataset[Sample]):
    """All windows of some clips, cut in the middle, one window an item; nothing is drawn.

    Args:
        store: one stream of the clips.
        clips: indices of the clips.
        windows: which images a window has.
        crop: side of the square in pixels.
        gaze_source: whose gaze the clips are given, for losses and pictures.
    """

    def __init__(
        self,
        store: ClipStore,
        clips: Sequence[int],
        *,
        windows: WindowsConfig,
        crop: int,
        gaze_source: GazeSource,
    ) -> None:
        self.store = store
        self.crop = crop
        self.gaze_source = gaze_source
        self.items = [
            (clip, window)
            for clip in clips
            for window in windows.windows(store.clips[clip].num_frames)
        ]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, item: int) -> Sample:
        clip, frames = self.items[item]
        images = self.store.images(clip, frames)
        crop = centre_crop(images.shape[1], images.shape[2], self.crop)
        view = View(crop, None, is_mirrored=False)
        gaze = self.gaze_source(clip, frames)
        return _make_sample(self.store, clip, frames, images, gaze, view=view)


def _make_sample(
    store: ClipStore,
    clip: int,
    frames: Int[np.ndarray, " T"],
    images: UInt8[np.ndarray, "T H W C"],
    gaze: Gaze,
    *,
    view: View,
) -> Sample:
    points, valid = view_gaze(*gaze, view, images.shape[1], images.shape[2])
    video = view_images(images, view, store.stream)
    row = store.clips[clip]
    return Sample(
        video=np.ascontiguousarray(np.moveaxis(video, -1, 0)),  # (C, T, H, W)
        action=row.action,
        verb=row.verb,
        noun=row.noun,
        clip=clip,
        frames=frames,
        gaze=points,
        gaze_valid=valid,
    )
