"""The storyboard: what it asks, what it shows, and that its answers are the engine's."""

import pytest

from app.lesson.blocks import Block
from app.lesson.storyboard import HIGHER, KINDS, LOST, LOWER, SAME, SCENES, Storyboard
from app.model import Lab
from app.training import Trainer

each_scene = pytest.mark.parametrize("place", range(len(SCENES)), ids=[scene.title for scene in SCENES])


def opened(place: int) -> tuple[Lab, Storyboard]:
    lab = Lab()
    board = Storyboard(lab)
    board.act("scene", place)
    return lab, board


def inside(board: Storyboard) -> list[Block]:
    return board.blocks()[-1]["inside"]


def said(board: Storyboard) -> str:
    return " ".join(
        piece if isinstance(piece, str) else "" for block in inside(board) for piece in block.get("pieces", [])
    )


def question(board: Storyboard) -> Block:
    return next(block for block in inside(board) if block["kind"] == "choice")


def final_loss(lab: Lab) -> float:
    trainer = Trainer(lab, lambda _work: None, lambda: None)
    trainer.refresh()
    assert trainer.live is not None
    return float(trainer.live.loss[-1])


def test_the_scenes_have_different_answers() -> None:
    kinds = [scene.kind for scene in SCENES]
    assert 6 <= len(SCENES) <= 8
    assert {LOWER, HIGHER, LOST} <= set(kinds) <= {LOWER, SAME, HIGHER, LOST}


@each_scene
def test_a_scene_begins_and_ends_where_it_says_and_its_losses_are_those_of_the_stage(place: int) -> None:
    scene = SCENES[place]
    lab, board = opened(place)
    for name, value in scene.before.items():
        assert lab.value_of(name) == value
    _start, before, after = scene.losses
    assert final_loss(lab) == pytest.approx(before, rel=1e-9)
    board.act("pick", LOWER)
    board.act("commit", "")
    assert lab.pins == []
    for _ in scene.steps[1:]:
        board.act("step", 1)
    for name, value in scene.after.items():
        assert lab.value_of(name) == value
    assert final_loss(lab) == pytest.approx(after, rel=1e-9)
    assert lab.pins == [scene.case]  # what it was before stays beside it


@each_scene
def test_a_scene_asks_first_and_says_afterwards_what_came_of_it(place: int) -> None:
    _lab, board = opened(place)
    scene = SCENES[place]
    asked = question(board)
    assert asked["right"] == ""
    assert not asked["locked"]
    assert "You said" not in said(board)
    wrong = next(kind for kind, _ in KINDS if kind != scene.kind)
    board.act("commit", "")  # to nothing
    board.act("pick", scene.kind)
    board.act("pick", wrong)  # changed before it counts
    assert not question(board)["locked"]
    board.act("commit", "")
    assert question(board)["locked"]
    board.act("pick", scene.kind)  # too late
    for _ in scene.steps[1:]:
        assert question(board)["right"] == ""
        board.act("step", 1)
    assert question(board)["right"] == scene.kind
    assert question(board)["chosen"] == wrong
    assert "You said" in said(board)
    board.act("again", "")
    board.act("pick", scene.kind)
    board.act("commit", "")
    for _ in scene.steps[1:]:
        board.act("step", 1)
    assert "As you said" in said(board)


def test_going_on_without_an_answer_asks_once_before_it_shows_anything() -> None:
    lab, board = opened(0)
    before = lab.state
    board.act("step", 1)
    assert "Nobody has said yet" in said(board)
    assert lab.state == before
    board.act("step", 1)
    assert "1 of 3" in said(board)


def test_a_clicker_alone_leads_through_all_scenes_and_back() -> None:
    lab, board = opened(0)
    presses = 0
    while not (lab.scene == len(SCENES) - 1 and "No best schedule" in said(board) and "4 of" not in said(board)):
        board.act("step", 1)
        presses += 1
        assert presses < 100
    for _ in range(presses + 50):
        board.act("step", -1)
    assert lab.scene == 0


def test_a_scene_can_be_taken_back_and_its_place_is_in_the_state() -> None:
    lab = Lab()
    lab.assign({"T": 1234})
    board = Storyboard(lab)
    board.act("scene", 2)
    assert lab.scene == 2
    assert lab.state["scene"] == 2
    lab.undo()
    assert lab.T == 1234


def test_a_scene_that_a_link_brings_without_its_stage_sets_it_first() -> None:
    lab = Lab()
    lab.restore({**lab.state, "section": "storyboard", "scene": 2}, [])
    board = Storyboard(lab)
    assert "The stage shows something else" in said(board)
    board.act("step", 1)
    assert "The stage shows something else" not in said(board)
    assert {name: lab.value_of(name) for name in SCENES[2].before} == SCENES[2].before
    assert not question(board)["locked"]
    lab.assign({"eta_max": 0.123})
    assert "The stage shows something else" in said(board)
    lab.undo()
    lab.assign({"axis": "log", "step": 3})
    assert "The stage shows something else" not in said(board)


def test_a_scene_that_a_link_brings_with_its_stage_goes_on_from_there() -> None:
    lab, _board = opened(3)
    other = Storyboard(lab)
    assert "The stage shows something else" not in said(other)
    other.act("step", 1)
    assert "Nobody has said yet" in said(other)
