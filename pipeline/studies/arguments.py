"""What ``python -m stages.study`` is asked for."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """The command's arguments.

    Args:
        study: its name.
        jobs: experiments at a time.
        splits: how many of the study's splits, the first ones; None for all.
        seeds: how many of its seeds, likewise.
        is_dry: say what would be run, and no more.
        is_table: write tables and figures of what is there, and run nothing.
    """

    study: str
    jobs: int
    splits: int | None
    seeds: int | None
    is_dry: bool
    is_table: bool


def read_arguments(arguments: Sequence[str], studies: Sequence[str], about: str) -> Wish:
    """Read the arguments; a fault ends the program with a line that says what is expected."""
    parser = ArgumentParser(prog="python -m stages.study", description=about)
    parser.add_argument("study", choices=studies, metavar="study", help=", ".join(studies))
    parser.add_argument(
        "--jobs", type=_count, default=1, metavar="N", help="experiments at a time (default: 1)"
    )
    parser.add_argument("--splits", type=_count, metavar="N", help="only the first N splits")
    parser.add_argument("--seeds", type=_count, metavar="N", help="only the first N seeds")
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--dry-run", action="store_true", help="say what would be run")
    alone.add_argument("--table", action="store_true", help="run nothing, show what is there")
    given = parser.parse_args(arguments)
    return Wish(
        study=given.study,
        jobs=given.jobs,
        splits=given.splits,
        seeds=given.seeds,
        is_dry=given.dry_run,
        is_table=given.table,
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"found {text!r}, expected a whole number from 1 on")
    return int(text)
