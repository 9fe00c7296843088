"""LSTA's equations as loops over clips, frames, channels and cells."""

import torch
from models.slow_recurrence import (
    slow_activation,
    slow_category,
    slow_conv_lstm,
    slow_gates,
    slow_mean,
    slow_output_gate,
    slow_softmax,
)


def tracked_maps(module, frames):
    """Equations 3 to 6 on one clip."""
    activations = [slow_activation(x, module.pool.weight, module.pool.bias) for x in frames]
    no_biases = torch.zeros(3, 1, 1, 1)
    inputs = [activation.unsqueeze(0) for activation in activations]
    states = slow_conv_lstm(module.tracking, inputs, no_biases)
    return [
        slow_softmax(activation + hidden[0])
        for activation, (hidden, _) in zip(activations, states, strict=True)
    ]


def pooled_memory(pooling, memory, attended, compat):
    """Equation 9: ν_c times the memory, channel by channel."""
    mean = slow_mean(memory)
    scores = [row.dot(mean) for row in pooling.c_classifier.weight]
    bias = [torch.zeros(())] * len(scores)
    if pooling.coupling_fc is not None:
        attended_mean = slow_mean(attended)
        bias = [row.dot(attended_mean) for row in pooling.coupling_fc.weight]
    best = slow_category([score + b for score, b in zip(scores, bias, strict=True)])
    shift = bias[best] if compat == "paper" else 0
    row = pooling.c_classifier.weight[best]
    return torch.stack([(row[k] + shift) * memory[k] for k in range(len(memory))])


def clip_by_the_equations(module, last_conv, features, compat, biases):
    """One clip (C, T, H, W): the last memory and the maps, None without attention pooling."""
    frames, maps = last_conv.unbind(dim=1), None
    if module.pool is not None:
        maps = tracked_maps(module, features.unbind(dim=1))
        frames = [x * weight for x, weight in zip(frames, maps, strict=True)]
    cell = module.cell
    memory = hidden = frames[0].new_zeros(len(cell.conv_c_h.weight), *frames[0].shape[1:])
    for x in frames:
        i, f, c = slow_gates(cell, x, hidden, biases)
        memory = f * memory + i * c
        pooling = module.output_pooling
        view = x if pooling is None else pooled_memory(pooling, memory, x, compat)
        hidden = slow_output_gate(cell, view, hidden) * torch.tanh(memory)
    return memory, maps


def by_the_equations(module, last_conv, features, compat, biases):
    clips = [
        clip_by_the_equations(module, last_conv[b], features[b], compat, biases[:, b])
        for b in range(len(features))
    ]
    memory = torch.stack([memory for memory, _ in clips]).unsqueeze(2)
    if clips[0][1] is None:
        return (memory,)
    return memory, torch.stack([torch.stack(maps) for _, maps in clips])
