"""The command line of flow for one video: ``python -m stages.flow --video in.mp4 --out flow.h5``.

It needs neither DVC, MLflow nor params.yaml, and runs in any folder.
"""

import os
import sys
from collections.abc import Sequence

from pipeline.flow.errors import FlowError
from pipeline.frames.decode import DecodeError
from pipeline.frames.store import StoreError
from pipeline.video_flow.arguments import read_request
from pipeline.video_flow.extract import Request, VideoFlow, extract_video
from stages.tracked import end_orderly


def run(arguments: Sequence[str]) -> None:
    """Compute a video's flow as the arguments say; a fault is one line and exit status 1."""
    request = read_request(arguments, len(os.sched_getaffinity(0)))
    end_orderly()
    try:
        made = extract_video(request)
    except (FlowError, DecodeError, StoreError, OSError) as error:
        sys.exit(f"flow: {error}")
    except KeyboardInterrupt:
        sys.exit("flow: interrupted; nothing was written")
    print(_describe(request, made))


def _describe(request: Request, made: VideoFlow) -> str:
    if made.num_pairs == 0:
        return f"{request.flow_path}: no pairs, since {request.video_path} has one frame"
    rate = made.num_pairs / made.seconds
    words = [
        f"{request.flow_path}: {made.num_pairs} pairs of {made.size} by {made.backend}",
        f"{made.seconds:.1f} s, {rate:.1f} pairs/s",
        f"{made.clipped_share:.2%} of the vectors beyond {request.config.bound_pixels:g} pixels",
    ]
    if request.config.stabilise != "none":
        words.append(f"{made.num_unestimated} pairs whose camera motion could not be estimated")
    if made.preview_scale is not None:
        words.append(f"{request.preview_path}: full colour is {made.preview_scale:g} pixels")
    return "; ".join(words)
