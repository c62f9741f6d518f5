"""What exercises on the edge of stability read off a run, and how they say it."""

from typing import Any

import numpy as np

from app.practice.forms import Array
from app.practice.toy import trained
from schedules import SGD
from schedules.facts import number

GROWS = 1e-9  # of a logarithm: growth below is rounding
PLAIN_DECADES = 5  # factors beyond are said as powers of ten


def as_power(log: float) -> str:
    """Say e to the power of `log`: 673, 0.02, 10^33, 10^−31."""
    decades = log / float(np.log(10))
    if abs(decades) < PLAIN_DECADES:
        return number(10**decades, 3)
    return f"10^{'−' if decades < 0 else ''}{abs(decades):.0f}"


def with_sign(value: float, digits: int = 3) -> str:
    """Say a number with a typographic minus where it is below 0."""
    return ("−" if value < 0 else "") + number(abs(value), digits)


def log_gain(lr: Array, **bowl: Any) -> Array:
    """Return log of the expected loss over its start, at the start and after each update, shape (T + 1,)."""
    log_loss = trained(lr, **bowl).log_loss[0]
    return np.asarray(log_loss - log_loss[0])


def updates_below_edge(lr: Array, sharpness: float) -> int:
    """Return how many updates are made before the first rate above the edge."""
    return int((lr > SGD().edge(sharpness)).argmax())


def least_size(lr: Array, sharpness: float, condition: float = 1.0) -> str:
    """Say how small the steep direction is, without noise, before the first rate above the edge."""
    return as_power(float(trained(lr, sharpness, condition).log_mean[0, updates_below_edge(lr, sharpness), 0]))
