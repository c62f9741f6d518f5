"""The controls' end in Python: every message is answered, nothing it holds can break them, only news is sent."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.controls import Controls, button, choice, slider, switch

ITEMS = [
    slider("T", "Run length T", scale="log", low=1),
    choice("family", "Schedule", [("a", "A"), ("b", "B")]),
    switch("axis", "Rate axis", [("linear", "linear")]),
    button("reset", "Reset"),
]
json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


class Desk:
    """Controls with what they were told and what they sent."""

    def __init__(self) -> None:
        self.state: dict[str, dict[str, Any]] = {item["name"]: {"value": 0} for item in ITEMS}
        self.received: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.controls = Controls(ITEMS, on_change=self.received.append, look=self.look, title="Schedule")
        self.controls.param.watch(lambda event: self.sent.append(event.new), "shown")

    def look(self) -> dict[str, dict[str, Any]]:
        return {name: dict(state) for name, state in self.state.items()}


def test_a_message_reaches_the_state_and_is_answered_with_its_number() -> None:
    desk = Desk()
    desk.controls.sent = {"seq": 7, "changes": {"T": 5, "reset": True}}
    assert desk.received == [{"T": 5, "reset": True}]
    assert desk.controls.done == 7


def test_the_state_changes_before_the_answer_is_given() -> None:
    desk = Desk()
    order = []
    desk.controls._on_change = lambda _changes: order.append("changed")
    desk.controls.param.watch(lambda _event: order.append("answered"), "done")
    desk.controls.sent = {"seq": 1, "changes": {"T": 5}}
    assert order == ["changed", "answered"]


def test_every_message_is_answered_in_turn() -> None:
    desk = Desk()
    for seq in range(1, 50):
        desk.controls.sent = {"seq": seq, "changes": {"T": seq}}
        assert desk.controls.done == seq
    assert [changes["T"] for changes in desk.received] == list(range(1, 50))


@pytest.mark.parametrize(
    "changes",
    [None, 5, "T", [], ["T"], [["T", 5]], {"power": 1}, {"T": 5, "power": 1}, {"": 1}, {None: 1}, {5: 1}, np.zeros(2)],
    ids=repr,
)
def test_what_is_no_change_of_these_controls_is_answered_and_ignored(changes: Any) -> None:
    desk = Desk()
    desk.controls.sent = {"seq": 3, "changes": changes}
    assert (desk.received, desk.controls.done) == ([], 3)


@pytest.mark.parametrize("seq", [None, "3", 3.5, [], {}, float("nan"), b"3"], ids=repr)
def test_a_message_without_a_number_is_done_and_answered(seq: Any) -> None:
    desk = Desk()
    desk.controls.done = 8
    desk.controls.sent = {"seq": seq, "changes": {"T": 5}}
    assert (desk.received, desk.controls.done) == ([{"T": 5}], 0)


@pytest.mark.parametrize("message", [{"changes": {"T": 5}}, {"seq": 4}, {"other": 1}], ids=repr)
def test_a_message_that_lacks_a_part_is_answered(message: dict[str, Any]) -> None:
    desk = Desk()
    desk.controls.done = 8
    desk.controls.sent = message
    assert desk.controls.done == message.get("seq", 0)


@given(st.lists(st.dictionaries(st.sampled_from(["seq", "changes", "x"]), json, min_size=1, max_size=3), max_size=4))
def test_no_message_breaks_the_controls(messages: list[dict[str, Any]]) -> None:
    desk = Desk()
    for message in messages:
        desk.controls.sent = message
        seq = message.get("seq")
        assert desk.controls.done == (seq if type(seq) is int else 0)
    names = {item["name"] for item in ITEMS}
    assert all(changes.keys() <= names for changes in desk.received)


def test_a_browser_is_first_told_everything() -> None:
    desk = Desk()
    assert desk.controls.shown == desk.look()
    assert [item["name"] for item in desk.controls.items] == [item["name"] for item in ITEMS]
    assert desk.controls.title == "Schedule"


def test_a_refresh_sends_what_has_changed_and_nothing_else() -> None:
    desk = Desk()
    desk.controls.refresh()
    assert desk.sent == []
    desk.state["T"]["value"] = 5
    desk.controls.refresh()
    desk.controls.refresh()
    assert desk.sent == [{"T": {"value": 5}}]
    desk.state["T"]["value"], desk.state["family"]["note"] = 6, "why"
    desk.controls.refresh()
    assert desk.sent[1:] == [{"T": {"value": 6}, "family": {"value": 0, "note": "why"}}]


def test_a_value_that_goes_and_comes_back_is_sent_both_times() -> None:
    desk = Desk()
    for value in (1, 2, 1, 2):
        desk.state["T"]["value"] = value
        desk.controls.refresh()
    assert [sent["T"]["value"] for sent in desk.sent] == [1, 2, 1, 2]


def test_what_is_sent_adds_up_to_the_whole() -> None:
    desk = Desk()
    known = dict(desk.controls.shown)
    for step, name in enumerate(["T", "axis", "T", "family", "reset"]):
        desk.state[name] = {"value": step + 1}
        desk.controls.refresh()
        known.update(desk.sent[-1])
    assert known == desk.look()
