import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import av
import pytest

from pipeline.fanout import ALONE
from pipeline.kitchen.params import KitchenConfig, KitchenParams
from pipeline.kitchen.writing import KitchenError, KitchenSummary, write_kitchen, write_notes
from pipeline.params import write_section
from pipeline.progress import Progress


def write(params: KitchenParams, root: Path, processes: int) -> KitchenSummary:
    with Progress("kitchen", params.sessions, "session") as progress:
        return write_kitchen(params, root, replace(ALONE, processes=processes), progress)


def contents(root: Path) -> dict[str, bytes]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def kitchen(tiny, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("set") / "kitchen"
    write(tiny, root, processes=1)
    return root


def test_the_layout_is_that_of_egtea(kitchen):
    assert sorted(path.name for path in (kitchen / "action_annotation").iterdir()) == [
        "action_idx.txt",
        "noun_idx.txt",
        "test_split1.txt",
        "test_split2.txt",
        "test_split3.txt",
        "train_split1.txt",
        "train_split2.txt",
        "train_split3.txt",
        "verb_idx.txt",
    ]
    sessions = ["OP01-R01-PastaSalad", "P01-R02-TurkeySandwich"]
    assert sorted(path.stem for path in (kitchen / "gaze_data").iterdir()) == sessions
    assert sorted(path.name for path in (kitchen / "cropped_clips").iterdir()) == sessions


def test_a_video_has_the_frames_that_its_name_says(kitchen):
    for path in sorted(kitchen.rglob("*.mp4")):
        start, stop = (int(number) for number in re.findall(r"-F(\d{6})", path.stem))
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.average_rate) == ("h264", 24)
            assert sum(1 for _ in container.decode(video=0)) == stop - start


def test_splits_list_every_clip_once_with_its_classes(kitchen):
    folder = kitchen / "action_annotation"
    names = sorted(path.stem for path in kitchen.rglob("*.mp4"))
    ids = {line.rsplit(" ", 1)[1] for line in (folder / "action_idx.txt").read_text().splitlines()}
    for number in (1, 2, 3):
        parts = [(folder / f"{part}_split{number}.txt").read_text() for part in ("train", "test")]
        lines = [line.split(" ") for part in parts for line in part.splitlines()]
        assert sorted(line[0] for line in lines) == names
        assert {line[1] for line in lines} == ids
        assert {line.split(" ")[1] for line in parts[1].splitlines()} == ids


def test_gaze_covers_the_whole_session(kitchen):
    for path in (kitchen / "cropped_clips").iterdir():
        text = (kitchen / "gaze_data" / f"{path.name}.txt").read_bytes().decode()
        last = text.split("\r\n")[-2].split("\t")[-3]
        hours, minutes, seconds, frames = ([0, 0, 0, *map(int, last.split(":"))])[-4:]
        shown = ((hours * 60 + minutes) * 60 + seconds) * 24 + frames
        assert shown > max(int(clip.stem[-6:]) for clip in path.iterdir())


@pytest.mark.slow
def test_the_number_of_workers_does_not_change_a_byte(kitchen, tiny, tmp_path):
    write(tiny, tmp_path / "kitchen", processes=2)
    assert contents(tmp_path / "kitchen") == contents(kitchen)


def test_a_folder_that_holds_something_is_not_touched(tiny, tmp_path):
    (tmp_path / "own.txt").write_text("mine")
    with pytest.raises(KitchenError, match=r"own\.txt.*expected no folder or an empty one"):
        write(tiny, tmp_path, processes=1)
    assert contents(tmp_path) == {"own.txt": b"mine"}


def test_a_run_on_another_data_set_leaves_notes(tmp_path):
    write_notes(tmp_path)
    assert sorted(contents(tmp_path)) == [
        f"{folder}/not_written.txt"
        for folder in ("action_annotation", "cropped_clips", "gaze_data")
    ]


def test_the_stage_writes_what_its_configuration_says(tiny, tmp_path, monkeypatch):
    from stages import kitchen as stage

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stage, "stage_run", lambda *_: nullcontext())
    write_section(stage.CONFIG, KitchenConfig(write=False, kitchen=tiny))
    stage.main()
    assert (stage.ROOT / "cropped_clips" / "not_written.txt").is_file()
