"""The figures of the seed material on stability, as the exercises E19 to E24 give them."""

from typing import Any

import numpy as np
import pytest

from app.practice.bank import EXERCISES
from app.practice.question import Question
from app.practice.toy import final_loss, losses, rates, trained
from schedules.facts import number


def ask(key: str, **drawn: Any) -> Question:
    return EXERCISES[key].ask(**drawn)


def wrong(question: Question, name: str) -> Any:
    (model,) = [model for model in question.wrong if name in model.name]
    return model.value()


def test_e19_the_edge_and_what_happens_around_it() -> None:
    question = ask("E19", sharpness=4.0, condition=10.0)
    edge = question.truth()
    assert edge == pytest.approx(2 / 4, rel=1e-12)
    ends = [final_loss(np.full(200, edge * c / 2), sharpness=4.0, start=(1.0, 0.0)) for c in (1.9, 2.0, 2.1)]
    assert ends == pytest.approx([1e-18, 2, 7e16], rel=0.05)
    assert f"from 2 to {number(ends[0], 2)}" in question.because()
    assert wrong(question, "cross") == pytest.approx(1 / 4)
    assert wrong(question, "average") == pytest.approx(2 / 2.2)
    assert wrong(question, "flat") == pytest.approx(2 / 0.4)


def test_e20_the_sign_alternates_and_the_size_halves() -> None:
    question = ask("E20", sharpness=10.0, product=1.5)
    after = slice(4, 13, 4)  # the knots at updates 1, 2, 3
    assert question.truth()[after] == pytest.approx([-0.5, 0.25, -0.125])
    assert wrong(question, "slides")[after] == pytest.approx([0.5, 0.25, 0.125])
    assert wrong(question, "diverges")[after] == [-1.2, 1.2, -1.2]


def test_e21_a_run_may_come_back_from_far_above_its_start() -> None:
    """The seed gives 2e6 and 1e-35 without its warmup; one of 20 updates is of the same orders."""
    question = ask("E21", T=200, Tw=20, times=1.4, sharpness=4.0)
    assert (question.truth(), wrong(question, "lost")) == ("recovers", "lost")
    lr = rates("warmup_cosine", **{name: question.stage[name] for name in ("T", "Tw", "eta_max", "eta_min")})
    decades = trained(lr, 4.0, 1.0).log_mean[0, :, 0] / np.log(10)
    assert decades.max() == pytest.approx(np.log10(2e6), abs=0.5)
    assert decades[-1] == pytest.approx(-35, abs=1)
    assert "10^12 times its start" in question.because()  # the loss, a square


@pytest.mark.parametrize(("Tw", "times", "end"), [(0, 1.8, "recovers"), (0, 2.4, "lost"), (100, 1.4, "calm")])
def test_e21_the_sum_of_logarithms_decides(Tw: int, times: float, end: str) -> None:
    question = ask("E21", T=200, Tw=Tw, times=times, sharpness=4.0)
    lr = rates("warmup_cosine", T=200, Tw=Tw, eta_max=times / 2, eta_min=0.0)
    assert question.truth() == end
    assert (np.log(np.abs(1 - 4 * lr)).sum() > 0) == (end == "lost")


def test_e22_noise_brings_the_explosion_back() -> None:
    question = ask("E22", T=200, times=1.5, sharpness=10.0, noise=0.01)
    assert question.truth() == ["long", "short", "noisy", "none"]
    assert wrong(question, "cures") == ["long", "noisy", "short", "none"]
    assert wrong(question, "noise is") == ["long", "short", "none", "noisy"]
    assert question.picture is not None
    tops = [line.y.max() for line in question.picture().lines]
    assert tops == pytest.approx([3.9e33, 673, 5.5, 2.05e24], rel=0.01)
    assert "78, 76 and 73" in question.because()


@pytest.mark.parametrize(("T", "seed"), [(201, 4.567), (2_001, 4.5909), (20_001, 4.5917)])
def test_e23_the_sweep_turns_up_far_above_the_edge_however_slow(T: int, seed: float) -> None:
    question = ask("E23", T=T, sharpness=10.0, first=0.0)
    step = 7 / (T - 1)  # of ηλ, from one update to the next; the seed does not say where its sweep ends
    assert question.truth() * 2 == pytest.approx(seed, abs=2 * step)
    assert question.truth() * 2 == pytest.approx(4.5911, abs=step)  # 1 + y with y log y = y + 1
    assert wrong(question, "at the edge") == 1


@pytest.mark.parametrize(("T", "times", "lowest"), [(201, 1.33, 0.35), (1_001, 1.13, 0.17), (5_001, 1.05, 0.08)])
def test_e24_noise_shows_the_edge(T: int, times: float, lowest: float) -> None:
    question = ask("E24", T=T, sharpness=10.0, noise=0.01)
    assert question.truth() == pytest.approx(times, abs=0.01)
    assert wrong(question, "lowest") == pytest.approx(lowest, abs=0.02)
    assert wrong(question, "hides") == pytest.approx(2.30, abs=0.02)


def test_e24_with_much_noise_the_loss_is_above_its_start_a_little_before_the_edge() -> None:
    found = [ask("E24", T=T, sharpness=4.0, noise=1.0).truth() for T in (201, 1_001, 5_001)]
    assert found == sorted(found, reverse=True)
    assert (found[0], found[-1]) == pytest.approx((0.99, 0.94), abs=0.01)


def test_a_sweep_shows_its_loss_where_the_question_says() -> None:
    lr = rates("range_test", T=1_001, eta_max=0.7, eta_min=0.0)
    loss = losses(lr, condition=1.0, noise=0.01)
    times = ask("E24", T=1_001, sharpness=10.0, noise=0.01).truth()
    update = int(np.abs(lr - times * 0.2).argmin())
    assert loss[: update + 1].max() <= loss[0] < loss[update + 1]
