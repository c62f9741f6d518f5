"""States that a page can be in, drawn at random from the parameter specs; and the page of one visitor."""

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bokeh.document import Document
from hypothesis import strategies as st
from panel.io.state import set_curdoc

from app.model import AXES, MAX_PINS, Case, Lab, own_specs
from app.parts import BELOW, PARTS, TABS, settled
from schedules import FAMILIES, SHARED
from schedules.remakes import remakes_of
from strategies import params_of, values_of

LONGEST = 3_000
MAIN = Path(__file__).parents[2] / "app" / "main.py"


@st.composite
def _cases(draw: st.DrawFn, longest: int = LONGEST, remakes: bool = False) -> Case:
    key = draw(st.sampled_from(list(FAMILIES)))
    remake = draw(st.sampled_from(["", *remakes_of(key)]) if remakes else st.just(""))
    return Case(key, tuple(draw(params_of(FAMILIES[key], longest)).items()), remake)


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
    pins = draw(st.lists(_cases(longest, remakes=True), max_size=most_pins, unique=True))
    axis = draw(st.sampled_from(AXES))
    frame = {
        **settled(draw(st.sampled_from(list(TABS))), draw(st.lists(st.sampled_from(list(PARTS)))), ""),
        "present": draw(st.booleans()),
        "below": draw(st.sampled_from(BELOW)),
    }
    lab.restore({**state, **frame, "T": T, "family": family, "axis": axis, "own": own, "pins": pins}, [])
    return lab


@pytest.fixture(scope="session")
def cases() -> Any:
    """A strategy of curves: `cases()`, `cases(longest)`, or `cases(remakes=True)` with what is made of them."""
    return _cases


@pytest.fixture(scope="session")
def labs() -> Any:
    """A strategy of states, those with values that conflict among them: `labs()`, `labs(longest, most_pins)`."""
    return _labs


@pytest.fixture(scope="session")
def visit() -> Callable[..., tuple[Document, dict[str, Any]]]:
    """A function that runs `main.py` as for a visitor who asks for some query, without a server."""

    def run(**query: str) -> tuple[Document, dict[str, Any]]:
        document = Document()
        arguments = {name: [text.encode()] for name, text in query.items()}
        request = SimpleNamespace(arguments=arguments, headers={}, cookies={}, uri="/app")
        session = SimpleNamespace(request=request, id="visit", server_context=None, logout_url=None, token_payload={})
        document._session_context = lambda: session
        with set_curdoc(document):
            names = runpy.run_path(str(MAIN), run_name="visit")
        return document, names

    return run
