"""The words: the engine's sentence about the curve that is drawn, what was changed on the way, and why it stays."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import schedules
from app.model import Lab
from app.views.prose import Prose
from idle import idle


@given(data=st.data())
def test_the_sentence_is_the_engines_about_the_curve_that_is_drawn(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(most_pins=0))
    lab.arrange(hidden=[])
    prose = Prose(lab, idle(lab))
    assert prose.sentence == schedules.describe(lab.live.family, **dict(lab.live.values))
    assert bool(prose.error) == bool(lab.error)


def test_the_first_page_says_what_its_curve_does() -> None:
    prose = Prose(Lab(), idle(Lab()))
    assert prose.sentence == (
        "Rises for 500 updates to 3e-4, then falls along half a cosine to 3e-5 at update 9,999; its average is 1.64e-4."
    )
    assert (prose.notices, prose.error) == ([], "")


def test_hidden_words_are_not_said_but_what_a_change_did_is() -> None:
    lab = Lab()
    lab.arrange(hidden=["words"])
    lab.assign({"T": 1e9})
    prose = Prose(lab, idle(lab))
    assert (prose.sentence, prose.training) == ("", "")
    assert prose.notices == lab.notices != []


def test_notices_stand_until_the_next_change() -> None:
    lab = Lab()
    prose = Prose(lab, idle(lab))
    lab.assign({"T": 1e9})
    prose.refresh()
    assert prose.notices == lab.notices
    assert len(prose.notices) == 1
    lab.assign({"T": 50})
    prose.refresh()
    assert prose.notices == []


def test_a_conflict_is_said_until_it_is_over() -> None:
    lab = Lab()
    prose = Prose(lab, idle(lab))
    before = prose.sentence
    lab.assign({"family": "range_test", "sweep": "exponential", "eta_min": 0})
    prose.refresh()
    assert prose.error == f"The curve stays as it was: {lab.error}"
    assert prose.sentence == before
    lab.assign({"sweep": "linear"})
    prose.refresh()
    assert prose.error == ""
    assert prose.sentence != before


def test_words_that_stay_are_not_sent_again() -> None:
    lab = Lab()
    prose = Prose(lab, idle(lab))
    sent: list[str] = []
    prose.param.watch(lambda *events: sent.extend(event.name for event in events), ["sentence", "notices", "error"])
    lab.assign({"axis": "log"})
    prose.refresh()
    assert sent == []
    lab.assign({"eta_max": 1e9})
    prose.refresh()
    assert sorted(sent) == ["notices", "sentence"]
