"""Draws the two sample sheets of docs/kitchen.md from a rendered set.

    python benchmarks/kitchen_sheets.py data/raw/kitchen docs/images

``kitchen_verbs.png`` shows one clip of each verb in the order of time; in ``kitchen_nouns.png``
each picture is the middle frame of another clip, a row for each noun.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image

HEIGHT, WIDTH, COLUMNS = 78, 104, 6
LABEL_WIDTH = 62
COLOURS = 128


def read_clips(root: Path) -> dict[str, list[Path]]:
    """Return the videos of each action's label."""
    lines = (root / "action_annotation" / "action_idx.txt").read_text().splitlines()
    labels = {number: label for label, number in (line.rsplit(" ", 1) for line in lines)}
    clips = defaultdict(list)
    for part in ("train", "test"):
        split = root / "action_annotation" / f"{part}_split1.txt"
        for line in split.read_text().splitlines():
            name, number, *_ = line.split()
            session = "-".join(name.split("-")[:3])
            clips[labels[number]].append(root / "cropped_clips" / session / f"{name}.mp4")
    return clips


def decode(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        images = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return [cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for image in images]


def draw_row(label: str, images: list[np.ndarray]) -> np.ndarray:
    margin = np.full((HEIGHT, LABEL_WIDTH, 3), 255, np.uint8)
    for line, word in enumerate(label.split()):
        at = (3, HEIGHT // 2 + 14 * line)
        cv2.putText(margin, word, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1, cv2.LINE_AA)
    return np.hstack([margin, *images])


def verb_rows(clips: dict[str, list[Path]]) -> list[np.ndarray]:
    rows = []
    for verb in sorted({label.split(" ", 1)[0] for label in clips}):
        noun_labels = sorted(label for label in clips if label.startswith(f"{verb} "))
        label = noun_labels[len(rows) % len(noun_labels)]
        images = decode(clips[label][0])
        shown = np.linspace(2, len(images) - 3, COLUMNS).astype(int)
        rows.append(draw_row(label, [images[index] for index in shown]))
    return rows


def noun_rows(clips: dict[str, list[Path]]) -> list[np.ndarray]:
    rows = []
    for noun in sorted({label.split(" ", 1)[1] for label in clips}):
        paths = [paths[0] for label, paths in sorted(clips.items()) if label.endswith(f" {noun}")]
        middles = [images[len(images) // 2] for images in map(decode, paths[:COLUMNS])]
        blank = [np.full((HEIGHT, WIDTH, 3), 255, np.uint8)] * (COLUMNS - len(middles))
        rows.append(draw_row(noun, [*middles, *blank]))
    return rows


def save(rows: list[np.ndarray], path: Path) -> None:
    Image.fromarray(np.vstack(rows)).quantize(COLOURS, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    print(path, path.stat().st_size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="folder of the kitchen set")
    parser.add_argument("output", type=Path, help="folder for the two pictures")
    arguments = parser.parse_args()
    clips = read_clips(arguments.root)
    save(verb_rows(clips), arguments.output / "kitchen_verbs.png")
    save(noun_rows(clips), arguments.output / "kitchen_nouns.png")


if __name__ == "__main__":
    main()
