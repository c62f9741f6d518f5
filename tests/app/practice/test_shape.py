"""Figures of the exercises on the shape of one schedule, worked out anew."""

from typing import Any

import numpy as np
import pytest

from app.practice.bank import EXERCISES
from app.practice.question import Question
from app.practice.toy import rates


def ask(key: str, **params: Any) -> Question:
    return EXERCISES[key].ask(**params)


def wrong(question: Question, name: str) -> Any:
    return next(model.value() for model in question.wrong if model.name == name)


def curves(question: Question) -> list[np.ndarray]:
    """Return the rates of what is pinned and of what is on the stage on the reveal, for families with four values."""
    shown = [*question.compare, (question.stage["family"], question.stage)]
    return [
        rates(family, **{name: values[name] for name in ("T", "Tw", "eta_max", "eta_min")}) for family, values in shown
    ]


def test_e1_the_first_update_uses_one_part_of_the_ramp() -> None:
    question = ask("E1", T=10_000, Tw=500, eta_max=3e-4)
    assert question.truth() == pytest.approx(6e-7, rel=1e-12)
    assert wrong(question, "the ramp starts at 0") == 0
    assert wrong(question, "the run starts at its peak") == 3e-4


def test_e2_two_updates_use_the_peak() -> None:
    run = {"T": 10_000, "Tw": 500, "eta_max": 3e-4, "eta_min": 3e-5}
    question = ask("E2", **run)
    lr = rates("warmup_cosine", **run)
    assert question.truth() == 2
    assert np.flatnonzero(lr == lr.max()).tolist() == [499, 500]  # equal bit for bit
    assert wrong(question, "ramp and decay share the peak") == 1
    assert wrong(question, "the peak lies between two updates") == 0
    assert question.because().count(" 3e-4 at t = ") == 2


def test_e2_without_warmup_one_update_uses_the_peak() -> None:
    question = ask("E2", T=1_000, Tw=0, eta_max=0.1, eta_min=0.0)
    assert question.truth() == 1
    assert wrong(question, "the peak is always used twice") == 2


@pytest.mark.parametrize("eta_min", [1e-3, 0.05])
def test_e3_the_last_update_uses_the_floor(eta_min: float) -> None:
    question = ask("E3", T=10, Tw=0, eta_max=0.1, eta_min=eta_min)
    assert question.truth() == pytest.approx(eta_min, rel=1e-12)
    above = (wrong(question, "the decay ends one step short") - eta_min) / (0.1 - eta_min)
    assert above == pytest.approx(0.0245, abs=5e-5)
    assert "2.45 percent" in question.because()


def test_e4_with_a_floor_of_0_the_average_stays() -> None:
    found = []
    for short, long in ((0.1, 0.5), (0.5, 0.9)):
        question = ask("E4", T=1_000, short=short, long=long, eta_max=1.0)
        assert question.truth() == "same"
        assert [model.value() for model in question.wrong] == ["falls", "rises"]
        found += [lr.mean() for lr in curves(question)]
    assert found == pytest.approx([0.5005] * 4, rel=1e-12)


def test_e5_with_a_higher_floor_the_average_falls() -> None:
    question = ask("E5", T=1_000, short=0.1, long=0.5, eta_max=1.0, ratio=0.2)
    assert question.truth() == "falls"
    assert [lr.mean() for lr in curves(question)] == pytest.approx([0.5905, 0.5505], rel=1e-12)
    assert "from 0.5905 to 0.5505" in question.because()
    assert [model.value() for model in question.wrong] == ["same", "rises"]


def test_e5_each_update_moved_costs_half_the_floor() -> None:
    first, second = (lr.sum() for lr in curves(ask("E5", T=1_000, short=0.1, long=0.5, eta_max=1.0, ratio=0.2)))
    assert second - first == pytest.approx(-400 * 0.2 / 2)


def test_e6_a_cosine_and_a_line_have_the_same_average() -> None:
    question = ask("E6", T=1_000, eta_max=1.0, eta_min=0.1)
    assert question.truth() == "same"
    assert [lr.mean() for lr in curves(question)] == pytest.approx([0.55, 0.55], rel=1e-12)
    assert [model.value() for model in question.wrong] == ["cosine", "linear"]


@pytest.mark.parametrize("eta_min", [0.0, 0.1])
def test_e7_a_cosine_stays_near_the_top_for_longer(eta_min: float) -> None:
    T = 10_000
    question = ask("E7", T=T, eta_max=1.0, eta_min=eta_min, cut=0.9)
    assert question.truth() / T == pytest.approx(0.205, abs=5e-4)
    assert question.truth() / T == pytest.approx(np.arccos(0.8) / np.pi, abs=1e-4)
    assert wrong(question, "the same average, the same time near the top") / T == pytest.approx(0.10, abs=2e-4)
    assert wrong(question, "the level is a value of the cosine itself") / T == pytest.approx(0.1436, abs=1e-4)
    assert "0.205 of the run" in question.because()


def test_e8_the_cosine_falls_fastest_in_the_middle_of_the_decay() -> None:
    question = ask("E8", T=2_001, Tw=1_000, eta_max=1.0, eta_min=0.1)
    assert question.truth() == pytest.approx(1_500, abs=1)
    assert "1.571 times as steep" in question.because()
    assert [model.value() for model in question.wrong] == [1_000, 2_000, 1_000]


def test_e9_a_warmup_longer_than_the_run_ends_below_its_peak() -> None:
    question = ask("E9", T=10, ratio=2.0, eta_max=1.0)
    assert question.truth()[-1] == pytest.approx(0.5, rel=1e-12)
    assert max(question.truth()) == question.truth()[-1]
    assert max(wrong(question, "the ramp ends at the peak")) == pytest.approx(1.0)


@pytest.mark.parametrize("Tw", [1, 9, 400])
def test_e9_a_warmup_one_update_shorter_than_the_run_ends_at_the_peak(Tw: int) -> None:
    assert rates("warmup_cosine", T=Tw + 1, Tw=Tw, eta_max=1.0, eta_min=0.1)[-2:].tolist() == [1.0, 1.0]


def test_e10_a_decay_pays_off_at_its_end() -> None:
    question = ask("E10", T=1_000, stop=500, eta_max=0.18, eta_min=0.0, noise=1.0)
    assert question.truth() == pytest.approx(15, abs=0.5)
    assert question.truth() == pytest.approx(0.0650 / 0.0043, rel=0.02)
    assert "at a loss of 0.065;" in question.because()
    assert "ends at 0.0043." in question.because()
    assert wrong(question, "as many updates, the same loss") == 1
    half = 0.5 + 1 / np.pi  # the average of the first half of a cosine from 1 to 0
    assert wrong(question, "higher rates get further") == pytest.approx(0.5 / half, rel=2e-3)
