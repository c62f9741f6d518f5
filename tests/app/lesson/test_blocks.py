"""The marks of running text, and what every section is made of."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.claims import CLAIMS
from app.lesson.blocks import pieces
from app.lesson.course import Course
from app.lesson.states import STATES, show
from app.model import SECTIONS, Lab
from schedules import FAMILIES
from schedules.mistakes import MISTAKES

KINDS = {
    "text", "heading", "buttons", "choice", "equation", "code", "output", "table", "descents", "fold", "card", "points",
    "spot",
}  # fmt: skip


def parts(found: Any) -> Any:
    """Yield every dict within blocks, at any depth."""
    if isinstance(found, dict):
        yield found
        for value in found.values():
            yield from parts(value)
    elif isinstance(found, list):
        for value in found:
            yield from parts(value)


def test_running_text_is_cut_at_its_marks_and_nowhere_else() -> None:
    found = pieces("At [a peak](show:lost), $2/\\lambda$ and `T_max`. {rate-matters} <b>[x] {Not} 5 $")
    assert found == [
        "At ",
        {"words": "a peak", "act": "show", "value": "lost"},
        ", ",
        {"latex": "2/\\lambda"},
        " and ",
        {"code": "T_max"},
        ". ",
        {"claim": "rate-matters", "status": "source-checked"},
        " <b>[x] {Not} 5 $",
    ]
    assert pieces("plain") == ["plain"]
    assert pieces("") == []


def test_a_badge_without_a_claim_is_an_error() -> None:
    with pytest.raises(KeyError):
        pieces("It holds. {no-such-claim}")


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("family", FAMILIES)
def test_each_section_can_be_shown_for_each_family_and_its_controls_lead_somewhere(section: str, family: str) -> None:
    lab = Lab()
    lab.assign({"family": family, "T": 300})
    course = Course(lab)
    course.act("section", section)
    blocks = course.blocks()
    assert json.loads(json.dumps(blocks)) == blocks
    assert len(blocks) >= 2
    for part in parts(blocks):
        if "kind" in part:
            assert part["kind"] in KINDS
        if part.get("act") == "show":
            assert part["value"] in STATES
        if "claim" in part:
            assert part["status"] == CLAIMS[part["claim"]].status
    unmarked = [piece for part in parts(blocks) for piece in part.get("pieces", []) if isinstance(piece, str)]
    assert not [text for text in unmarked if re.search(r"[{}\[\]]|\$\w", text)]


def test_the_state_knows_the_sections_of_the_course() -> None:
    assert tuple(Course(Lab()).sections) == SECTIONS


@pytest.mark.parametrize("key", STATES)
def test_a_state_that_words_set_is_legal_is_told_and_can_be_taken_back(key: str) -> None:
    lab = Lab()
    before = lab.state
    show(lab, key)
    assert lab.notices == [STATES[key].said]
    for name, value in STATES[key].changes.items():
        assert lab.value_of(name) == value
    lab.undo()
    assert lab.state == before


@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "section",
                    "show",
                    "undo",
                    "turn",
                    "run",
                    "task",
                    "guess",
                    "begin",
                    "scene",
                    "pick",
                    "step",
                    "again",
                    "commit",
                    "reveal",
                    "home",
                    "cue",
                    "case",
                    "line",
                    "all",
                    "adam",
                    "stage",
                    "nonsense",
                    "",
                    None,
                    7,
                ]
            ),
            st.one_of(
                st.sampled_from(
                    [*SECTIONS, *STATES, *MISTAKES, "page", "sliders", "lower", "curve", "rate", "eta_min"]
                ),
                st.integers(-3, 12),
                st.none(),
                st.text(max_size=20),
                st.lists(st.integers(), max_size=2),
                st.floats(),
                st.booleans(),
            ),
        ),
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_browser_sends_the_lesson_goes_on(acts: list[tuple[Any, Any]]) -> None:
    lab = Lab()
    lab.assign({"T": 200})
    course = Course(lab)
    for act, value in acts:
        course.act(act, value)
        assert course.blocks()
        assert lab.error == ""


def test_nothing_is_shown_or_done_while_a_prediction_is_open() -> None:
    lab = Lab()
    lab.open("E1", 0)
    assert lab.held
    course = Course(lab)
    before = lab.state
    course.act("show", "lost")
    course.act("section", "math")
    assert course.blocks() == []
    assert lab.state == before
