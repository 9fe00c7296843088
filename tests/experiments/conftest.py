import pytest
from experiments.made_repository import Recipe, add_experiment, make_repository


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """Experiments of one test part; read only."""
    made = make_repository(tmp_path_factory.mktemp("made") / "repository")
    add_experiment(made, "none-1", Recipe())
    add_experiment(made, "stam-1", Recipe(attention="stam", accuracy=0.95))
    for seed in (2, 3):
        add_experiment(made, f"stam-{seed}", Recipe(attention="stam", accuracy=0.9, seed=seed))
    add_experiment(made, "same", Recipe(attention="copy", draws=7))
    joint = ("rgb", "flow", "joint", "fused")
    add_experiment(made, "lsta", Recipe(attention="lsta", accuracy=0.7, streams=joint))
    add_experiment(made, "other-clips", Recipe(first_clip=3))
    add_experiment(made, "killed", Recipe(left_out=("data/scores/fused.h5",)))
    return made


@pytest.fixture
def own_repository(tmp_path):
    """An empty one, for tests that change it."""
    return make_repository(tmp_path / "repository")
