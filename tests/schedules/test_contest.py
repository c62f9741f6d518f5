"""Who wins: known cells, every cell worked out once more, and cells without a finite loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies  # noqa: F401 - settings of Hypothesis
from schedules.contest import CONTESTANTS, over_conditions, over_lengths
from schedules.expectation import expect
from schedules.optimizers import SGD, HeavyBall, Optimizer
from schedules.problems import Quadratic
from schedules.simulation import simulate

TEN = Quadratic(10.0, 10.0)
optimizers = st.just(SGD()) | st.builds(HeavyBall, st.floats(0, 0.95))
noises = st.lists(st.just(0.0) | st.floats(-4, 4).map(lambda x: 10**x), min_size=1, max_size=3)


def once_more(problem: Quadratic, optimizer: Optimizer, peak: float, T: int) -> list[float]:
    return [
        float(expect(problem, optimizer, contestant.curve(T, peak)).loss[0, -1]) for contestant in CONTESTANTS.values()
    ]


@pytest.mark.parametrize(
    ("sigma", "T", "winner", "loss"),
    [
        (0, 20, "constant", 0.0018),
        (0.01, 200, "cosine", 7.9e-7),
        (1, 20, "linear", 0.0395),
        (1, 200, "inverse_sqrt", 0.00713),
        (1, 2000, "cosine", 0.00173),
    ],
)
def test_e37_five_settings_have_four_winners(sigma: float, T: int, winner: str, loss: float) -> None:
    contest = over_lengths(TEN, SGD(), 2 / 11, [sigma], [T])
    assert contest.winner(0, 0).key == winner
    assert contest.loss[:, 0, 0].min() == pytest.approx(loss, rel=0.005)
    assert contest.margin(0, 0) > 1.05


@given(
    optimizers,
    noises,
    st.lists(st.integers(1, 300), min_size=1, max_size=3),
    st.floats(0.01, 2.5),
    st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
)
def test_every_cell_over_noise_and_length_is_the_run_of_its_own(
    optimizer: Optimizer, sigmas: list[float], lengths: list[int], share: float, start: tuple[float, float]
) -> None:
    peak = share / 10
    contest = over_lengths(Quadratic(10.0, 10.0, 5.0, start), optimizer, peak, sigmas, lengths)
    assert contest.loss.shape == (len(CONTESTANTS), len(sigmas), len(lengths))
    for row, sigma in enumerate(sigmas):
        for column, T in enumerate(lengths):
            wanted = once_more(Quadratic(10.0, 10.0, sigma, start), optimizer, peak, T)
            np.testing.assert_allclose(contest.loss[:, row, column], wanted, rtol=1e-9)
            least, second = sorted(wanted)[:2]
            assert wanted[list(CONTESTANTS).index(contest.winner(row, column).key)] == pytest.approx(least)
            if least > 0:
                assert contest.margin(row, column) == pytest.approx(second / least)


@given(optimizers, noises, st.lists(st.floats(1, 1e4), min_size=1, max_size=3), st.floats(0.01, 2.5))
def test_every_cell_over_noise_and_condition_is_the_run_of_its_own(
    optimizer: Optimizer, sigmas: list[float], conditions: list[float], share: float
) -> None:
    contest = over_conditions(TEN, optimizer, share / 10, sigmas, conditions, 60)
    for row, sigma in enumerate(sigmas):
        for column, kappa in enumerate(conditions):
            wanted = once_more(Quadratic(10.0, kappa, sigma), optimizer, share / 10, 60)
            np.testing.assert_allclose(contest.loss[:, row, column], wanted, rtol=1e-9)


def test_a_part_that_noise_alone_plays_is_told_beside_a_far_start() -> None:
    far = Quadratic(1e-3, 1e6, 0.0, (1e3, 1e3))  # so far that its loss hides what unit noise adds
    contest = over_lengths(far, SGD(), 1e-6, [1e6], [10])
    wanted = once_more(Quadratic(1e-3, 1e6, 1e6, far.start), SGD(), 1e-6, 10)
    np.testing.assert_allclose(contest.loss[:, 0, 0], wanted, rtol=1e-12)


def test_the_winner_wins_in_sampled_runs_too() -> None:
    contest = over_lengths(TEN, SGD(), 2 / 11, [1.0], [200])
    curves = np.stack([contestant.curve(200, 2 / 11) for contestant in CONTESTANTS.values()])
    runs = simulate(Quadratic(10.0, 10.0, 1.0), SGD(), curves, range(4000), every=200).loss[:, :, -1]
    spread = runs.std(axis=1) / 4000**0.5
    assert (np.abs(runs.mean(axis=1) - contest.loss[:, 0, 0]) < 5 * spread).all()
    assert list(CONTESTANTS)[runs.mean(axis=1).argmin()] == contest.winner(0, 0).key == "inverse_sqrt"


@pytest.mark.parametrize("key", CONTESTANTS)
@given(T=st.integers(1, 3000), peak=st.floats(1e-6, 10))
def test_all_contestants_run_at_the_same_peak(key: str, T: int, peak: float) -> None:
    lr = CONTESTANTS[key].curve(T, peak)
    assert lr.shape == (T,)
    assert lr.max() == pytest.approx(peak)
    assert lr.min() >= 0


def test_contestants_are_told_apart_by_key_title_and_letter() -> None:
    for name in ("key", "title", "letter"):
        assert len({getattr(contestant, name) for contestant in CONTESTANTS.values()}) == len(CONTESTANTS)
    assert [contestant.key for contestant in CONTESTANTS.values()] == list(CONTESTANTS)


def test_where_some_or_all_are_lost_that_is_no_failure() -> None:
    contest = over_lengths(TEN, SGD(), 1e3, [0.0, 1.0], [20, 2000])
    assert np.isinf(contest.loss[:, :, 1]).all()
    assert contest.margin(0, 1) == contest.margin(1, 1) == 1
    some = over_lengths(TEN, SGD(), 0.22, [0.0, 1.0], [3000]).loss[:, :, 0]
    assert not np.isnan(some).any()
    assert 0 < np.isinf(some).any(axis=1).sum() < len(CONTESTANTS)


def test_losses_too_small_for_a_float_are_equal() -> None:
    assert over_lengths(TEN, SGD(), 0.1, [0.0], [20_000]).margin(0, 0) == 1
