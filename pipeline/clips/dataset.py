"""The clips of a store as data sets of samples: varied for training, by windows for tests."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float32, Int, Int64, UInt8
from torch.utils.data import Dataset

from pipeline.clips.batch import Sample
from pipeline.clips.crop import centre_crop, crop_gaze, crop_images, draw_crop
from pipeline.clips.draws import Purpose, make_generator
from pipeline.clips.flip import flip_flow, flip_gaze, flip_rgb
from pipeline.clips.gaze_source import GazeSource
from pipeline.clips.params import AugmentationConfig, SamplerConfig
from pipeline.clips.sampling import draw_frames, windows
from pipeline.clips.store import ClipStore

FLIP = {"rgb": flip_rgb, "flow": flip_flow}
FLIP_PROBABILITY = 0.5


class TrainingClips(Dataset[Sample]):
    """Training clips, each epoch cut and mirrored otherwise.

    An item is an (epoch, clip) pair. What is drawn depends on the seed and that pair alone, so
    neither the number of workers nor a restart changes a sample, and both streams of a clip are
    drawn alike.

    Args:
        store: one stream of the clips.
        sampler: which frames are seen.
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
        epoch, clip = item
        generator = make_generator(Purpose.AUGMENTATION, self.seed, epoch, clip)
        num_frames = self.store.clips[clip].num_frames
        frames = draw_frames(num_frames, self.sampler.frames, generator)
        images = self.store.images(clip, frames)
        height, width = images.shape[1:3]
        crop = draw_crop(height, width, self.augmentation.crop, generator)
        is_mirrored = self.augmentation.flip and bool(generator.random() < FLIP_PROBABILITY)
        gaze = crop_gaze(*self.gaze_source(clip, frames), crop, height, width)
        images = crop_images(images, crop)
        return _make_sample(self.store, clip, frames, images, gaze, is_mirrored=is_mirrored)


class EvaluationClips(Dataset[Sample]):
    """All windows of some clips, cut in the middle, one window an item; nothing is drawn.

    Args:
        store: one stream of the clips.
        clips: indices of the clips.
        length: frames in a window.
        stride: frames from the start of a window to that of the next.
        crop: side of the square in pixels.
        gaze_source: whose gaze the clips are given, for losses and pictures.
    """

    def __init__(
        self,
        store: ClipStore,
        clips: Sequence[int],
        *,
        length: int,
        stride: int,
        crop: int,
        gaze_source: GazeSource,
    ) -> None:
        self.store = store
        self.crop = crop
        self.gaze_source = gaze_source
        self.items: list[tuple[int, Int64[np.ndarray, " T"]]] = [
            (clip, window)
            for clip in clips
            for window in windows(store.clips[clip].num_frames, length, stride)
        ]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, item: int) -> Sample:
        clip, frames = self.items[item]
        images = self.store.images(clip, frames)
        height, width = images.shape[1:3]
        crop = centre_crop(height, width, self.crop)
        gaze = crop_gaze(*self.gaze_source(clip, frames), crop, height, width)
        images = crop_images(images, crop)
        return _make_sample(self.store, clip, frames, images, gaze, is_mirrored=False)


def _make_sample(
    store: ClipStore,
    clip: int,
    frames: Int[np.ndarray, " T"],
    images: UInt8[np.ndarray, "T H W C"],
    gaze: tuple[Float32[np.ndarray, "T 2"], Bool[np.ndarray, " T"]],
    *,
    is_mirrored: bool,
) -> Sample:
    points, valid = gaze
    if is_mirrored:
        images = FLIP[store.stream](images)
        points = np.where(valid[:, None], flip_gaze(points), points)
    row = store.clips[clip]
    return Sample(
        video=np.ascontiguousarray(np.moveaxis(images, -1, 0)),  # (C, T, H, W)
        action=row.action,
        verb=row.verb,
        clip=clip,
        frames=frames,
        gaze=points,
        gaze_valid=valid,
    )
