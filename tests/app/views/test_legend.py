"""The legend: one name for each curve, and buttons that do what they say to the one they stand beside."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model import MAX_PINS, Lab, describe_difference
from app.views.legend import Legend


def pinned(count: int) -> tuple[Lab, Legend]:
    """Return a page with so many pinned curves, of the lengths 10, 20 …"""
    lab = Lab()
    for number in range(1, count + 1):
        lab.assign({"T": 10 * number})
        lab.pin()
    lab.assign({"T": 7})
    return lab, Legend(lab)


@given(data=st.data())
def test_the_live_curve_comes_first_then_the_pinned_ones(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs())
    curves = Legend(lab).curves
    assert curves == describe_difference([lab.live, *lab.pins])
    assert len(curves) == 1 + len(lab.pins)


def test_names_follow_the_state() -> None:
    lab, legend = pinned(2)
    assert legend.curves == ["T 7", "T 10", "T 20"]
    lab.assign({"family": "sgdr"})
    legend.refresh()
    assert legend.curves[0].startswith("Cosine with warm restarts (SGDR), T 7")
    lab.reset()
    legend.refresh()
    assert legend.curves == ["Warmup, then cosine"]


@pytest.mark.parametrize("index", range(MAX_PINS))
def test_each_button_acts_on_its_own_curve(index: int) -> None:
    lab, legend = pinned(MAX_PINS)
    pins = list(lab.pins)
    legend.pressed = {"act": "show", "index": index, "seq": 1}
    assert (lab.live, lab.pins) == (pins[index], pins)
    legend.pressed = {"act": "remove", "index": index, "seq": 2}
    assert lab.pins == pins[:index] + pins[index + 1 :]
    lab.undo()
    lab.undo()
    assert (lab.T, lab.pins) == (7, pins)


@pytest.mark.parametrize("index", [-1, 2, 10**400, None, "0", 0.0, [], {}], ids=lambda index: str(index)[:9])
@pytest.mark.parametrize("act", ["show", "remove"])
def test_a_curve_that_is_not_there_cannot_be_pressed(act: str, index: Any) -> None:
    lab, legend = pinned(2)
    before = lab.revision
    legend.pressed = {"act": act, "index": index, "seq": 1}
    assert lab.revision == before


@pytest.mark.parametrize(
    "pressed", [{}, {"act": "show"}, {"index": 0}, {"act": "reset", "index": 0}, {"act": 5, "index": 0}], ids=repr
)
def test_an_unknown_press_does_nothing(pressed: dict[str, Any]) -> None:
    lab, legend = pinned(2)
    before = lab.revision
    legend.pressed = pressed
    assert lab.revision == before


def test_a_press_of_any_kind_does_nothing() -> None:
    lab, legend = pinned(2)
    before = lab.revision
    legend.pressed = {"act": [], "index": 0}
    assert lab.revision == before
