"""The curve follows a slider before the server has heard of the move, and ends on what the server says."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

import schedules
from schedules import FAMILIES
from ui.lab_page import LabPage, OpenLab, eventually, same

pytestmark = pytest.mark.browser

ROUNDING = 1e-12
MOVED = {"T": 3, "Tw": 4, "eta_max": 5, "eta_min": -4, "cycle_length": -6, "restart_mult": 3}  # presses of an arrow key


class Wire:
    """The socket of a page; while it is cut, nothing that the page says reaches the server."""

    def __init__(self, page: Page) -> None:
        self.cut = False
        self._waiting: list[Callable[[], None]] = []
        page.route_web_socket("**/ws*", self._join)

    def mend(self) -> None:
        """Let everything through that has waited."""
        self.cut = False
        for send in self._waiting:
            send()
        self._waiting.clear()

    def _join(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def said(message: Any) -> None:
            if self.cut:
                self._waiting.append(lambda: server.send(message))
            else:
                server.send(message)

        page.on_message(said)
        server.on_message(page.send)


@pytest.fixture
def wired(visit: OpenLab) -> Callable[[str], tuple[LabPage, Wire]]:
    """A function that opens the page with a query, on a wire that can be cut."""

    def come(query: str) -> tuple[LabPage, Wire]:
        lab = visit(None)
        wire = Wire(lab.page)
        lab.page.goto(f"{lab.origin}/app?{query}")
        return lab.ready(), wire

    return come


def move(lab: LabPage, name: str) -> float:
    """Move a slider by the arrow keys; return the value that it shows then."""
    lab.slider(name).focus()
    for _ in range(abs(MOVED[name])):
        lab.page.keyboard.press("ArrowRight" if MOVED[name] > 0 else "ArrowLeft")
    return float(lab.exact(name).input_value())


def test_each_slider_moves_the_engines_curve_while_the_server_hears_nothing(
    wired: Any, subtests: pytest.Subtests
) -> None:
    lab, wire = wired("")
    for key, family in FAMILIES.items():
        with subtests.test(family=key):
            lab.choose(key)
            lab.draws(key)
            wire.cut = True
            values: dict[str, Any] = {}
            for name in (name for name in MOVED if family.has(name)):
                before = lab.data()[1]
                value = move(lab, name)
                values[name] = int(value) if name in ("T", "Tw", "cycle_length") else value
                lr = schedules.curve(key, **values)
                steps, rates = lab.data()
                assert (steps[0], steps[-1]) == (0, lr.size - 1)
                np.testing.assert_allclose(rates, lr[steps], rtol=0, atol=ROUNDING * lr.max())
                assert not np.array_equal(before, rates)
                for extreme in (lr.min(), lr.max()):
                    assert np.abs(rates - extreme).min() <= 1e-3 * lr.max()
            wire.mend()
            lab.shows(key, **values)
            steps, rates = lab.data()
            np.testing.assert_array_equal(rates, lr[steps])  # to the last digit: they are the server's now
        wire.mend()
        lab.button("Reset").click()
        lab.draws("warmup_cosine")


PEAKS = """() => {
  window.peaks = []
  const {data} = Bokeh.documents[0].get_model_by_name("schedule_data").properties
  const look = () => (peaks.push(Math.max(...data.get_value().lr)), requestAnimationFrame(look))
  look()
}"""


def test_an_answer_to_an_older_move_does_not_throw_the_curve_back(lab: LabPage) -> None:
    lab.page.evaluate(PEAKS)
    lab.slider("eta_max").focus()
    for number in range(24):
        lab.page.keyboard.press("ArrowRight")
        if number % 6 == 0:
            lab.page.wait_for_timeout(120)  # so that answers come in between
    peak = float(lab.exact("eta_max").input_value())
    lab.shows("warmup_cosine", eta_max=peak)
    peaks = lab.page.evaluate("() => peaks")
    assert peaks == sorted(peaks)
    assert peaks[-1] == peak
    assert len(set(peaks)) > 10


def test_what_the_server_refuses_is_taken_back(visit: OpenLab) -> None:
    lab = visit("family=range_test&range_test.sweep=exponential&eta_min=1e-7&eta_max=0.1")
    before = [column.tolist() for column in lab.data()]
    lab.slider("eta_min").focus()
    lab.page.keyboard.press("Home")  # a floor of 0, from which no factor leads up
    expect(lab.page.get_by_text("it must be above 0").first).to_be_visible()
    eventually(lambda: same([column.tolist() for column in lab.data()], before), lab.page)


def test_the_part_above_the_edge_and_the_playhead_follow_too(wired: Any) -> None:
    lab, wire = wired("eta_max=0.001&step=3000")
    wire.cut = True
    peak = move(lab, "eta_max")
    lr = schedules.curve("warmup_cosine", eta_max=peak)
    steps, above = lab.data("above_edge_data")
    edge = 4e-4
    np.testing.assert_allclose(above[lr[steps] > edge], lr[steps][lr[steps] > edge], rtol=ROUNDING)
    assert np.isnan(above[lr[steps] <= edge]).all()
    step, rate = lab.data("schedule_playhead_data")
    assert step.tolist() == [3_000]
    assert rate[0] == pytest.approx(lr[3_000], rel=ROUNDING)
    wire.mend()
    lab.shows("warmup_cosine", eta_max=peak)
