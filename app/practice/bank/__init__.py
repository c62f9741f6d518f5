"""All exercises, by idea; importing this declares them."""

from app.practice.bank import averages, families, judgement, logistic, noise, shape, stability
from app.practice.question import EXERCISES

NUMBERED = tuple(sorted(EXERCISES, key=lambda key: int(key[1:])))  # E1, E2 and so on

__all__ = ["EXERCISES", "NUMBERED", "averages", "families", "judgement", "logistic", "noise", "shape", "stability"]
