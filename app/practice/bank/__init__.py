"""All exercises, by idea; importing this declares them."""

from app.practice.bank import noise, shape
from app.practice.question import EXERCISES

__all__ = ["EXERCISES", "noise", "shape"]
