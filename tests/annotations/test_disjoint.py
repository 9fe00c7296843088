import functools
from collections import Counter, defaultdict
from dataclasses import replace
from hashlib import sha256
from itertools import combinations

import numpy as np
import pytest
from annotations.conftest import place_unseen

from pipeline.annotations.audit import audit_parts
from pipeline.annotations.disjoint import choose_groups, shuffle_names
from pipeline.annotations.egtea import read_egtea
from pipeline.annotations.errors import AnnotationError
from pipeline.annotations.params import ValidationConfig
from pipeline.annotations.protocols import OF_OFFICIAL_LISTS, PROTOCOLS, VALIDATION_WAYS
from pipeline.annotations.splits import carve_validation
from pipeline.kitchen.annotations import write_annotations
from pipeline.kitchen.params import KitchenParams
from pipeline.kitchen.plan import plan_sessions

DISJOINT = ("session_disjoint", "subject_disjoint")
DEMO = {
    "seed": 1,
    "verbs": 7,
    "nouns": 4,
    "clips": 420,
    "imbalance": 3.0,
    "subjects": 6,
    "sessions": 12,
    "height": 144,
    "width": 192,
    "min_frames": 24,
    "max_frames": 44,
}


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory):
    """The demo set's lists, each read once, without its videos: clips by the splits read."""
    root = tmp_path_factory.mktemp("kitchen")
    clips = [clip for session in plan_sessions(KitchenParams(**DEMO)) for clip in session.clips]
    write_annotations(clips, root / "action_annotation", np.random.default_rng((1, 5)))
    return functools.cache(lambda splits: read_egtea(root, splits).clips)


def of_part(clips, part, field):
    return {getattr(clip, field) for clip in clips if clip.part == part}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("protocol", DISJOINT)
def test_egtea_is_divided_into_whole_groups_of_the_official_size_with_all_classes(
    official, protocol, seed
):
    division = official(protocol, seed)
    group = PROTOCOLS[protocol].apart
    tested = of_part(division.clips, "test", group)
    assert len(division.clips) == 10321
    assert division.test_groups == tuple(sorted(tested))
    assert not tested & of_part(division.clips, "train", group)
    assert abs(sum(clip.part == "test" for clip in division.clips) - 2022) <= 103
    for part in ("train", "test"):
        assert of_part(division.clips, part, "action") == set(range(106))


@pytest.mark.parametrize(
    ("protocol", "digest"),
    [("session_disjoint", "ad2f"), ("subject_disjoint", "779b")],
)
def test_a_seed_means_the_same_split_on_every_machine(official, protocol, digest):
    """Made by this code: a change would make results of one name mean two things."""
    groups = official(protocol, 1).test_groups
    assert sha256("\n".join(groups).encode()).hexdigest()[:4] == digest


@pytest.mark.parametrize("protocol", DISJOINT)
def test_the_order_of_the_clips_does_not_matter(kitchen, protocol):
    clips = kitchen((1, 2, 3))
    forward, backward = (
        PROTOCOLS[protocol].divide(ordered, 3).test_groups for ordered in (clips, clips[::-1])
    )
    assert forward == backward


def test_another_seed_draws_other_sessions(official):
    assert len({official("session_disjoint", seed).test_groups for seed in range(5)}) == 5


@pytest.mark.parametrize("protocol", OF_OFFICIAL_LISTS)
@pytest.mark.parametrize("by", ["none", "session", "subject"])
def test_the_demo_set_has_every_protocol_and_its_validation_part_joins_nothing(
    kitchen, protocol, by
):
    apart = PROTOCOLS[protocol].apart
    if by not in VALIDATION_WAYS[apart]:
        pytest.skip("refused by the configuration")
    listed = kitchen(PROTOCOLS[protocol].splits)
    clips = place_unseen(PROTOCOLS[protocol].divide(listed, 1).clips)
    carved = carve_validation(clips, ValidationConfig(by=by, share=0.15), 1).clips
    sizes = Counter(clip.part for clip in carved)
    assert sizes["test"] in (70, 83)
    assert (sizes["validation"] > 0) == (by != "none")
    for overlap in audit_parts(carved).values() if apart else ():
        assert overlap.clips_sharing_frames == overlap.sessions_shared == 0
        assert overlap.subjects_shared == 0 or apart == "session"


def brute_force(counts, wanted, slack):
    """Return the least (clips beyond the slack, classes of one part alone) over all choices."""
    listed = counts.sum(axis=0)
    costs = []
    for size in range(1, len(counts)):
        for chosen in combinations(range(len(counts)), size):
            tested = counts[list(chosen)].sum(axis=0)
            too_far = max(abs(int(tested.sum()) - wanted) - slack, 0)
            costs.append((too_far, int(((tested == 0) | (tested == listed)).sum())))
    return min(costs)


def test_exchanges_come_near_the_best_of_all_choices():
    worse = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        counts = rng.poisson(0.7, (9, 12)) * rng.integers(1, 5, (9, 1))
        counts = counts[:, counts.sum(axis=0) > 0]
        wanted = round(0.3 * counts.sum())
        is_test = choose_groups(counts, wanted)
        tested, listed = counts[is_test].sum(axis=0), counts.sum(axis=0)
        slack = int(listed.sum()) // 100
        found = (
            max(abs(int(tested.sum()) - wanted) - slack, 0),
            int(((tested == 0) | (tested == listed)).sum()),
        )
        best = brute_force(counts, wanted, slack)
        worse.append((found[0] - best[0], found[1] - best[1]))
    assert np.median([clips for clips, _ in worse]) == 0
    assert max(clips for clips, _ in worse) <= 2


@pytest.mark.parametrize("counts", [[[50], [50]], [[1], [99]], [[99], [1]], [[1], [1], [98]]])
def test_neither_part_is_ever_empty(counts):
    is_test = choose_groups(np.array(counts), wanted=20)
    assert 0 < is_test.sum() < len(counts)


def test_a_class_that_one_group_alone_has_is_in_one_part_alone(kitchen):
    listed = kitchen((1, 2, 3))
    session = listed[0].session
    clips = [clip for clip in listed if clip.action or clip.session == session]
    division = PROTOCOLS["session_disjoint"].divide(clips, 1)
    parts = defaultdict(set)
    for clip in division.clips:
        parts[clip.action].add(clip.part)
    assert len(parts[0]) == 1


def test_names_are_shuffled_by_seed_and_name_alone():
    names = [f"s{number}" for number in range(20)]
    assert shuffle_names(names, 1) == shuffle_names(reversed(names), 1)
    assert shuffle_names(names, 1) != shuffle_names(names, 2)
    assert [name for name in shuffle_names(names, 1) if name != "s3"] == shuffle_names(
        [name for name in names if name != "s3"], 1
    )


def test_one_group_cannot_be_divided(kitchen):
    alone = [replace(clip, subject="P") for clip in kitchen((1,))]
    with pytest.raises(AnnotationError, match="of 'P'; choose an official split"):
        PROTOCOLS["subject_disjoint"].divide(alone, 1)
