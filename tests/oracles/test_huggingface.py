import os

import numpy as np
import pytest

import schedules
from oracles.cases import sets
from oracles.comparison import Framework, ahead
from oracles.torch_updates import rates

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is to be fetched
transformers = pytest.importorskip("transformers", reason="Hugging Face transformers is not installed")
optimization = pytest.importorskip("transformers.optimization")

pytestmark = pytest.mark.frameworks
hugging_face = Framework(f"Hugging Face {transformers.__version__}")

# All these schedules but one warm up as t/Tw, so that the first update uses 0. They are compared over whole runs, read
# one step ahead while ours warms up: see `ahead`.


def read(build, lr, T, Tw):
    return rates(build, lr, T + 1)[ahead(T, Tw)]


@hugging_face.draws("constant", sets("constant"), where=lambda v: v["Tw"] == 0)
def test_constant_without_warmup_is_get_constant_schedule(T, eta_max):
    return rates(optimization.get_constant_schedule, eta_max, T)


@hugging_face.draws("constant", sets("constant"))
def test_constant_is_get_constant_schedule_with_warmup(T, Tw, eta_max):
    return read(lambda o: optimization.get_constant_schedule_with_warmup(o, Tw), eta_max, T, Tw)


def last_step(T, Tw):
    """Return where a decay ends that ends exactly at the floor: their length is a number of intervals, at least one."""
    return max(T - 1, Tw + 1)


@hugging_face.draws("warmup_cosine", sets("warmup_cosine"))
def test_warmup_cosine_is_get_cosine_with_min_lr_schedule_with_warmup(T, Tw, eta_max, eta_min):
    def build(optimizer):
        return optimization.get_cosine_with_min_lr_schedule_with_warmup(optimizer, Tw, last_step(T, Tw), min_lr=eta_min)

    return read(build, eta_max, T, Tw)


@hugging_face.draws("warmup_cosine", sets("warmup_cosine"), where=lambda v: v["eta_min"] == 0)
def test_warmup_cosine_without_a_floor_is_get_cosine_schedule_with_warmup(T, Tw, eta_max):
    return read(lambda o: optimization.get_cosine_schedule_with_warmup(o, Tw, last_step(T, Tw)), eta_max, T, Tw)


@hugging_face.draws("warmup_cosine", sets("warmup_cosine"), where=lambda v: v["Tw"] > 0)
def test_warmup_cosine_is_the_min_lr_schedule_with_a_warmup_rate_read_a_step_late_after_the_warmup(
    T, Tw, eta_max, eta_min
):
    # This one does warm up as (t + 1)/Tw, but uses the peak once: its cosine is a step further on than ours.
    def build(optimizer):
        return optimization.get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
            optimizer, Tw, last_step(T, Tw), min_lr=eta_min
        )

    t = np.arange(T)
    return rates(build, eta_max, T)[t - (t >= Tw)]


@hugging_face.draws("warmup_linear", sets("warmup_linear"), where=lambda v: v["eta_min"] == 0)
def test_linear_to_zero_is_get_linear_schedule_with_warmup(T, Tw, eta_max):
    return read(lambda o: optimization.get_linear_schedule_with_warmup(o, Tw, last_step(T, Tw)), eta_max, T, Tw)


def floor_below_peak(values):
    return values["eta_min"] < values["eta_max"]  # else their polynomial raises


@hugging_face.draws("warmup_linear", sets("warmup_linear"), where=floor_below_peak)
def test_warmup_linear_is_a_polynomial_of_power_one(T, Tw, eta_max, eta_min):
    def build(optimizer):
        return optimization.get_polynomial_decay_schedule_with_warmup(
            optimizer, Tw, last_step(T, Tw), lr_end=eta_min, power=1.0
        )

    return read(build, eta_max, T, Tw)


@hugging_face.draws("polynomial", sets("polynomial", power=(0.0, 0.5, 1.0, 2.0, 3.7)), where=floor_below_peak)
def test_polynomial_is_get_polynomial_decay_schedule_with_warmup(T, Tw, eta_max, eta_min, power):
    def build(optimizer):
        return optimization.get_polynomial_decay_schedule_with_warmup(
            optimizer, Tw, max(T, Tw + 1), lr_end=eta_min, power=power
        )

    return read(build, eta_max, T, Tw)


@hugging_face.draws("inverse_sqrt", sets("inverse_sqrt"), where=lambda v: v["Tw"] > 0)
def test_inverse_sqrt_is_get_inverse_sqrt_schedule_read_a_step_ahead_all_along(T, Tw, eta_max):
    return rates(lambda o: optimization.get_inverse_sqrt_schedule(o, Tw), eta_max, T + 1)[1:]


@hugging_face.draws("inverse_sqrt", sets("inverse_sqrt"), where=lambda v: v["Tw"] == 0)
def test_inverse_sqrt_without_warmup_is_get_inverse_sqrt_schedule_with_a_timescale_of_one(T, eta_max):
    return rates(lambda o: optimization.get_inverse_sqrt_schedule(o, 0, timescale=1), eta_max, T)


def whole_cycles(values):
    length = values["T"] - values["Tw"]
    return length > 0 and length % values["cycle_length"] == 0


def keeps_its_restarts(values):
    """Tell whether N · (i/N) is i in floats for every cycle i: for 49 it is not, see below."""
    cycles = (values["T"] - values["Tw"]) // values["cycle_length"]
    return all(cycles * (i / cycles) == i for i in range(cycles))


HARD_RESTARTS = sets(
    "sgdr",
    [(Tw + length, Tw) for Tw in (0, 1, 7, 100) for length in (12, 36, 900)],
    cycle_length=(1, 2, 3, 4, 6, 9, 12, 100, 300, 450, 900),
    restart_mult=(1.0,),
    eta_min=(0.0,),  # Hugging Face knows no floor here
)


@hugging_face.draws("sgdr", HARD_RESTARTS, where=lambda v: whole_cycles(v) and keeps_its_restarts(v))
def test_sgdr_in_equal_cycles_down_to_zero_is_the_cosine_with_hard_restarts(T, Tw, eta_max, cycle_length):
    cycles = (T - Tw) // cycle_length

    def build(optimizer):
        return optimization.get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, Tw, T, num_cycles=cycles)

    return read(build, eta_max, T, Tw)


WSD = sets("wsd", cooldown=(0.0, 0.1, 0.2, 0.5, 1.0))


def wsd(T, Tw, eta_max, eta_min, cooldown, decay):
    start = max(Tw, T - round(cooldown * T))

    def build(optimizer):
        return optimization.get_wsd_schedule(
            optimizer,
            num_warmup_steps=Tw,
            num_stable_steps=start - Tw,
            num_decay_steps=max(1, T - start),
            decay_type=decay,
            min_lr_ratio=eta_min / eta_max,
        )

    return read(build, eta_max, T, Tw)


@hugging_face.draws("wsd", WSD, where=lambda v: v["eta_min"] == 0 or v["Tw"] == 0)
def test_wsd_is_get_wsd_schedule(T, Tw, eta_max, eta_min, cooldown, decay):
    return wsd(T, Tw, eta_max, eta_min, cooldown, decay)


@hugging_face.draws("wsd", WSD, where=lambda v: v["eta_min"] > 0 and v["Tw"] > 0, after_warmup=True)
def test_wsd_with_a_floor_is_get_wsd_schedule_after_the_warmup(T, Tw, eta_max, eta_min, cooldown, decay):
    # Their warmup starts at the floor, ours does not know it.
    return wsd(T, Tw, eta_max, eta_min, cooldown, decay)


def test_the_first_update_uses_a_rate_of_zero_and_ours_does_not():
    theirs = rates(lambda o: optimization.get_cosine_schedule_with_warmup(o, 100, 1000), 1.0, 1000)
    assert theirs[0] == 0
    assert schedules.curve("warmup_cosine", T=1000, Tw=100, eta_max=1.0, eta_min=0.0)[0] == 0.01


def test_the_cosine_climbs_after_its_end_and_ours_does_not():
    theirs = rates(lambda o: optimization.get_cosine_schedule_with_warmup(o, 0, 300), 1.0, 351)
    assert theirs[350] == pytest.approx(0.067, abs=1e-3)
    assert schedules.warmup_cosine(350, T=301, Tw=0, eta_max=1.0, eta_min=0.0) == 0


def test_hard_restarts_miss_a_restart_by_rounding_and_ours_do_not():
    cycles, length = 49, 10
    theirs = rates(
        lambda o: optimization.get_cosine_with_hard_restarts_schedule_with_warmup(o, 0, 490, num_cycles=cycles),
        1.0,
        490,
    )
    ours = schedules.curve("sgdr", T=490, Tw=0, eta_max=1.0, eta_min=0.0, cycle_length=length, restart_mult=1)
    missed = np.flatnonzero(np.abs(theirs - ours) > 1e-9)
    assert missed.size
    assert np.all(missed % length == 0)
    assert theirs[missed] == pytest.approx(0, abs=1e-12)
    assert np.all(ours[missed] == 1)


def test_the_warmup_of_wsd_starts_at_the_floor_and_ours_does_not():
    theirs = rates(lambda o: optimization.get_wsd_schedule(o, 10, 20, 100, min_lr_ratio=0.5), 1.0, 100)
    assert theirs[0] == 0.5
    assert schedules.curve("wsd", T=100, Tw=10, eta_max=1.0, eta_min=0.5)[0] == 0.1
