from dataclasses import replace

import pytest

from pipeline.fanout import ALONE, Shard, ShardError


@pytest.mark.parametrize(("count", "num_items"), [(1, 5), (2, 5), (3, 7), (4, 2), (8, 0)])
def test_every_item_is_in_exactly_one_shard(count, num_items):
    items = range(num_items)
    taken = [item for index in range(count) for item in Shard(index, count).take(items)]
    assert sorted(taken) == list(items)


def test_shards_are_of_equal_size_to_an_item():
    assert {len(Shard(index, 3).take(range(8))) for index in range(3)} == {2, 3}


@pytest.mark.parametrize("text", ["0/2", "7/8", "0/1", "00/02"])
def test_a_shard_is_read_as_it_is_written(text):
    assert Shard.parse(str(Shard.parse(text))) == Shard.parse(text)


@pytest.mark.parametrize(
    "text", ["", "1", "2/2", "1/0", "0/0", "-1/2", "1/-2", "1/2/3", "a/b", "1 / 2", "½/2"]
)
def test_anything_else_is_an_error_that_says_what_is_expected(text):
    with pytest.raises(ShardError, match="expected INDEX/COUNT with 0 <= INDEX < COUNT"):
        Shard.parse(text)


def test_a_crew_takes_its_shard_or_everything():
    assert ALONE.take("abcde") == list("abcde")
    assert replace(ALONE, shard=Shard(1, 2)).take("abcde") == ["b", "d"]
