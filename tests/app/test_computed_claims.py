"""What the table of claims calls "computed here" is computed here."""

from collections.abc import Callable

import numpy as np
import pytest

from app.claims import CLAIMS, COMPUTED
from schedules import SGD, Adam, HeavyBall, Logistic, Quadratic, curve, expect, simulate
from schedules.remakes import reverse, shuffle

SHARPNESS = 100.0
EDGE = 2 / SHARPNESS
STILL = Quadratic(sharpness=SHARPNESS, condition=20.0, noise=0.0)
NOISY = Quadratic(sharpness=SHARPNESS, condition=20.0, noise=1.0)


def end(problem: Quadratic, lr: np.ndarray) -> float:
    """Return the expected loss at the end of a run."""
    return float(expect(problem, SGD(), lr).loss[0, -1])


def edge_of_quadratic() -> None:
    for problem in (STILL, NOISY):
        below, above = (expect(problem, SGD(), np.full(3000, share * EDGE)).log_loss[0] for share in (0.999, 1.001))
        assert below[-1] < below[0]
        assert above[-1] > above[1000] > above[0]


def edge_of_momentum() -> None:
    for beta in (0.5, 0.9):
        edge = 2 * (1 + beta) / SHARPNESS
        below, above = (
            expect(STILL, HeavyBall(beta), np.full(3000, share * edge)).log_loss[0] for share in (0.98, 1.02)
        )
        assert below[-1] < below[0]
        assert above[-1] > above[1500] > above[0]


def rate_sets_noise_floor() -> None:
    floors = [end(NOISY, np.full(20_000, share * EDGE)) for share in (0.8, 0.4, 0.2, 0.1, 0.05)]
    assert floors == sorted(floors, reverse=True)
    assert len(set(floors)) == 5


def order_of_rates() -> None:
    rates = curve("warmup_cosine", T=200, Tw=40, eta_max=0.9 * EDGE, eta_min=0.1 * EDGE)
    for remake in (reverse, shuffle):
        assert end(STILL, remake(rates)) == pytest.approx(end(STILL, rates), rel=1e-9)


def warmup_costs_when_safe() -> None:
    ends = [
        end(NOISY, curve("warmup_cosine", T=1000, Tw=Tw, eta_max=0.75 * EDGE, eta_min=0.0))
        for Tw in range(0, 1000, 100)
    ]
    assert ends == sorted(ends)
    assert ends[-1] > 2 * ends[0]


def sum_of_rates() -> None:
    problem = Logistic(sharpness=SHARPNESS, classes="separable")
    edge = SGD().edge(problem.sharpness)
    assert edge is not None
    rates = [curve(family, T=400, Tw=0, eta_max=0.5 * edge, **more) for family, more in (
        ("constant", {}), ("warmup_cosine", {"eta_min": 0.0}), ("inverse_sqrt", {}))]  # fmt: skip
    by_sum = sorted(rates, key=lambda lr: -lr.sum())
    losses = [float(simulate(problem, SGD(), lr).loss[0, 0, -1]) for lr in by_sum]
    assert losses == sorted(losses)
    assert losses[-1] > 1.2 * losses[0]


def winner_changes() -> None:
    winners = set()
    for noise, T in ((0.0, 20), (0.01, 200), (1.0, 20), (1.0, 200), (1.0, 2000)):
        problem = Quadratic(sharpness=10.0, condition=10.0, noise=noise)
        shared = {"T": T, "eta_max": 2 / 11}
        runs = {
            "constant": curve("constant", Tw=0, **shared),
            "cosine": curve("warmup_cosine", Tw=0, eta_min=0.0, **shared),
            "linear": curve("warmup_linear", Tw=0, eta_min=0.0, **shared),
            "inverse_sqrt": curve("inverse_sqrt", Tw=0, **shared),
        }
        winners.add(min(runs, key=lambda name: end(problem, runs[name])))
    assert len(winners) >= 3


def peak_twice() -> None:
    for T, Tw in ((10, 3), (10_000, 500), (7, 1)):
        lr = curve("warmup_cosine", T=T, Tw=Tw, eta_max=0.3, eta_min=0.01)
        assert np.flatnonzero(lr == 0.3).tolist() == [Tw - 1, Tw]
        assert np.flatnonzero(lr[Tw:] == 0.01).tolist() == [T - Tw - 1]


def decay_can_recover() -> None:
    lr = curve("warmup_cosine", T=200, Tw=20, eta_max=1.125 * EDGE, eta_min=0.0)
    losses = expect(STILL, SGD(), lr).loss[0]
    assert (lr > EDGE).sum() > 30
    assert losses[-1] < 0.01 * losses[0]


def restart_timing() -> None:
    lr = curve("sgdr", T=800, Tw=0, eta_max=0.75 * EDGE, eta_min=0.0, cycle_length=100, restart_mult=2.0)
    losses = expect(NOISY, SGD(), lr).loss[0]
    for restart in (100, 300, 700):
        assert losses[restart + 10] > 2 * losses[restart]


def range_test_late() -> None:
    shares = []
    for T in (200, 2_000, 20_000):
        lr = curve("range_test", T=T, eta_min=0.0, eta_max=3 * EDGE, sweep="linear")
        log = expect(STILL, SGD(), lr).log_mean[0, :, 0]
        shares.append(float(lr[int(np.flatnonzero(log > log[0])[0]) - 1] / EDGE))
    assert shares == pytest.approx([2.296] * 3, abs=0.03)
    assert shares[-1] == pytest.approx(2.2956, abs=0.001)


def adam_first_step() -> None:
    for sharpness in (1.0, 1e4):
        bowl = Quadratic(sharpness=sharpness, condition=10.0, noise=0.0)
        theta = simulate(bowl, Adam(), [0.01]).theta[0, 0]
        assert np.abs(theta[1] - theta[0]) == pytest.approx([0.01, 0.01], rel=1e-6)


CHECKS: dict[str, Callable[[], None]] = {
    check.__name__.replace("_", "-"): check
    for check in (
        *(
            edge_of_quadratic,
            edge_of_momentum,
            rate_sets_noise_floor,
            order_of_rates,
            warmup_costs_when_safe,
            sum_of_rates,
        ),
        *(winner_changes, peak_twice, decay_can_recover, restart_timing, range_test_late, adam_first_step),
    )
}


@pytest.mark.parametrize("key", [claim.key for claim in CLAIMS.values() if claim.status == COMPUTED])
def test_a_claim_that_is_computed_here_holds(key: str) -> None:
    CHECKS[key]()


def test_nothing_is_checked_that_is_not_claimed() -> None:
    assert set(CHECKS) == {claim.key for claim in CLAIMS.values() if claim.status == COMPUTED}
