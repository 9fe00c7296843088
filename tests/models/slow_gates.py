"""What W3's and CBAM's equations share, as loops over frames, channels and cells; and clips that
only a module that looks at their cells can tell apart."""

import torch

from pipeline.models.attention.attended import Context

NOTHING = Context({}, draws=None)


def random_parameters(module, seed=1):
    """Give every parameter a value large enough to matter, and batch norm its statistics."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(0, 0.5, generator=generator)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_(0, 0.5, generator=generator)
            elif name.endswith("running_var"):
                buffer.uniform_(0.5, 2, generator=generator)
    return module


def slow_perceptron(descriptor, scores):
    """Two layers on a vector of C numbers, ReLU between them."""
    layers = scores.squeeze, scores.expand
    first, second = ((layer.weight, layer.bias) for layer in layers)
    hidden = [row.dot(descriptor) + bias for row, bias in zip(*first, strict=True)]
    hidden = torch.stack([unit if unit > 0 else unit * 0 for unit in hidden])
    return torch.stack([row.dot(hidden) + bias for row, bias in zip(*second, strict=True)])


def slow_channel_scores(frame, scores):
    """The perceptron of each channel's average plus that of its maximum, of (C, H, W)."""
    average = torch.stack([sum(plane.flatten()) / plane.numel() for plane in frame])
    largest = torch.stack([max(plane.flatten()) for plane in frame])
    return slow_perceptron(average, scores) + slow_perceptron(largest, scores)


def slow_channel_pools(frame):
    """The average and the maximum over the channels of (C, H, W), each (H, W)."""
    _, height, width = frame.shape
    cells = [frame[:, i, j] for i in range(height) for j in range(width)]
    average = torch.stack([sum(cell) / len(cell) for cell in cells]).view(height, width)
    return average, torch.stack([max(cell) for cell in cells]).view(height, width)


def shuffled_clips(generator, clips=4):
    """Clips of the same cells, a few of them large, in other places: their averages are equal."""
    cells = 3 * torch.rand(6, 3 * 5 * 5, generator=generator) ** 6
    orders = [torch.randperm(3 * 5 * 5, generator=generator) for _ in range(clips)]
    return torch.stack([cells[:, order].view(6, 3, 5, 5) for order in orders])


def predictions_after_training(attend, parameters, clips):
    """Train `parameters` and a linear classifier to name each clip of the batch by its number."""
    classifier = torch.nn.Linear(clips.shape[1], len(clips))
    torch.nn.init.zeros_(classifier.weight)
    torch.nn.init.zeros_(classifier.bias)
    optimizer = torch.optim.Adam([*parameters, *classifier.parameters()], lr=0.02)
    for _ in range(60):
        pooled = attend(clips).mean(dim=(2, 3, 4)) - clips.mean()
        logits = classifier(10 * pooled)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, torch.arange(len(clips))).backward()
        optimizer.step()
    return logits.argmax(dim=1).tolist()
