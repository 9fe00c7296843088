"""The comparison's files: text for people, numbers for programs, a figure."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha1
from pathlib import Path

from pipeline.atomic import atomic_write, write_text
from pipeline.experiments.compare import compare
from pipeline.experiments.figure import draw_comparison
from pipeline.experiments.read import Repository, read_experiments
from pipeline.experiments.results import Comparison
from pipeline.experiments.table import describe
from pipeline.reporting.theme import LIGHT

LONGEST_NAME = 120


def write_comparison(
    repository: Repository,
    names: Sequence[str],
    out_dir: Path,
    *,
    seed: int,
    all_pairs: bool,
) -> tuple[str, list[Path]]:
    """Compare experiments by name, and write ``<names>.md``, ``.json`` and ``.png``.

    Args:
        repository: where the experiments are; nothing in it is changed but ``out_dir``.
        names: of experiments, the one to compare with first; ``workspace`` is a name too.
        out_dir: ``reports/compare``.
        seed: of the resampling.
        all_pairs: compare every two, in place of each with the first.

    Returns:
        the text, and the files.

    Raises:
        ExperimentError: an experiment does not exist, did not finish, or its files are not here.
        ComparisonError: they were not tested on the same clips of the same classes.
    """
    distinct = list(dict.fromkeys(names))
    found = compare(read_experiments(repository, distinct), seed, all_pairs=all_pairs)
    text, stem = describe(found), out_dir / file_stem(distinct)
    paths = [stem.with_name(f"{stem.name}.{end}") for end in ("md", "json", "png")]
    write_text(paths[0], text)
    write_text(paths[1], json.dumps(as_record(found, seed), indent=1, allow_nan=False) + "\n")
    with atomic_write(paths[2]) as part:
        part.write_bytes(draw_comparison(found, LIGHT))
    return text, paths


def file_stem(names: Sequence[str]) -> str:
    """Return the files' name: the experiments', safe for any disk, and not too long for one."""
    stem = re.sub(r"[^\w.+-]", "-", "_".join(names))
    if len(stem) <= LONGEST_NAME:
        return stem
    digest = sha1("_".join(names).encode(), usedforsecurity=False).hexdigest()[:8]
    return f"{stem[: LONGEST_NAME - 9]}-{digest}"


def as_record(found: Comparison, seed: int) -> dict[str, object]:
    """Return the comparison as plain values; shares and differences in [-1, 1]."""
    return {
        "groups": {
            group.label: [
                {"name": each.name, "commit": each.commit, "seed": each.params.get("seed")}
                for each in group.experiments
            ]
            for group in found.groups
        },
        "num_clips": found.num_clips,
        "num_sessions": found.num_sessions,
        "chance": found.chance,
        "resampling_seed": seed,
        "accuracies": {
            stream: {
                label: {metric: asdict(estimate) for metric, estimate in of_label.items()}
                for label, of_label in of_stream.items()
            }
            for stream, of_stream in found.accuracies.items()
        },
        "differences": [asdict(each) | {"verdict": each.verdict} for each in found.differences],
        "class_gains": [asdict(each) for each in found.gains],
        "varied": list(found.varied),
        "warnings": dict(found.warnings),
    }
