"""Drive a scheduler of PyTorch's kind as a training loop does; whoever imports this is skipped without PyTorch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


def optimizer_with(lr: float) -> Any:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def rates(build: Callable[[Any], Any], lr: float, steps: int) -> np.ndarray:
    """Return the rates that the first updates use, with the scheduler that `build` makes for an optimizer."""
    optimizer = optimizer_with(lr)
    scheduler = build(optimizer)
    used = np.empty(steps)
    for t in range(steps):
        used[t] = optimizer.param_groups[0]["lr"]
        optimizer.step()  # PyTorch warns if the scheduler steps first
        scheduler.step()
    return used
