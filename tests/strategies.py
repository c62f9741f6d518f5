"""Hypothesis strategies made from the parameter specs: what a slider reaches, and the exact ends of what is legal."""

import math
import os
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from schedules.spec import Family, ParamSpec

# The same examples in every run: a suite that fails by luck teaches nobody anything.
settings.register_profile(
    "ci", max_examples=30, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

SHORT = 40  # runs in which most edges lie close together
LONG = 3_000
NEAREST_TO_ONE = -7.0  # exponent of the least 1 − value of a slider that crowds towards one


def values_of(spec: ParamSpec, longest: int = LONG, run: int | None = None) -> st.SearchStrategy[Any]:
    """Return the values that a control of `spec` reaches, the ends of its reach and its bounds among them.

    Args:
        spec: The parameter.
        longest: Greatest run length drawn for `T`.
        run: Length of the run, for parameters that follow it: they go a little beyond it, and meet its edges often.
    """
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    low, high = spec.reach or spec.bounds
    if spec.kind == "steps":
        low, high = int(low), int(high)
        if run is None:
            return st.integers(low, min(SHORT, longest)) | st.integers(low, min(high, longest))
        edges = [step for step in (low, low + 1, run - 2, run - 1, run, run + 1) if low <= step <= high]
        return st.integers(low, min(high, run + run // 2 + 1)) | st.sampled_from([*edges, high])
    ends = st.sampled_from([*spec.bounds, low, high])
    if spec.scale == "log":
        least = low or high * 1e-8
        return ends | st.floats(math.log10(least), math.log10(high)).map(lambda x: min(max(10**x, least), high))
    if spec.scale == "near_one":
        return ends | st.floats(NEAREST_TO_ONE, math.log10(high - low)).map(lambda x: max(low, high - 10**x))
    return ends | st.floats(low, high)


@st.composite
def params_of(draw: st.DrawFn, family: Family, longest: int = LONG, **fixed: Any) -> dict[str, Any]:
    """Return legal parameters of `family` that go together; those in `fixed` are given."""
    values: dict[str, Any] = {}
    for spec in family.params:
        run = values["T"] if spec.span else None
        values[spec.name] = fixed[spec.name] if spec.name in fixed else draw(values_of(spec, longest, run))
    assume(not family.conflict(**values))
    return values


def rounding(values: Mapping[str, Any]) -> float:
    """Return a difference of rates that is rounding: some ulps of the greatest rate that goes into a sum."""
    return 1e-15 * max(values["eta_max"], values.get("eta_min", 0.0))
