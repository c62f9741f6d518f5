"""Where cycles begin: added up exactly, never by a logarithm."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schedules.cycles import cycle_of, cycle_starts
from schedules.families import RESTART_MULT
from strategies import values_of


def exact_starts(first: int, mult: Fraction, steps: int) -> list[Fraction]:
    starts, start, length = [Fraction(0)], Fraction(0), Fraction(first)
    while start + length < steps:
        start += length
        length *= mult
        starts.append(start)
    return starts


@pytest.mark.parametrize(
    ("first", "mult", "steps", "starts"),
    [
        (10, 1.0, 45, [0, 10, 20, 30, 40]),
        (10, 2.0, 311, [0, 10, 30, 70, 150, 310]),
        (1, 2.0, 128, [0, 1, 3, 7, 15, 31, 63, 127]),
        (10, 1.5, 325, [0, 10, 25, 47.5, 81.25, 131.875, 207.8125, 321.71875]),
        (10, 2.0, 10, [0]),
        (10, 2.0, 11, [0, 10]),
        (500, 1.0, 3, [0]),
        (500, 3.0, 3, [0]),
        (5, 1.0, 0, [0]),
        (5, 2.0, -7, [0]),
    ],
)
def test_starts_are_sums_of_lengths(first: int, mult: float, steps: int, starts: list[float]) -> None:
    assert cycle_starts(first, mult, steps).tolist() == starts


@settings(max_examples=200)
@given(first=st.integers(1, 3_000), thousandths=st.integers(1_010, 4_000), steps=st.integers(1, 1_000_000))
@example(first=50, thousandths=1_200, steps=2_000)
@example(first=1648, thousandths=2_153, steps=914_961)  # a start 0.0005 after a whole step is no whole step
@example(first=10, thousandths=1_010, steps=996_813)
def test_starts_fall_into_the_same_step_as_exact_sums(first: int, thousandths: int, steps: int) -> None:
    exact = exact_starts(first, Fraction(thousandths, 1000), steps)
    starts = cycle_starts(first, thousandths / 1000, steps)
    assert [math.ceil(start) for start in starts] == [math.ceil(start) for start in exact]
    np.testing.assert_allclose(starts, [float(start) for start in exact], rtol=1e-12)


@pytest.mark.parametrize(("first", "mult", "restart"), [(1, 3.0, 121), (1, 10.0, 111), (50, 1.2, 182), (10, 1.5, 25)])
def test_a_restart_that_a_logarithm_misses_starts_its_cycle(first: int, mult: float, restart: int) -> None:
    start, _ = cycle_of(restart, first, mult)
    assert start == restart
    before, length = cycle_of(restart - 1, first, mult)
    assert before + length == pytest.approx(restart, rel=1e-12)


@given(first=st.integers(1, 500), mult=values_of(RESTART_MULT), steps=st.lists(st.integers(0, 100_000), min_size=1))
def test_every_step_lies_within_its_cycle(first: int, mult: float, steps: list[int]) -> None:
    k = np.array(steps)
    start, length = cycle_of(k, first, mult)
    assert (start <= k).all()
    assert (k < (start + length) * (1 + 1e-9)).all()
    assert (length >= first).all()
    one_by_one = [cycle_of(step, first, mult) for step in steps]
    np.testing.assert_array_equal(start, [pair[0] for pair in one_by_one])
    np.testing.assert_allclose(length, [pair[1] for pair in one_by_one], rtol=1e-12)


def test_shared_starts_cannot_be_written_to() -> None:
    for mult in (1.0, 2.0):
        with pytest.raises(ValueError, match="read-only"):
            cycle_starts(10, mult, 100)[0] = 5
