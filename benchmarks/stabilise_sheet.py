"""Draws docs/images/stabilise.png: for a pair of each video its first frame, plain and warp flow.

    python -m benchmarks.stabilise_sheet docs/images/stabilise.png 240 clip.mp4:12 other.mp4:30

The number after the colon is the pair's, the one before the videos the short side in pixels. Flow
is in the Middlebury colours, both of a row to one scale.
"""

import argparse
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pipeline.flow.backends import BACKENDS
from pipeline.flow.grey import grey_pairs
from pipeline.flow.params import PRESETS
from pipeline.flow.semantics import SEMANTICS
from pipeline.flow.stabilise import estimate_motion, remove_motion
from pipeline.frames.decode import decode_video
from pipeline.video_flow.wheel import colour

WIDTH, GAP, HEADING = 320, 4, 22
COLOURS = 256
STRONGEST = 0.999
"""The quantile of plain flow's lengths that has a colour's full strength."""


def draw_row(path: Path, pair: int, size: int) -> np.ndarray:
    images = np.stack(list(islice(decode_video(path, size, pair + 2), pair, pair + 2)))
    pairs = grey_pairs(images)
    steady = remove_motion(pairs, estimate_motion(images).homographies)
    both = np.concatenate([pairs, steady])
    plain, warped = BACKENDS["numba"].compute(both, PRESETS["wide"], SEMANTICS["opencv_cpu"], 1)
    scale = float(np.quantile(np.linalg.norm(plain, axis=-1), STRONGEST))
    pictures = [images[0], colour(plain, scale), colour(warped, scale)]
    height = round(WIDTH * images.shape[1] / images.shape[2])
    shown = [cv2.resize(one, (WIDTH, height), interpolation=cv2.INTER_AREA) for one in pictures]
    gap = np.full((height, GAP, 3), 255, np.uint8)
    return np.hstack([shown[0], gap, shown[1], gap, shown[2]])


def draw_headings() -> np.ndarray:
    heading = np.full((HEADING, 3 * WIDTH + 2 * GAP, 3), 255, np.uint8)
    for column, text in enumerate(("frame", "plain flow", "warp flow")):
        place = (column * (WIDTH + GAP) + 4, HEADING - 7)
        cv2.putText(heading, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return heading


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("size", type=int)
    parser.add_argument("pairs", nargs="+")
    given = parser.parse_args()
    rows = [draw_headings()]
    for one in given.pairs:
        path, _, pair = one.rpartition(":")
        rows.append(draw_row(Path(path), int(pair), given.size))
        rows.append(np.full((GAP, rows[0].shape[1], 3), 255, np.uint8))
    sheet = Image.fromarray(np.vstack(rows))
    sheet.quantize(COLOURS, kmeans=3).save(given.out, optimize=True)


if __name__ == "__main__":
    main()
