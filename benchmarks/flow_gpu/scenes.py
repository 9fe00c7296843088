"""Pairs of textures that move in a known way, made with torch alone: a lent GPU has little else."""

import math
from dataclasses import dataclass

import numpy as np
import torch

NUM_WAVES = 300
SHORTEST, LONGEST = 5.0, 120.0  # wavelengths in pixels


@dataclass(frozen=True)
class Scenes:
    """Grey pairs (N, 2, H, W) uint8, and their motion (N, H, W, 2), x then y, in pixels."""

    pairs: np.ndarray
    motion: np.ndarray


def draw_scenes(num_pairs: int, height: int, width: int, pixels: float, seed: int) -> Scenes:
    """Draw pairs that turn, grow and shift, by up to about so many pixels.

    A texture is a sum of waves, so it is known between pixels too; long waves are the stronger
    ones, as in pictures. Motions differ from pair to pair, and so do the iterations that they take.
    """
    random = torch.Generator().manual_seed(seed)
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([columns, rows], -1).double()  # (H, W, 2)
    pairs = np.empty((num_pairs, 2, height, width), np.uint8)
    motions = np.empty((num_pairs, height, width, 2), np.float32)
    for pair, motion in zip(pairs, motions, strict=True):
        texture = _draw_texture(random)
        flow = _draw_motion(places, pixels, random)
        motion[:] = flow.float().numpy()
        pair[1] = _paint(texture, places)
        pair[0] = _paint(texture, places + flow)  # what is at x in the first is at x + u next
    return Scenes(pairs, motions)


def _draw_texture(random: torch.Generator) -> torch.Tensor:
    """Return frequencies in x and y, strength and phase of each wave: (4, waves)."""
    spread = torch.rand(3, NUM_WAVES, generator=random, dtype=torch.float64)
    wavelength = SHORTEST * (LONGEST / SHORTEST) ** spread[0]
    angle, phase = 2 * math.pi * spread[1:]
    frequency = 2 * math.pi / wavelength
    return torch.stack([frequency * angle.cos(), frequency * angle.sin(), wavelength, phase])


def _paint(texture: torch.Tensor, places: torch.Tensor) -> np.ndarray:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    x, y = places.to(device).flatten(0, 1).unbind(-1)  # (H W)
    frequency_x, frequency_y, strength, phase = texture.to(device)
    waves = torch.outer(x, frequency_x) + torch.outer(y, frequency_y) + phase
    sums = (waves.cos() * strength).sum(1) / strength.square().sum().sqrt()
    grey = (128 + 70 * sums).clamp(0, 255).round().byte()
    return grey.reshape(places.shape[:2]).cpu().numpy()


def _draw_motion(places: torch.Tensor, pixels: float, random: torch.Generator) -> torch.Tensor:
    """Return a map that turns and grows about the middle, and a shift: (H, W, 2)."""
    turn, growth, *shift = (2 * torch.rand(4, generator=random, dtype=torch.float64) - 1).tolist()
    height, width = places.shape[:2]
    middle = torch.tensor([width / 2, height / 2], dtype=torch.float64)
    scale = pixels / max(height, width)
    matrix = torch.tensor([[growth, -turn], [turn, growth]], dtype=torch.float64) * scale
    return (places - middle) @ matrix.T + torch.tensor(shift, dtype=torch.float64) * pixels / 2
