"""The digest of all that a stream's scores are made from, for the memo store."""

from pathlib import Path

from pipeline.memo import content_key, file_digest
from pipeline.params import Section


def evaluation_key(
    clips_dir: Path, images_dir: Path, model_path: Path, config: Section, version: int
) -> str:
    """Return a key that changes with the clips, their images, the model, config or code version.

    Args:
        clips_dir: ``data/clips``.
        images_dir: ``data/frames`` or ``data/flow``, which the clips link to.
        model_path: the checkpoint.
        config: of the stage.
        version: of the algorithm.
    """
    data = {
        f"{folder.name}/{path.name}": file_digest(path)
        for folder in (clips_dir, images_dir)
        for path in sorted(folder.glob("*.h5"))
    }
    return content_key(data, file_digest(model_path), config, version)
