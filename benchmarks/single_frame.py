"""Does one frame of the kitchen set tell the verb, and does motion tell the noun? Neither should.

    python benchmarks/single_frame.py data/raw/kitchen

Trains small classifiers of verb and noun on single frames (a linear one and a convolutional
network) and on optical flow alone, on each of the three splits, and writes the accuracy on the
test clips to ``benchmarks/results/single_frame.json``.
"""

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

HEIGHT, WIDTH = 64, 85
FRAMES_OF_A_CLIP = 4
FLOW_PAIRS, FLOW_GRID = 12, 6
EPOCHS = 12
RESULT = Path(__file__).parent / "results" / "single_frame.json"


@dataclass(frozen=True)
class Clip:
    path: Path
    verb: int
    noun: int


def read_split(root: Path, part: str, number: int) -> list[Clip]:
    clips = []
    for line in (root / "action_annotation" / f"{part}_split{number}.txt").read_text().splitlines():
        name, _, verb, noun = line.split()
        session = "-".join(name.split("-")[:3])
        path = root / "cropped_clips" / session / f"{name}.mp4"
        clips.append(Clip(path, int(verb) - 1, int(noun) - 1))
    return clips


def decode(path: Path) -> np.ndarray:
    """Return all frames, small: (T, H, W, 3)."""
    with av.open(str(path)) as container:
        images = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    small = [cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for image in images]
    return np.stack(small)


def describe_motion(frames: np.ndarray) -> np.ndarray:
    """Return dense flow without the camera's shift, averaged over a grid, as one vector."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    starts = np.linspace(0, len(grey) - 2, FLOW_PAIRS).astype(int)
    rows = []
    for start in starts:
        flow = cv2.calcOpticalFlowFarneback(
            grey[start], grey[start + 1], None, 0.5, 3, 11, 3, 5, 1.1, 0
        )
        flow -= np.median(flow, axis=(0, 1))
        speed = np.linalg.norm(flow, axis=2, keepdims=True)
        rows.append(cv2.resize(np.dstack([flow, speed]), (FLOW_GRID, FLOW_GRID), cv2.INTER_AREA))
    motion = np.stack(rows)  # (P, G, G, 3)
    spectrum = np.abs(np.fft.rfft(motion, axis=0))
    return np.concatenate(
        [motion.mean(axis=0).ravel(), spectrum.ravel(), motion.std(axis=0).ravel()]
    )


def by_linear(train: np.ndarray, labels: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return log probabilities of a linear classifier of principal components."""
    model = make_pipeline(
        StandardScaler(),
        PCA(60, whiten=True, random_state=0),
        LogisticRegression(C=0.1, max_iter=400),
    )
    flat = train.reshape(len(train), -1).astype(np.float32)
    model.fit(flat, labels)
    return model.predict_log_proba(test.reshape(len(test), -1).astype(np.float32))


def by_network(train: np.ndarray, labels: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return log probabilities of a small convolutional network, shifted in training."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for before, after in ((3, 24), (24, 48), (48, 96), (96, 128)):
        layers += [nn.Conv2d(before, after, 3, 2, 1), nn.BatchNorm2d(after), nn.ReLU()]
    pooled = [nn.AdaptiveAvgPool2d((2, 3)), nn.Flatten(), nn.Dropout(0.3)]
    model = nn.Sequential(*layers, *pooled, nn.Linear(128 * 6, int(labels.max()) + 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    images, targets = to_tensor(train), torch.from_numpy(labels)
    steps = EPOCHS * (len(images) // 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(images))[: len(images) // 32 * 32].split(32):
            shift = torch.randint(-6, 7, (2,)).tolist()
            seen = torch.roll(images[batch], shift, (2, 3))
            loss = nn.functional.cross_entropy(model(seen), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        return model(to_tensor(test)).log_softmax(1).numpy()


def by_trees(train: np.ndarray, labels: np.ndarray, test: np.ndarray) -> np.ndarray:
    model = ExtraTreesClassifier(400, min_samples_leaf=2, random_state=0, n_jobs=1)
    return np.log(model.fit(train, labels).predict_proba(test) + 1e-9)


def to_tensor(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).movedim(-1, 1).float() / 127.5 - 1.0


def pick_frames(videos: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return random frames of each video: (N * FRAMES_OF_A_CLIP, H, W, 3)."""
    chosen = [video[rng.integers(0, len(video), FRAMES_OF_A_CLIP)] for video in videos]
    return np.concatenate(chosen)


def measure_split(root: Path, number: int) -> dict[str, dict[str, list[bool]]]:
    """Return for each way of looking, and each kind of label, whether each test answer is right."""
    rng = np.random.default_rng(number)
    train, test = read_split(root, "train", number), read_split(root, "test", number)
    train_videos = [decode(clip.path) for clip in train]
    test_videos = [decode(clip.path) for clip in test]
    frames = pick_frames(train_videos, rng), pick_frames(test_videos, rng)
    motion = tuple(
        np.stack([describe_motion(video) for video in videos])
        for videos in (train_videos, test_videos)
    )
    right: dict[str, dict[str, list[bool]]] = {}
    for kind in ("verb", "noun"):
        labels = np.array([getattr(clip, kind) for clip in train])
        truth = np.array([getattr(clip, kind) for clip in test])
        repeated, repeated_truth = (np.repeat(x, FRAMES_OF_A_CLIP) for x in (labels, truth))
        commonest = Counter(labels.tolist()).most_common(1)[0][0]
        answers = {
            "commonest class": truth == commonest,
            "one frame, linear": by_linear(frames[0], repeated, frames[1]).argmax(1)
            == repeated_truth,
            "one frame, network": by_network(frames[0], repeated, frames[1]).argmax(1)
            == repeated_truth,
            "flow, trees": by_trees(motion[0], labels, motion[1]).argmax(1) == truth,
        }
        for way, hits in answers.items():
            right.setdefault(way, {})[kind] = hits.tolist()
    return right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="folder of the kitchen set")
    parser.add_argument("--splits", type=int, default=3, help="how many of the three splits")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    started = time.monotonic()
    splits = [measure_split(arguments.root, n) for n in range(1, arguments.splits + 1)]
    accuracy = {
        way: {
            kind: round(float(np.mean([hit for split in splits for hit in split[way][kind]])), 3)
            for kind in ("verb", "noun")
        }
        for way in splits[0]
    }
    num_tests = sum(len(split["flow, trees"]["verb"]) for split in splits)
    result = {"test_clips": num_tests, "frames_of_a_clip": FRAMES_OF_A_CLIP, "accuracy": accuracy}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    for way, kinds in accuracy.items():
        print(f"{way:20} verb {kinds['verb']:.3f}  noun {kinds['noun']:.3f}")
    print(f"{num_tests} test clips, {time.monotonic() - started:.0f} s, {RESULT}")


if __name__ == "__main__":
    main()
