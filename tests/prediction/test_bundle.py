import shutil

import pytest

from pipeline.prediction.bundle import open_setup, write_bundle
from pipeline.prediction.errors import PredictionError


@pytest.fixture
def bundle(run_dir, tmp_path):
    write_bundle(open_setup(run_dir / "models", run_dir / "data", "auto"), tmp_path / "bundle")
    return tmp_path / "bundle"


def test_a_bundle_predicts_without_the_run_that_it_was_made_of(run_dir, bundle, tmp_path):
    moved = shutil.move(bundle, tmp_path / "moved")
    setup = open_setup(tmp_path / "moved", tmp_path / "nowhere", "auto")
    assert setup.config == open_setup(run_dir / "models", run_dir / "data", "auto").config
    assert (moved / "flow" / "model.pt").is_file()


def test_a_bundle_holds_no_network_that_is_not_asked(run_dir, tmp_path):
    write_bundle(open_setup(run_dir / "models", run_dir / "data", "rgb"), tmp_path)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert files == {"prediction.yaml", "rgb/model.pt"}


@pytest.mark.parametrize(
    ("change", "found"),
    [(lambda path: path.unlink(), "no file"), (lambda path: path.write_bytes(b"x"), "another")],
)
def test_a_bundle_that_is_not_whole_is_refused(bundle, change, found):
    change(bundle / "rgb" / "model.pt")
    with pytest.raises(PredictionError, match=rf"rgb/model\.pt: found {found}.*copy the folder"):
        open_setup(bundle, bundle, "auto")


def test_a_bundle_has_the_streams_that_it_has(bundle):
    with pytest.raises(
        PredictionError, match="networks are flow and rgb; --stream rgb needs the run"
    ):
        open_setup(bundle, bundle, "rgb")
