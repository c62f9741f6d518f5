"""What comes out when a committed prediction meets the truth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.practice.forms import KNOTS, Array, Sketch, Value
from app.practice.question import Picture, Question, WrongModel

SAME_PLACE = 2.5 / (KNOTS - 1)  # of the run: two knots and a half
SAME_HEIGHT = 0.1  # of the axis
WIGGLE = 0.02  # of the axis: what a hand may shake where a curve should only fall or rise


@dataclass(frozen=True)
class Told:
    """A wrong model with what it leads to, in words."""

    name: str
    value: str
    assumes: str
    parts: str
    yours: bool  # whether it is where the prediction ended up


@dataclass(frozen=True)
class Judgement:
    """A prediction beside the truth.

    Attributes:
        right: Whether the prediction passes for the truth.
        predicted: The prediction, in words.
        truth: The truth, in words.
        gap: How far they are apart, in words.
        value: The truth itself, of the form's kind.
        others: The wrong models, the one that the prediction agrees with first.
        features: What a sketch is judged by: what it is, and whether it agrees.
        because: Why the truth is what it is.
        seen: What there is to see when both stand side by side, a key of `SEEN`.
        picture: What the reveal draws beside the stage, if anything.
    """

    right: bool
    predicted: str
    truth: str
    gap: str
    value: Value
    others: tuple[Told, ...]
    features: tuple[tuple[str, bool], ...]
    because: str
    seen: str
    picture: Picture | None


def judge(question: Question, answer: Value) -> Judgement:
    """Work out the truth, and return what the answer looks like beside it."""
    form, truth = question.form, question.truth()
    features = _features(question, answer, truth)
    right = form.same(answer, truth) and all(holds for _, holds in features)
    yours = None if right else _model_of(question, answer, truth)
    others = [_told(question, model, model is yours) for model in question.wrong]
    return Judgement(
        right,
        form.words(answer),
        form.words(truth),
        form.gap(answer, truth),
        truth,
        tuple(sorted(others, key=lambda told: not told.yours)),
        features,
        question.because(),
        form.seen(answer, truth),
        question.picture() if question.picture else None,
    )


def _told(question: Question, model: WrongModel, yours: bool) -> Told:
    return Told(model.name, question.form.words(model.value()), model.assumes, model.parts, yours)


def _model_of(question: Question, answer: Value, truth: Value) -> WrongModel | None:
    """Return the wrong model that the answer agrees with; the nearest sketch, if nearer than the truth."""
    form = question.form
    agree = [model for model in question.wrong if form.same(answer, model.value())]
    if isinstance(form, Sketch) and agree:
        nearest = min(agree, key=lambda model: form.distance(answer, model.value()))
        return nearest if form.distance(answer, nearest.value()) < form.distance(answer, truth) else None
    return agree[0] if agree else None


def _features(question: Question, answer: Value, truth: Value) -> tuple[tuple[str, bool], ...]:
    form = question.form
    if not isinstance(form, Sketch):
        return ()
    x = np.linspace(0, 1, KNOTS)
    drawn, true = (form.up.share(form.filled(each)) for each in (answer, truth))
    return tuple((feature.name, feature.holds(x, drawn, true)) for feature in question.features)


# Features that exercises choose from. Each looks at shares: x of the run, heights of the axis, 0 to 1.


def peak_place(x: Array, drawn: Array, true: Array) -> bool:
    """Whether both curves are highest at about the same step."""
    return bool(abs(x[drawn.argmax()] - x[true.argmax()]) <= SAME_PLACE)


def peak_height(_x: Array, drawn: Array, true: Array) -> bool:
    """Whether both curves get about as high."""
    return bool(abs(drawn.max() - true.max()) <= SAME_HEIGHT)


def start_height(_x: Array, drawn: Array, true: Array) -> bool:
    """Whether both curves begin at about the same height."""
    return bool(abs(drawn[0] - true[0]) <= SAME_HEIGHT)


def end_height(_x: Array, drawn: Array, true: Array) -> bool:
    """Whether both curves end at about the same height."""
    return bool(abs(drawn[-1] - true[-1]) <= SAME_HEIGHT)


def falls_between(low: float, high: float) -> Callable[[Array, Array, Array], bool]:
    """Return whether a curve never rises between two shares of the run."""

    def holds(x: Array, drawn: Array, _true: Array) -> bool:
        part = drawn[(x >= low) & (x <= high)]
        return bool((np.diff(part) <= WIGGLE).all())

    return holds


def rises_between(low: float, high: float) -> Callable[[Array, Array, Array], bool]:
    """Return whether a curve never falls between two shares of the run."""

    def holds(x: Array, drawn: Array, _true: Array) -> bool:
        part = drawn[(x >= low) & (x <= high)]
        return bool((np.diff(part) >= -WIGGLE).all())

    return holds
