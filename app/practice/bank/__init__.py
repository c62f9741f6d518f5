"""All exercises, by idea; importing this declares them."""

from app.practice.bank import averages, decays, families, judgement, logistic, noise, restarts, shape, stability, sweeps
from app.practice.question import EXERCISES

NUMBERED = tuple(sorted(EXERCISES, key=lambda key: int(key[1:])))  # E1, E2 and so on

__all__ = [
    "EXERCISES",
    "NUMBERED",
    "averages",
    "decays",
    "families",
    "judgement",
    "logistic",
    "noise",
    "restarts",
    "shape",
    "stability",
    "sweeps",
]
