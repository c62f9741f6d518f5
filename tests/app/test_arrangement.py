"""What stands where on the page: it changes without a new curve, and without an act to undo."""

from typing import Any

import pytest

from app.model import Lab
from app.parts import TABS


def test_what_stands_where_changes_without_a_new_curve_and_without_an_act_to_undo() -> None:
    lab = Lab()
    revision = lab.revision
    lab.arrange(tab="code", hidden=["toy", "T"], present=True, below="path")
    assert (lab.tab, lab.hidden, lab.present, lab.below) == ("code", ["T", "toy"], True, "path")
    assert (lab.revision, lab.framed, lab.can_undo) == (revision, 1, False)
    lab.assign({"T": 77})
    lab.undo()
    lab.reset()
    assert (lab.tab, lab.hidden, lab.present, lab.below) == ("code", ["T", "toy"], True, "path")


@pytest.mark.parametrize(
    "changes",
    [
        {"tab": "home"},
        {"tab": ["lab"]},
        {"tab": None},
        {"hidden": ["everything"]},
        {"hidden": "toy"},
        {"hidden": [["toy"]]},
        {"present": "yes"},
        {"present": None},
        {"below": "schedule"},
        {"below": {}},
        {"family": "sgdr"},
        {"tab": "code", "hidden": [0]},
    ],
    ids=str,
)
def test_what_is_not_on_the_page_is_refused_and_changes_nothing(changes: dict[str, Any]) -> None:
    lab = Lab()
    with pytest.raises(ValueError, match=r"\w"):
        lab.arrange(**changes)
    assert lab.state == Lab().state


def test_a_hidden_tab_gives_way_to_the_first_one_that_is_left() -> None:
    lab = Lab()
    lab.arrange(hidden=["lab"])
    assert lab.tab == "lesson"
    lab.arrange(tab="practice")
    lab.arrange(hidden=["lesson", "practice"])
    assert lab.tab == "lab"
    lab.arrange(hidden=list(TABS))
    assert lab.tab == "lab"
    lab.arrange(tab="notes", hidden=[])
    assert (lab.tab, lab.hidden) == ("notes", [])


def test_an_exercise_opens_its_tab_even_if_that_was_hidden_and_keeps_it() -> None:
    lab = Lab()
    lab.arrange(hidden=["practice", "code", "toy"])
    lab.open("E4", 7)
    assert (lab.tab, lab.hidden) == ("practice", ["toy", "code"])
    lab.arrange(hidden=["toy", "practice"])
    assert (lab.tab, lab.hidden) == ("practice", ["toy"])
    lab.open("", 0)
    assert lab.tab == "practice"
    lab.arrange(hidden=["practice"])
    assert lab.tab == "lab"
