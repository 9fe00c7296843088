"""What can be said of a data set before any work: where it is, how large, and whether it fits."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.readers import dataset_folder, has_gaze
from pipeline.annotations.source import SourceSize, fingerprint_source
from pipeline.configuration.user import DatasetChoice
from pipeline.params import ParamsError


@dataclass(frozen=True)
class Source:
    """A data set as configure sees it.

    Args:
        fingerprint: of the files' names, sizes and times; empty for the kitchen set, a DVC out.
        size: clips, frames and bytes; None for the kitchen set.
        has_gaze: whether it comes with gaze.
        folder: what the paths of videos and gaze files start from.
    """

    fingerprint: str
    folder: Path
    size: SourceSize | None
    has_gaze: bool


def look_at(dataset: DatasetChoice, repository: Path) -> Source:
    """Find a data set.

    Raises:
        ParamsError: the root is relative, which breaks in DVC's temporary workspaces, or nothing
            readable is there.
    """
    if dataset.name == "kitchen":
        return Source("", dataset.root, size=None, has_gaze=True)
    if not dataset.root.is_absolute():
        raise ParamsError(
            f"params.yaml: dataset.root: found '{dataset.root}', a relative path, which means "
            f"another place in `dvc exp run --temp`; give the absolute one: "
            f"-S dataset.root={(repository / dataset.root).resolve()}"
        )
    try:
        fingerprint, size = fingerprint_source(dataset.root)
        gaze = has_gaze(dataset.name, dataset.root)
    except AnnotationError as error:
        raise ParamsError(f"params.yaml: dataset.root: {error}") from error
    return Source(fingerprint, dataset_folder(dataset.root), size=size, has_gaze=gaze)
