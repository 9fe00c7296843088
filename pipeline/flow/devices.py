"""The GPUs that a backend works on, to be handed out one a task."""

import os
from collections.abc import Callable

import cv2


def _torch_devices() -> int:
    import torch

    return torch.cuda.device_count()


COUNTS: dict[str, Callable[[], int]] = {
    "cuda": _torch_devices,
    "torch": _torch_devices,
    "opencv_cuda": cv2.cuda.getCudaEnabledDeviceCount,
}
"""Backends that work on CUDA devices; torch does where there is one."""


def gpus_of(backend: str) -> tuple[str, ...]:
    """Return the devices as ``CUDA_VISIBLE_DEVICES`` names them; none for work of the CPU."""
    count = COUNTS[backend]() if backend in COUNTS else 0
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = visible.split(",") if visible else [str(number) for number in range(count)]
    return tuple(names[:count])
