"""All exercises, by idea; importing this declares them."""

from app.practice.bank import shape
from app.practice.question import EXERCISES

__all__ = ["EXERCISES", "shape"]
