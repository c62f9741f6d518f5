import importlib.metadata
import importlib.util
import sys
import types

import numpy as np
import pytest

import schedules
from oracles.cases import sets
from oracles.comparison import Framework, ahead
from oracles.torch_updates import optimizer_with

if importlib.util.find_spec("timm") is None:
    pytest.skip("timm is not installed", allow_module_level=True)

pytestmark = pytest.mark.frameworks
timm = Framework(f"timm {importlib.metadata.version('timm')}")


def schedulers_alone():
    """Import timm.scheduler without the rest of timm, which wants torchvision: below an empty package at its place."""
    if "timm" in sys.modules:
        return importlib.import_module("timm.scheduler")
    package = types.ModuleType("timm")
    package.__path__ = list(importlib.util.find_spec("timm").submodule_search_locations)
    sys.modules["timm"] = package
    try:
        return importlib.import_module("timm.scheduler")
    finally:  # whoever imports timm later gets the real one
        for name in [name for name in sys.modules if name.partition(".")[0] == "timm"]:
            del sys.modules[name]


scheduler = schedulers_alone()

# Their warmup is t/Tw, and after it `warmup_prefix=True` starts the decay at its beginning. They are compared over
# whole runs, read one step ahead while ours warms up: see `ahead`.


def read(kind, lr, steps, *arguments, **options):
    """Return the rates at `steps` of a scheduler that counts updates; `step_update(t)` sets the rate of update t."""
    optimizer = optimizer_with(lr)
    schedule = kind(optimizer, *arguments, t_in_epochs=False, **options)
    rates = np.empty(len(steps))
    for index, t in enumerate(steps.tolist()):
        schedule.step_update(t)
        rates[index] = optimizer.param_groups[0]["lr"]
    return rates


@timm.draws("constant", sets("constant"))
def test_constant_is_a_step_scheduler_that_drops_by_nothing(T, Tw, eta_max):
    return read(scheduler.StepLRScheduler, eta_max, ahead(T, Tw), 1, 1.0, warmup_t=Tw)


@timm.draws("warmup_cosine", sets("warmup_cosine"))
def test_warmup_cosine_is_the_cosine_scheduler_behind_its_warmup(T, Tw, eta_max, eta_min):
    return read(
        scheduler.CosineLRScheduler,
        eta_max,
        ahead(T, Tw),
        max(1, T - Tw - 1),
        lr_min=eta_min,
        warmup_t=Tw,
        warmup_prefix=True,
    )


def poly(T, Tw, eta_max, eta_min, power, length):
    return read(
        scheduler.PolyLRScheduler,
        eta_max,
        ahead(T, Tw),
        max(1, length),
        power=power,
        lr_min=eta_min,
        warmup_t=Tw,
        warmup_prefix=True,
    )


@timm.draws("warmup_linear", sets("warmup_linear"))
def test_warmup_linear_is_a_poly_scheduler_of_power_one(T, Tw, eta_max, eta_min):
    return poly(T, Tw, eta_max, eta_min, 1.0, T - Tw - 1)


@timm.draws("polynomial", sets("polynomial", power=(0.0, 0.5, 1.0, 2.0, 3.7)))
def test_polynomial_is_the_poly_scheduler(T, Tw, eta_max, eta_min, power):
    return poly(T, Tw, eta_max, eta_min, power, T - Tw)


@timm.draws("inverse_sqrt", sets("inverse_sqrt"), where=lambda v: v["Tw"] > 0)
def test_inverse_sqrt_is_the_wsd_scheduler_with_a_stable_phase_of_rsqrt_read_a_step_ahead_all_along(T, Tw, eta_max):
    steps = np.arange(T) + 1
    return read(scheduler.WSDLRScheduler, eta_max, steps, T + 2, 1, stable_fn="rsqrt", warmup_t=Tw)


@timm.draws("inverse_sqrt", sets("inverse_sqrt"), where=lambda v: v["Tw"] == 0)
def test_inverse_sqrt_without_warmup_is_a_stable_phase_of_rsqrt_with_a_timescale_of_one(T, eta_max):
    return read(scheduler.WSDLRScheduler, eta_max, np.arange(T), T + 2, 1, stable_fn="rsqrt", stable_timescale=1)


@timm.draws("step", sets("step", gamma=(0.0, 0.1, 0.5, 1.0), drop_every=(1, 3, 100, 5000)))
def test_step_is_the_step_scheduler(T, Tw, eta_max, gamma, drop_every):
    return read(scheduler.StepLRScheduler, eta_max, ahead(T, Tw), drop_every, gamma, warmup_t=Tw)


@timm.draws("exponential", sets("exponential", gamma=(0.0, 0.5, 0.9, 0.9997, 1.0)))
def test_exponential_is_a_step_scheduler_that_drops_at_every_update(T, Tw, eta_max, gamma):
    return read(scheduler.StepLRScheduler, eta_max, ahead(T, Tw), 1, gamma, warmup_t=Tw)


def sgdr(T, Tw, eta_max, eta_min, cycle_length, restart_mult):
    return read(
        scheduler.CosineLRScheduler,
        eta_max,
        ahead(T, Tw),
        cycle_length,
        lr_min=eta_min,
        cycle_mul=restart_mult,
        cycle_limit=10**6,
        warmup_t=Tw,
        warmup_prefix=True,
    )


@timm.draws("sgdr", sets("sgdr", cycle_length=(1, 7, 10, 100, 5000), restart_mult=(1.0, 2.0)))
def test_sgdr_in_equal_or_doubling_cycles_is_the_cosine_scheduler(T, Tw, eta_max, eta_min, cycle_length, restart_mult):
    return sgdr(T, Tw, eta_max, eta_min, cycle_length, restart_mult)


def before_the_fifth_restart(values):
    # There the logarithm that finds timm's cycle goes wrong: see below.
    return values["T"] - values["Tw"] <= 121 * values["cycle_length"]


@timm.draws(
    "sgdr", sets("sgdr", cycle_length=(1, 7, 10, 100, 5000), restart_mult=(3.0,)), where=before_the_fifth_restart
)
def test_sgdr_in_tripling_cycles_is_the_cosine_scheduler_before_its_fifth_restart(
    T, Tw, eta_max, eta_min, cycle_length, restart_mult
):
    return sgdr(T, Tw, eta_max, eta_min, cycle_length, restart_mult)


@timm.draws("sgdr", sets("sgdr", cycle_length=(1, 7, 10, 1000), restart_mult=(1.1, 1.2, 1.25, 1.5, 1.7, 2.5, 4.0)))
def test_sgdr_in_cycles_of_broken_length_is_the_cosine_scheduler_where_its_logarithm_is_right(
    T, Tw, eta_max, eta_min, cycle_length, restart_mult
):
    return sgdr(T, Tw, eta_max, eta_min, cycle_length, restart_mult)


def wsd(T, Tw, eta_max, eta_min, cooldown, decay):
    start = max(Tw, T - round(cooldown * T))
    return read(
        scheduler.WSDLRScheduler,
        eta_max,
        ahead(T, Tw),
        max(1, T - Tw),
        max(1, T - start),
        lr_min=eta_min,
        decay_fn=decay,
        warmup_t=Tw,
    )


def cools_down(values):
    # timm wants a cooldown of at least one update, and keeps its stable phase from falling below the floor.
    return round(values["cooldown"] * values["T"]) > 0 and values["eta_min"] <= values["eta_max"]


@timm.draws("wsd", sets("wsd", cooldown=(0.1, 0.2, 0.5, 1.0)), where=cools_down)
def test_wsd_is_the_wsd_scheduler(T, Tw, eta_max, eta_min, cooldown, decay):
    return wsd(T, Tw, eta_max, eta_min, cooldown, decay)


@pytest.mark.parametrize(
    ("cycle_length", "restart_mult", "step"),
    [(1, 3.0, 121), (10, 3.0, 1210), (1, 10.0, 111), (50, 1.2, 182), (16, 1.25, 61), (16, 1.5, 211)],
)
def test_the_logarithm_of_timm_misses_a_restart_that_the_sum_of_the_cycles_finds(cycle_length, restart_mult, step):
    run = {"T": step + 1, "Tw": 0, "eta_max": 1.0, "eta_min": 0.1}
    cycles = {"cycle_length": cycle_length, "restart_mult": restart_mult}
    assert sgdr(**run, **cycles)[-1] == pytest.approx(0.1, abs=1e-9)
    assert schedules.curve("sgdr", **run, **cycles)[-1] == 1.0


def test_without_warmup_prefix_the_cosine_starts_during_the_warmup_and_the_peak_is_never_used():
    T, Tw = 1000, 100
    theirs = read(scheduler.CosineLRScheduler, 1.0, np.arange(T), T, warmup_t=Tw)
    assert theirs.max() == pytest.approx(0.99)
    assert theirs[Tw] == pytest.approx(0.9755, abs=1e-4)
    assert schedules.curve("warmup_cosine", T=T, Tw=Tw, eta_max=1.0, eta_min=0.0)[Tw] == 1.0


def test_by_default_the_cosine_scheduler_does_not_restart():
    theirs = read(scheduler.CosineLRScheduler, 1.0, np.arange(30), 10)
    assert np.all(theirs[10:] == 0)
    assert schedules.curve("sgdr", T=30, Tw=0, eta_max=1.0, eta_min=0.0, cycle_length=10, restart_mult=1)[10] == 1.0
