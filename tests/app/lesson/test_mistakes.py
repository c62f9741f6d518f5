"""The museum of defects: what is asked, what is told when, and what stands on the stage."""

import numpy as np
import pytest

from app.lesson.blocks import Block
from app.lesson.mistakes import Mistakes
from app.model import Lab
from schedules.mistakes import MISTAKES, first_difference


def inside(museum: Mistakes) -> list[Block]:
    return museum.blocks()[0]["inside"]


def words(blocks: list[Block]) -> str:
    return " ".join(p if isinstance(p, str) else p["words"] for block in blocks for p in block.get("pieces", []))


@pytest.mark.parametrize("key", MISTAKES)
def test_a_case_asks_for_its_line_and_tells_its_story_only_then(key: str) -> None:
    lab = Lab()
    museum = Mistakes(lab)
    mistake = MISTAKES[key]
    museum.act("case", key)
    assert (lab.family, lab.pins[0].remake) == (mistake.family, key)
    np.testing.assert_array_equal(lab.pins[0].run().lr, mistake.buggy)
    np.testing.assert_array_equal(lab.run.lr, mistake.intended)
    asked = words(inside(museum))
    assert f"The first update that differs is {first_difference(mistake):,}" in asked
    assert mistake.cure not in asked
    assert [block["title"] for block in inside(museum) if block["kind"] == "code"] == ["The code"]
    museum.act("line", mistake.wrong_line)
    told = words(inside(museum))
    assert f"Found: line {mistake.wrong_line + 1}." in told
    assert mistake.cure in told
    for thread in mistake.threads:
        assert thread.name in told


def test_two_tries_then_it_is_shown_and_the_list_remembers() -> None:
    museum = Mistakes(Lab())
    first, second = list(MISTAKES)[:2]
    wrong = MISTAKES[first].wrong_line
    others = [line for line in range(len(MISTAKES[first].lines)) if line != wrong]
    museum.act("case", first)
    museum.act("line", others[0])
    museum.act("line", others[0])  # the same once more is no second try
    assert "One more try" in words(inside(museum))
    museum.act("line", others[1])
    assert f"It is line {wrong + 1}." in words(inside(museum))
    museum.act("line", wrong)  # too late
    museum.act("case", second)
    museum.act("line", MISTAKES[second].wrong_line)
    museum.act("all", "")
    blocks = museum.blocks()
    assert "Found so far: 1." in words(blocks)
    marks = [entry[1] for block in blocks if block["kind"] == "points" for entry in block["items"]]
    assert marks[:2] == [" – seen", " ✓ found"]
    assert len(marks) == len(MISTAKES)


def test_a_case_can_be_taken_back() -> None:
    lab = Lab()
    before = lab.state
    Mistakes(lab).act("case", "per-epoch")
    assert lab.state != before
    lab.undo()
    assert lab.state == before
