import pytest

from pipeline.clips.draws import Purpose, make_generator
from pipeline.clips.sampler import EpochSampler, SamplerError, Share

CLIPS = list(range(100, 111))


def batches(batch_size=4, seed=0, rank=0, world=1, first=0, stop=10):
    share = Share(rank, world)
    return list(
        EpochSampler(
            CLIPS,
            batch_size=batch_size,
            seed=seed,
            share=share,
            first_iteration=first,
            stop_iteration=stop,
        )
    )


def test_an_epoch_shows_no_clip_twice_and_leaves_out_less_than_a_batch():
    shown = [clip for batch in batches(stop=2) for _, clip in batch]
    assert len(set(shown)) == len(shown) == 8
    assert set(shown) <= set(CLIPS)


def test_every_pair_names_its_epoch():
    assert [{epoch for epoch, _ in batch} for batch in batches(stop=5)] == [{0}, {0}, {1}, {1}, {2}]


def test_epochs_leave_out_different_clips():
    left_out = set()
    for epoch in range(20):
        shown = {
            clip for batch in batches(first=2 * epoch, stop=2 * epoch + 2) for _, clip in batch
        }
        left_out |= set(CLIPS) - shown
    assert left_out == set(CLIPS)


@pytest.mark.parametrize("world", [2, 4])
def test_the_processes_parts_make_the_batch_of_one_process(world):
    parts = [batches(rank=rank, world=world) for rank in range(world)]
    joined = [[pair for part in pieces for pair in part] for pieces in zip(*parts, strict=True)]
    assert joined == batches()


@pytest.mark.parametrize("first", [0, 1, 2, 5, 9])
def test_a_resumed_run_sees_what_the_undisturbed_one_sees(first):
    assert batches(first=first) == batches()[first:]


def test_another_seed_gives_another_order():
    assert batches(seed=0) == batches(seed=0)
    assert batches(seed=0) != batches(seed=1)


def test_fewer_clips_than_a_batch_are_an_error():
    with pytest.raises(SamplerError, match="found 11 training clips for batches of 12"):
        batches(batch_size=12)


def test_a_batch_that_cannot_be_shared_is_an_error():
    with pytest.raises(SamplerError, match="4 clips cannot be shared by 3"):
        batches(world=3)


def test_purposes_and_addresses_draw_apart():
    draws = [
        make_generator(purpose, seed, *address).integers(2**62)
        for purpose in Purpose
        for seed in (0, 1)
        for address in ((), (0,), (1,), (0, 1), (1, 0))
    ]
    assert len(set(draws)) == len(draws)
