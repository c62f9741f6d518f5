"""A trainer for tests of views that are not about training: it never works anything out."""

from app.model import Lab
from app.training import Trainer


def idle(lab: Lab) -> Trainer:
    """Return a trainer that has nothing worked out, and whose work is never done."""
    return Trainer(lab, later=lambda _work: None, on_news=lambda: None)
