"""All exercises, by idea; importing this declares them."""

from app.practice.bank import logistic, noise, shape
from app.practice.question import EXERCISES

__all__ = ["EXERCISES", "logistic", "noise", "shape"]
