"""How often do 95 % intervals hold the truth, and paired tests cry wolf, with clips in sessions?

    python -m benchmarks.clustered_statistics

Made test parts: sessions of 4 to 12 clips, classes of unequal difficulty, and a session effect on
the logit of being right with a standard deviation of 0, 0.7 or 1.4, at accuracies of about 0.4,
0.75 and 0.95. The truth is the mean over all sessions there could be, by quadrature. Coverage is
the mean over these nine cases, and the worst of them. False alarms: two models with equal chances
and own bad sessions, at a level of 5 %.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

import numpy as np
from scipy.special import stdtrit

from pipeline.statistics.bootstrap import draw_clusters, percentile_interval
from pipeline.statistics.mcnemar import mcnemar_test
from pipeline.statistics.permutation import sign_flip_test
from pipeline.statistics.tally import Tally, tally

RESULTS = Path("benchmarks/results/clustered_statistics.json")
NUM_SETS, NUM_RESAMPLES = 500, 2000
SESSION_SDS, DIFFICULTIES = (0.0, 0.7, 1.4), (-0.5, 1.2, 3.2)
NUM_CLASSES = {5: 10, 12: 28, 30: 60, 65: 106}
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
NORMAL = NormalDist()
Ends = tuple[float, float]


def chances(difficulty, effects):
    return 1 / (1 + np.exp(-(difficulty + effects)))


def draw_part(generator, num_sessions, difficulty, session_sd):
    """Session, class and chance of each clip of one made test part."""
    sessions = np.repeat(np.arange(num_sessions), generator.integers(4, 13, num_sessions))
    classes = generator.integers(0, len(difficulty), len(sessions))
    effects = generator.normal(scale=session_sd, size=num_sessions)[sessions]
    return sessions, classes, chances(difficulty[classes], effects)


def jackknife(counted: Tally) -> np.ndarray:
    return counted.weighted(1 - np.eye(len(counted.right)))


def plain(counted: Tally, resampled: np.ndarray) -> Ends:  # noqa: ARG001 - one form for all
    low, high = np.quantile(resampled, [0.025, 0.975])
    return float(low), float(high)


def widened(counted: Tally, resampled: np.ndarray) -> Ends:
    return percentile_interval(resampled, len(counted.right)) or (0.0, 1.0)


def bias_corrected(counted: Tally, resampled: np.ndarray) -> Ends:
    """BCa (Efron, JASA 82, 1987), the acceleration from leaving sessions out."""
    estimate = counted.accuracy()
    less = (resampled < estimate).mean() + (resampled == estimate).mean() / 2
    bias = NORMAL.inv_cdf(float(np.clip(less, 1e-4, 1 - 1e-4)))
    left_out = jackknife(counted)
    away = left_out.mean() - left_out
    acceleration = (away**3).sum() / max(6 * (away**2).sum() ** 1.5, 1e-12)
    tails = []
    for z in (-1.96, 1.96):
        shifted = bias + z
        tails.append(NORMAL.cdf(float(bias + shifted / (1 - acceleration * shifted))))
    low, high = np.quantile(resampled, tails)
    return float(low), float(high)


def student(counted: Tally, resampled: np.ndarray) -> Ends:  # noqa: ARG001 - one form for all
    """Student's interval with the jackknife's standard error over sessions."""
    left_out, num = jackknife(counted), len(counted.right)
    error = np.sqrt((num - 1) / num * ((left_out - left_out.mean()) ** 2).sum())
    half = float(stdtrit(num - 1, 0.975)) * float(error)
    return counted.accuracy() - half, counted.accuracy() + half


METHODS: dict[str, Callable[[Tally, np.ndarray], Ends]] = {
    "percentile": plain,
    "widened": widened,
    "bca": bias_corrected,
    "student": student,
}


def coverages(num_sessions: int, num_classes: int, session_sd: float, easy: float) -> dict:
    """Percentage of made parts whose interval holds the truth, and mean width in points."""
    generator = np.random.default_rng(0)
    difficulty = easy + np.linspace(-1, 1, num_classes) * (num_classes > 1)
    recall = chances(difficulty[:, None], session_sd * NODES) @ NODE_WEIGHTS / NODE_WEIGHTS.sum()
    clusters = draw_clusters(num_sessions, NUM_RESAMPLES, generator)
    found = {name: [] for name in METHODS}
    for _ in range(NUM_SETS):
        sessions, classes, chance = draw_part(generator, num_sessions, difficulty, session_sd)
        is_right = (generator.random(len(chance)) < chance).astype(float)
        counted = tally(is_right, sessions, num_sessions, classes, num_classes)
        truth, resampled = recall[np.unique(classes)].mean(), counted.weighted(clusters)
        for name, interval in METHODS.items():
            low, high = interval(counted, resampled)
            found[name].append((low - 1e-9 <= truth <= high + 1e-9, high - low))
    return {
        name: (100 * np.array(rows, float).mean(axis=0)).tolist() for name, rows in found.items()
    }


def false_alarms(num_sessions: int, own_sd: float) -> dict[str, float]:
    """Percentage of p-values below 5 % of two models that are equally good."""
    generator, p_values = np.random.default_rng(0), []
    for _ in range(2 * NUM_SETS):
        sessions, _, chance = draw_part(generator, num_sessions, np.ones(1), 0.7)
        own = generator.normal(scale=own_sd, size=(2, num_sessions))[:, sessions]
        odds = chance / (1 - chance) * np.exp(own)
        first, second = generator.random(odds.shape) < odds / (1 + odds)
        sums = np.bincount(sessions, second.astype(float) - first, num_sessions)
        mcnemar = mcnemar_test(int((first & ~second).sum()), int((second & ~first).sum()))
        p_values.append((sign_flip_test(sums, generator, 2000), mcnemar))
    shares = 100 * (np.array(p_values) < 0.05).mean(axis=0)
    return {"sign_flip": float(shares[0]), "mcnemar": float(shares[1])}


def main() -> None:
    record = {"coverage": [], "false_alarms": []}
    for num_sessions, of_macro in NUM_CLASSES.items():
        for metric, num_classes in (("micro", 1), ("macro", of_macro)):
            cases = [
                coverages(num_sessions, num_classes, session_sd, easy)
                for session_sd in SESSION_SDS
                for easy in DIFFICULTIES
            ]
            row = {"sessions": num_sessions, "metric": metric, "classes": num_classes}
            for name in METHODS:
                held, width = np.array([case[name] for case in cases]).T
                row[name] = {"mean": held.mean(), "worst": held.min(), "width": width.mean()}
            record["coverage"].append(row)
            cells = (
                f"{c['mean']:.1f} ({c['worst']:.1f}), {c['width']:.1f}"
                for c in map(row.get, METHODS)
            )
            print(f"| {num_sessions} | {metric} | {' | '.join(cells)} |", flush=True)
    for num_sessions in NUM_CLASSES:
        for own_sd in (0.0, 0.8):
            row = {"sessions": num_sessions, "own_sd": own_sd, **false_alarms(num_sessions, own_sd)}
            record["false_alarms"].append(row)
            print(f"| {num_sessions} | {own_sd} | {row['sign_flip']:.1f} | {row['mcnemar']:.1f} |")
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
