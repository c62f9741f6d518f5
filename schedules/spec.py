"""What a schedule family is: its parameters, its phases, its rule, and the registry that everything else reads.

`@family` turns one documented rule into a `Family` and enters it in `FAMILIES`; sliders, plots, formulas, links,
exports and tests take all they know of it from there. A declaration that contradicts
itself fails at import.
"""

import functools
import inspect
import math
import numbers
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedules.formula import typeset
from schedules.rule import Rule, VectorRule, branch_index, count_branches, vectorize
from schedules.sources import SOURCES

Value = float | int | str
Values = Mapping[str, Value]
Scale = Literal["linear", "log", "near_one"]
Kind = Literal["steps", "rate", "number", "choice"]
Marks = Mapping[str, NDArray[np.int64]]

SHOWN = 60  # characters of a bad value that an error repeats


@dataclass(frozen=True)
class ParamSpec:
    """One parameter of a family: what it is called, what it may be, how a slider should move it.

    Attributes:
        name: Keyword in the engine, in links and in the seed page's notation.
        label: Words on the page, also the accessible name of its control.
        default: Value where none is given; lies in `bounds` or in `choices`.
        bounds: Least and greatest legal value, both included. Empty for a choice.
        symbol: LaTeX.
        unit: Unit in words, "" for a pure number.
        scale: How a slider should spread the values: evenly, by their logarithm, or by the logarithm of 1 − value.
        doc: One sentence for tooltips, glossary and docstrings.
        kind: "steps" (int), "rate" (float), "number" (float) or "choice" (str).
        reach: Least and greatest value of a slider, where less than all that is legal makes sense.
        span: Name of the step count at whose value a slider ends, if its range follows another parameter.
        choices: The legal values of a choice.
        absent: Why a family may do without it, to complete "this schedule …".
    """

    name: str
    label: str
    default: Value
    bounds: tuple[float, float] | tuple[()]
    symbol: str
    unit: str
    scale: Scale
    doc: str
    kind: Kind
    reach: tuple[float, float] | tuple[()] = ()
    span: str | None = None
    choices: tuple[str, ...] = ()
    absent: str = ""

    def __post_init__(self) -> None:
        self.validate(self.default)

    @property
    def slider(self) -> tuple[float, float]:
        """Least and greatest value of a slider, before it follows `span`."""
        return cast(tuple[float, float], self.reach or self.bounds)

    @property
    def allowed(self) -> str:
        """Say in words which values are legal."""
        if self.kind == "choice":
            return "one of " + ", ".join(repr(choice) for choice in self.choices)
        low, high = cast(tuple[float, float], self.bounds)
        what = "a whole number" if self.kind == "steps" else "a finite number"
        return f"{what} from {low:,g} to {high:,.10g}"

    def validate(self, value: object) -> Value:
        """Return `value` as int, float or str.

        Raises:
            ValueError: if it is not legal; the message names the parameter, the value and what is allowed.
        """
        if self.kind == "choice":
            if isinstance(value, str) and value in self.choices:
                return str(value)
        elif isinstance(value, float | int | numbers.Real) and not isinstance(value, bool):  # the usual ones first
            low, high = cast("tuple[float, float]", self.bounds)
            real = as_float(value)
            if low <= real <= high and (self.kind != "steps" or real.is_integer()):  # NaN fails the comparison
                return int(real) if self.kind == "steps" else real
        raise ValueError(f"{self.name}={_shown(value)} is not allowed; it must be {self.allowed}")

    def nearest(self, value: float) -> Value:
        """Return the legal number nearest to `value`; infinities count as very large.

        Raises:
            ValueError: if there is none, as for NaN, or if the parameter is a choice.
        """
        if self.kind == "choice" or math.isnan(value):
            return self.validate(value)
        low, high = cast(tuple[float, float], self.bounds)
        inside = min(max(value, low), high)
        return round(inside) if self.kind == "steps" else inside


def as_float(value: float | numbers.Real) -> float:
    """Return a number as a float; a whole number or a fraction beyond all floats counts as infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if cast(Any, value) > 0 else -math.inf


def _shown(value: object) -> str:
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python does not print whole numbers of thousands of digits
        text = "a number too long to print"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


@dataclass(frozen=True)
class Phase:
    """A stretch of a curve between two joins: what it is called, and how the rate moves along it.

    `how` may name parameters in braces, to be replaced by their values.
    """

    name: str
    how: str = ""


WARMUP = Phase("warmup", "in a straight line")


class Schedule(Protocol):
    """A schedule as a function: the rate at any step, or at each of an array of steps."""

    def __call__(self, t: ArrayLike, **values: Value) -> Any:
        """Return float64, a scalar for a scalar `t`, else an array of its shape."""
        ...


def _no_marks(**_values: Any) -> Marks:
    return {}


def _no_conflict(**_values: Any) -> str:
    return ""


@dataclass(frozen=True)
class Family:
    """A schedule family.

    Attributes:
        key: Its name in the engine and in links.
        title: Its name on the page.
        params: Its parameters, in the order in which controls show them.
        phases: The stretches of its curve, one for each `return` of the rule, in the order of time.
        sources: Keys of `schedules.SOURCES`.
        scope: What the sources support, and what they do not.
        rule: The rate at one step, plain Python: the definition.
        function: The checked public function of any step or array of steps.
        marks: Function of the parameters that gives, by kind, the steps that matter within phases (restarts, drops …).
        fill: The rule on an array of steps: `(t, out, **params)`.
        branch: The number of the rule's `return` at which a step ends, and so of its phase.
        conflict: Function of the parameters that says what is wrong with legal values that do not go together, else "".
    """

    key: str
    title: str
    params: tuple[ParamSpec, ...]
    phases: tuple[Phase, ...]
    sources: tuple[str, ...]
    scope: str
    rule: Rule = field(repr=False)
    function: Schedule = field(repr=False)
    marks: Callable[..., Marks] = field(repr=False)
    conflict: Callable[..., str] = field(repr=False)
    fill: VectorRule = field(repr=False)
    branch: Callable[..., int] = field(repr=False)

    @property
    def formula(self) -> str:
        """The curve as LaTeX, with symbols, for the default choices."""
        return typeset(self.rule, self.symbols, {spec.name: spec.default for spec in self.params}).latex

    def formula_with(self, values: Values) -> str:
        """Return the curve as LaTeX with checked `values` put in."""
        return typeset(self.rule, self.symbols, values, fold=True).latex

    @property
    def symbols(self) -> dict[str, str]:
        """LaTeX of each parameter, by name."""
        return {spec.name: spec.symbol for spec in self.params}

    @property
    def summary(self) -> str:
        """The first line of the rule's docstring."""
        return (inspect.getdoc(self.rule) or "").split("\n")[0]

    def has(self, name: str) -> bool:
        """Tell whether the family has a parameter of this name."""
        return name in self._names

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(spec.name for spec in self.params)

    def validate(self, values: Values) -> dict[str, Any]:
        """Return all parameters, checked, with defaults where none is given.

        Raises:
            ValueError: for a value that is not legal, values that conflict, or a parameter that the family lacks.
        """
        if not values.keys() <= self._names:
            unknown = [name for name in values if not self.has(name)]
            names = ", ".join(spec.name for spec in self.params)
            shown = ", ".join(f"{name}={_shown(values[name])}" for name in unknown)
            raise ValueError(f"{shown}: {self.key} has no such parameter; it has {names}")
        checked = {spec.name: spec.validate(values.get(spec.name, spec.default)) for spec in self.params}
        conflict = self.conflict(**checked)
        if conflict:
            raise ValueError(conflict)
        return checked


_REGISTRY: dict[str, Family] = {}
FAMILIES: Mapping[str, Family] = MappingProxyType(_REGISTRY)


def get_family(key: str) -> Family:
    """Return the family of this key.

    Raises:
        ValueError: if there is none; the message lists those there are.
    """
    if not isinstance(key, str) or key not in FAMILIES:  # a list, for one, cannot even be looked up
        raise ValueError(f"family={_shown(key)} is not known; it must be one of {', '.join(FAMILIES)}")
    return FAMILIES[key]


def family(
    title: str,
    params: Sequence[ParamSpec],
    phases: Sequence[Phase],
    sources: Sequence[str],
    scope: str,
    marks: Callable[..., Marks] = _no_marks,
    conflict: Callable[..., str] = _no_conflict,
) -> Callable[[Rule], Schedule]:
    """Declare the decorated rule as a schedule family.

    Raises:
        TypeError: at import, if the declaration contradicts itself.
    """

    def declare(rule: Rule) -> Schedule:
        key = rule.__name__
        if key in _REGISTRY:
            raise TypeError(f"{key}: this family exists already")
        signature, declared = list(inspect.signature(rule).parameters), ["t", *(spec.name for spec in params)]
        if signature != declared:
            raise TypeError(f"{key}: the rule takes {signature}, the declaration says {declared}")
        if count_branches(rule) != len(phases):
            raise TypeError(f"{key}: {count_branches(rule)} returns in the rule, {len(phases)} phases declared")
        missing = [source for source in sources if source not in SOURCES]
        if missing:
            raise TypeError(f"{key}: unknown sources {missing}")

        @functools.wraps(rule)
        def function(t: ArrayLike, **values: Value) -> float | NDArray[np.float64]:
            return _evaluate(_REGISTRY[key], t, values)

        function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter("t", inspect.Parameter.POSITIONAL_OR_KEYWORD),
                *(inspect.Parameter(s.name, inspect.Parameter.KEYWORD_ONLY, default=s.default) for s in params),
            ]
        )
        _REGISTRY[key] = Family(
            key=key,
            title=title,
            params=tuple(params),
            phases=tuple(phases),
            sources=tuple(sources),
            scope=scope,
            rule=rule,
            function=cast(Schedule, function),
            marks=marks,
            conflict=conflict,
            fill=vectorize(rule),
            branch=branch_index(rule),
        )
        return cast(Schedule, function)

    return declare


def _evaluate(spec: Family, t: ArrayLike, values: Values) -> float | NDArray[np.float64]:
    """Return the rate at step(s) `t`; past the end of the run the last rate holds."""
    checked = spec.validate(values)
    within = np.minimum(_steps(t), checked["T"] - 1)
    if within.ndim == 0:
        return float(spec.rule(int(within), **checked))
    lr = np.empty(within.size)
    spec.fill(within.ravel(), lr, **checked)
    return lr.reshape(within.shape)


def _steps(t: ArrayLike) -> NDArray[np.float64]:
    try:
        given = np.asarray(t)
    except ValueError:  # rows of unequal length
        given = np.array(None)
    if given.dtype.kind in "iuf":
        steps = given.astype(np.float64)
        if np.all((steps >= 0) & (steps < np.inf) & (steps == np.floor(steps))):  # NaN fails every comparison
            return steps
    raise ValueError(f"t={_shown(t)} is not allowed; it must be a step, a whole number from 0, or an array of them")


def variants(spec: Family) -> Iterator[dict[str, str]]:
    """Yield every combination of the family's choices (one empty one, if it has none)."""
    combinations: list[dict[str, str]] = [{}]
    for param in spec.params:
        if param.kind == "choice":
            combinations = [{**chosen, param.name: c} for chosen in combinations for c in param.choices]
    yield from combinations


def with_default(spec: ParamSpec, default: Value, **changes: Any) -> ParamSpec:
    """Return `spec` with another default, and other bounds or words, for a family in which they make more sense."""
    return replace(spec, default=default, **changes)
