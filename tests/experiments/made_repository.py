"""A git repository with experiments as DVC leaves them: commits below refs/exps, and a cache."""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from pipeline.evaluation.scores import Scores, no_scores, write_scores
from pipeline.experiments.read import Repository
from pipeline.tables.classes import LabelClass, write_classes
from pipeline.tables.clips import Clip, write_clips

NUM_SESSIONS, CLIPS_A_SESSION, NUM_CLASSES = 12, 7, 6
NUM_TEST = NUM_SESSIONS * CLIPS_A_SESSION
PROTOCOL = {
    "split": "official_split1",
    "clips": {"name": "uniform"},
    "missing_classes": "leave_out",
}
FINGERPRINT = {
    "attention": "any",
    "frames": {"size": 64, "quality": 95},
    "versions": {"torch": "2"},
}
IDENTITY = {
    **{f"GIT_{who}_NAME": "test" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "test@localhost" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@dataclass(frozen=True)
class Recipe:
    """One made experiment: its method, and how often each stream is right."""

    attention: str = "none"
    seed: int = 1
    accuracy: float = 0.6
    streams: tuple[str, ...] = ("rgb", "flow", "fused")
    first_clip: int = 0
    metrics: dict = field(default_factory=dict)
    code: str = "0" * 32
    left_out: tuple[str, ...] = ()
    draws: int = 0
    files: dict[str, str] = field(default_factory=dict)
    """Tracked files of the commit beside dvc.lock, by path."""
    params: dict = field(default_factory=dict)
    recipes: str = ""
    """Digest of the recipes' folder."""


def git(root, *arguments, text=None):
    environment = {**os.environ, **IDENTITY}
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        input=text,
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return done.stdout.strip()


def make_repository(root):
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / "params.yaml").write_text("seed: 1\n")
    git(root, "add", "params.yaml")
    git(root, "commit", "--quiet", "--message=base")
    return Repository(root, root / ".dvc" / "cache" / "files" / "md5")


def add_experiment(repository, name, recipe):
    """Write the outputs into the cache, and a commit with their digests below refs/exps."""
    root = repository.root
    baseline = git(root, "rev-parse", "HEAD")
    outs = [store(repository, path, content) for path, content in outputs(recipe, root)]
    lock = root / "lock.made"
    with lock.open("w") as file:
        YAML(typ="safe").dump(make_lock(recipe, outs), file)
    blob = git(root, "hash-object", "-w", str(lock))
    lock.unlink()
    tree = make_tree(root, {"dvc.lock": blob} | store_files(root, recipe.files))
    commit = git(root, "commit-tree", tree, "-p", baseline, "-m", f"{name} {recipe}")
    git(root, "update-ref", f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}", commit)
    return commit


def store_files(root, files):
    return {
        path: git(root, "hash-object", "-w", "--stdin", text=text) for path, text in files.items()
    }


def make_tree(root, blobs):
    """Write a tree of git's objects, folder by folder."""
    lines, folders = [], {}
    for path, blob in blobs.items():
        folder, _, below = path.partition("/")
        if below:
            folders.setdefault(folder, {})[below] = blob
        else:
            lines.append(f"100644 blob {blob}\t{path}")
    lines += [f"040000 tree {make_tree(root, inner)}\t{name}" for name, inner in folders.items()]
    return git(root, "mktree", text="\n".join(lines) + "\n")


def make_lock(recipe, outs):
    params = {"seed": recipe.seed, "model": {"attention": recipe.attention}} | recipe.params
    deps = [{"path": "pipeline/models", "hash": "md5", "md5": recipe.code}]
    configure = {"cmd": "c", "params": {"params.yaml": params}}
    if recipe.recipes:
        configure["deps"] = [{"path": "recipes", "hash": "md5", "md5": recipe.recipes}]
    return {
        "schema": "2.0",
        "stages": {
            "configure": configure,
            "score": {"cmd": "s", "deps": deps, "outs": outs},
        },
    }


def store(repository, path, content):
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    target = repository.objects / digest[:2] / digest[2:]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return {"path": path, "hash": "md5", "md5": digest, "size": len(content)}


def outputs(recipe, root):
    """Path and bytes of each output, made in a folder outside of the workspace's own."""
    folder = root / ".dvc" / "made"
    write_workspace(folder, recipe)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            if name not in recipe.left_out:
                yield name, path.read_bytes()
            path.unlink()


def write_workspace(folder: Path, recipe):
    """Write the outputs where the graph would."""
    names = [
        f"clip{number:03}" for number in range(recipe.first_clip, recipe.first_clip + NUM_TEST)
    ]
    sessions = [f"S{number // CLIPS_A_SESSION:02}" for number in range(NUM_TEST)]
    labels = np.random.default_rng(99).integers(0, NUM_CLASSES, NUM_TEST)
    clips = [
        Clip(name, session, "P", "v.mp4", 0, 9, 0, 9, int(label), None, (), "test")
        for name, session, label in zip(names, sessions, labels, strict=True)
    ]
    write_clips(folder / "data/index/clips.csv", clips)
    classes = [
        LabelClass("action", number, str(number), f"Take cup {number}", number % 2, (number % 3,))
        for number in range(NUM_CLASSES)
    ]
    write_classes(folder / "data/index/classes.csv", classes)
    for stream in ("rgb", "flow", "joint", "fused"):
        scores = make_scores(names, labels, stream, recipe) if stream in recipe.streams else None
        write_scores(folder / f"data/scores/{stream}.h5", scores or no_scores())
    metrics = {"chance": 0.2, "protocol": PROTOCOL, "fingerprint": FINGERPRINT} | recipe.metrics
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    (folder / "reports/metrics.json").write_text(json.dumps(metrics))


def make_scores(names, labels, stream, recipe):
    """Scores that are right with the recipe's chance, in an order of their own."""
    seed = [recipe.seed, recipe.draws, len(stream), sum(map(ord, recipe.attention))]
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(NUM_TEST, NUM_CLASSES)).astype(np.float32)
    rows = np.flatnonzero(generator.random(NUM_TEST) < recipe.accuracy)
    logits[rows, labels[rows]] += 20
    order = generator.permutation(NUM_TEST)
    parts = np.full(NUM_TEST, "test")
    return Scores(np.array(names)[order], parts, labels[order], logits[order], {})
