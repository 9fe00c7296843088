"""The published weights that this project knows: where each is found, and whether it is whole.

Free of torch, since configuring looks for the weights that a recipe names.
"""

from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field, PositiveInt

from pipeline.models.digests import git_blob, sha256
from pipeline.models.errors import WeightsError
from pipeline.models.key_maps import KEY_MAPS
from pipeline.models.normalisations import NormalisationName
from pipeline.params import Section, read_yaml, validate

FOLDER = Path("models/pretrained")
"""Of the weights, from the repository; git has the index alone."""

INDEX = FOLDER / "INDEX.yaml"


def _known_kind(kind: str) -> str:
    if kind not in KEY_MAPS:
        raise ValueError(f"expected one of {', '.join(KEY_MAPS)}")
    return kind


Address = Annotated[str, Field(pattern=r"^https://\S+$")]
Hexadecimal = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
FileName = Annotated[str, Field(pattern=r"^[\w.-]+$")]


class PackageFile(Section):
    """A file within a Python package."""

    name: str
    """The package, as pip knows it."""
    version: str
    """The version that was looked at."""
    file: str
    """The file's path below site-packages."""


class Published(Section):
    """One published file of weights."""

    file: FileName
    """Its name in models/pretrained."""
    kind: Annotated[str, AfterValidator(_known_kind)]
    """Whose names its tensors have: a key of `pipeline.models.key_maps.KEY_MAPS`."""
    content: str
    """What was trained on what, in a line."""
    normalisation: NormalisationName | None
    """That of its training; None where it is none of ours."""
    licence: str | None
    """None where its authors state none."""
    source: Address
    """Where a person finds it."""
    address: Address | None = None
    """Where it can be downloaded without a person."""
    package: PackageFile | None = None
    """A package that has it too."""
    sha256: Hexadecimal | None = None
    """All or the beginning of its digest."""
    git_blob: Hexadecimal | None = None
    """All or the beginning of what git calls it."""
    bytes: PositiveInt | None = None
    """Its size."""


class Pretrained(NamedTuple):
    """Published weights that are present and whole."""

    path: Path
    """The file."""

    kind: str
    """Whose names its tensors have."""


def read_index(root: Path) -> dict[str, Published]:
    """Return all that is known, by key.

    Raises:
        ParamsError: the index is absent or has a fault.
    """
    path = root / INDEX
    return {
        key: validate(Published, values, f"{path}: {key}")
        for key, values in read_yaml(path).items()
    }


def find(key: str, root: Path) -> Pretrained:
    """Return the weights of a key, which are checked.

    Args:
        key: of models/pretrained/INDEX.yaml.
        root: the repository.

    Raises:
        WeightsError: there is no such key or file, or it is damaged; says how to get it.
    """
    published = published_of(key, root)
    path = root / FOLDER / published.file
    if not path.is_file():
        raise WeightsError(
            f"{path}: absent, which are the weights {key!r}; {how_to_get(key, published)}, or "
            f"start without them: -S model.weights=scratch"
        )
    verify(path, published)
    return Pretrained(path, published.kind)


def is_present(key: str, root: Path) -> bool:
    """Whether the file of a key is there, whole or not."""
    return (root / FOLDER / published_of(key, root).file).is_file()


def published_of(key: str, root: Path) -> Published:
    """Return what is known of a key.

    Raises:
        WeightsError: there is no such key.
    """
    index = read_index(root)
    if key not in index:
        raise WeightsError(
            f"{root / INDEX}: has no weights {key!r}; choose among {', '.join(index)}"
        )
    return index[key]


def verify(path: Path, published: Published) -> bool:
    """Check a file against all that is known of it; False where no digest of it is known.

    Raises:
        WeightsError: it is another file, or a damaged one.
    """
    checks = (
        ("size", published.bytes, path.stat().st_size),
        ("sha256", published.sha256, sha256(path) if published.sha256 else ""),
        ("git blob", published.git_blob, git_blob(path) if published.git_blob else ""),
    )
    for name, expected, found in checks:
        if expected is not None and not _agree(found, expected):
            raise WeightsError(
                f"{path}: is damaged or another file: its {name} is {found}, expected {expected}; "
                f"delete it and get it again from {published.source}"
            )
    return bool(published.sha256 or published.git_blob)


def how_to_get(key: str, published: Published) -> str:
    """Return what a person has to do for the file, in a few words."""
    if published.address or published.package:
        return f"get it by `python -m stages.weights fetch {key}`"
    return f"download it by hand from {published.source} and save it as {FOLDER / published.file}"


def _agree(found: str | int, expected: str | int) -> bool:
    """A digest may be known by its beginning alone."""
    if isinstance(found, str) and isinstance(expected, str):
        return found.startswith(expected)
    return found == expected
