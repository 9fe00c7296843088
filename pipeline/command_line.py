"""Checks of what a person types after a command that makes files of a video."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path

Group = argparse._ArgumentGroup  # noqa: SLF001  # argparse has no public name for it


def positive(text: str) -> float:
    """Return the number above 0 that an argument gives.

    Raises:
        ArgumentTypeError: it gives none; the parser tells of it and ends the process.
    """
    if re.fullmatch(r"\d*\.?\d+", text) is None or float(text) == 0:
        raise argparse.ArgumentTypeError(f"found '{text}', expected a number above 0")
    return float(text)


def check_outputs(
    parser: argparse.ArgumentParser, video: Path, outputs: Mapping[str, Path | None]
) -> None:
    """End the process, with a line that names the option, where an output is none to be written.

    Args:
        parser: of the command.
        video: what is read, and not to be written over.
        outputs: option to the file that it names, None where it is not given.
    """
    asked = {option: path for option, path in outputs.items() if path is not None}
    for option, path in asked.items():
        if not path.absolute().parent.is_dir():
            parser.error(f"{option}: found no folder {path.absolute().parent}; make it first")
        if path.is_dir() or path.resolve() == video.resolve():
            parser.error(f"{option}: {path} is not to be written over; give a new file's name")
    taken: dict[Path, str] = {}
    for option, path in asked.items():
        if path.resolve() in taken:
            other = taken[path.resolve()]
            parser.error(f"{option}: {path} is {other} too; give another name")
        taken[path.resolve()] = option
