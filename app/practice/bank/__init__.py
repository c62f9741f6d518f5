"""All exercises, by idea; importing this declares them."""

from app.practice.bank import judgement, logistic, noise, shape, stability
from app.practice.question import EXERCISES

__all__ = ["EXERCISES", "judgement", "logistic", "noise", "shape", "stability"]
