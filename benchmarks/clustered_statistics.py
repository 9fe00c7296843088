"""How often do 95 % intervals hold the truth, and paired tests cry wolf, with clips in sessions?

    python -m benchmarks.clustered_statistics

Made test parts: sessions of 4 to 12 clips, classes of unequal difficulty, and a session effect on
the logit of being right with a standard deviation of 0, 0.7 or 1.4, at accuracies of about 0.4,
0.75 and 0.95. The truth is the mean over all sessions there could be, by quadrature. Coverage is
the mean over these nine cases, and the worst of them. False alarms: two models with equal chances
and own bad sessions, at a level of 5 %. With seeds: two equally good methods, each trained J
times, a seed moving all of a training's clips; own bad sessions belong to the method.
"""

import json
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

import numpy as np
from scipy.special import stdtrit

from pipeline.statistics.bootstrap import (
    draw_clusters,
    draw_seeds,
    interval_with_seeds,
    percentile_interval,
    resample,
    seed_deviations,
)
from pipeline.statistics.mcnemar import mcnemar_test
from pipeline.statistics.permutation import sign_flip_test
from pipeline.statistics.seeds import combined_test, seeds_test
from pipeline.statistics.tally import Tally, tally

RESULTS = Path("benchmarks/results/clustered_statistics.json")
NUM_SETS, NUM_RESAMPLES = 500, 2000
SESSION_SDS, DIFFICULTIES = (0.0, 0.7, 1.4), (-0.5, 1.2, 3.2)
NUM_CLASSES = {5: 10, 12: 28, 30: 60, 65: 106}
SEED_CASES = {"sessions": (0.8, 0.3), "seeds": (0.3, 0.6)}
"""What varies more, and the standard deviations of own sessions and of seeds, in logits."""
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


def draw_trainings(generator, num_sessions, num_seeds, own_sd, seed_sd) -> list[list[Tally]]:
    """The accuracies by session of two equally good methods, each trained several times."""
    sizes = generator.integers(4, 13, num_sessions)
    sessions = np.repeat(np.arange(num_sessions), sizes)
    shared = generator.normal(scale=0.7, size=num_sessions)
    methods = []
    for _ in range(2):
        effects = (shared + generator.normal(scale=own_sd, size=num_sessions))[sessions]
        moved = [effects + generator.normal(scale=seed_sd) for _ in range(num_seeds)]
        right = [generator.random(len(sessions)) < chances(1.0, each) for each in moved]
        plain_mean = (num_sessions, np.zeros_like(sessions), 1)
        methods.append([tally(each.astype(float), sessions, *plain_mean) for each in right])
    return methods


def shares_of_seeds(generator, num_seeds):
    """The share of each seed in each resample, if J - 1 of them are drawn."""
    drawn = max(num_seeds - 1, 1)
    even = np.full(num_seeds, 1 / num_seeds)
    return generator.multinomial(drawn, even, NUM_RESAMPLES) / drawn


def with_seeds(num_sessions: int, num_seeds: int, own_sd: float, seed_sd: float) -> dict:
    """Percentages of false alarms, and of intervals that hold the truth with their widths."""
    generator = np.random.default_rng(0)
    clusters = draw_clusters(num_sessions, NUM_RESAMPLES, generator)
    spread = np.sqrt(0.7**2 + own_sd**2 + seed_sd**2)
    truth = chances(1.0, spread * NODES) @ NODE_WEIGHTS / NODE_WEIGHTS.sum()
    alarms, held = [], []
    for _ in range(NUM_SETS):
        methods = draw_trainings(generator, num_sessions, num_seeds, own_sd, seed_sd)
        values = [np.array([each.accuracy() for each in trainings]) for trainings in methods]
        parts = [np.mean([each.contributions() for each in side], axis=0) for side in methods]
        by_sessions = sign_flip_test(parts[1] - parts[0], generator, 2000)
        larger = max(by_sessions, seeds_test(*values))
        alarms.append((larger, max(larger, combined_test(parts[1] - parts[0], *values))))
        drawn = []
        for trainings in methods:
            each = np.stack([one.weighted(clusters) for one in trainings], axis=1)
            shares = shares_of_seeds(generator, num_seeds)
            deviations = seed_deviations(trainings, draw_seeds(num_seeds, NUM_RESAMPLES, generator))
            drawn.append(((each * shares).sum(axis=1), resample(trainings, clusters), deviations))
        first, second = drawn
        for target, (own, mean, moved) in (
            (truth, first),
            (0.0, [b - a for a, b in zip(first, second, strict=True)]),
        ):
            both = (
                percentile_interval(own, num_sessions),
                interval_with_seeds(mean, moved, num_sessions),
            )
            held += [(ends.low <= target <= ends.high, ends.high - ends.low) for ends in both]
    covered = 100 * np.array(held, float).reshape(NUM_SETS, 4, 2).mean(axis=0)
    names = ("drawn", "student", "drawn_difference", "student_difference")
    larger, all_three = (100 * (np.array(alarms) < 0.05).mean(axis=0)).tolist()
    return {
        "larger_of_two": larger,
        "with_combined": all_three,
        **dict(zip(names, covered.tolist(), strict=True)),
    }


def measure_seeds() -> list[dict]:
    rows = []
    for num_sessions in (12, 65):
        for num_seeds in (3, 5):
            for more, sds in SEED_CASES.items():
                row = {"sessions": num_sessions, "seeds": num_seeds, "varies_more": more}
                row |= with_seeds(num_sessions, num_seeds, *sds)
                rows.append(row)
                cells = [f"{row[key]:.1f}" for key in ("larger_of_two", "with_combined")]
                ends = [value for value in row.values() if isinstance(value, list)]
                cells += [f"{held:.1f}, {width:.1f}" for held, width in ends]
                print(
                    f"| {num_sessions} | {num_seeds} | {more} | {' | '.join(cells)} |", flush=True
                )
    return rows


def main() -> None:
    record = {"coverage": [], "false_alarms": [], "seeds": measure_seeds()}
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
