import pytest
from experiments.made_repository import (
    NUM_TEST,
    Recipe,
    add_experiment,
    git,
    make_lock,
    write_workspace,
)
from ruamel.yaml import YAML

from pipeline.experiments.names import ExperimentError, list_experiments
from pipeline.experiments.read import read_experiments


def names_of(repository):
    return {experiment.name for experiment in list_experiments(repository.root)}


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_experiment_is_read_whole_by_its_name(repository):
    (found,) = read_experiments(repository, ["stam-1"])
    assert (found.name, found.params["model"]) == ("stam-1", {"attention": "stam"})
    assert set(found.scores) == {"rgb", "flow", "fused"}
    assert len(found.scores["fused"].clips) == len(found.session_of) == NUM_TEST
    assert found.metrics["chance"] == 0.2
    assert found.classes.names[1] == "Take cup 1"
    assert found.code == {"pipeline/models": "0" * 32}


def test_reading_changes_no_file(repository):
    before = files_of(repository.root)
    read_experiments(repository, ["stam-1", "none-1"])
    assert files_of(repository.root) == before


def test_experiments_come_in_the_order_asked_for(repository):
    found = read_experiments(repository, ["stam-1", "none-1", "lsta"])
    assert [experiment.name for experiment in found] == ["stam-1", "none-1", "lsta"]


def test_a_commit_is_a_name_too(own_repository):
    commit = add_experiment(own_repository, "one", Recipe(seed=5))
    (found,) = read_experiments(own_repository, [commit[:9]])
    assert (found.commit, found.params["seed"]) == (commit, 5)


def test_unknown_names_are_one_error_that_lists_those_that_exist(repository):
    with pytest.raises(ExperimentError) as error:
        read_experiments(repository, ["stam-1", "stamm-1", "w3"])
    message = str(error.value)
    assert "no experiment 'stamm-1', 'w3' (did you mean stam-1?)" in message
    assert all(name in message for name in [*names_of(repository), "workspace"])
    assert "\n" not in message


def test_dvcs_own_references_are_no_experiments(own_repository):
    head = git(own_repository.root, "rev-parse", "HEAD")
    git(own_repository.root, "update-ref", "refs/exps/exec/EXEC_HEAD", head)
    assert list_experiments(own_repository.root) == []


def test_of_one_name_on_two_baselines_the_current_commits_is_meant(own_repository):
    root = own_repository.root
    add_experiment(own_repository, "one", Recipe(seed=5))
    git(root, "commit", "--quiet", "--allow-empty", "--message=next")
    add_experiment(own_repository, "one", Recipe(seed=6))
    (found,) = read_experiments(own_repository, ["one"])
    assert found.params["seed"] == 6
    git(root, "commit", "--quiet", "--allow-empty", "--message=last")
    with pytest.raises(ExperimentError, match=r"'one' names 2 experiments, .* their commits"):
        read_experiments(own_repository, ["one"])


def test_an_experiment_that_did_not_finish_is_refused(repository):
    with pytest.raises(ExperimentError, match=r"'killed' has no data/scores/fused.h5: it did not"):
        read_experiments(repository, ["killed"])


def test_a_commit_without_results_is_refused(repository):
    with pytest.raises(ExperimentError, match=r"'HEAD' .* is no finished experiment"):
        read_experiments(repository, ["HEAD"])


def test_a_file_that_is_not_in_the_cache_says_how_to_fetch_it(own_repository):
    add_experiment(own_repository, "one", Recipe())
    for path in own_repository.objects.rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(ExperimentError, match=r"clips.csv is not at .*`dvc exp pull <remote> one"):
        read_experiments(own_repository, ["one"])


METHOD = "model: {backbone: small, after: [last]}  # a remark\nepochs: 3\n"
FILES = {
    "recipes/demo/w3.yaml": METHOD,
    "recipes/demo/backbones/small.yaml": "like: base\nlr: 0.5\n",
    "recipes/demo/backbones/base.yaml": "lr: 0.1\n",
    "recipes/demo/backbones/any.yaml": "batch: 4\n",
    "recipes/demo/backbones/other.yaml": "lr: 9\n",
}
CHOSEN = {"recipe": "demo", "model": {"attention": "w3", "backbone": "auto"}}
SAID = {
    "model": {"backbone": "small", "after": ["last"]},
    "epochs": 3,
    "below": {"small": {"like": "base", "lr": 0.5}, "base": {"lr": 0.1}, "any": {"batch": 4}},
}


def test_the_recipe_is_that_of_the_experiments_commit(own_repository):
    add_experiment(own_repository, "one", Recipe(files=FILES, params=CHOSEN))
    assert read_experiments(own_repository, ["one"])[0].recipe == SAID
    chosen = CHOSEN | {"model": {"attention": "w3", "backbone": "other"}}
    add_experiment(own_repository, "two", Recipe(files=FILES, params=chosen))
    (found,) = read_experiments(own_repository, ["two"])
    assert found.recipe["below"] == {"other": {"lr": 9}, "any": {"batch": 4}}


def test_the_workspaces_recipe_is_that_of_its_folder(own_repository):
    recipe = Recipe(params=CHOSEN)
    write_workspace(own_repository.root, recipe)
    for path, text in FILES.items():
        target = own_repository.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    with (own_repository.root / "dvc.lock").open("w") as file:
        YAML(typ="safe").dump(make_lock(recipe, []), file)
    assert read_experiments(own_repository, ["workspace"])[0].recipe == SAID


def test_without_its_files_a_recipe_is_known_by_its_digest(own_repository):
    add_experiment(own_repository, "none", Recipe())
    add_experiment(own_repository, "digest", Recipe(recipes="5" * 32))
    found = read_experiments(own_repository, ["none", "digest"])
    assert [each.recipe for each in found] == [{}, {"digest of recipes": "5" * 32}]


def test_the_workspace_is_read_from_its_folder(own_repository):
    recipe = Recipe(attention="w3", seed=8)
    write_workspace(own_repository.root, recipe)
    with (own_repository.root / "dvc.lock").open("w") as file:
        YAML(typ="safe").dump(make_lock(recipe, []), file)
    (found,) = read_experiments(own_repository, ["workspace"])
    assert (found.commit, found.params["seed"]) == ("", 8)
    assert len(found.scores["rgb"].clips) == NUM_TEST


def test_a_workspace_without_results_is_refused(own_repository):
    with pytest.raises(ExperimentError, match="run `dvc repro`"):
        read_experiments(own_repository, ["workspace"])


def test_a_folder_without_git_is_refused(tmp_path, repository):
    elsewhere = type(repository)(tmp_path, repository.objects)
    with pytest.raises(ExperimentError, match="git for-each-ref failed"):
        read_experiments(elsewhere, ["one"])
