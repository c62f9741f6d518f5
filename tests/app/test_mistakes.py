"""A mistake on the stage: the intended curve live, the mistaken one pinned, through links and through training."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.link import decode, encode, exact, parse
from app.model import MAX_PINS, Case, Lab, describe_difference
from app.training import Trainer
from schedules import FAMILIES
from schedules.mistakes import MISTAKES, Mistake, first_difference
from schedules.remakes import REMAKES
from schedules.toy import TOY
from strategies import params_of

every_mistake = pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)


def opened(query: str) -> tuple[Lab, list[str]]:
    lab = Lab()
    state, notices = decode(parse(query), lab)
    lab.restore(state, notices)
    return lab, notices


def shown(key: str, lab: Lab | None = None) -> Lab:
    lab = lab or Lab()
    lab.show_mistake(key)
    return lab


@every_mistake
def test_a_mistake_is_shown_beside_what_was_meant(mistake: Mistake) -> None:
    lab = shown(mistake.key)
    np.testing.assert_array_equal(lab.run.lr, mistake.intended)
    (pin,) = lab.pins
    assert (pin.family, dict(pin.values), pin.remake) == (mistake.family, mistake.values, mistake.key)
    np.testing.assert_array_equal(pin.run().lr, mistake.buggy)
    assert (lab.axis, lab.step, lab.family) == ("linear", first_difference(mistake), mistake.family)
    assert len(lab.notices) == 1  # none of its values had to be changed
    assert mistake.label in lab.notices[0]
    assert f"at update {lab.step:,}." in lab.notices[0]
    labels = describe_difference([lab.live, pin])
    assert labels == [FAMILIES[mistake.family].title, f"{FAMILIES[mistake.family].title}, {mistake.label}"]


@every_mistake
def test_its_rates_are_ones_that_the_bowl_can_bear(mistake: Mistake) -> None:
    lab = shown(mistake.key, Lab(optimizer="adam", sharpness=5e5))
    trainer = Trainer(lab, lambda _: None, lambda: None)
    trainer.refresh()
    assert trainer.edge is not None
    assert max(mistake.intended.max(), mistake.buggy.max()) < 0.8 * trainer.edge
    assert {spec.name for spec in TOY if getattr(lab, spec.name) != spec.default} <= {"sharpness", "noise"}
    page = {spec.name: spec.default for spec in TOY}
    assert lab.noise / lab.sharpness == pytest.approx(page["noise"] / page["sharpness"], rel=0.05)
    for case in trainer.wanted():
        outlook = trainer.of(case)
        assert outlook is not None
        assert outlook.diverged_at < 0
    np.testing.assert_array_equal(lab.pins[0].run().lr, mistake.buggy)


def test_showing_one_is_a_single_act_that_can_be_taken_back() -> None:
    lab = Lab()
    lab.assign({"family": "step", "axis": "log", "noise": 0.0})
    lab.pin()
    lab.pin("reverse")
    before, revision = lab.state, lab.revision
    lab.show_mistake("warmup-prefix")
    assert lab.revision == revision + 1
    assert [pin.remake for pin in lab.pins] == ["warmup-prefix"]
    after = lab.state
    lab.undo()
    assert lab.state == {**before, "step": lab.step}
    lab.redo()
    assert lab.state == after


@pytest.mark.parametrize("key", ["", "reverse", "per_epoch", "PER-EPOCH", "x" * 500])
def test_a_mistake_that_is_not_known_changes_nothing(key: str) -> None:
    lab = Lab()
    before = lab.state
    with pytest.raises(ValueError, match="is not known; it must be one of per-epoch, ") as refused:
        lab.show_mistake(key)
    assert "x" * 61 not in str(refused.value)
    assert lab.state == before


def test_a_shown_pin_says_of_what_it_was_made() -> None:
    lab = shown("per-epoch")
    lab.show(lab.pins[0])
    assert lab.notices == ["On the stage is the curve of which this one was made (stepped per epoch)."]
    np.testing.assert_array_equal(lab.run.lr, MISTAKES["per-epoch"].intended)


# Links.


@every_mistake
def test_a_shown_mistake_comes_back_from_its_link(mistake: Mistake) -> None:
    lab = shown(mistake.key)
    query = encode(lab)
    assert f"pin={mistake.family}~{mistake.key},T:" in query
    back, notices = opened(query)
    assert (back.state, back.live, notices) == (lab.state, lab.live, [])
    np.testing.assert_array_equal(back.pins[0].run().lr, mistake.buggy)


@settings(max_examples=80)
@given(mistake=st.sampled_from(list(MISTAKES.values())), data=st.data())
def test_any_legal_values_in_a_link_give_a_curve_that_can_be_drawn_and_trained(
    mistake: Mistake, data: st.DataObject
) -> None:
    values = data.draw(params_of(FAMILIES[mistake.family], longest=300))
    pin = ",".join([f"{mistake.family}~{mistake.key}", *(f"{name}:{exact(v)}" for name, v in values.items())])
    lab, notices = opened(f"pin={pin}")
    assert notices == []
    assert lab.pins == [Case(mistake.family, tuple(values.items()), mistake.key)]
    made = lab.pins[0].run()
    assert made.lr.shape == (values["T"],)
    assert np.isfinite(made.lr).all()
    assert (made.lr >= -1e-12).all()
    assert (made.stretches, made.steps) == ((), {})
    trainer = Trainer(lab, lambda _: None, lambda: None)
    trainer.refresh()
    assert trainer.of(lab.pins[0]) is not None
    assert opened(encode(lab))[0].state == lab.state


@pytest.mark.parametrize("family", FAMILIES)
def test_a_mistake_with_another_family_is_ignored_and_said(family: str) -> None:
    others = [key for key, mistake in MISTAKES.items() if mistake.family != family]
    own = [key for key, mistake in MISTAKES.items() if mistake.family == family]
    for remake in (*others, "nonsense", "per_epoch", "<b>"):
        lab, notices = opened(f"pin={family}~{remake},T:9&pin=constant,T:5&T=77")
        assert [(pin.family, pin.remake) for pin in lab.pins] == [("constant", "")]
        assert lab.T == 77
        (notice,) = notices
        assert notice.endswith(f" was ignored: what was made of it must be one of {', '.join([*REMAKES, *own])}.")


def test_a_link_holds_no_more_of_them_than_of_other_pins() -> None:
    keys = [key for key, mistake in MISTAKES.items() if mistake.family == "warmup_cosine"]
    assert len(keys) > MAX_PINS
    lab, notices = opened("&".join(f"pin=warmup_cosine~{key}" for key in keys))
    assert [pin.remake for pin in lab.pins] == keys[:MAX_PINS]
    assert len(notices) == len(keys) - MAX_PINS


# Words.


@every_mistake
def test_no_word_of_a_notice_or_a_label_is_markup_or_a_key(mistake: Mistake) -> None:
    lab: Any = shown(mistake.key)
    for words in (*lab.notices, *describe_difference([lab.live, *lab.pins])):
        assert not re.search(r"[<>&_]", words.replace("T_max", ""))
