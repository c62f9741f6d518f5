"""The frame: what the browser asks for is done if it can be, and the link is made while it is looked at."""

import re
from typing import Any
from urllib.parse import unquote

import pytest

from app.link import brief, encode
from app.model import Lab
from app.parts import PARTS
from app.practice.bank import EXERCISES
from app.views.frame import Frame, qr_code

BASE = "http://lab.example:5006/app"


@pytest.fixture
def lab() -> Lab:
    """A fresh state."""
    return Lab()


@pytest.fixture
def frame(lab: Lab) -> Frame:
    """Its frame, with the whole link in the address."""
    return Frame(lab, lambda: encode(lab))


def send(frame: Frame, act: Any, value: Any) -> None:
    """Do something as a browser does."""
    frame.sent = {"seq": frame.done + 1, "acts": [[act, value]]}


def modules(frame: Frame) -> list[str]:
    """Return the paths that the picture draws."""
    return unquote(frame.handed["picture"]).split("d=")[1:]


def test_tab_mode_and_plot_go_into_the_state_and_come_back(frame: Frame, lab: Lab) -> None:
    for act, value in {"tab": "code", "present": True, "below": "path", "hidden": ["toy", "T"]}.items():
        send(frame, act, value)
    assert (lab.tab, lab.present, lab.below, lab.hidden) == ("code", True, "path", ["T", "toy"])
    assert frame.shown == {
        **{"tab": "code", "present": True, "below": "path", "hidden": ["T", "toy"]},
        **{"marks": ["T", "toy"], "exercise": "", "seed": 0},
    }
    assert frame.done == 4


def test_what_is_left_empty_is_marked_too(frame: Frame) -> None:
    send(frame, "hidden", ["loss", "path", "compare"])
    assert frame.shown["marks"] == ["path", "loss", "compare", "plots"]
    send(frame, "hidden", list(PARTS))
    assert frame.shown["marks"] == [*PARTS, "side", "plots", "wide"]


def test_an_exercise_is_opened_with_its_seed_and_closed(frame: Frame, lab: Lab) -> None:
    send(frame, "exercise", {"exercise": "E4", "seed": 7})
    assert (lab.exercise, lab.exercise_seed, lab.tab) == ("E4", 7, "practice")
    send(frame, "exercise", {"exercise": "", "seed": 7})
    assert (lab.exercise, lab.exercise_seed) == ("", 0)


@pytest.mark.parametrize(
    ("act", "value"),
    [
        ("tab", "home"),
        ("tab", ["lab"]),
        ("hidden", ["everything"]),
        ("hidden", {"toy": 1}),
        ("present", 1),
        ("below", None),
        ("exercise", {"exercise": "E99", "seed": 1}),
        ("exercise", {"exercise": "E4", "seed": -1}),
        ("exercise", {"exercise": "E4", "seed": True}),
        ("exercise", {"exercise": ["E4"], "seed": 1}),
        ("exercise", "E4"),
        ("reset", None),
        ("_lab", "x"),
        (["tab"], "code"),
        (None, None),
        ("panel", {"text": BASE}),
        ("panel", "javascript:alert(1)"),
        ("panel", "http://a b"),
        ("panel", "http://\x00"),
        ("panel", "https://" + "a" * 10_000),
    ],
    ids=str,
)
def test_what_cannot_be_done_changes_nothing_and_is_answered(frame: Frame, lab: Lab, act: Any, value: Any) -> None:
    before = lab.state
    send(frame, act, value)
    assert lab.state == before
    assert (frame.done, frame.handed) == (1, {})


@pytest.mark.parametrize(
    "sent", [{}, {"seq": "1"}, {"seq": [1], "acts": {"tab": "code"}}, {"acts": [["tab"], "tab", None, 1]}], ids=str
)
def test_a_message_that_is_none_is_no_fault(frame: Frame, lab: Lab, sent: dict[str, Any]) -> None:
    frame.sent = sent
    assert frame.done == 0
    assert lab.state == Lab().state


def test_one_message_may_hold_several_acts_of_which_the_good_ones_are_done(frame: Frame, lab: Lab) -> None:
    acts = [["present", True], ["tab", "home"], ["exercise", {"exercise": "E4", "seed": 7}], ["tab", "lab"]]
    for seq in (1, 2):
        frame.sent = {"seq": seq, "acts": acts}
        assert (lab.present, lab.exercise, lab.tab, frame.done) == (True, "E4", "lab", seq)


def test_the_link_is_made_only_while_it_is_looked_at_and_follows_the_state(frame: Frame, lab: Lab) -> None:
    assert (frame.handed, frame.options) == ({}, {})
    send(frame, "panel", BASE)
    assert frame.handed["text"] == f"{BASE}?{encode(lab)}"
    assert frame.handed["brief"] == BASE
    assert [key for key, _title in frame.options["exercises"]] == sorted(EXERCISES, key=lambda key: int(key[1:]))
    first = modules(frame)
    lab.assign({"T": 77})
    frame.refresh()
    assert frame.handed["text"] == f"{BASE}?{encode(lab)}"
    assert frame.handed["brief"] == f"{BASE}?{brief(lab)}" == f"{BASE}?T=77"
    assert modules(frame) != first
    send(frame, "panel", "")
    assert frame.handed == {}


def test_a_page_without_a_query_has_a_link_without_one(lab: Lab) -> None:
    frame = Frame(lab, lambda: "")
    send(frame, "panel", BASE)
    assert frame.handed["text"] == BASE


@pytest.mark.parametrize("length", [10, 300, 1_000, 2_953])
def test_a_code_is_a_picture_of_squares_and_nothing_else(length: int) -> None:
    found = qr_code((BASE + "?pin=<script>" + "x" * length)[:length])
    kind, _comma, picture = found["picture"].partition(",")
    assert kind.startswith("data:image/svg+xml")
    assert set(re.findall(r"<(\w+)", unquote(picture))) == {"svg", "path"}
    assert f"0 0 {found['modules']} {found['modules']}" in unquote(picture)


def test_a_link_that_is_too_long_for_a_code_has_none() -> None:
    assert qr_code("x" * 2_954) == {"picture": "", "modules": 0}
