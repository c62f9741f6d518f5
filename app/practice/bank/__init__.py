"""All exercises, by idea; importing this declares them."""

from app.practice.bank import averages, judgement, logistic, noise, shape, stability
from app.practice.question import EXERCISES

__all__ = ["EXERCISES", "averages", "judgement", "logistic", "noise", "shape", "stability"]
