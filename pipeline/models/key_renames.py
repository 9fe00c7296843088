"""Names of published networks that differ from ours block by block, as pairs of beginnings."""

from pipeline.models.key_map import Pairs
from pipeline.models.sites import module_name

RECURRENT = "attention.layer4-2."
"""Where LSTA and ego-rnn stand: at the end of ResNet-34."""

RESNET_BLOCKS = tuple(
    f"layer{stage}.{block}."
    for stage, count in enumerate((3, 4, 6, 3), 1)
    for block in range(count)
)
"""The blocks of ResNet-34 and 50."""

NONLOCAL_BLOCKS = ("layer2.0", "layer2.2", "layer3.0", "layer3.2", "layer3.4")
"""Those that TSM puts a non-local block behind."""


def lsta_renames(theirs: str) -> Pairs:
    """LSTA's names, whose own output gate swaps `x` and `c`: there `x` is the hidden state."""
    tracking, cell, pooling = (
        f"{RECURRENT}{part}." for part in ("tracking", "cell", "output_pooling")
    )
    for_tracking = [
        pair
        for gate, ours in zip("ifao", "ifco", strict=True)
        for pair in (
            (f"{theirs}conv_{gate}_s.weight", f"{tracking}conv_{ours}_h.weight"),
            (f"{theirs}conv_{gate}_s.bias", f"{tracking}conv_{ours}_x.bias"),
            (f"{theirs}conv_{gate}_cam.weight", f"{tracking}conv_{ours}_x.weight"),
        )
    ]
    for_cell = [
        pair
        for gate in "ifc"
        for pair in (
            (f"{theirs}conv_{gate}_x.", f"{cell}conv_{gate}_x."),
            (f"{theirs}conv_{gate}_c.", f"{cell}conv_{gate}_h."),
        )
    ]
    return (
        *for_tracking,
        *for_cell,
        (f"{theirs}conv_o_x.weight", f"{cell}conv_o_h.weight"),
        (f"{theirs}conv_o_x.bias", f"{cell}conv_o_x.bias"),
        (f"{theirs}conv_o_c.weight", f"{cell}conv_o_x.weight"),
        (f"{theirs}c_classifier.", f"{pooling}c_classifier."),
        (f"{theirs}coupling_fc.", f"{pooling}coupling_fc."),
    )


def conv_lstm_renames(theirs: str, ours: str) -> Pairs:
    """ego-rnn's ConvLSTM: `xx` looks at the input, `hh` at the hidden state."""
    return tuple(
        (f"{theirs}conv_{gate}_{end}{end}.", f"{ours}conv_{gate}_{end}.")
        for gate in (*"ifc", "o")
        for end in "xh"
    )


def shifted_renames(theirs: str) -> Pairs:
    """TSM wraps every block's first convolution, and `net` is what it wraps."""
    return tuple(
        (f"{theirs}{block}conv1.net.", f"backbone.{block}conv1.") for block in RESNET_BLOCKS
    )


def nonlocal_renames(theirs: str) -> Pairs:
    """TSM's non-local blocks: what they follow is their `block`, they themselves its `nl`."""
    return tuple(
        pair
        for place in NONLOCAL_BLOCKS
        for pair in (
            (f"{theirs}{place}.block.conv1.net.", f"backbone.{place}.conv1."),
            (f"{theirs}{place}.block.", f"backbone.{place}."),
            (f"{theirs}{place}.nl.g.0.", f"attention.{module_name(place)}.g."),
            (f"{theirs}{place}.nl.phi.0.", f"attention.{module_name(place)}.phi."),
            (f"{theirs}{place}.nl.", f"attention.{module_name(place)}."),
        )
    )


def mobilenet_renames(theirs: str) -> Pairs:
    """TSM's MobileNetV2 counts a block's layers in one row, torchvision's in groups."""
    rows = {"0.net.": "0.0.", "0.": "0.0.", "1.": "0.1."}
    narrow = {**rows, "3.": "1.", "4.": "2."}
    wide = {**rows, "3.": "1.0.", "4.": "1.1.", "6.": "2.", "7.": "3."}
    return tuple(
        (f"{theirs}features.{number}.conv.{row}", f"backbone.features.{number}.conv.{ours}")
        for number in range(1, 18)
        for row, ours in (narrow if number == 1 else wide).items()
    )
