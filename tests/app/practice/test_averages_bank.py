"""The figures of the seed material on conditioning and averages, as the exercises E25 to E29 give them."""

import math
from typing import Any

import pytest

from app.practice.bank import EXERCISES
from app.practice.question import Question
from app.practice.toy import final_loss, rates
from schedules.remakes import same_mean_constant

PLANNED = {"T": 200, "Tw": 20, "eta_max": 0.15, "eta_min": 0.01, "sharpness": 1.0, "condition": 10.0}


def ask(key: str, **drawn: Any) -> Question:
    return EXERCISES[key].ask(**drawn)


def wrong(question: Question, name: str) -> Any:
    (model,) = [model for model in question.wrong if name in model.name]
    return model.value()


@pytest.mark.parametrize(
    ("condition", "share", "steps"),
    [(100.0, 0.1, 115.1), (10.0, 0.001, 34.4), (100.0, 0.001, 345.4), (1000.0, 0.001, 3453.9)],
)
def test_e25_twice_the_condition_number_takes_twice_as_long(condition: float, share: float, steps: float) -> None:
    question = ask("E25", condition=condition, share=share)
    assert question.truth() == math.ceil(steps)
    assert steps == pytest.approx(math.log(share) / math.log((condition - 1) / (condition + 1)), abs=0.05)
    easy, root = math.log(9 / 11), math.log((condition**0.5 - 1) / (condition**0.5 + 1))
    assert wrong(question, "makes up") == math.ceil(math.log(share) / easy)
    assert wrong(question, "root") == math.ceil(math.log(share) / root)
    assert wrong(question, "1/λ") == math.ceil(math.log(share) / math.log(1 - 1 / condition))


def test_e25_the_best_rate_is_where_both_ends_are_alike() -> None:
    assert ask("E25", condition=100.0, share=0.1).stage["eta_max"] == pytest.approx(2 / (10 + 0.1), rel=1e-8)


def test_e26_no_schedule_below_the_edge_outruns_the_flat_direction() -> None:
    question = ask("E26", condition=100.0, share=0.001)
    assert question.truth() == 342
    assert wrong(question, "cosine") == 693
    assert wrong(question, "conditioning") == ask("E25", condition=10.0, share=0.001).truth()
    assert "in 346 updates" in question.ask
    assert "cosine from it to 0 takes 693, a straight fall 694." in question.because()
    assert "343 are enough" in question.because()


@pytest.mark.parametrize("order", ["reverse", "shuffle"])
def test_e27_without_noise_the_order_does_not_matter(order: str) -> None:
    question = ask("E27", **PLANNED, order=order)
    assert question.truth() == "same"
    assert [model.value() for model in question.wrong] == ["higher", "lower"]
    assert question.picture is not None
    ends = [line.y[-1] for line in question.picture().lines]
    assert ends == pytest.approx([0.00201235947] * 2, rel=1e-8)
    assert question.because().count("0.00201236") == 2


def test_e28_backwards_with_noise_is_worse() -> None:
    """The seed gives 0.0298 and 0.0586 without its set-up; that of E27 with a noise of 1 is of the same size."""
    question = ask("E28", **PLANNED, noise=1.0)
    assert question.truth() == pytest.approx(0.0586 / 0.0298, rel=0.05)
    assert question.picture is not None
    ends = [line.y[-1] for line in question.picture().lines]
    assert ends == pytest.approx([0.0298, 0.0586], rel=0.15)
    assert ends == pytest.approx([0.0271, 0.0517], abs=5e-5)
    assert wrong(question, "does not matter") == 1
    assert wrong(question, "very last") == pytest.approx(0.15 / 20 / 0.01)


@pytest.mark.parametrize("peak", [0.05, 0.1, 0.15, 0.18])
def test_e28_a_fall_without_warmup_is_worse_backwards_by_far(peak: float) -> None:
    drawn = {**PLANNED, "Tw": 0, "eta_max": peak, "eta_min": peak / 10, "sharpness": 10.0}
    assert ask("E28", **drawn, noise=1.0).truth() > 5


def test_e29_a_rate_that_varies_beats_its_mean() -> None:
    question = ask("E29", T=100, mean=0.05, sharpness=1.0, family="warmup_linear")
    assert question.truth() == "varying"
    assert [model.value() for model in question.wrong] == ["constant", "same"]
    lr = rates("warmup_linear", T=100, Tw=0, eta_max=0.1, eta_min=0.0)
    ends = [final_loss(each, sharpness=1.0, condition=1.0) / 2 for each in (same_mean_constant(lr), lr)]
    assert ends == pytest.approx([1.75e-5, 1.59e-5], abs=6e-8)  # ½ w² of one direction
    assert "ends at 3.51e-5, the one that falls at 3.19e-5" in question.because()
