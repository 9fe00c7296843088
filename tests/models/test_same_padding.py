import math

import pytest
import torch
from torch.nn import functional as F

from pipeline.models.same_padding import same_conv3d, same_max_pool3d, same_padding


def padded_by_hand(x, kernel, stride):
    """TensorFlow's rule as documented: out = ceil(in / stride), extra at the end."""
    totals = [
        max((math.ceil(size / step) - 1) * step + taps - size, 0)
        for size, taps, step in zip(x.shape[2:], kernel, stride, strict=True)
    ]
    starts = [total // 2 for total in totals]
    big = torch.zeros(*x.shape[:2], *(s + t for s, t in zip(x.shape[2:], totals, strict=True)))
    time, height, width = (slice(b, b + s) for b, s in zip(starts, x.shape[2:], strict=True))
    big[:, :, time, height, width] = x
    return big


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [
        (16, 7, 1, (3, 3)),
        (16, 7, 2, (2, 3)),
        (15, 7, 2, (3, 3)),
        (224, 3, 2, (0, 1)),
        (7, 3, 2, (1, 1)),
        (4, 2, 2, (0, 0)),
        (5, 2, 2, (0, 1)),
        (9, 1, 2, (0, 0)),
        (1, 7, 2, (3, 3)),
    ],
)
def test_the_odd_unit_of_padding_goes_to_the_end(size, kernel, stride, expected):
    assert same_padding(size, kernel, stride) == expected


@pytest.mark.parametrize("stride", [(1, 1, 1), (2, 2, 2), (1, 2, 2)])
@pytest.mark.parametrize("kernel", [(7, 7, 7), (3, 3, 3), (1, 1, 1), (2, 3, 2)])
@pytest.mark.parametrize("size", [(5, 6, 7), (8, 9, 10), (1, 2, 3)])
def test_convolution_equals_padding_by_hand(size, kernel, stride, generator):
    x = torch.randn(2, 3, *size, generator=generator)
    weight = torch.randn(4, 3, *kernel, generator=generator)
    expected = F.conv3d(padded_by_hand(x, kernel, stride), weight, stride=stride)
    torch.testing.assert_close(same_conv3d(x, weight, stride), expected)


@pytest.mark.parametrize(
    ("kernel", "stride"),
    [
        ((1, 3, 3), (1, 2, 2)),
        ((3, 3, 3), (2, 2, 2)),
        ((2, 2, 2), (2, 2, 2)),
        ((3, 3, 3), (1, 1, 1)),
    ],
)
@pytest.mark.parametrize("size", [(4, 6, 8), (5, 7, 9), (4, 7, 8), (1, 2, 3)])
def test_pooling_of_what_is_never_negative_equals_padding_by_zeros(size, kernel, stride, generator):
    x = torch.randn(2, 3, *size, generator=generator).relu()
    expected = F.max_pool3d(padded_by_hand(x, kernel, stride), kernel, stride)
    assert torch.equal(same_max_pool3d(x, kernel, stride), expected)
