"""Other curves made of a curve's rates, which separate what its order, its mean and its sum do."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SHUFFLE_SEED = 11


def reverse(lr: Array) -> Array:
    """Return the rates of a curve (T,), the last one first."""
    return lr[::-1].copy()


def shuffle(lr: Array) -> Array:
    """Return the rates of a curve (T,) in an order drawn by chance, the same one each time."""
    return np.random.Generator(np.random.PCG64(SHUFFLE_SEED)).permutation(lr)


def same_mean_constant(lr: Array) -> Array:
    """Return the mean of a curve (T,) at every update."""
    return np.full(lr.size, lr.mean())


def same_area_linear(lr: Array) -> Array:
    """Return a straight fall to 0 at the last update whose rates have the same sum as those of a curve (T,)."""
    if lr.size == 1:
        return lr.copy()
    return np.asarray(2 * lr.mean() * np.linspace(1.0, 0.0, lr.size))


REMAKES: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {
        "reverse": reverse,
        "shuffle": shuffle,
        "same_mean": same_mean_constant,
        "same_area": same_area_linear,
    }
)
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "reverse": "reversed",
        "shuffle": "shuffled",
        "same_mean": "same mean, constant",
        "same_area": "same area, linear",
    }
)
