"""States that a page can be in, drawn at random from the parameter specs."""

from typing import Any

import pytest
from hypothesis import strategies as st

from app.model import AXES, MAX_PINS, Case, Lab, own_specs
from schedules import FAMILIES, SHARED
from strategies import params_of, values_of

LONGEST = 3_000


@st.composite
def _cases(draw: st.DrawFn, longest: int = LONGEST) -> Case:
    key = draw(st.sampled_from(list(FAMILIES)))
    return Case(key, tuple(draw(params_of(FAMILIES[key], longest)).items()))


@st.composite
def _labs(draw: st.DrawFn, longest: int = LONGEST, most_pins: int = MAX_PINS) -> Lab:
    lab = Lab()
    T = draw(values_of(SHARED[0], longest))
    state: dict[str, Any] = {spec.name: draw(values_of(spec, longest, T if spec.span else None)) for spec in SHARED[1:]}
    own = {key: dict(values) for key, values in lab.own.items()}
    family = draw(st.sampled_from(list(FAMILIES)))
    for key in {family, draw(st.sampled_from(list(FAMILIES)))}:
        for spec in own_specs(FAMILIES[key]):
            own[key][spec.name] = draw(values_of(spec, longest, T if spec.span else None))
    pins = draw(st.lists(_cases(longest), max_size=most_pins, unique=True))
    axis = draw(st.sampled_from(AXES))
    lab.restore({**state, "T": T, "family": family, "axis": axis, "own": own, "pins": pins}, [])
    return lab


@pytest.fixture(scope="session")
def cases() -> Any:
    """A strategy of curves: `cases()`, or `cases(longest)`."""
    return _cases


@pytest.fixture(scope="session")
def labs() -> Any:
    """A strategy of states, those with values that conflict among them: `labs()`, `labs(longest, most_pins)`."""
    return _labs
