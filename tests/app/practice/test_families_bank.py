"""Figures of the exercises on other families, worked out anew."""

from typing import Any

import numpy as np
import pytest

from app.practice.bank import EXERCISES
from app.practice.question import Question
from app.practice.toy import rates
from schedules import restarts


def ask(key: str, **params: Any) -> Question:
    return EXERCISES[key].ask(**params)


def wrong(question: Question, name: str) -> Any:
    return next(model.value() for model in question.wrong if model.name == name)


@pytest.mark.parametrize(("part", "times", "rate"), [(2, 4, 0.5), (10, 100, 0.1)])
def test_e11_a_part_of_the_peak_takes_the_square_of_the_steps(part: int, times: int, rate: float) -> None:
    T, Tw = 50_000, 100
    question = ask("E11", T=T, Tw=Tw, eta_max=1.0, part=part)
    assert question.truth() == times * Tw - 1
    lr = rates("inverse_sqrt", T=T, Tw=Tw, eta_max=1.0)
    assert lr[int(question.truth())] == pytest.approx(rate, rel=1e-12)
    assert wrong(question, f"{part} times as many updates") == part * Tw - 1
    assert wrong(question, "the root shortens the way") == round(part**0.5 * Tw) - 1
    assert "by t = 399, and down to a tenth" in question.because()
    assert "by t = 9,999." in question.because()


def test_e12_a_rate_that_falls_too_fast_never_gets_there() -> None:
    question = ask("E12", T=100_000, first=0.5, power=2)
    assert question.truth() == "root+plain"
    assert [model.value() for model in question.wrong] == ["root+plain+high", "root", "none"]
    assert question.picture is not None
    left = {line.name: line.y[-1] for line in question.picture().lines}
    assert left["0.5/(t + 1)²"] == pytest.approx(0.3582, abs=5e-5)
    assert left["0.5/(t + 1)²"] == pytest.approx(np.sin(np.pi * 0.5**0.5) / (np.pi * 0.5**0.5), rel=1e-4)
    assert left["0.5/(t + 1)"] < 0.002
    assert left["0.5/√(t + 1)"] < 1e-100


@pytest.mark.parametrize("turns", range(6))
def test_e13_half_way_between_two_turns_the_rate_is_half_way(turns: int) -> None:
    stepsize = 100
    question = ask("E13", cycle_length=2 * stepsize, t=turns * stepsize + 50, eta_max=0.006, eta_min=0.001)
    assert question.truth() == pytest.approx((0.006 + 0.001) / 2, rel=1e-12)
    assert wrong(question, "once it has climbed, the rate stays up") == 0.006


def test_e14_the_height_above_the_floor_is_halved() -> None:
    asked = [ask("E14", cycle_length=400, cycle=n, eta_max=0.006, eta_min=0.001) for n in (2, 3, 4)]
    peaks = [question.truth() for question in asked]
    assert peaks == pytest.approx([0.0035, 0.00225, 0.001625], rel=1e-12)
    assert [wrong(question, "the peak rate is halved") for question in asked] == pytest.approx([0.003, 0.0015, 0.00075])
    assert [wrong(question, "the first cycle is halved already") for question in asked[:2]] == pytest.approx(peaks[1:])
    assert "peaks are 0.006, 0.0035, 0.00225, 0.001625." in asked[-1].because()
    assert "averages 0.002172," in asked[-1].because()


@pytest.mark.parametrize(
    ("mult", "found", "last"),
    [(2, "at t = 100, 300 and 700.", 700), (1, "9 restarts", 900), (3, "at t = 100 and 400.", 400)],
)
def test_e15_restarts_fall_where_the_lengths_add_up(mult: int, found: str, last: int) -> None:
    question = ask("E15", T=1_000, cycle_length=100, restart_mult=mult, eta_max=0.1)
    assert question.truth() == last
    assert found in question.because()
    assert wrong(question, "every cycle is as long as the first") == 900
    assert wrong(question, "the step of a restart is multiplied") == {1: 100, 2: 800, 3: 900}[mult]


def test_e16_a_run_may_end_within_a_cycle() -> None:
    question = ask("E16", T=1_000, cycle_length=100, restart_mult=2, eta_max=1.0)
    assert question.truth()[-1] == pytest.approx(0.693, abs=5e-4)
    assert question.truth()[-1] == pytest.approx(0.5 * (1 + np.cos(np.pi * 299 / 800)), rel=1e-12)
    assert wrong(question, "a cosine run ends at eta_min")[-1] == pytest.approx(0, abs=1e-12)
    assert wrong(question, "every cycle is as long as the first")[-1] < 0.001
    assert "0.693 of the peak" in question.because()


def test_e16_whole_cycles_fill_the_run_from_the_length_that_is_told() -> None:
    assert (
        "For 4 whole cycles, cycle_length would have to be 100."
        in ask("E16", T=1_500, cycle_length=110, restart_mult=2, eta_max=1.0).because()
    )
    assert restarts("sgdr", T=1_501, Tw=0, cycle_length=100, restart_mult=2.0).tolist() == [100, 300, 700, 1_500]


@pytest.mark.parametrize(("mult", "cycles"), [(2, 3), (3, 3)])
def test_e17_the_average_over_whole_cycles_does_not_depend_on_their_lengths(mult: int, cycles: int) -> None:
    question = ask("E17", cycle_length=10_000, restart_mult=mult, cycles=cycles, eta_max=1.0, ratio=0.0)
    assert question.truth() == "same"
    assert [model.value() for model in question.wrong] == ["rises", "falls"]
    names = ("T", "Tw", "eta_max", "eta_min", "cycle_length", "restart_mult")
    runs = [question.stage, *(values for _, values in question.compare)]
    means = [rates("sgdr", **{name: values[name] for name in names}).mean() for values in runs]
    assert means == pytest.approx([0.500] * 2, abs=5e-4)


@pytest.mark.parametrize("length", [10, 100, 1_000])
def test_e17_a_cycle_that_ends_one_step_short_averages_half_a_step_more(length: int) -> None:
    lr = rates("sgdr", T=length, Tw=0, eta_max=1.0, eta_min=0.0, cycle_length=length, restart_mult=1.0)
    assert lr.mean() == pytest.approx(0.5 + 0.5 / length, rel=1e-12)


def test_e18_a_restart_brings_the_noise_back() -> None:
    question = ask("E18", cycle_length=100, restart_mult=2, cycles=4, eta_max=0.18, noise=1.0)
    assert question.truth() == pytest.approx(89, abs=0.5)
    assert wrong(question, "a restart keeps on improving") == pytest.approx(1, abs=0.01)
    assert wrong(question, "a restart begins all over again") == pytest.approx(5.5 / 0.0050, rel=0.01)
    told = question.because()
    assert "From 0.00498 the loss gets up to 0.445:" in told
    assert "for 700 updates ends lower, at 0.00345." in told
    assert "after 300 updates the cycles are at 0.00782, and a single cosine planned for 1,500 is at 0.264." in told
