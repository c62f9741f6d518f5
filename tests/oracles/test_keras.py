import math
import os

import numpy as np
import pytest

import schedules
from oracles.cases import LENGTHS, sets
from oracles.comparison import Framework, ahead

os.environ.setdefault("KERAS_BACKEND", "torch")  # else Keras looks for TensorFlow
pytest.importorskip("torch", reason="PyTorch, as Keras's backend, is not installed")
keras = pytest.importorskip("keras", reason="Keras is not installed")

pytestmark = pytest.mark.frameworks
keras_f32 = Framework(f"Keras {keras.__version__} (float32)", tolerance=1e-6)
decays = keras.optimizers.schedules

# Keras has one schedule with a warmup and no call that joins two: what decays is compared after our warmup, from its
# first step on.


def read(schedule, steps):
    return schedule(np.asarray(steps)).cpu().numpy()


def behind_warmup(schedule, T, Tw):
    """Return T rates: nothing during our warmup, then `schedule` from its step 0 on."""
    return np.concatenate([np.full(min(T, Tw), np.nan), read(schedule, np.arange(max(0, T - Tw)))])


@keras_f32.draws("constant", sets("constant"), where=lambda v: v["Tw"] > 1)
def test_constant_is_a_polynomial_that_ends(T, Tw, eta_max):
    return read(decays.PolynomialDecay(eta_max / Tw, Tw - 1, eta_max), np.arange(T))


@keras_f32.draws("warmup_cosine", sets("warmup_cosine"), where=lambda v: v["Tw"] > 0 and v["T"] <= 100)
def test_warmup_cosine_is_cosine_decay_with_a_warmup_target_read_a_step_ahead_in_the_warmup(T, Tw, eta_max, eta_min):
    schedule = decays.CosineDecay(
        0.0, max(1, T - Tw - 1), alpha=eta_min / eta_max, warmup_target=eta_max, warmup_steps=Tw
    )
    return [float(schedule(k)) for k in ahead(T, Tw).tolist()]  # this one takes a single step at a time


@keras_f32.draws("warmup_cosine", sets("warmup_cosine"), after_warmup=True)
def test_warmup_cosine_is_cosine_decay_after_the_warmup(T, Tw, eta_max, eta_min):
    return behind_warmup(decays.CosineDecay(eta_max, max(1, T - Tw - 1), alpha=eta_min / eta_max), T, Tw)


@keras_f32.draws("warmup_linear", sets("warmup_linear"), after_warmup=True)
def test_warmup_linear_is_a_polynomial_of_power_one_after_the_warmup(T, Tw, eta_max, eta_min):
    return behind_warmup(decays.PolynomialDecay(eta_max, max(1, T - Tw - 1), eta_min, power=1.0), T, Tw)


@keras_f32.draws("step", sets("step", gamma=(0.0, 0.1, 0.5, 1.0), drop_every=(1, 3, 100, 5000)), after_warmup=True)
def test_step_is_exponential_decay_with_a_staircase_after_the_warmup(T, Tw, eta_max, gamma, drop_every):
    return behind_warmup(decays.ExponentialDecay(eta_max, drop_every, gamma, staircase=True), T, Tw)


@keras_f32.draws("exponential", sets("exponential", gamma=(0.0, 0.5, 0.9, 0.9997, 1.0)), after_warmup=True)
def test_exponential_is_exponential_decay_after_the_warmup(T, Tw, eta_max, gamma):
    # Single precision cannot hold a gamma next to one well enough for thousands of powers: tell it the half-life.
    steps = max(1, round(math.log(0.5) / math.log(gamma))) if 0 < gamma < 1 else 1
    return behind_warmup(decays.ExponentialDecay(eta_max, steps, gamma**steps), T, Tw)


@keras_f32.draws("polynomial", sets("polynomial", power=(0.0, 0.5, 1.0, 2.0, 3.7)), after_warmup=True)
def test_polynomial_is_polynomial_decay_after_the_warmup(T, Tw, eta_max, eta_min, power):
    return behind_warmup(decays.PolynomialDecay(eta_max, T - Tw, eta_min, power=power), T, Tw)


def few_cycles(values):
    # Keras counts cycles as t / T0 and keeps what is behind the point: in single precision, less with every cycle.
    return values["T"] - values["Tw"] <= 16 * values["cycle_length"]


@keras_f32.draws(
    "sgdr",
    sets("sgdr", cycle_length=(1, 7, 10, 100, 5000), restart_mult=(1.0, 2.0, 3.0)),
    where=few_cycles,
    after_warmup=True,
)
def test_sgdr_is_cosine_decay_restarts_after_the_warmup(T, Tw, eta_max, eta_min, cycle_length, restart_mult):
    return behind_warmup(
        decays.CosineDecayRestarts(eta_max, cycle_length, t_mul=restart_mult, alpha=eta_min / eta_max), T, Tw
    )


@keras_f32.draws("range_test", sets("range_test", LENGTHS), sweep="linear")
def test_linear_range_test_is_a_polynomial_of_power_one_upwards(T, eta_max, eta_min):
    return read(decays.PolynomialDecay(eta_min, max(1, T - 1), eta_max, power=1.0), np.arange(T))


@keras_f32.draws("range_test", sets("range_test", LENGTHS), sweep="exponential")
def test_exponential_range_test_is_exponential_decay_upwards(T, eta_max, eta_min):
    return read(decays.ExponentialDecay(eta_min, max(1, T - 1), eta_max / eta_min), np.arange(T))


@pytest.mark.parametrize(("cycle_length", "step"), [(10, 25), (40, 100), (100, 250)])
def test_the_logarithm_of_keras_misses_a_restart_that_the_sum_of_the_cycles_finds(cycle_length, step):
    theirs = read(decays.CosineDecayRestarts(1.0, cycle_length, t_mul=1.5), [step])
    run = {"T": step + 1, "Tw": 0, "eta_max": 1.0, "eta_min": 0.0}
    assert theirs == pytest.approx(0, abs=1e-6)
    assert schedules.curve("sgdr", **run, cycle_length=cycle_length, restart_mult=1.5)[-1] == 1.0


def test_a_polynomial_ends_at_a_floor_of_its_own_and_ours_at_the_given_one():
    assert read(decays.PolynomialDecay(3e-4, 10), [10]) == pytest.approx(1e-4)
    assert schedules.curve("warmup_linear", T=11, Tw=0, eta_max=3e-4, eta_min=0.0)[-1] == 0


def test_the_warmup_of_cosine_decay_starts_at_its_initial_rate_and_not_at_a_step_of_the_ramp():
    schedule = decays.CosineDecay(0.0, 899, warmup_target=1.0, warmup_steps=100)
    assert float(schedule(0)) == 0
    assert schedules.curve("warmup_cosine", T=1000, Tw=100, eta_max=1.0, eta_min=0.0)[0] == 0.01
