"""What the server says of notes: what they can be about, when the tab is open, and nothing that a prediction covers."""

from app.link import encode
from app.model import Lab
from app.subjects import KINDS
from app.views.notes import Notes


def opened() -> tuple[Lab, Notes]:
    lab = Lab()
    notes = Notes(lab)
    lab.param.watch(lambda _event: notes.refresh(), "revision")
    notes.open = True
    return lab, notes


def test_nothing_is_sent_before_the_tab_is_open() -> None:
    lab = Lab()
    notes = Notes(lab)
    notes.refresh()
    assert (notes.standing, notes.family, notes.stage) == ({}, {}, {})
    notes.open = True
    assert {*notes.standing, *notes.family, "stage"} == set(KINDS)


def test_the_stage_is_followed_and_its_link_opens_no_question() -> None:
    lab, notes = opened()
    lab.assign({"family": "wsd", "T": 777})
    assert notes.stage["link"] == encode(lab)
    assert notes.stage["subject"]["title"] == lab.spec.title
    lab.open("E1", 0)
    lab.practise("predict", 0.0)
    assert lab.held
    lab.open("", 0)
    assert "exercise" not in notes.stage["link"]


def test_while_a_prediction_is_open_claims_stay_and_the_stage_goes() -> None:
    lab, notes = opened()
    lab.open("E1", 0)
    assert (notes.family, notes.stage) == ({}, {})
    assert notes.standing["claim"]
    late = Notes(lab)
    late.open = True
    assert (late.family, late.stage) == ({}, {})
    assert late.standing["source"]


def test_a_move_of_a_slider_sends_no_equations_again() -> None:
    lab, notes = opened()
    sent: list[str] = []
    notes.param.watch(lambda *events: sent.extend(event.name for event in events), ["standing", "family", "stage"])
    lab.assign({"T": 5_000})
    assert sent == ["stage"]
