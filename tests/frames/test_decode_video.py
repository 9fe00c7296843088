import contextlib
import struct

import av
import cv2
import numpy as np
import pytest

from pipeline.frames.decode import DecodeError, decode_video

QUARTER_TURN = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)


def test_every_frame_is_decoded_at_the_stored_size(video):
    frames = list(decode_video(video, 32, 12))
    assert [frame.shape for frame in frames] == [(32, 42, 3)] * 12
    assert len({frame.tobytes() for frame in frames}) == 12


def test_colours_are_those_that_opencv_reads(video):
    ours = next(decode_video(video, "64x48", 12)).astype(int)
    theirs = cv2.VideoCapture(str(video)).read()[1][..., ::-1]
    assert np.abs(ours - theirs).mean() < 1


def test_a_rotated_video_is_stored_upright(video, tmp_path):
    content = bytearray(video.read_bytes())
    matrix = content.find(b"tkhd") + 44
    content[matrix : matrix + 36] = struct.pack(">9i", *QUARTER_TURN)
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(content)
    ours = next(decode_video(turned, "48x64", 12)).astype(int)
    theirs = cv2.VideoCapture(str(turned)).read()[1][..., ::-1]
    assert theirs.shape == (64, 48, 3)
    assert np.abs(ours - theirs).mean() < 1


def broken(content: bytes, fault: str) -> bytes:
    at = len(content) * 7 // 10
    return {
        "empty": b"",
        "text": b"no video " * 100,
        "cut": content[: len(content) * 2 // 3],
        "zeroed": content[:at] + bytes(500) + content[at + 500 :],
    }[fault]


@pytest.fixture(scope="session")
def repaired(video, tmp_path_factory):
    """Return a damaged clip of which the decoder gives all frames, some of them guessed."""
    content = video.read_bytes()
    path = tmp_path_factory.mktemp("repaired") / "repaired.mp4"
    for at in range(len(content) // 4, len(content) - 40, 50):
        flipped = bytes(byte ^ 0xFF for byte in content[at : at + 40])
        path.write_bytes(content[:at] + flipped + content[at + 40 :])
        with contextlib.suppress(av.error.FFmpegError), av.open(str(path)) as container:
            frames = list(container.decode(video=0))
            if len(frames) == 12 and any(frame.is_corrupt for frame in frames):
                return path
    raise AssertionError("no damage was repaired")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("empty", "unreadable"),
        ("text", "unreadable"),
        ("cut", "corrupt"),
        ("zeroed", "corrupt"),
    ],
)
def test_a_broken_video_is_an_error_that_names_file_and_frame(video, tmp_path, fault, reason):
    path = tmp_path / "broken.mp4"
    path.write_bytes(broken(video.read_bytes(), fault))
    with pytest.raises(DecodeError, match=r"broken\.mp4.*frame \d+: found .*, expected") as error:
        list(decode_video(path, 32, 12))
    assert error.value.reason == reason


def test_a_frame_that_the_decoder_repaired_by_guessing_is_refused(repaired):
    with pytest.raises(DecodeError, match="found broken data in the picture"):
        list(decode_video(repaired, 32, 12))


def test_a_video_that_ends_early_is_truncated(video):
    with pytest.raises(DecodeError, match="truncated: frame 12: found the end, expected 13"):
        list(decode_video(video, 32, 13))


def test_an_absent_file_is_a_fault_of_the_machine_and_not_of_the_video(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(decode_video(tmp_path / "absent.mp4", 32, 12))


def test_a_real_clip_decodes_whole(shared_dir):
    frames = list(decode_video(shared_dir / "real_clips" / "making_tea.mp4", "32x18", 300))
    assert len(frames) == 300
