"""The forms that an answer can take: what is legal, what counts as the same, and how an answer is said.

Values are plain data, since they come from a browser and go back to it: a number, the key of a choice, a list of keys,
a list of heights. Everything that comes in passes through `legal`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedules.facts import number
from schedules.spec import as_float

Array = NDArray[np.float64]
Value = Any  # of the kind that the form says

RELATIVE = 0.05  # of a number: how near a prediction must come, where an exercise has no rule of its own
ROUNDING = 1e-12  # of a number: what differs by less is the same
LARGEST = 1e300
KNOTS = 21  # of a sketch: one at each twentieth of the axis
NEAR, CLOSE = 0.05, 0.1  # of an axis: a place that counts as the same, and a sketch's mean gap that does
LOG, LINEAR = "log", "linear"


@dataclass(frozen=True)
class Number:
    """A number with its unit; a count of steps may be off by one, anything else by 5 percent.

    Attributes:
        unit: What is said after the number; "" for a rate or a pure number.
        low: Least number that makes sense.
        high: Greatest.
        whole: Whether it counts something.
        slack: What may be off in any case [the number's unit].
    """

    unit: str = ""
    low: float = 0.0
    high: float = LARGEST
    whole: bool = False
    slack: float = 0.0
    kind: ClassVar[str] = "number"

    def legal(self, value: object) -> float:
        """Return a number that can be meant; raises `ValueError` with what is allowed."""
        real = as_float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        if not self.low <= real <= self.high:
            least, most = number(self.low), number(self.high)
            reach = f"from {least} to {most}" if self.high < LARGEST else f"from {least}"
            raise ValueError(f"Type a number {reach}, such as 3e-4 or 0.25.")
        if self.whole and real != round(real):
            raise ValueError("Type a whole number.")
        return real

    def same(self, given: float, truth: float) -> bool:
        """Tell whether `given` passes for `truth`."""
        return abs(given - truth) <= max(RELATIVE * abs(truth), self.slack, 1.0 if self.whole else 0.0)

    def words(self, value: float) -> str:
        """Say a value."""
        unit = self.unit.removesuffix("s") if value == 1 else self.unit
        return f"{number(value)} {unit}".strip()

    def gap(self, given: float, truth: float) -> str:
        """Say how far `given` is from `truth`."""
        if math.isclose(given, truth, rel_tol=ROUNDING):
            return "the same"
        off = f"off by {self.words(abs(given - truth))}"
        if self.same(given, truth) or truth == 0 or given == 0 or truth * given < 0:
            return off
        ratio = given / truth
        return f"{off}: {number(ratio if ratio > 1 else 1 / ratio, 3)} times too {'high' if ratio > 1 else 'low'}"

    def seen(self, given: float, truth: float) -> str:
        """Return which of `SEEN` is what there is to see when both stand side by side."""
        return "same" if self.same(given, truth) else "higher" if truth > given else "lower"


@dataclass(frozen=True)
class Choice:
    """One of a few options, by key."""

    options: Mapping[str, str]
    kind: ClassVar[str] = "choice"

    def legal(self, value: object) -> str:
        """Return the key of an option; raises `ValueError` for anything else."""
        if not isinstance(value, str) or value not in self.options:
            raise ValueError("Choose one of the options.")
        return value

    def same(self, given: str, truth: str) -> bool:
        """Tell whether `given` is `truth`."""
        return given == truth

    def words(self, value: str) -> str:
        """Say a value."""
        return self.options[value]

    def gap(self, given: str, truth: str) -> str:
        """Say how far `given` is from `truth`."""
        return "the same" if given == truth else "another option"

    def seen(self, given: str, truth: str) -> str:
        """Return which of `SEEN` is what there is to see."""
        return "same" if given == truth else "other"


@dataclass(frozen=True)
class Ordering:
    """All of a few items, in order, by key.

    Attributes:
        items: Key → text, in the order in which they are first shown.
        first: What the first place means, such as "lowest final loss".
        last: What the last place means.
    """

    items: Mapping[str, str]
    first: str
    last: str
    kind: ClassVar[str] = "order"

    def legal(self, value: object) -> list[str]:
        """Return the keys in order; raises `ValueError` unless each is there once."""
        if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
            raise ValueError("Put the items in order.")
        if sorted(value) != sorted(self.items):
            raise ValueError("Put each item in one place.")
        return list(value)

    def same(self, given: Sequence[str], truth: Sequence[str]) -> bool:
        """Tell whether both orders are one."""
        return list(given) == list(truth)

    def words(self, value: Sequence[str]) -> str:
        """Say a value."""
        return "; ".join(f"{place}. {self.items[key]}" for place, key in enumerate(value, start=1))

    def gap(self, given: Sequence[str], truth: Sequence[str]) -> str:
        """Say how many pairs stand the other way round."""
        place = {key: position for position, key in enumerate(truth)}
        ranks = [place[key] for key in given]
        turned = sum(a > b for i, a in enumerate(ranks) for b in ranks[i + 1 :])
        pairs = len(ranks) * (len(ranks) - 1) // 2
        return "the same order" if not turned else f"{turned} of {pairs} pairs the wrong way round"

    def seen(self, given: Sequence[str], truth: Sequence[str]) -> str:
        """Return which of `SEEN` is what there is to see."""
        return "same" if self.same(given, truth) else "first" if given[0] == truth[0] else "other"


@dataclass(frozen=True)
class Axis:
    """An axis that is shown before the answer, so it must not follow from it."""

    label: str
    low: float
    high: float
    scale: str = LINEAR

    def share(self, value: ArrayLike) -> Array:
        """Return where values are on the axis, 0 at its low end and 1 at its high end."""
        low, high, at = (np.asarray(each, dtype=np.float64) for each in (self.low, self.high, value))
        if self.scale == LOG:
            with np.errstate(divide="ignore"):
                low, high, at = np.log(low), np.log(high), np.log(at)
        return np.asarray((at - low) / (high - low))

    def at(self, share: ArrayLike) -> Array:
        """Return the values at shares of the axis."""
        part = np.asarray(share, dtype=np.float64)
        if self.scale == LOG:
            return np.asarray(self.low * (self.high / self.low) ** part)
        return np.asarray(self.low + (self.high - self.low) * part)


@dataclass(frozen=True)
class Place:
    """A place on an axis: 5 percent of the axis may be off."""

    axis: Axis
    unit: str = ""
    kind: ClassVar[str] = "place"

    def legal(self, value: object) -> float:
        """Return a place on the axis; raises `ValueError` for one beside it."""
        real = as_float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        if not self.axis.low <= real <= self.axis.high:
            raise ValueError(f"Choose a place from {number(self.axis.low)} to {number(self.axis.high)}.")
        return real

    def same(self, given: float, truth: float) -> bool:
        """Tell whether both places are near each other."""
        return bool(abs(self.axis.share(given) - self.axis.share(truth)) <= NEAR)

    def words(self, value: float) -> str:
        """Say a value."""
        return f"{number(value, 3)} {self.unit}".strip()

    def gap(self, given: float, truth: float) -> str:
        """Say how far apart both places are."""
        share = abs(float(self.axis.share(given) - self.axis.share(truth)))
        return f"apart by {number(100 * share, 2)} percent of the axis"

    def seen(self, given: float, truth: float) -> str:
        """Return which of `SEEN` is what there is to see."""
        return "same" if self.same(given, truth) else "right" if truth > given else "left"


@dataclass(frozen=True)
class Sketch:
    """A curve drawn over the run: its heights at `KNOTS` steps, evenly from the first to the last."""

    across: Axis
    up: Axis
    unit: str = ""
    kind: ClassVar[str] = "sketch"

    @property
    def knots(self) -> Array:
        """Where the knots are [the unit of `across`]."""
        return self.across.at(np.linspace(0, 1, KNOTS))

    def legal(self, value: object) -> list[float | None]:
        """Return heights within the axis, None where nothing is drawn yet; raises `ValueError` for anything else."""
        if not isinstance(value, list) or len(value) != KNOTS:
            raise ValueError("Draw from the first step to the last.")
        heights: list[float | None] = []
        for each in value:
            if each is None:
                heights.append(None)
                continue
            real = as_float(each) if isinstance(each, int | float) and not isinstance(each, bool) else math.nan
            if not math.isfinite(real):
                raise ValueError("Draw from the first step to the last.")
            heights.append(min(self.up.high, max(self.up.low, real)))
        if not any(height is not None for height in heights):
            raise ValueError("Nothing is drawn yet.")
        return heights

    def filled(self, heights: Sequence[float | None]) -> Array:
        """Return the heights with the gaps between drawn knots filled along straight lines of the plot."""
        drawn = [i for i, height in enumerate(heights) if height is not None]
        shares = self.up.share([float(height) for height in heights if height is not None])
        return self.up.at(np.interp(np.arange(KNOTS), drawn, shares))

    def sampled(self, x: Array, y: Array) -> Array:
        """Return the heights of a curve at the knots, within the axis."""
        return np.clip(np.interp(self.knots, x, y), self.up.low, self.up.high)

    def distance(self, heights: Sequence[float | None] | Array, other: Sequence[float | None] | Array) -> float:
        """Return the mean gap between two curves at the knots, as a share of the axis."""
        shares = [self.up.share(self.filled(list(each))) for each in (heights, other)]
        return float(np.abs(shares[0] - shares[1]).mean())

    def same(self, given: Sequence[float | None], truth: Sequence[float | None]) -> bool:
        """Tell whether the curves are near each other all in all."""
        return self.distance(given, truth) <= CLOSE

    def words(self, value: Sequence[float | None]) -> str:
        """Say where a curve begins and ends and how high it gets."""
        heights = self.filled(value)
        top = int(heights.argmax())
        ends = (number(float(each), 3) for each in (heights[0], heights.max(), heights[-1]))
        first, highest, last = (f"{end} {self.unit}".strip() for end in ends)
        return f"from {first}, highest {highest} at {number(float(self.knots[top]), 3)}, to {last}"

    def gap(self, given: Sequence[float | None], truth: Sequence[float | None]) -> str:
        """Say how far apart the curves are."""
        return f"apart by {number(100 * self.distance(given, truth), 2)} percent of the axis on average"

    def seen(self, given: Sequence[float | None], truth: Sequence[float | None]) -> str:
        """Return which of `SEEN` is what there is to see."""
        if self.same(given, truth):
            return "same"
        mine, other = (self.up.share(self.filled(list(each))).mean() for each in (given, truth))
        return "higher" if other > mine else "lower"


Form = Number | Choice | Ordering | Place | Sketch

# What a reader may report after the reveal, by the kind of the form; `seen` says which of them is so.
SEEN: Mapping[str, Mapping[str, str]] = {
    "number": {"same": "as predicted", "higher": "higher than predicted", "lower": "lower than predicted"},
    "choice": {"same": "the option I chose", "other": "another option"},
    "order": {"same": "the order I gave", "first": "the same first, then another order", "other": "another first"},
    "place": {"same": "where I put it", "left": "further left", "right": "further right"},
    "sketch": {"same": "close to my curve", "higher": "mostly above my curve", "lower": "mostly below my curve"},
}
