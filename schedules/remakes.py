"""Other curves made of a curve: of its rates, to separate what order, mean and sum do, or by code that is mistaken."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from schedules.mistakes import MISTAKES
from schedules.spec import FAMILIES, Values

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


def remakes_of(family: str) -> Mapping[str, str]:
    """Return what can be made of a curve of a family: the remakes of any rates, and the family's mistakes, titled."""
    own = {key: mistake.label for key, mistake in MISTAKES.items() if mistake.family == family}
    return {**TITLES, **own}


def title_of(remake: str) -> str:
    """Return the words for a remake of rates or for a mistake, in lower case."""
    return TITLES[remake] if remake in REMAKES else MISTAKES[remake].label


def remade(remake: str, family: str, values: Values, lr: Array) -> Array:
    """Return the rates (T,) of what is made of a curve.

    Args:
        remake: A key of `REMAKES`, or a mistake of this family.
        family: The family of the curve.
        values: Its checked parameters.
        lr: Its rates (T,).

    Raises:
        ValueError: if the remake is not known, or is a mistake with another family.
    """
    if remake in REMAKES:
        return REMAKES[remake](lr)
    if remake not in remakes_of(family):
        whose = f"belongs to {FAMILIES[MISTAKES[remake].family].title!r}" if remake in MISTAKES else "is not known"
        raise ValueError(f"{remake!r} cannot be made of {FAMILIES[family].title!r}: it {whose}")
    return MISTAKES[remake].rates(values)
