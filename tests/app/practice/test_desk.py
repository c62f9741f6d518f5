"""What the page gets of an attempt, and what it makes of odd messages."""

import json
import random
from typing import Any

import pytest

from app.model import Lab
from app.practice.bank import EXERCISES
from app.practice.desk import PATH, Desk, catalogue, describe_form
from app.practice.forms import Choice, Number, Ordering, Place, Sketch

AFTER = ("right", "truth", "gap", "others", "because", "seen", "record", "receipt", "features")


def at(key: str, seed: int = 0) -> Desk:
    desk = Desk()
    desk.put(key, seed)
    return desk


def commit(desk: Desk, answer: object) -> None:
    for name, value in (("predict", answer), ("why", "because of the ramp"), ("sure", "sure"), ("commit", None)):
        desk.act(name, value)
        assert desk.refusal == ""


def answer(lab: Lab, key: str, seed: int) -> None:
    """Put a question on the desk, and commit what is true."""
    lab.open(key, seed)
    truth = EXERCISES[key].question(seed).truth()
    for act in (("predict", truth), ("why", "as it must be"), ("sure", "sure"), ("commit", None)):
        lab.practise(*act)


def test_nothing_of_the_result_is_shown_before_the_commit() -> None:
    for key in EXERCISES:
        shown = at(key).shown
        assert not set(AFTER) & set(shown), key
        json.dumps(shown)
    desk = at("E1")
    commit(desk, 0.0)
    assert set(AFTER) <= set(desk.shown)


def test_an_empty_desk_shows_nothing_and_takes_nothing() -> None:
    desk = Desk()
    desk.act("predict", 1.0)
    assert desk.shown == {}
    assert not desk.held
    assert desk.place == ("", 0)


def test_the_question_that_is_there_stays_until_another_comes() -> None:
    desk = at("E1", 3)
    desk.act("predict", 0.0)
    desk.put("E1", 3)
    assert desk.shown["answer"] == 0.0
    desk.put("E1", 4)
    assert desk.shown["answer"] is None
    desk.put("", 0)
    assert desk.shown == {}


def test_what_is_refused_is_said_and_forgotten_with_the_next_act() -> None:
    desk = at("E1")
    desk.act("predict", -1.0)
    assert "Type a number" in desk.shown["refusal"]
    desk.act("predict", 0.0)
    assert desk.shown["refusal"] == ""


def test_a_draft_is_taken_up_and_a_record_locks() -> None:
    desk = at("E1")
    desk.act(
        "resume", {"misses": 0, "draft": {"answer": 0.5, "reason": "a reason of mine", "sure": "guess", "nudges": 2}}
    )
    assert (desk.shown["answer"], desk.shown["sure"], len(desk.shown["nudges"])) == (0.5, "guess", 2)
    commit(other := at("E1"), 0.0)
    record = other.shown["record"]
    desk.act("resume", {"misses": 0, "record": record})
    assert not desk.held
    assert desk.shown["answer"] == 0.0
    desk.act("resume", {"misses": 0, "draft": {"answer": 0.5}})
    assert desk.shown["answer"] == 0.0


def test_a_draft_whose_prediction_is_refused_keeps_its_reason() -> None:
    desk = at("E1")
    desk.act("resume", {"misses": 0, "draft": {"answer": "no number", "reason": "a reason of mine", "sure": "guess"}})
    assert (desk.shown["answer"], desk.shown["reason"], desk.shown["sure"]) == (None, "a reason of mine", "guess")
    assert "Type a number" in desk.shown["refusal"]


def test_missing_twice_shows_the_worked_example_up_to_its_last_step() -> None:
    desk = at("E1")
    assert desk.shown["worked"] == []
    desk.act("resume", {"misses": 2})
    assert desk.shown["worked"]
    assert "__" in desk.shown["last_step"]


ODD: list[Any] = [
    *(None, True, 0, -1, 1e308, float("nan"), float("inf"), "", "E1", "<script>alert(1)</script>", "x" * 100_000),
    *(
        "\ud800",
        [],
        [None],
        [None] * 21,
        [1.0] * 21,
        [float("nan")] * 21,
        ["up"] * 3,
        {},
        {"record": {}},
        {"draft": []},
    ),
    *({"misses": "2"}, {"draft": {"answer": {}, "reason": [], "sure": 1, "nudges": "x"}}),
    *([["a"], "b"], ["same", 3], ["concrete", "yes"]),
]
NAMES = [
    *("predict", "clear", "undo", "why", "sure", "nudge", "commit", "saw", "tick", "neighbour", "resume"),
    *("__class__", 3, None),
]


@pytest.mark.parametrize("seed", range(6))
def test_no_message_breaks_the_desk(seed: int) -> None:
    chance = random.Random(seed)
    desk = at(chance.choice(list(EXERCISES)), seed)
    committed: object = None
    for _ in range(400):
        desk.act(chance.choice(NAMES), chance.choice(ODD))
        shown = desk.shown
        json.dumps(shown, allow_nan=False)
        if committed is not None:
            assert shown["answer"] == committed
        if not shown["open"]:
            committed = shown["answer"]


def test_every_form_is_described_for_the_browser() -> None:
    kinds = {type(exercise.question(0).form) for exercise in EXERCISES.values()}
    assert kinds == {Number, Choice, Ordering, Place, Sketch}
    for exercise in EXERCISES.values():
        json.dumps(describe_form(exercise.question(0).form), allow_nan=False)


def test_the_path_has_every_exercise_once_and_begins_with_a_surprise() -> None:
    assert sorted(PATH, key=lambda key: int(key[1:])) == [f"E{n}" for n in range(1, 39)]
    assert EXERCISES[PATH[0]].surprising
    assert [entry["key"] for entry in catalogue()] == list(PATH)


def test_the_state_is_held_while_a_prediction_is_open_and_the_reveal_sets_the_stage() -> None:
    lab = Lab()
    lab.open("E4", 2)
    assert lab.held
    before = lab.state
    for act in (("predict", "falls"), ("why", "the area gets smaller"), ("sure", "sure")):
        lab.practise(*act)
    assert lab.state == before
    lab.practise("commit")
    assert not lab.held
    question = EXERCISES["E4"].question(2)
    assert {name: lab.value_of(name) for name in ("T", "Tw", "eta_max")} == {
        name: question.stage[name] for name in ("T", "Tw", "eta_max")
    }
    assert len(lab.pins) == 1
    lab.undo()
    assert lab.state == before


def test_leaving_practice_gives_the_stage_back_as_it_was() -> None:
    lab = Lab()
    lab.assign({"family": "wsd", "T": 1_234})
    before = lab.state
    for key in ("E4", "E1"):
        answer(lab, key, 3)
        assert lab.T != 1_234
    lab.open("", 0)
    assert lab.state == {**before, "tab": "practice"}
    assert any("before practice" in notice for notice in lab.notices)


def test_a_reveal_that_is_not_about_training_shows_a_run_that_is_at_ease() -> None:
    for key in ("E1", "E4", "E9"):
        lab = Lab()
        answer(lab, key, 1)
        assert (
            0.7 <= lab.run.lr.max() * lab.sharpness / 2 <= 0.8 if key == "E4" else lab.run.lr.max() * lab.sharpness < 2
        )


@pytest.mark.parametrize("key", EXERCISES)
def test_each_reveal_finds_a_stage_that_can_be_drawn(key: str) -> None:
    lab = Lab()
    answer(lab, key, 0)
    assert not lab.held
    assert lab.error == ""


def test_going_back_in_the_browser_leaves_no_earlier_stage_to_return_to() -> None:
    lab = Lab()
    before = lab.state
    answer(lab, "E19", 3)
    assert lab.state != before
    lab.restore(before, [])
    lab.assign({"T": 777})
    lab.open("E1", 0)
    lab.open("", 0)
    assert lab.T == 777
