"""The index of published weights without their digests, so that made files pass for them."""

from pathlib import Path

from imports import REPOSITORY
from ruamel.yaml import YAML

FOLDER = Path("models") / "pretrained"
DIGESTS = ("sha256", "git_blob", "bytes")


def write_open_index(root: Path) -> dict[str, Path]:
    """Write it below a repository's root; returns where the weights of each key belong."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    index = YAML(typ="safe").load(REPOSITORY / FOLDER / "INDEX.yaml")
    for published in index.values():
        for digest in DIGESTS:
            published.pop(digest, None)
    YAML().dump(index, folder / "INDEX.yaml")
    return {key: folder / published["file"] for key, published in index.items()}


def put_weights(root: Path) -> None:
    """Write the index and empty files, which are enough to configure with."""
    for path in write_open_index(root).values():
        path.touch()
