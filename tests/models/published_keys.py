"""The names and shapes of published checkpoints of which no list is at hand, from their code.

Written from torchvision's ResNet, mit-han-lab/temporal-shift-module (ops/models.py,
ops/temporal_shift.py, ops/non_local.py, archs/mobilenet_v2.py), IBM/action-recognition-pytorch and
epic-kitchens/C1-Action-Recognition-TSN-TRN-TSM (ops/trn.py), and from nothing of this project.
"""

BLOCKS = (3, 4, 6, 3)
TSM_NONLOCAL = ("layer2.0", "layer2.2", "layer3.0", "layer3.2", "layer3.4")


def batch_norm(name, channels, *, with_counter):
    values = ("weight", "bias", "running_mean", "running_var")
    keys = {f"{name}.{value}": [channels] for value in values}
    return keys | ({f"{name}.num_batches_tracked": []} if with_counter else {})


def resnet(*, is_bottleneck, with_counter=False, in_channels=3, frames=()):
    """ResNet-34 or 50 without its classifier; `frames`: of a 3-D one's kernels, 3 of a 3x3."""
    inflate = bool(frames)

    def kernel(size):
        return [3 if size > 1 else 1, size, size] if inflate else [size, size]

    keys = {"conv1.weight": [64, in_channels, *kernel(7)]}
    keys |= batch_norm("bn1", 64, with_counter=with_counter)
    channels = 64
    for stage, count in enumerate(BLOCKS, start=1):
        inner = 64 * 2 ** (stage - 1)
        outer = inner * (4 if is_bottleneck else 1)
        sizes = (1, 3, 1) if is_bottleneck else (3, 3)
        for number in range(count):
            block = f"layer{stage}.{number}"
            widths = [channels, *[inner] * (len(sizes) - 1), outer]
            for layer, size in enumerate(sizes, start=1):
                shape = [widths[layer], widths[layer - 1], *kernel(size)]
                keys[f"{block}.conv{layer}.weight"] = shape
                keys |= batch_norm(f"{block}.bn{layer}", widths[layer], with_counter=with_counter)
            if channels != outer:
                keys[f"{block}.downsample.0.weight"] = [outer, channels, *kernel(1)]
                keys |= batch_norm(f"{block}.downsample.1", outer, with_counter=with_counter)
            channels = outer
    return keys


def linear(name, inputs, outputs):
    return {f"{name}.weight": [outputs, inputs], f"{name}.bias": [outputs]}


def torchvision_resnet34():
    return resnet(is_bottleneck=False) | linear("fc", 512, 1000)


def torchvision_resnet50():
    return resnet(is_bottleneck=True) | linear("fc", 2048, 1000)


def tsn(*, classes, wrapper="module.", in_channels=3):
    body = resnet(is_bottleneck=True, with_counter=True, in_channels=in_channels)
    keys = {f"base_model.{name}": shape for name, shape in body.items()}
    keys |= linear("new_fc", 2048, classes)
    return {f"{wrapper}{name}": shape for name, shape in keys.items()}


def tsm(*, classes, wrapper="module.", in_channels=3):
    keys = tsn(classes=classes, wrapper=wrapper, in_channels=in_channels)
    return {_shifted(name): shape for name, shape in keys.items()}


def _shifted(name):
    is_first = ".layer" in name and name.endswith(".conv1.weight")
    return name.replace(".conv1.weight", ".conv1.net.weight") if is_first else name


def tsm_nonlocal(*, classes):
    keys = {}
    for name, shape in tsm(classes=classes).items():
        place = next((p for p in TSM_NONLOCAL if f".{p}." in name), None)
        keys[name.replace(f"{place}.", f"{place}.block.") if place else name] = shape
    for place in TSM_NONLOCAL:
        channels = 512 if place.startswith("layer2") else 1024
        inner, nl = channels // 2, f"module.base_model.{place}.nl"
        for name in ("g.0", "theta", "phi.0"):
            keys[f"{nl}.{name}.weight"] = [inner, channels, 1, 1, 1]
            keys[f"{nl}.{name}.bias"] = [inner]
        keys |= {f"{nl}.W.0.weight": [channels, inner, 1, 1, 1], f"{nl}.W.0.bias": [channels]}
        keys |= batch_norm(f"{nl}.W.1", channels, with_counter=True)
    return keys


def trn(*, classes, frames=8):
    keys = tsn(classes=classes, wrapper="model.")
    del keys["model.new_fc.weight"], keys["model.new_fc.bias"]
    keys |= linear("model.new_fc", 2048, 256)
    keys |= linear("model.consensus.classifier.1", frames * 256, 512)
    return keys | linear("model.consensus.classifier.3", 512, classes)


def mtrn(*, classes, frames=8):
    keys = {name: shape for name, shape in trn(classes=classes).items() if "consensus" not in name}
    for number, scale in enumerate(range(frames, 1, -1)):
        fusion = f"model.consensus.fc_fusion_scales.{number}"
        keys |= linear(f"{fusion}.1", scale * 256, 256) | linear(f"{fusion}.3", 256, classes)
    return keys


def tam(*, classes):
    keys = resnet(is_bottleneck=True, with_counter=True) | linear("fc", 2048, classes)
    for name, shape in list(keys.items()):
        if name.endswith(".conv1.weight"):
            tam_of = name.replace("conv1.weight", "tam")
            for part in ("prev_se", "next_se", "curr_se"):
                keys[f"{tam_of}.{part}.fc1.weight"] = [shape[1], 1, 1, 1]
    return keys


def i3d_resnet50(*, classes):
    body = resnet(is_bottleneck=True, with_counter=True, frames=(3,))
    return body | linear("fc", 2048, classes)


def mobilenetv2():
    """Layers of MobileNetV2 in their order: block, place in the block, shape, whether it is a norm.

    Sandler et al., CVPR 2018, table 2.
    """
    stages = ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1))
    yield from ((0, 0, [32, 3, 3, 3], False), (0, 1, [32], True))
    channels, number = 32, 0
    for expansion, outer, count in stages:
        for _ in range(count):
            number += 1
            inner, place = channels * expansion, 0
            convolutions = [[inner, channels, 1, 1]] if expansion > 1 else []
            convolutions += [[inner, 1, 3, 3], [outer, inner, 1, 1]]
            for shape in convolutions:
                yield from ((number, place, shape, False), (number, place + 1, shape[:1], True))
                place += 3  # an activation comes between, which has no weights
            channels = outer
    yield from ((18, 0, [1280, 320, 1, 1], False), (18, 1, [1280], True))


def torchvision_mobilenetv2():
    """A block's layers in groups of convolution, norm and activation, but for the last two."""
    keys = {}
    for number, place, shape, is_norm in mobilenetv2():
        last = 3 if number == 1 else 6
        if number in {0, 18}:
            layer = f"features.{number}.{place}"
        elif place < last:
            layer = f"features.{number}.conv.{place // 3}.{place % 3}"
        else:
            layer = f"features.{number}.conv.{last // 3 + place - last}"
        norm = batch_norm(layer, shape[0], with_counter=True)
        keys |= norm if is_norm else {f"{layer}.weight": shape}
    return keys | linear("classifier.1", 1280, 1000)


def tsm_mobilenetv2(*, classes):
    """A block's layers in one row; the shift wraps the first of blocks with a shortcut."""
    keys = {}
    for number, place, shape, is_norm in mobilenetv2():
        inside = "" if number in {0, 18} else "conv."
        layer = f"module.base_model.features.{number}.{inside}{place}"
        if number in SHORTCUTS and place == 0:
            layer += ".net"
        norm = batch_norm(layer, shape[0], with_counter=True)
        keys |= norm if is_norm else {f"{layer}.weight": shape}
    return keys | linear("module.new_fc", 1280, classes)


SHORTCUTS = {3, 5, 6, 8, 9, 10, 12, 13, 15, 16}
"""Blocks of MobileNetV2 whose input and output have one size."""
