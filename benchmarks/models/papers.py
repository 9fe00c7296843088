"""The published networks that are here, with what was published of their cost."""

from dataclasses import replace

from benchmarks.models.cases import Case, Published
from benchmarks.models.egocentric import EGOCENTRIC

SOMETHING, KINETICS, IMAGENET = 174, 400, 1000
"""Numbers of classes."""

IBM = "IBM/action-recognition-pytorch, benchmark_full.md (GFLOPs without the classifier)"
TORCHVISION = "torchvision, the weights' own description"
W3_TABLE_1 = "W3, table 1"
W3_TABLE_6 = "W3, table 6"

NON_LOCAL_PLACES = ("layer2.0", "layer2.2", "layer3.0", "layer3.2", "layer3.4")
"""mit-han-lab/temporal-shift-module, for ResNet-50."""

GATES = (
    "TSM itself is 32.7 and 65.4, so the paper's W3 adds 0.8 and 1.7, its CBAM 1.1; convolutions "
    "and linear layers of the gates take less. What it counts beside them is not said: one "
    "operation a value of pooling and products would be 0.5 at 16 frames"
)

IMAGES = (
    Case(
        "ResNet-34, one picture",
        "resnet34",
        frames=1,
        classes=IMAGENET,
        published=Published(TORCHVISION, parameters="21.797672", gflops="3.664"),
    ),
    Case(
        "MobileNetV2, one picture",
        "tsm_mobilenetv2",
        frames=1,
        classes=IMAGENET,
        published=Published(TORCHVISION, parameters="3.504872", gflops="0.301"),
    ),
)

I3D = (
    Case(
        "I3D",
        "i3d",
        frames=16,
        classes=KINETICS,
        published=Published(
            f"piergiaj/pytorch-i3d, key list; {IBM}", parameters="12.697264", gflops="42.8"
        ),
        note="IBM's first convolution keeps all frames, and its second pooling halves them",
    ),
    Case(
        "Inception-V1",
        "inception2d",
        frames=16,
        classes=KINETICS,
        published=Published(IBM, parameters="6.009904", gflops="23.96"),
    ),
    Case(
        "I3D-ResNet-50",
        "i3d_resnet50",
        frames=16,
        classes=KINETICS,
        published=Published(IBM, parameters="46.980944", gflops="58.92"),
    ),
    Case(
        "I3D-ResNet-50, 32 frames",
        "i3d_resnet50",
        frames=32,
        classes=SOMETHING,
        published=Published(W3_TABLE_1, gflops="153"),
        note="another network: theirs is quoted from Wang and Gupta, ECCV 2018; see "
        "pipeline/models/backbones/inflated_resnet.py",
    ),
)

TSN = Case(
    "TSN, 8 frames",
    "tsn_resnet50",
    frames=8,
    classes=SOMETHING,
    published=Published(W3_TABLE_1, gflops="33"),
)

TSM = replace(TSN, name="TSM, 8 frames", backbone="tsm_resnet50")

TSM_16 = replace(
    TSM, name="TSM, 16 frames", frames=16, published=Published(W3_TABLE_1, gflops="65")
)

SEGMENTS = (
    TSN,
    replace(
        TSN,
        name="TSN, 16 frames",
        frames=16,
        classes=KINETICS,
        published=Published(IBM, parameters="24.327632", gflops="65.4"),
    ),
    replace(TSN, name="TRN-Multiscale, 8 frames", head="mtrn"),
    Case(
        "TAM, 16 frames",
        "tam_resnet50",
        frames=16,
        classes=KINETICS,
        published=Published(IBM, parameters="24.366992", gflops="65.66"),
    ),
    TSM,
    TSM_16,
    replace(
        TSM,
        name="TSM + W3, 8 frames",
        attention="w3",
        after=("branches",),
        published=Published(W3_TABLE_1, gflops="33.5"),
        note=GATES,
    ),
    replace(
        TSM_16,
        name="TSM + W3, 16 frames",
        attention="w3",
        after=("branches",),
        published=Published(W3_TABLE_1, gflops="67.1"),
        note=GATES,
    ),
    replace(
        TSM_16,
        name="TSM + CBAM, 16 frames",
        attention="cbam",
        after=("branches",),
        published=Published(W3_TABLE_6, gflops="66.5"),
        note=GATES,
    ),
    replace(
        TSM_16,
        name="TSM + non-local, 16 frames",
        attention="nonlocal",
        after=NON_LOCAL_PLACES,
        published=Published(W3_TABLE_6, gflops="115.0"),
        note="W3 does not say where its blocks stand; these are TSM's five places, at each of "
        "which all frames look at all frames",
    ),
)

PAPERS = (*IMAGES, *I3D, *SEGMENTS, *EGOCENTRIC)
