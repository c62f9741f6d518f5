"""Compare the engine's curves with other people's schedules at every step, and remember the largest difference."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import schedules
from schedules.spec import FAMILIES, variants

Values = dict[str, Any]


@dataclass
class Tally:
    """What was compared of one family with one framework."""

    sets: int = 0
    steps: int = 0
    error: float = 0.0


TALLIES: dict[tuple[str, str], Tally] = {}  # by family and framework, in the order of the tests


@dataclass(frozen=True)
class Framework:
    """Somebody else's schedules.

    Attributes:
        name: Name and version.
        tolerance: Greatest difference that still counts as rounding, relative to the peak.
    """

    name: str
    tolerance: float = 1e-12

    def draws(
        self,
        family: str,
        sets: Sequence[Values],
        where: Callable[[Values], bool] = lambda _: True,
        after_warmup: bool = False,
        tolerance: float | None = None,
        **choices: str,
    ) -> Callable[[Callable[..., Any]], Callable[..., None]]:
        """Make a test of a function that returns the framework's T rates, given the family's parameters that it names.

        Args:
            family: The engine's family that these rates should equal.
            sets: Parameter sets to try; each runs with every combination of the family's choices.
            where: Keeps the sets that the framework's call allows.
            after_warmup: Compare the steps from Tw on only, for a framework whose ramp cannot be ours.
            tolerance: Another tolerance than the framework's.
            choices: Keeps the variants with these values.
        """
        tried = [values for values in _complete(family, sets, choices) if where(values)]
        if after_warmup:
            tried = [values for values in tried if values["Tw"] < values["T"]]
        assert tried, f"{self.name}, {family}: no parameter set is left"

        def declare(theirs: Callable[..., Any]) -> Callable[..., None]:
            names = inspect.signature(theirs).parameters

            @pytest.mark.parametrize("values", tried, ids=_spelled)
            def test(values: Values) -> None:
                rates = np.asarray(theirs(**{name: values[name] for name in names}), dtype=np.float64)
                self.compare(family, values, rates, values["Tw"] if after_warmup else 0, tolerance)

            test.__name__ = test.__qualname__ = theirs.__name__
            test.__module__, test.__doc__ = theirs.__module__, theirs.__doc__
            return test

        return declare

    def compare(self, family: str, values: Values, rates: Any, start: int, tolerance: float | None) -> None:
        """Fail if the framework's `rates` differ from the engine's curve at any step from `start` on."""
        ours = schedules.curve(family, **values)
        assert rates.shape == ours.shape
        differences = np.abs(rates - ours)[start:] / max(values["eta_max"], values.get("eta_min", 0.0))
        worst = int(np.argmax(differences))  # a NaN, if there is one
        tally = TALLIES.setdefault((family, self.name), Tally())
        tally.sets += 1
        tally.steps += differences.size
        tally.error = max(tally.error, float(differences[worst]))
        assert differences[worst] <= (tolerance or self.tolerance), (
            f"{family}({_spelled(values)}) at step {start + worst}: "
            f"{self.name} has {rates[start + worst]!r}, the engine {ours[start + worst]!r}"
        )


def _complete(key: str, sets: Sequence[Values], choices: Values) -> list[Values]:
    """Return the sets with all parameters, in all variants that agree with `choices`, without repetitions."""
    family = FAMILIES[key]
    wanted = [variant for variant in variants(family) if choices.items() <= variant.items()]
    given = [{**values, **variant} for values in sets for variant in wanted]
    every = [{spec.name: values.get(spec.name, spec.default) for spec in family.params} for values in given]
    legal = [family.validate(values) for values in every if not family.conflict(**values)]
    return list({tuple(values.items()): values for values in legal}.values())


def _spelled(values: Values) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())


def ahead(T: int, Tw: int) -> np.ndarray:
    """Return the step at which to read a schedule that warms up as t/Tw, so that it is our (t + 1)/Tw.

    It is read one step ahead while ours warms up: that skips its first rate, 0, and takes the peak twice, as ours does.
    """
    t = np.arange(T)
    return t + (t < Tw)
