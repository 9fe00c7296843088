from pathlib import Path

import pytest
from prediction.made_run import make_run


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run of both streams; nobody may change it."""
    return make_run(tmp_path_factory.mktemp("run"))
