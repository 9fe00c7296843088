import pytest

from pipeline.frames.params import FramesConfig
from pipeline.frames.size import Size, target_size
from pipeline.params import ParamsError, validate


@pytest.mark.parametrize(
    ("size", "displayed", "stored"),
    [
        (256, Size(1280, 960), Size(342, 256)),
        (256, Size(960, 1280), Size(256, 342)),
        (64, Size(480, 270), Size(114, 64)),
        (64, Size(64, 48), Size(86, 64)),
        (63, Size(64, 64), Size(64, 64)),
        ("320x240", Size(480, 270), Size(320, 240)),
        ("85x63", Size(480, 270), Size(85, 63)),
    ],
)
def test_a_short_side_keeps_the_aspect_and_is_even_and_an_exact_size_is_exact(
    size, displayed, stored
):
    assert target_size(size, displayed) == stored


@pytest.mark.parametrize("size", ["auto", "320", "320x", "0x240", 1, -64, 2.5])
def test_a_size_that_means_nothing_is_refused_with_the_forms_allowed(size):
    with pytest.raises(ParamsError, match="size: found"):
        validate(FramesConfig, {"root": ".", "size": size, "quality": 95}, "frames.yaml")
