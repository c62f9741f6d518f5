import math

import numpy as np
import pytest

import schedules
from oracles.cases import LENGTHS, sets
from oracles.comparison import Framework, ahead

jax = pytest.importorskip("jax", reason="jax is not installed")
optax = pytest.importorskip("optax", reason="optax is not installed")

pytestmark = pytest.mark.frameworks
optax_x64 = Framework(f"optax {optax.__version__}")
jnp = jax.numpy


SIZES = (400, 1204, 10_001)  # numbers of steps that jax compiles for; it would for each new one


def read(schedule, steps):
    """Return the schedule at all `steps`, in float64, which jax gives only if asked."""
    size = next(size for size in SIZES if size >= len(steps))
    padded = np.pad(steps, (0, size - len(steps)))
    with jax.enable_x64(True):
        rates = np.asarray(schedule(jnp.asarray(padded)), dtype=np.float64)
    return np.broadcast_to(rates, size)[: len(steps)]


def after_ramp(eta_max, Tw, *schedules_after, boundaries=()):
    """Return schedules one after the other, behind our ramp: linear from M/Tw at step 0 to M at step Tw − 1."""
    if Tw == 0:
        return optax.join_schedules(list(schedules_after), list(boundaries))
    ramp = optax.linear_schedule(eta_max / Tw, eta_max, Tw - 1)
    return optax.join_schedules([ramp, *schedules_after], [Tw, *boundaries])


@optax_x64.draws("constant", sets("constant"))
def test_constant_is_a_linear_schedule_that_ends(T, Tw, eta_max):
    return read(after_ramp(eta_max, Tw, optax.constant_schedule(eta_max)), np.arange(T))


@optax_x64.draws("constant", sets("constant"), where=lambda v: v["Tw"] > 0)
def test_constant_is_warmup_constant_schedule_read_a_step_ahead_in_the_warmup(T, Tw, eta_max):
    return read(optax.warmup_constant_schedule(0.0, eta_max, Tw), ahead(T, Tw))


@optax_x64.draws("warmup_cosine", sets("warmup_cosine"))
def test_warmup_cosine_is_a_linear_and_a_cosine_schedule_joined(T, Tw, eta_max, eta_min):
    cosine = optax.cosine_decay_schedule(eta_max, max(1, T - Tw - 1), alpha=eta_min / eta_max)
    return read(after_ramp(eta_max, Tw, cosine), np.arange(T))


@optax_x64.draws("warmup_cosine", sets("warmup_cosine"))
def test_warmup_cosine_is_warmup_cosine_decay_schedule_read_a_step_ahead_in_the_warmup(T, Tw, eta_max, eta_min):
    schedule = optax.warmup_cosine_decay_schedule(0.0, eta_max, Tw, max(T - 1, Tw + 1), end_value=eta_min)
    return read(schedule, ahead(T, Tw))


@optax_x64.draws("warmup_linear", sets("warmup_linear"))
def test_warmup_linear_is_two_linear_schedules_joined(T, Tw, eta_max, eta_min):
    down = optax.linear_schedule(eta_max, eta_min, max(1, T - Tw - 1))
    return read(after_ramp(eta_max, Tw, down), np.arange(T))


@optax_x64.draws("inverse_sqrt", sets("inverse_sqrt"), where=lambda v: v["Tw"] > 0)
def test_inverse_sqrt_is_a_linear_schedule_and_a_root_joined_and_read_a_step_ahead(T, Tw, eta_max):
    # optax has no stock call; as big_vision and T5X write it, with its peak at step Tw.
    schedule = optax.join_schedules(
        [optax.linear_schedule(0.0, eta_max, Tw), lambda k: eta_max * jnp.sqrt(Tw / (k + Tw))], [Tw]
    )
    return read(schedule, np.arange(T) + 1)


@optax_x64.draws("step", sets("step", gamma=(0.1, 0.5, 1.0), drop_every=(1, 3, 100, 5000)))
def test_step_is_exponential_decay_with_a_staircase(T, Tw, eta_max, gamma, drop_every):
    return read(
        after_ramp(eta_max, Tw, optax.exponential_decay(eta_max, drop_every, gamma, staircase=True)), np.arange(T)
    )


@optax_x64.draws("exponential", sets("exponential", gamma=(0.5, 0.9, 0.9997, 1.0)))
def test_exponential_is_exponential_decay(T, Tw, eta_max, gamma):
    return read(after_ramp(eta_max, Tw, optax.exponential_decay(eta_max, 1, gamma)), np.arange(T))


@optax_x64.draws("polynomial", sets("polynomial", power=(0.0, 0.5, 1.0, 2.0, 3.7)))
def test_polynomial_is_polynomial_schedule(T, Tw, eta_max, eta_min, power):
    down = optax.polynomial_schedule(eta_max, eta_min, power, max(1, T - Tw))
    return read(after_ramp(eta_max, Tw, down), np.arange(T))


def cycle_lengths(values):
    """Return as many cycles as the run has; optax is told every length."""
    lengths, length = [], int(values["cycle_length"])
    while sum(lengths) < max(1, values["T"] - values["Tw"]):
        lengths.append(length)
        length *= int(values["restart_mult"])
    return lengths


@optax_x64.draws(
    "sgdr",
    sets("sgdr", cycle_length=(1, 7, 10, 100, 5000), restart_mult=(1, 2, 3)),
    where=lambda v: len(cycle_lengths(v)) <= 30,  # every cycle is a schedule of its own
)
def test_sgdr_is_sgdr_schedule(T, Tw, eta_max, eta_min, cycle_length, restart_mult):
    lengths = cycle_lengths({"T": T, "Tw": Tw, "cycle_length": cycle_length, "restart_mult": restart_mult})
    cycle = {"init_value": eta_max, "peak_value": eta_max, "warmup_steps": 0, "end_value": eta_min}
    cycles = optax.sgdr_schedule([cycle | {"decay_steps": length} for length in lengths])
    return read(after_ramp(eta_max, Tw, cycles), np.arange(T))


def whole_rise(values):
    rise = values["pct_start"] * values["T"]
    return values["T"] > 1 and rise >= 1 and math.isclose(rise, round(rise))


@optax_x64.draws(
    "one_cycle",
    sets(
        "one_cycle",
        LENGTHS,
        pct_start=(0.1, 0.25, 0.3, 0.5, 0.9),
        div_factor=(1.0, 25.0),
        final_div_factor=(1.0, 1e4),
    ),
    where=whole_rise,
)
def test_one_cycle_is_cosine_onecycle_schedule_where_the_rise_is_a_whole_number_of_updates(
    T, eta_max, pct_start, div_factor, final_div_factor
):
    # Its top lies at int(pct · steps), ours at pct_start · T − 1; half a step keeps rounding out of the int.
    schedule = optax.cosine_onecycle_schedule(
        T - 1, eta_max, (pct_start * T - 0.5) / (T - 1), div_factor, final_div_factor
    )
    return read(jax.vmap(schedule), np.arange(T))  # this one takes a single step at a time


DOWN = {
    "linear": optax.linear_schedule,
    "cosine": lambda high, low, steps: optax.cosine_decay_schedule(high, steps, alpha=low / high),
    # No stock call; Hägele 2024, §3.2: 1 − √ of the share of the cooldown that is over.
    "1-sqrt": lambda high, low, steps: lambda k: low + (high - low) * (1 - jnp.sqrt(jnp.clip(k, 0) / steps)),
}


@optax_x64.draws("wsd", sets("wsd", cooldown=(0.0, 0.1, 0.2, 0.5, 1.0)))
def test_wsd_is_three_schedules_joined(T, Tw, eta_max, eta_min, cooldown, decay):
    start = max(Tw, T - round(cooldown * T))
    down = DOWN[decay](eta_max, eta_min, max(1, T - start))
    return read(after_ramp(eta_max, Tw, optax.constant_schedule(eta_max), down, boundaries=[start]), np.arange(T))


@optax_x64.draws("range_test", sets("range_test", LENGTHS), sweep="linear")
def test_linear_range_test_is_linear_schedule(T, eta_max, eta_min):
    return read(optax.linear_schedule(eta_min, eta_max, T - 1), np.arange(T))


@optax_x64.draws("range_test", sets("range_test", LENGTHS), sweep="exponential")
def test_exponential_range_test_is_exponential_decay_upwards(T, eta_max, eta_min):
    return read(optax.exponential_decay(eta_min, T - 1, eta_max / eta_min), np.arange(T))


def test_stock_warmup_starts_at_zero_and_differs_from_ours_by_one_step_of_the_ramp():
    T, Tw, eta_max = 1000, 100, 3e-4
    theirs = read(optax.warmup_cosine_decay_schedule(0.0, eta_max, Tw, T - 1, end_value=3e-5), np.arange(T))
    ours = schedules.curve("warmup_cosine", T=T, Tw=Tw, eta_max=eta_max, eta_min=3e-5)
    assert theirs[0] == 0
    assert (ours - theirs)[:Tw] == pytest.approx(eta_max / Tw)
    assert theirs[Tw:] == pytest.approx(ours[Tw:], rel=1e-12)


def test_a_decay_rate_of_zero_is_no_decay_at_all_and_ours_is():
    assert np.all(read(optax.exponential_decay(1.0, 1, 0.0), np.arange(10)) == 1)
    assert np.all(schedules.curve("exponential", T=10, Tw=0, eta_max=1.0, gamma=0.0)[1:] == 0)


def test_by_default_optax_computes_in_single_precision():
    schedule = optax.warmup_cosine_decay_schedule(0.0, 3e-4, 100, 999, end_value=3e-5)
    ours = schedules.curve("warmup_cosine", T=1000, Tw=100, eta_max=3e-4, eta_min=3e-5)
    difference = np.max(np.abs(np.asarray(schedule(jnp.arange(1000)), dtype=np.float64) - ours)[100:])
    assert 1e-12 < difference < 1e-10
