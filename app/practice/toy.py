"""Short ways for exercises to ask the engine what training on the quadratic comes to."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from app.practice.forms import Array
from schedules import SGD, Expectation, Quadratic, curve, expect

TOP, CONDITION = 10.0, 10.0  # the bowl of most exercises: curvatures 10 and 1
START = (1.0, 1.0)


def trained(
    lr: ArrayLike,
    sharpness: float = TOP,
    condition: float = CONDITION,
    noise: float = 0.0,
    start: tuple[float, float] = START,
) -> Expectation:
    """Return what SGD under the rates `lr`, (T,) or (S, T), does to the quadratic on average, at every step."""
    return expect(Quadratic(sharpness, condition, noise, start), SGD(), lr)


def losses(lr: ArrayLike, **bowl: Any) -> Array:
    """Return the expected loss at the start and after each update, shape (T + 1,); see `trained`."""
    return np.asarray(trained(lr, **bowl).loss[0])


def final_loss(lr: ArrayLike, **bowl: Any) -> float:
    """Return the expected loss at the end of a run; see `trained`."""
    return float(losses(lr, **bowl)[-1])


def on_stage(
    family: str, sharpness: float = TOP, condition: float = CONDITION, noise: float = 0.0, **values: Any
) -> dict[str, Any]:
    """Return the state of the stage that shows a curve and what SGD on the quadratic makes of it."""
    toy = {"problem": "quadratic", "optimizer": "sgd", "start_sharp": START[0], "start_flat": START[1]}
    return {"family": family, **values, **toy, "sharpness": sharpness, "condition": condition, "noise": noise}


def rates(family: str, **values: Any) -> Array:
    """Return the rates of a family, shape (T,)."""
    return np.asarray(curve(family, **values))


LONG = 2_000  # updates; enough to settle at rates from a thousandth of the edge


def settled_loss(lr: ArrayLike, sharpness: float, noise: float, condition: float = 1.0) -> Array:
    """Return the expected loss that a constant rate settles at, for each of some rates below the edge, shape (S,)."""
    constant = np.tile(np.atleast_1d(np.asarray(lr, dtype=np.float64))[:, None], (1, LONG))
    bowl = Quadratic(sharpness, condition, noise, start=(0.0, 0.0))  # with no start to forget
    return np.asarray(expect(bowl, SGD(), constant, every=LONG).loss[:, -1])


UNCHANGED = 1e-9  # of a value: changes below count as none
ROUNDING = 1e-12  # of a rate: what rounding may change


def trend(first: float, second: float, within: float = UNCHANGED) -> str:
    """Return "rises", "same" or "falls": how a positive value changes, where a small share of it counts as nothing."""
    if abs(second - first) <= within * first:
        return "same"
    return "rises" if second > first else "falls"
