import pytest

from pipeline.kitchen.params import KitchenParams
from pipeline.params import ParamsError, validate


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clips": 19}, "clips must be at least 20"),
        ({"sessions": 15}, "at most 7 sessions a subject"),
        ({"sessions": 1}, "every subject needs a session"),
        ({"max_frames": 17}, "max_frames must exceed min_frames"),
        ({"height": 49}, "multiple of 2"),
    ],
)
def test_a_set_that_cannot_be_made_is_refused_by_name(tiny, change, message):
    values = {**tiny.model_dump(), **change}
    with pytest.raises(ParamsError, match=message):
        validate(KitchenParams, values, "params.yaml: kitchen")
