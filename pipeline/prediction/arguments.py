"""What may be asked of a prediction on a command line."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pipeline.command_line import Group, check_outputs, positive
from pipeline.gaze.readers import GAZE_READERS
from pipeline.prediction.params import Wish

WISHES: tuple[Wish, ...] = get_args(Wish)
DESCRIPTION = """\
The actions of a video over time, by the networks of a finished run, and where they looked. Any
video that FFmpeg reads, of any length: nothing of it is held but the last seconds."""
EPILOG = """\
A segment is predicted as the stage `score` predicts a clip: a video that is one clip gets that
clip's scores. Confidences are softmax(scores / temperature); the temperature is fitted on the
run's validation clips, and the record and the picture say `softmax` where there are none.
Every frame is taken, whatever its rate. A video of another rate than the training set's shows
other motion from frame to frame: --rate 24 takes frames at the pace of EGTEA Gaze+.
Gaze is drawn into the overlay and never shown to a network. Files appear whole at the end.
docs/predict.md describes the record and every message."""


@dataclass(frozen=True)
class Arguments:
    """A command line that makes sense.

    Args:
        gaze_start: the recording's number of the video's first frame.
        models: folder of a run's networks, or a bundle.
        data: folder of the run's configuration, index and scores.
        wish: which streams to ask.
        length: of a segment in seconds; None for what training clips last.
        stride: from segment to segment in seconds; None for half of one.
        rate: frames a second that are taken at most; None for all.
    """

    video: Path
    gaze: Path | None
    gaze_format: str
    gaze_start: int
    out: Path | None
    record: Path | None
    models: Path
    data: Path
    wish: Wish
    length: float | None
    stride: float | None
    rate: float | None


def read_arguments(arguments: Sequence[str]) -> Arguments:
    """Return what the arguments ask for; a slip is named, and ends the process."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.predict",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("video", type=Path, help="the video")
    _add_files(parser.add_argument_group("what is made"))
    _add_run(parser.add_argument_group("who predicts"))
    _add_pace(parser.add_argument_group("how the video is cut"))
    given = parser.parse_args(arguments)
    _check_files(parser, given)
    return Arguments(
        video=given.video.absolute(),  # of a bare a:b.mp4 FFmpeg takes a for a protocol
        gaze=given.gaze,
        gaze_format=given.gaze_format,
        gaze_start=given.gaze_start,
        out=given.out,
        record=given.json,
        models=given.models,
        data=given.data,
        wish=given.stream,
        length=given.length,
        stride=given.stride,
        rate=given.rate,
    )


def _add_files(group: Group) -> None:
    add = group.add_argument
    add("--out", type=Path, metavar="FILE", help="mp4 with attention, gaze and classes drawn")
    add("--json", type=Path, metavar="FILE", help="record: times, classes, scores, digests")
    add("--gaze", type=Path, metavar="FILE", help="the wearer's gaze, drawn into --out")
    formats = sorted(GAZE_READERS)
    add("--gaze-format", choices=formats, default="begaze", metavar="NAME", help=", ".join(formats))
    add(
        "--gaze-start",
        type=_count,
        default=0,
        metavar="FRAME",
        help="the recording's number of the video's first frame; default: 0",
    )


def _add_run(group: Group) -> None:
    add = group.add_argument
    add("--models", type=Path, default=Path("models"), metavar="DIR", help="default: models")
    add("--data", type=Path, default=Path("data"), metavar="DIR", help="the run's; default: data")
    told = "auto (what the run fused), rgb or flow; rgb alone needs no flow and is the fastest"
    add("--stream", choices=WISHES, default="auto", metavar="NAME", help=told)


def _add_pace(group: Group) -> None:
    add = group.add_argument
    usual = "of a segment; default: the training clips' median, rounded up"
    add("--length", type=positive, metavar="SECONDS", help=usual)
    step = "from segment to segment; default: half of a segment"
    add("--stride", type=positive, metavar="SECONDS", help=step)
    add("--rate", type=positive, metavar="FPS", help="take at most so many frames a second")


def _check_files(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    if not given.video.is_file():
        parser.error(f"found no file {given.video}")
    check_outputs(parser, given.video, {"--out": given.out, "--json": given.json})
    if given.gaze is not None and given.out is None:
        parser.error("--gaze: gaze is drawn, and nothing else; give --out too")


def _count(text: str) -> int:
    if re.fullmatch(r"\d{1,9}", text) is None:
        raise argparse.ArgumentTypeError(f"found '{text}', expected a whole number from 0 on")
    return int(text)
