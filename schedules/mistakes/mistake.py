"""What a mistake is: the curve that was wanted, the curve that the code gives, and the line at which they part."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.curves import curve
from schedules.spec import FAMILIES, Value, Values

Array = NDArray[np.float64]
ROUNDING = 1e-9  # of the peak: rates nearer than this are the same rate
THREAD = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)(?P<kind>#|!)(?P<number>\d+)")


@dataclass(frozen=True)
class Thread:
    """An issue or a pull request in which people met the mistake.

    Attributes:
        repository: Owner and name on GitHub.
        number: Its number there.
        pull: Whether it is a pull request.
    """

    repository: str
    number: int
    pull: bool = False

    @property
    def name(self) -> str:
        """The reference as people write it: owner/name#number."""
        return f"{self.repository}#{self.number}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://github.com/{self.repository}/{'pull' if self.pull else 'issues'}/{self.number}"


def threads(text: str) -> tuple[Thread, ...]:
    """Read references from text: `owner/name#1` is an issue, `owner/name!1` a pull request, spaces between them.

    Raises:
        ValueError: for a reference of another form.
    """
    found = []
    for part in text.split():
        match = THREAD.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no reference to a thread")
        found.append(Thread(match["repository"], int(match["number"]), match["kind"] == "!"))
    return tuple(found)


@dataclass(frozen=True)
class Mistake:
    """A defect of code that makes or steps a schedule.

    Attributes:
        key: Its name in links and tests, in kebab-case.
        title: The confusion, in a few words.
        label: What was done to the curve, in lower case, to stand behind the name of a family.
        library: Whose schedule it is.
        threads: Where people met it.
        story: What was wanted, what the code does, and who met it.
        cure: What to do instead.
        family: The intended curve: a family …
        values: … and the value of each of its parameters.
        made: Function of the family's parameters that gives the rates which the code really uses.
        code: The code, which fills `rates` with the rate of each update of a run.
        wrong: Its line that is wrong, as it stands there.
        fixed_line: What belongs there; then the code gives the intended curve.
        nearest: Where no family is the intended curve exactly: how the mended code and the family differ.
        apart: By how much they do, at most, as a share of the peak.
    """

    key: str
    title: str
    label: str
    library: str
    threads: tuple[Thread, ...]
    story: str
    cure: str
    family: str
    values: Values
    made: Callable[..., Array] = field(repr=False)
    code: str = field(repr=False)
    wrong: str
    fixed_line: str
    nearest: str = ""
    apart: float = 0.0

    @property
    def lines(self) -> tuple[str, ...]:
        """The code, line by line."""
        return tuple(self.code.splitlines())

    @property
    def wrong_line(self) -> int:
        """Index of the line that is wrong."""
        return self.lines.index(self.wrong)

    @property
    def fixed_code(self) -> str:
        """The code with the wrong line mended."""
        lines = list(self.lines)
        lines[self.wrong_line] = self.fixed_line
        return "\n".join(lines) + "\n"

    def rates(self, values: Values) -> Array:
        """Return the rates (T,) that the code uses, for any legal parameters of the family.

        Raises:
            ValueError: for parameters that are not legal.
        """
        return self.made(**FAMILIES[self.family].validate(values))

    @cached_property
    def intended(self) -> Array:
        """The intended curve (T,), read-only."""
        return _read_only(curve(self.family, **self.values))

    @cached_property
    def buggy(self) -> Array:
        """The curve (T,) that the code gives instead, read-only."""
        return _read_only(self.rates(self.values))

    @cached_property
    def differing(self) -> NDArray[np.int64]:
        """The updates whose rate is another than the intended one, beyond rounding."""
        far = np.abs(self.buggy - self.intended) > ROUNDING * self.intended.max()
        return np.flatnonzero(far)

    @property
    def largest_difference(self) -> float:
        """The largest difference between the two curves, as a share of the intended peak."""
        return float(np.abs(self.buggy - self.intended).max() / self.intended.max())


def _read_only(lr: Array) -> Array:
    lr.setflags(write=False)
    return lr


def first_difference(mistake: Mistake) -> int | None:
    """Return the first update whose rate is another than the intended one; None if there is none."""
    return int(mistake.differing[0]) if mistake.differing.size else None


def in_lines(text: str) -> str:
    """Return code that stands between quotes in a module without the line break after the first ones."""
    return text.removeprefix("\n")


def collect(*groups: tuple[Mistake, ...]) -> Mapping[str, Mistake]:
    """Return mistakes by key, in the order given.

    Raises:
        ValueError: if two have the same key, or if one contradicts itself; found at import.
    """
    found: dict[str, Mistake] = {}
    for mistake in _each(groups):
        if mistake.key in found:
            raise ValueError(f"{mistake.key}: this mistake exists already")
        if set(mistake.values) != {spec.name for spec in FAMILIES[mistake.family].params}:
            raise ValueError(f"{mistake.key}: the values are not those of {mistake.family}")
        FAMILIES[mistake.family].validate(mistake.values)
        if mistake.lines.count(mistake.wrong) != 1:
            raise ValueError(f"{mistake.key}: the wrong line is not one line of the code")
        found[mistake.key] = mistake
    return found


def _each(groups: tuple[tuple[Mistake, ...], ...]) -> Iterator[Mistake]:
    for group in groups:
        yield from group


# What the buggy curves are made of.


def at(family: str, t: NDArray[Any], values: Mapping[str, Value]) -> Array:
    """Return the rule of a family at any steps, also beyond the run, where its formula goes on."""
    lr = np.empty(t.size)
    FAMILIES[family].fill(np.asarray(t, dtype=np.float64), lr, **values)
    return lr


def last_step(T: int, Tw: int) -> int:
    """Return the step at which a decay has reached its end, or the warmup, where that takes all the run and more."""
    return T if Tw < T else Tw - 1


def warmed_up(T: int, Tw: int, eta_max: float, rest: Callable[[Array], Array]) -> Array:
    """Return T rates: our linear warmup, then `rest` of the steps since its end."""
    w = min(T, Tw)
    climb = eta_max * np.arange(1, w + 1) / max(1, Tw)
    return np.concatenate([climb, rest(np.arange(T - w, dtype=np.float64))])


def one_fall(T: int, Tw: int, eta_max: float, eta_min: float, **_cycles: float) -> Array:
    """Return one cosine for all that follows the warmup, whatever the cycles were to be."""
    return warmed_up(T, Tw, eta_max, lambda k: cosine(k / (T - Tw), eta_max, eta_min))


def cosine(u: Array, top: float | Array, bottom: float) -> Array:
    """Return the cosine from `top` at u = 0 to `bottom` at u = 1; it swings back beyond that."""
    return bottom + 0.5 * (top - bottom) * (1 + np.cos(np.pi * u))
