"""What may be asked of flow for one video on a command line."""

import argparse
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar, get_args

from pipeline.command_line import Group, check_outputs, positive
from pipeline.flow.params import FlowConfig
from pipeline.frames.size import check_size
from pipeline.video_flow.extract import Request

Number = TypeVar("Number", int, float)
BEST_QUALITY = 100
USAGE = """%(prog)s --video FILE --out FILE [--preview FILE] [options]
       %(prog)s [--shard INDEX/COUNT]"""
DESCRIPTION = """\
TV-L1 optical flow of a video, by the fastest backend of this machine. Without arguments
this is the stage `flow` of the graph, which `dvc repro` runs; with --shard it computes a
part of that stage's sessions."""
EPILOG = """\
The flow of n frames is n - 1 pairs. Pair k is the motion from frame k to frame k + 1, x to
the right and y down, in pixels at the stored size, kept in 8 bits (128 is no motion) as two
grey JPEGs. Frames go through JPEG first, so that the flow is, byte for byte, that of the
graph's stages for the same video and size. To read it:

  store = pipeline.frames.store.ImageReader(Path("flow.h5"))
  x, y = map(pipeline.frames.encode.decode_grey, store.encoded_between(2 * k, 2 * k + 2))

Files appear whole at the end, in place of what had their names. A run that is killed leaves
none, and the next one begins anew. docs/flow.md tells presets and semantics apart."""


def read_request(arguments: Sequence[str], cores: int) -> Request:
    """Return what the arguments ask for; a slip is named, and ends the process.

    Args:
        arguments: of the command line.
        cores: of this machine: pairs in work at a time, unless the arguments say else.
    """
    parser = argparse.ArgumentParser(
        prog="python -m stages.flow",
        usage=USAGE,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_files(parser.add_argument_group("files"))
    _add_meaning(parser.add_argument_group("what the flow is"))
    _add_run(parser.add_argument_group("how it is computed"), cores)
    given = parser.parse_args(arguments)
    _check_files(parser, given)
    return Request(
        video_path=given.video.absolute(),  # of a bare a:b.mp4 FFmpeg takes a for a protocol
        flow_path=given.out,
        size=given.size,
        config=FlowConfig(
            preset=given.preset,
            semantics=given.semantics,
            backend=given.backend,
            stabilise=given.stabilise,
            bound_pixels=given.bound,
            quality=given.quality,
        ),
        preview_path=given.preview,
        preview_scale=given.preview_scale,
        threads=given.threads,
    )


def _add_files(group: Group) -> None:
    add = partial(group.add_argument, type=Path, metavar="FILE")
    add("--video", required=True, help="a video of any kind that FFmpeg reads")
    add("--out", required=True, help="where the flow goes, an HDF5 file")
    add("--preview", help="mp4 of the frames beside their flow in the Middlebury colours")
    group.add_argument(
        "--preview-scale",
        type=positive,
        metavar="PIXELS",
        help="motion of full colour, as drawn; default: 99th percentile of the first block",
    )


def _add_meaning(group: Group) -> None:
    add = group.add_argument
    add("--size", type=_size, help="short side, or WIDTHxHEIGHT; default: the video's own")
    _add_choice(group, "preset", "parameters of TV-L1")
    _add_choice(group, "semantics", "whose TV-L1: OpenCV has two")
    _add_choice(group, "stabilise", "take the camera's motion out before, and store it beside")
    _add_number(group, "--bound", positive, 20.0, "pixels that the 8 bits reach to each side")
    _add_number(group, "--quality", _quality, 95, "of the flow's JPEGs")


def _add_run(group: Group, cores: int) -> None:
    _add_choice(group, "backend", "who computes; auto is the fastest present")
    _add_number(group, "--threads", _whole, cores, "pairs in work at a time on the CPU")


def _add_choice(group: Group, name: str, words: str) -> None:
    """Add an option for a key of the flow section; the key's first word is the default."""
    choices = get_args(FlowConfig.model_fields[name].annotation)
    told = f"{words}: {', '.join(choices)}; default: {choices[0]}"
    group.add_argument(f"--{name}", choices=choices, default=choices[0], metavar="NAME", help=told)


def _add_number(
    group: Group,
    name: str,
    kind: Callable[[str], Number],
    default: Number,
    words: str,
) -> None:
    told = f"{words}; default: {default:g}"
    group.add_argument(name, type=kind, default=default, metavar="NUMBER", help=told)


def _check_files(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    if not given.video.is_file():
        parser.error(f"--video: found no file {given.video}")
    check_outputs(parser, given.video, {"--out": given.out, "--preview": given.preview})


def _size(text: str) -> int | str:
    try:
        return check_size(int(text) if text.isdecimal() else text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"found '{text}'; {error}") from error


def _whole(text: str) -> int:
    if re.fullmatch(r"\d{1,6}", text) is None or int(text) == 0:
        raise argparse.ArgumentTypeError(f"found '{text}', expected a whole number from 1 on")
    return int(text)


def _quality(text: str) -> int:
    quality = _whole(text)
    if quality > BEST_QUALITY:
        raise argparse.ArgumentTypeError(f"found '{text}', expected 1 to {BEST_QUALITY}")
    return quality
