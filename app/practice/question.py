"""What is asked: a question drawn from a seed, with its truth and its wrong models, worked out when they are wanted.

An exercise is a function from parameters to a `Question`, declared with `@exercise` in one of the modules of
`app.practice.bank`. Nothing in it is a typed-in answer: truth and wrong models are functions that ask the engine.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from app.practice.forms import Array, Form, Value

MOST_DRAWS = 500  # of parameters, until answer and wrong models are apart
LARGEST_SEED = 999_999

# The ideas, in the order in which they are taught.
IDEAS: Mapping[str, str] = {
    "shape": "Shape of one schedule",
    "families": "Other families",
    "stability": "Stability",
    "averages": "Conditioning and averages",
    "noise": "Noise",
    "logistic": "Logistic regression",
    "judgement": "Judgement",
}


@dataclass(frozen=True)
class WrongModel:
    """A named way of thinking that leads to another answer.

    Attributes:
        name: What to call it, as a clause: "the ramp starts at 0".
        assumes: A sentence on what it takes for granted.
        parts: A sentence on where it parts from what really happens.
        value: Works out the answer that it leads to, from the engine or from the wrong formula itself.
    """

    name: str
    assumes: str
    parts: str
    value: Callable[[], Value]


@dataclass(frozen=True)
class Line:
    """A line of a picture: its name and its points."""

    name: str
    x: Array
    y: Array


@dataclass(frozen=True)
class Picture:
    """What a reveal draws where the stage itself cannot show it; its lines are worked out by the question."""

    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Feature:
    """Something that a sketch is judged by beside the gap as a whole.

    Attributes:
        name: What it is, such as "where the peak is".
        holds: Tells of a curve at the knots (x, y), each of shape (`KNOTS`,), and of the true one, whether they agree.
    """

    name: str
    holds: Callable[[Array, Array, Array], bool]


@dataclass(frozen=True)
class Question:
    """A question with its parameters put in.

    Attributes:
        ask: What is asked, with every number that is needed; says what an update is where it matters.
        form: The form of the answer.
        truth: Works out the answer. For a sketch, the true heights at the form's knots.
        wrong: Ways of thinking that lead elsewhere; each answer differs from the truth by more than the tolerance.
        nudges: A cue, a principle, and a step with a blank in it; none gives the answer away.
        worked: Works out the lines of a worked example up to the step with the blank, which follows them.
        because: Works out, after the commit, why the answer is what it is, with the engine's numbers.
        terms: Words that name the mechanism; a reason that has one of them probably says why.
        near: Keys of exercises on neighbouring ideas.
        stage: What the stage is set to on the reveal, by the names of the state; empty where it cannot show it.
        compare: Curves to pin beside it, as (family, parameters).
        step: Where the reveal puts the playhead; 0 leaves it at the start.
        picture: Works out what the reveal draws beside the stage.
        features: What a sketch is judged by.
        drawn: The parameters, by name; what a test or a record says of the question.
    """

    ask: str
    form: Form
    truth: Callable[[], Value]
    wrong: Sequence[WrongModel]
    nudges: tuple[str, str, str]
    worked: Callable[[], Sequence[str]]
    because: Callable[[], str]
    terms: Sequence[str]
    near: Sequence[str]
    stage: Mapping[str, Any] = field(default_factory=dict)
    compare: Sequence[tuple[str, Mapping[str, Any]]] = ()
    step: int = 0
    picture: Callable[[], Picture] | None = None
    features: Sequence[Feature] = ()
    drawn: Mapping[str, Any] = field(default_factory=dict)

    @property
    def apart(self) -> bool:
        """Whether the truth differs from the answer of each wrong model by more than the tolerance."""
        truth = self.truth()
        return not any(self.form.same(model.value(), truth) for model in self.wrong)


class Draw:
    """Draws parameters from a seed, in numbers that are pleasant to read."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def one_of(self, *options: Any) -> Any:
        """Return one of the options."""
        return options[int(self._rng.integers(len(options)))]

    def whole(self, low: int, high: int, step: int = 1) -> int:
        """Return `low`, `low + step` … up to `high`."""
        return low + step * int(self._rng.integers((high - low) // step + 1))

    def real(self, low: float, high: float, digits: int = 2) -> float:
        """Return a number between two positive ones, evenly on a logarithmic scale, with so many digits."""
        return float(f"{np.exp(self._rng.uniform(np.log(low), np.log(high))):.{digits - 1}e}")

    def share(self, low: float, high: float, step: float = 0.05) -> float:
        """Return a number between two, in steps."""
        return round(low + step * int(self._rng.integers(round((high - low) / step) + 1)), 10)


@dataclass(frozen=True)
class Exercise:
    """A kind of question.

    Attributes:
        key: "E1" to "E38".
        idea: A key of `IDEAS`.
        title: What it is about, without the answer.
        draw: Draws the parameters of one question.
        ask: Makes the question from its parameters.
        surprising: Whether most people's first answer is wrong, so that there is something to be surprised by.
        status: How well what it teaches is sourced: "computed here" where the engine is the only witness.
    """

    key: str
    idea: str
    title: str
    draw: Callable[[Draw], dict[str, Any]]
    ask: Callable[..., Question]
    surprising: bool = False
    status: str = "computed here"

    def question(self, seed: int) -> Question:
        """Return the question of a seed: the first one drawn whose answer is apart from all wrong ones.

        What is worked out to tell them apart is not kept: the question holds parameters and functions alone.

        Raises:
            ValueError: for a seed that is none.
        """
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            raise ValueError(
                f"seed={str(seed)[:40]} is not allowed; it must be a whole number from 0 to {LARGEST_SEED:,}"
            )
        rng = np.random.default_rng([zlib.crc32(self.key.encode()), seed])
        for _ in range(MOST_DRAWS):
            drawn = self.draw(Draw(rng))
            question = self.ask(**drawn)
            if question.apart:
                return question
        raise AssertionError(f"{self.key}: {MOST_DRAWS} draws, and in none is the answer apart from the wrong ones")


_EXERCISES: dict[str, Exercise] = {}
EXERCISES: Mapping[str, Exercise] = MappingProxyType(_EXERCISES)


def exercise(
    key: str,
    idea: str,
    title: str,
    draw: Callable[[Draw], dict[str, Any]],
    surprising: bool = False,
    status: str = "computed here",
) -> Callable[[Callable[..., Question]], Callable[..., Question]]:
    """Declare the function below as an exercise: keyword parameters, as `draw` gives them, to a question."""
    if key in _EXERCISES:
        raise ValueError(f"exercise {key} is there twice")
    if idea not in IDEAS:
        raise ValueError(f"{idea!r} is not an idea; it must be one of {', '.join(IDEAS)}")

    def declare(ask: Callable[..., Question]) -> Callable[..., Question]:
        def with_parameters(**drawn: Any) -> Question:
            return replace(ask(**drawn), drawn=MappingProxyType(dict(drawn)))

        _EXERCISES[key] = Exercise(key, idea, title, draw, with_parameters, surprising, status)
        return ask

    return declare
