"""Rules that no framework offers, as their papers tell them, written without a look at the engine."""

from fractions import Fraction

import numpy as np
import pytest

from oracles.cases import LENGTHS, sets
from oracles.comparison import Framework

pytestmark = pytest.mark.frameworks
smith = Framework("the words of Smith 2015")
loshchilov = Framework("the words of SGDR 2016")


@smith.draws(
    "exp_range",
    sets("exp_range", LENGTHS, cycle_length=(1, 2, 3, 10, 99, 5000), gamma=(0.0, 0.9, 0.9998, 1.0)),
    shrinks="bounds",
)
def test_exp_range_lets_each_boundary_decline_by_gamma_to_the_iteration(T, eta_max, eta_min, cycle_length, gamma):
    # §3.1: as triangular, "except each boundary value declines by an exponential factor of gamma^iteration". How far up
    # between the boundaries a step is: its distance from the nearer end of its cycle, as a share of half the cycle.
    used = []
    for iteration in range(T):
        into_cycle = iteration % cycle_length
        share = min(into_cycle, cycle_length - into_cycle) / (cycle_length / 2)
        lower, upper = eta_min * gamma**iteration, eta_max * gamma**iteration
        used.append(lower + share * (upper - lower))
    return used


@loshchilov.draws(
    "sgdr", sets("sgdr", cycle_length=(1, 10, 16, 50, 100), restart_mult=(1.1, 1.2, 1.25, 1.5, 2.0, 3.0, 10.0))
)
def test_sgdr_restarts_where_the_exact_sum_of_the_cycles_says(T, Tw, eta_max, eta_min, cycle_length, restart_mult):
    # Equation 5, with T_i = T_0 · T_mult^i as exact fractions. The paper has no warmup: the ramp is ours.
    used = [eta_max * (t + 1) / Tw for t in range(min(T, Tw))]
    start, length, growth = Fraction(0), Fraction(cycle_length), Fraction(str(restart_mult))
    for k in range(T - Tw):
        while k >= start + length:
            start, length = start + length, length * growth
        half_waves = float((k - start) / length)
        used.append(eta_min + (eta_max - eta_min) / 2 * (1 + np.cos(np.pi * half_waves)))
    return used
