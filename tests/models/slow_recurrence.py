"""The recurrent methods' equations as loops over clips, frames, channels and cells, and how a
module is compared with them."""

import torch

from pipeline.models.attention.attended import Attended, Context


def random_module(module, seed):
    """Fill every parameter and buffer with values large enough for all terms to matter."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.normal_(0, 0.5, generator=generator)
    return module


def context(**features):
    """Return a context whose tapped places hold these features."""
    return Context({name: Attended(x, map=None) for name, x in features.items()}, draws=None)


def slow_conv(x, conv):
    """Correlate (C, H, W) with a kernel, cell by cell, zeros outside the map."""
    _, height, width = x.shape
    kernel = conv.weight.shape[-1]
    reach = kernel // 2
    padded = x.new_zeros(len(x), height + 2 * reach, width + 2 * reach)
    padded[:, reach : reach + height, reach : reach + width] = x
    channels = []
    for k, weights in enumerate(conv.weight):
        bias = 0 if conv.bias is None else conv.bias[k]
        cells = [
            (weights * padded[:, i : i + kernel, j : j + kernel]).sum() + bias
            for i in range(height)
            for j in range(width)
        ]
        channels.append(torch.stack(cells).view(height, width))
    return torch.stack(channels)


def slow_mean(x):
    """Return the mean over the cells of (C, H, W)."""
    _, height, width = x.shape
    return sum(x[:, i, j] for i in range(height) for j in range(width)) / (height * width)


def slow_category(scores):
    """Return the place of the largest score."""
    best = 0
    for category in range(len(scores)):
        if scores[category] > scores[best]:
            best = category
    return best


def slow_activation(x, weight, bias):
    """Equations 11 to 13 on one frame's features (C, H, W)."""
    mean = slow_mean(x)
    row = weight[slow_category([row.dot(mean) + b for row, b in zip(weight, bias, strict=True)])]
    return sum(row[k] * x[k] for k in range(len(x)))  # (H, W)


def slow_softmax(scores):
    """Return the softmax over the cells of (H, W)."""
    powers = (scores - scores.max()).exp()
    return powers / powers.sum()


def slow_gates(cell, x, hidden, biases):
    """Return i, f and the innovation; biases: (i, f, c) of this clip."""
    i = torch.sigmoid(slow_conv(x, cell.conv_i_x) + slow_conv(hidden, cell.conv_i_h) + biases[0])
    f = torch.sigmoid(slow_conv(x, cell.conv_f_x) + slow_conv(hidden, cell.conv_f_h) + biases[1])
    c = torch.tanh(slow_conv(x, cell.conv_c_x) + slow_conv(hidden, cell.conv_c_h) + biases[2])
    return i, f, c


def slow_output_gate(cell, view, hidden):
    return torch.sigmoid(slow_conv(view, cell.conv_o_x) + slow_conv(hidden, cell.conv_o_h))


def slow_conv_lstm(cell, frames, biases):
    """Equations 1 and 2 on one clip: the hidden states and memories after each frame."""
    _, height, width = frames[0].shape
    memory = hidden = frames[0].new_zeros(len(cell.conv_c_h.weight), height, width)
    states = []
    for x in frames:
        i, f, c = slow_gates(cell, x, hidden, biases)
        memory = f * memory + i * c
        hidden = slow_output_gate(cell, x, hidden) * torch.tanh(memory)
        states.append((hidden, memory))
    return states


def assert_same_with_gradients(fast, slow, leaves):
    """Compare results, and the gradients of one random sum of them with respect to all leaves."""
    generator = torch.Generator().manual_seed(11)
    fast_results, slow_results = fast(), slow()
    weights = [torch.randn(result.shape, generator=generator) for result in fast_results]
    gradients = []
    for results in (fast_results, slow_results):
        total = sum((w * result).sum() for w, result in zip(weights, results, strict=True))
        gradients.append(torch.autograd.grad(total, list(leaves.values()), allow_unused=True))
    for one, other in zip(fast_results, slow_results, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)
    for name, one, other in zip(leaves, *gradients, strict=True):
        assert (one is None) == (other is None), name
        if one is not None:
            torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5, msg=name)


def parameters_without_gradient(module, results):
    """Return the names of parameters that no result depends on."""
    module.zero_grad()
    sum((result**2).sum() for result in results).backward()
    grads = {name: parameter.grad for name, parameter in module.named_parameters()}
    return [name for name, grad in grads.items() if grad is None or not grad.abs().sum() > 0]


def steps_to_overfit(module, run, labels, steps):
    """Train `module` and a linear classifier on its pooled result; return the last predictions."""
    pooled = run().mean(dim=(2, 3, 4))
    torch.manual_seed(1)
    classifier = torch.nn.Linear(pooled.shape[1], len(labels))
    optimizer = torch.optim.Adam([*module.parameters(), *classifier.parameters()], lr=0.03)
    for _ in range(steps):
        optimizer.zero_grad()
        logits = classifier(run().mean(dim=(2, 3, 4)))
        torch.nn.functional.cross_entropy(logits, labels).backward()
        optimizer.step()
    return classifier(run().mean(dim=(2, 3, 4))).argmax(dim=1)
