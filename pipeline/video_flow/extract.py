"""From a video file to a store of its flow, streamed, with a preview if one is wanted."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from time import perf_counter

import numpy as np
from jaxtyping import UInt8

from pipeline.flow.backends import resolve_backend
from pipeline.flow.motion import join_motion, keep_motion
from pipeline.flow.overlap import overlapped
from pipeline.flow.params import FlowConfig
from pipeline.flow.session import flow_parameters
from pipeline.flow.solve import Solved, Solver, compress, solve
from pipeline.flow.stabilise import HeadMotion
from pipeline.frames.params import FramesConfig
from pipeline.frames.provenance import frames_parameters
from pipeline.frames.size import Size
from pipeline.frames.store import ImageWriter
from pipeline.progress import Progress
from pipeline.video_flow.preview import Preview, check_previewed, open_preview
from pipeline.video_flow.source import (
    FRAME_QUALITY,
    Scene,
    Video,
    inspect_video,
    read_scenes,
    stored_size,
)


@dataclass(frozen=True)
class Request:
    """What is wanted of a video.

    Args:
        size: of the frames, as the param ``frames.size``; None for the video's own.
        preview_path: where a video to look at goes, or None.
        preview_scale: length in pixels that has the full colour; None takes it from the video.
        threads: pairs that may be in work at a time on the CPU.
    """

    video_path: Path
    flow_path: Path
    size: int | str | None
    config: FlowConfig
    preview_path: Path | None
    preview_scale: float | None
    threads: int


@dataclass(frozen=True)
class VideoFlow:
    """What was made of a video.

    Args:
        clipped_share: of all vectors, by the bound.
        num_unestimated: pairs whose camera motion was to be taken out and could not be estimated.
        preview_scale: as drawn in the preview; None where there is none.
    """

    backend: str
    size: Size
    num_pairs: int
    clipped_share: float
    num_unestimated: int
    preview_scale: float | None
    seconds: float


@dataclass(frozen=True)
class _Part:
    """A block's flow, with the frames that it belongs to where they are to be shown."""

    images: UInt8[np.ndarray, "M H W 3"] | None
    solved: Solved


@dataclass
class _Tally:
    """What is counted while blocks pass."""

    num_clipped: int
    motions: list[HeadMotion]


def extract_video(request: Request) -> VideoFlow:
    """Write the flow of a video; memory holds a few blocks of its pairs, however long it is.

    Raises:
        FlowError: no backend is present, it failed, or the preview cannot be made.
        DecodeError: the video cannot be decoded whole; nothing is written then.
    """
    started = perf_counter()
    solver = Solver(request.config, resolve_backend(request.config), request.threads)
    video = inspect_video(request.video_path)
    size = stored_size(video.path, request.size)
    scenes = read_scenes(video, request.size, solver)
    first = list(islice(scenes, 1))
    has_pairs, scenes = len(first) > 0, chain(first, scenes)
    del first  # else memory holds it to the end
    tally = _Tally(0, [])
    with (
        ImageWriter(request.flow_path, "flow", _parameters(request, solver, size)) as writer,
        _preview(request, video, size) if has_pairs else nullcontext() as preview,
        Progress(f"flow by {solver.backend}", max(video.num_frames - 1, 0), "pair") as progress,
    ):
        jpegs = _jpegs(scenes, solver, preview, tally, progress)
        num_pairs = writer.add_video(video.path.name, size, jpegs)
        writer.note("num_clipped", tally.num_clipped)
        if request.config.stabilise != "none":
            keep_motion(writer, join_motion(tally.motions))
    return VideoFlow(
        backend=solver.backend,
        size=size,
        num_pairs=num_pairs,
        clipped_share=tally.num_clipped / max(num_pairs * size.width * size.height, 1),
        num_unestimated=sum(int(np.sum(~motion.is_found)) for motion in tally.motions),
        preview_scale=preview.scale if preview is not None else None,
        seconds=perf_counter() - started,
    )


def _jpegs(
    scenes: Iterator[Scene],
    solver: Solver,
    preview: Preview | None,
    tally: _Tally,
    progress: Progress,
) -> Iterator[bytes]:
    """Yield x and y of one pair after the other."""

    def compute(scene: Scene) -> _Part:
        return _Part(scene.images if preview else None, solve(scene.pairs, solver))

    def encode(part: _Part) -> tuple[Solved, list[bytes]]:
        if preview is not None and part.images is not None:
            preview.add(part.images[:-1], part.solved.levels)
        return part.solved, compress(part.solved, solver)

    with closing(overlapped(scenes, compute, encode)) as blocks:
        for solved, jpegs in blocks:
            yield from jpegs
            tally.num_clipped += solved.num_clipped
            tally.motions += [solved.motion] if solved.motion is not None else []
            progress.advance(solved.block.num_pairs)


def _preview(request: Request, video: Video, size: Size) -> AbstractContextManager[Preview | None]:
    """Give the preview that was asked for, or None."""
    if request.preview_path is None:
        return nullcontext()
    check_previewed(size)
    bound, scale = request.config.bound_pixels, request.preview_scale
    return open_preview(request.preview_path, video.rate, bound, scale)


def _parameters(request: Request, solver: Solver, size: Size) -> dict[str, object]:
    """Return what the graph would store of the same frames and flow."""
    frames = FramesConfig(
        root=str(request.video_path.parent),
        size=str(size) if request.size is None else request.size,
        quality=FRAME_QUALITY,
    )
    return {
        **flow_parameters(request.config, solver.backend),
        "frames": frames_parameters(frames),
    }
