from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from made_configs import GAZE

from pipeline.gaze.params import GazeConfig

HEADER = (
    "## [BeGaze]",
    "## Version:\tBeGaze",
    "## Number of Samples:\t{num_samples}",
    "## [Calibration]",
    "## Calibration Area:\t{area}",
    "##",
)
MONOCULAR = "Time Type Trial|L POR X [px]|L POR Y [px]|Frame|Aux1|L Event Info"
BINOCULAR = (
    "Time Type Trial|L POR X [px]|L POR Y [px]|B POR X [px]|B POR Y [px]|Frame|Aux1|B Event Info"
)

Sample = tuple[object, object, object, str]


@pytest.fixture
def write_begaze(tmp_path) -> Callable[..., Path]:
    """Return a writer of small BeGaze files from rows of (x, y, frame, event)."""

    def write(
        rows: Sequence[Sample],
        name: str = "s1.txt",
        *,
        binocular: bool = False,
        area: str = "1280\t960",
        num_samples: object = None,
    ) -> Path:
        names = (BINOCULAR if binocular else MONOCULAR).replace(" Type Trial", "|Type|Trial")
        columns = names.replace("|", "\t")
        promised = len(rows) if num_samples is None else num_samples
        lines = [line.format(num_samples=promised, area=area) for line in HEADER]
        lines.append(columns)
        for number, (x, y, frame, event) in enumerate(rows):
            other_eye = ["7", "8"] if binocular else []
            start = [str(1000 + 33333 * number), "SMP", "1", *other_eye]
            lines.append("\t".join([*start, str(x), str(y), str(frame), "", event]))
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
        return path

    return write


@pytest.fixture
def gaze_config(tmp_path) -> GazeConfig:
    return GAZE.model_copy(update={"root": str(tmp_path)})
