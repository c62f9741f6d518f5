"""All exercises, by idea; importing this declares them."""

from app.practice.bank import averages, families, judgement, logistic, noise, shape, stability
from app.practice.question import EXERCISES

__all__ = ["EXERCISES", "averages", "families", "judgement", "logistic", "noise", "shape", "stability"]
