"""The trainer: exact at once, the rest in slices for the newest state only; and the pace at which it is asked."""

from collections.abc import Callable

import numpy as np
import pytest

from app.model import Case, Lab
from app.training import MOST_STEPPED, Pacer, Trainer
from schedules import FAMILIES
from schedules.outlook import outlook

STEPPED = [{"optimizer": "adam"}, {"problem": "logistic"}, {"problem": "logistic", "batch": "full"}]


class Desk:
    """A state with its trainer, and the work that waits."""

    def __init__(self, **settings: object) -> None:
        self.lab = Lab()
        self.lab.assign({"T": 2_000, **settings})
        self.waiting: list[Callable[[], None]] = []
        self.news = 0
        self.trainer = Trainer(self.lab, self.waiting.append, self._hear)
        self.trainer.refresh()

    def _hear(self) -> None:
        self.news += 1

    def work(self) -> None:
        """Do all that waits, and what comes of it."""
        while self.waiting:
            self.waiting.pop(0)()

    def expected(self) -> np.ndarray:
        trainer, lab = self.trainer, self.lab
        return outlook(trainer.problem, trainer.optimizer, lab.run.lr, lab.seed).loss


@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_what_is_exact_is_there_at_once(optimizer: str) -> None:
    desk = Desk(optimizer=optimizer)
    assert desk.trainer.live is not None
    np.testing.assert_array_equal(desk.trainer.live.loss, desk.expected())
    assert desk.waiting == []


@pytest.mark.parametrize("settings", STEPPED)
def test_what_must_be_stepped_comes_later_and_is_announced(settings: dict[str, object]) -> None:
    desk = Desk(**settings)
    assert desk.trainer.live is None
    assert desk.trainer.progress == 0
    assert "percent of the updates" in desk.trainer.sentence
    desk.work()
    assert desk.news > 0
    assert desk.trainer.live is not None
    np.testing.assert_array_equal(desk.trainer.live.loss, desk.expected())


def test_only_the_newest_state_is_worked_out() -> None:
    desk = Desk(optimizer="adam")
    for peak in (1e-4, 2e-4, 4e-4):
        desk.lab.assign({"eta_max": peak})
        desk.trainer.refresh()
    assert len(desk.waiting) == 1
    desk.work()
    assert len(desk.trainer._found) == 1
    np.testing.assert_array_equal(desk.trainer.live.loss, desk.expected())


def test_a_state_that_was_there_before_is_not_worked_out_again() -> None:
    desk = Desk(optimizer="adam")
    desk.work()
    found = desk.trainer.live
    desk.lab.assign({"eta_max": 1e-4})
    desk.trainer.refresh()
    desk.lab.assign({"eta_max": 3e-4, "goal": 0.5, "step": 7})
    desk.trainer.refresh()
    assert desk.trainer.live is found
    desk.work()
    assert len(desk.trainer._found) == 1


def test_runs_too_long_to_be_stepped_say_so_and_are_left() -> None:
    desk = Desk(optimizer="adam", T=MOST_STEPPED + 1)
    assert desk.waiting == []
    assert desk.trainer.too_long
    assert desk.trainer.progress is None
    assert "Shorten the run" in desk.trainer.sentence
    desk.lab.assign({"optimizer": "sgd"})
    desk.trainer.refresh()
    assert desk.trainer.live is not None


def test_every_family_trains_at_equal_length_and_peak() -> None:
    desk = Desk(all_families=True, T=500)
    desk.work()
    cases = desk.trainer.families()
    assert [case.family for case in cases] == list(FAMILIES)
    for case in cases:
        assert dict(case.values)["T"] == 500
        assert dict(case.values)["eta_max"] == desk.lab.eta_max
        assert desk.trainer.of(case) is not None


def test_a_pinned_curve_trains_beside_the_live_one() -> None:
    desk = Desk()
    desk.lab.pin("reverse")
    desk.trainer.refresh()
    (pin,) = desk.lab.pins
    assert isinstance(pin, Case)
    assert pin.remake == "reverse"
    found = desk.trainer.of(pin)
    assert found is not None
    expected = outlook(desk.trainer.problem, desk.trainer.optimizer, desk.lab.run.lr[::-1].copy(), 0)
    np.testing.assert_array_equal(found.loss, expected.loss)


@pytest.mark.parametrize(
    ("settings", "edge"), [({}, 4e-4), ({"optimizer": "momentum"}, 7.6e-4), ({"optimizer": "adam"}, None)]
)
def test_the_edge_is_that_of_the_optimizer(settings: dict[str, object], edge: float | None) -> None:
    found = Desk(**settings).trainer.edge
    assert found == (pytest.approx(edge) if edge else None)


def test_moments_are_in_order_from_start_to_end_with_the_crossings_of_the_edge() -> None:
    desk = Desk(T=200, Tw=20, eta_max=4.5e-4)
    moments = desk.trainer.moments()
    steps = [step for step, _ in moments]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, 200)
    words = dict(moments)
    above = np.flatnonzero(desk.lab.run.lr > 4e-4)
    assert words[int(above[0])] == "rises above the edge"
    assert words[int(above[-1]) + 1] == "falls below the edge"


class Clock:
    """What a pacer has asked for: works with their delays."""

    def __init__(self) -> None:
        self.asked: list[tuple[Callable[[], None], int]] = []

    def after(self, work: Callable[[], None], ms: int) -> None:
        self.asked.append((work, ms))


def test_a_pacer_works_at_once_then_rests_and_gathers_what_comes_meanwhile() -> None:
    clock, done = Clock(), []
    pacer = Pacer(lambda: done.append(1), clock.after)
    pacer.nudge()
    pacer.nudge()
    ((work, ms),) = clock.asked
    assert ms == 0
    work()
    assert len(done) == 1
    pacer.nudge()
    assert clock.asked[-1][1] > 0
    pacer.settle()
    assert len(done) == 2
    clock.asked[-1][0]()
    assert len(done) == 2


def test_a_pacer_may_wait_before_each_work() -> None:
    clock, done = Clock(), []
    pacer = Pacer(lambda: done.append(1), clock.after, wait=60)
    pacer.nudge()
    assert [ms for _work, ms in clock.asked] == [60]
    assert not done
