import numpy as np
import pytest

import schedules
from oracles.cases import LENGTHS, sets
from oracles.comparison import Framework
from oracles.torch_updates import optimizer_with, rates, torch

pytestmark = pytest.mark.frameworks
pytorch = Framework(f"PyTorch {torch.__version__}")
lr_scheduler = torch.optim.lr_scheduler

CYCLES = (1, 2, 3, 5, 10, 99, 100, 999, 5000)


def after_ramp(optimizer, Tw, *schedulers, milestones=()):
    """Return `schedulers` one after the other, behind our ramp: LinearLR from M/Tw at step 0 to M at step Tw − 1."""
    if Tw == 0:  # LinearLR cannot start at a share of 1/0
        return lr_scheduler.SequentialLR(optimizer, list(schedulers), list(milestones))
    ramp = lr_scheduler.LinearLR(optimizer, 1 / Tw, 1.0, Tw - 1)
    return lr_scheduler.SequentialLR(optimizer, [ramp, *schedulers], [Tw, *milestones])


@pytorch.draws("constant", sets("constant"))
def test_constant_is_a_linear_lr_that_ends(T, Tw, eta_max):
    return rates(lambda o: after_ramp(o, Tw, lr_scheduler.ConstantLR(o, factor=1.0)), eta_max, T)


@pytorch.draws("warmup_cosine", sets("warmup_cosine"))
def test_warmup_cosine_is_linear_lr_then_cosine_annealing_lr(T, Tw, eta_max, eta_min):
    # CosineAnnealingLR makes each rate from the one before: 4e-14 of the peak of drift in 10,000 updates, 4e-12 in 10⁶.
    def build(optimizer):
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, max(1, T - Tw - 1), eta_min=eta_min)
        return after_ramp(optimizer, Tw, cosine)

    return rates(build, eta_max, T)


@pytorch.draws("warmup_linear", sets("warmup_linear"), where=lambda v: v["eta_min"] <= v["eta_max"])
def test_warmup_linear_is_one_linear_lr_after_another(T, Tw, eta_max, eta_min):
    # LinearLR takes no factor above 1, so the floor cannot lie above the peak.
    def build(optimizer):
        return after_ramp(optimizer, Tw, lr_scheduler.LinearLR(optimizer, 1.0, eta_min / eta_max, max(1, T - Tw - 1)))

    return rates(build, eta_max, T)


@pytorch.draws("inverse_sqrt", sets("inverse_sqrt"))
def test_inverse_sqrt_is_a_lambda_lr_of_the_transformer_paper(T, Tw, eta_max):
    # PyTorch has no stock call. Vaswani 2017, §5.3: min(s^−½, s·Tw^−1.5) for s = t + 1, here with M at its top.
    def share(t):
        s, warmup = t + 1, max(1, Tw)
        return min(s**-0.5, s * warmup**-1.5) / warmup**-0.5

    return rates(lambda o: lr_scheduler.LambdaLR(o, share), eta_max, T)


@pytorch.draws("step", sets("step", gamma=(0.0, 0.1, 0.5, 1.0), drop_every=(1, 3, 100, 5000)))
def test_step_is_step_lr(T, Tw, eta_max, gamma, drop_every):
    return rates(lambda o: after_ramp(o, Tw, lr_scheduler.StepLR(o, drop_every, gamma)), eta_max, T)


@pytorch.draws("exponential", sets("exponential", gamma=(0.0, 0.5, 0.9, 0.9997, 1.0)))
def test_exponential_is_exponential_lr(T, Tw, eta_max, gamma):
    return rates(lambda o: after_ramp(o, Tw, lr_scheduler.ExponentialLR(o, gamma)), eta_max, T)


@pytorch.draws("polynomial", sets("polynomial", power=(0.0, 0.5, 1.0, 2.0, 3.7)), where=lambda v: v["eta_min"] == 0)
def test_polynomial_without_a_floor_is_polynomial_lr(T, Tw, eta_max, power):
    return rates(lambda o: after_ramp(o, Tw, lr_scheduler.PolynomialLR(o, max(1, T - Tw), power)), eta_max, T)


@pytorch.draws("sgdr", sets("sgdr", cycle_length=(1, 7, 10, 100, 5000), restart_mult=(1, 2, 3)))
def test_sgdr_is_cosine_annealing_warm_restarts(T, Tw, eta_max, eta_min, cycle_length, restart_mult):
    def build(optimizer):
        multiplier = int(restart_mult)  # PyTorch takes whole numbers only, and those only as int
        cycles = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, cycle_length, multiplier, eta_min=eta_min)
        return after_ramp(optimizer, Tw, cycles)

    return rates(build, eta_max, T)


def cyclic(optimizer, eta_max, eta_min, cycle_length, **mode):
    # Half an update is a legal stepsize; the momentum is not ours to cycle, and SGD here has none.
    return lr_scheduler.CyclicLR(
        optimizer, eta_min, eta_max, step_size_up=cycle_length / 2, cycle_momentum=False, **mode
    )


@pytorch.draws("triangular", sets("triangular", LENGTHS, cycle_length=CYCLES))
def test_triangular_is_cyclic_lr(T, eta_max, eta_min, cycle_length):
    return rates(lambda o: cyclic(o, eta_max, eta_min, cycle_length, mode="triangular"), eta_max, T)


def under_1024_cycles(values):
    return values["T"] <= 1024 * values["cycle_length"]  # then PyTorch's 2.0**cycle is too large for a float


@pytorch.draws("triangular2", sets("triangular2", LENGTHS, cycle_length=CYCLES), where=under_1024_cycles)
def test_triangular2_is_cyclic_lr(T, eta_max, eta_min, cycle_length):
    return rates(lambda o: cyclic(o, eta_max, eta_min, cycle_length, mode="triangular2"), eta_max, T)


@pytorch.draws(
    "exp_range", sets("exp_range", LENGTHS, cycle_length=CYCLES, gamma=(0.0, 0.9, 0.9998, 1.0)), shrinks="amplitude"
)
def test_exp_range_with_a_shrinking_amplitude_is_cyclic_lr(T, eta_max, eta_min, cycle_length, gamma):
    return rates(lambda o: cyclic(o, eta_max, eta_min, cycle_length, mode="exp_range", gamma=gamma), eta_max, T)


ONE_CYCLES = sets(
    "one_cycle",
    LENGTHS,
    pct_start=(0.0, 0.1, 0.25, 0.3, 0.5, 0.9, 0.99),
    div_factor=(1.0, 25.0),
    final_div_factor=(1.0, 1e4),
)


@pytorch.draws("one_cycle", ONE_CYCLES, where=lambda v: v["pct_start"] * v["T"] != 1)
def test_one_cycle_is_one_cycle_lr(T, eta_max, pct_start, div_factor, final_div_factor):
    # Whether pct_start·T is a whole number or not.
    def build(optimizer):
        return lr_scheduler.OneCycleLR(
            optimizer,
            eta_max,
            total_steps=T,
            pct_start=pct_start,
            div_factor=div_factor,
            final_div_factor=final_div_factor,
            cycle_momentum=False,
        )

    return rates(build, eta_max, T)


WSD = sets("wsd", cooldown=(0.0, 0.1, 0.2, 0.5, 1.0))


def cooldown_start(T, Tw, cooldown):
    return max(Tw, T - round(cooldown * T))


@pytorch.draws("wsd", WSD, where=lambda v: v["eta_min"] <= v["eta_max"], decay="linear")
def test_wsd_with_a_linear_cooldown_is_linear_lr_twice(T, Tw, eta_max, eta_min, cooldown):
    start = cooldown_start(T, Tw, cooldown)

    def build(optimizer):
        stable = lr_scheduler.ConstantLR(optimizer, factor=1.0)
        down = lr_scheduler.LinearLR(optimizer, 1.0, eta_min / eta_max, max(1, T - start))
        return after_ramp(optimizer, Tw, stable, down, milestones=[start])

    return rates(build, eta_max, T)


@pytorch.draws("wsd", WSD, decay="cosine")
def test_wsd_with_a_cosine_cooldown_ends_in_cosine_annealing_lr(T, Tw, eta_max, eta_min, cooldown):
    start = cooldown_start(T, Tw, cooldown)

    def build(optimizer):
        stable = lr_scheduler.ConstantLR(optimizer, factor=1.0)
        down = lr_scheduler.CosineAnnealingLR(optimizer, max(1, T - start), eta_min=eta_min)
        return after_ramp(optimizer, Tw, stable, down, milestones=[start])

    return rates(build, eta_max, T)


SWEEPS = sets("range_test", LENGTHS)


@pytorch.draws("range_test", SWEEPS, where=lambda v: 0 < v["eta_min"] <= v["eta_max"], sweep="linear")
def test_linear_range_test_is_linear_lr(T, eta_max, eta_min):
    # LinearLR starts at a factor above 0 and up to 1.
    return rates(lambda o: lr_scheduler.LinearLR(o, eta_min / eta_max, 1.0, T - 1), eta_max, T)


@pytorch.draws("range_test", SWEEPS, sweep="exponential")
def test_exponential_range_test_is_exponential_lr(T, eta_max, eta_min):
    factor = (eta_max / eta_min) ** (1 / max(1, T - 1))
    return rates(lambda o: lr_scheduler.ExponentialLR(o, factor), eta_min, T)


def test_cosine_annealing_lr_climbs_after_its_end_and_ours_does_not():
    theirs = rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 100), 0.1, 301)
    assert theirs[[100, 150, 200, 300]] == pytest.approx([0.0, 0.05, 0.1, 0.0], abs=1e-15)
    ours = schedules.warmup_cosine(np.arange(301), T=101, Tw=0, eta_max=0.1, eta_min=0.0)
    assert np.all(ours[100:] == ours[100])


def test_cosine_annealing_lr_has_no_words_for_a_warmup_that_leaves_one_update():
    T, Tw = 10, 9
    with pytest.raises(ZeroDivisionError):
        rates(lambda o: after_ramp(o, Tw, lr_scheduler.CosineAnnealingLR(o, T - Tw - 1)), 1.0, T)
    assert schedules.curve("warmup_cosine", T=T, Tw=Tw, eta_max=1.0, eta_min=0.1)[-1] == 1.0


def test_chained_scheduler_multiplies_ramp_and_cosine_and_so_never_peaks():
    T, Tw = 1000, 100

    def build(optimizer):
        ramp = lr_scheduler.LinearLR(optimizer, 1 / Tw, 1.0, Tw)
        return lr_scheduler.ChainedScheduler([ramp, lr_scheduler.CosineAnnealingLR(optimizer, T)], optimizer)

    assert rates(build, 1.0, T).max() == pytest.approx(0.9755, abs=1e-4)
    assert schedules.curve("warmup_cosine", T=T, Tw=Tw, eta_max=1.0, eta_min=0.0).max() == 1.0


def test_linear_lr_cannot_start_at_zero():
    with pytest.raises(ValueError, match="greater than 0"):
        lr_scheduler.LinearLR(optimizer_with(1.0), 0.0)


@pytest.mark.parametrize("multiplier", [1.5, 2.0])
def test_cosine_annealing_warm_restarts_takes_no_float_as_multiplier(multiplier):
    with pytest.raises(ValueError, match="Expected integer T_mult"):
        lr_scheduler.CosineAnnealingWarmRestarts(optimizer_with(1.0), 10, multiplier)


def test_cyclic_lr_shrinks_the_amplitude_where_the_paper_shrinks_both_boundaries():
    rate = {"T": 400, "eta_max": 0.006, "eta_min": 0.001, "cycle_length": 50, "gamma": 0.995}
    theirs = rates(lambda o: cyclic(o, 0.006, 0.001, 50, mode="exp_range", gamma=0.995), 0.006, 400)
    assert np.max(np.abs(theirs - schedules.curve("exp_range", shrinks="bounds", **rate))) == pytest.approx(
        8.7e-4, abs=1e-5
    )


def test_cyclic_lr_overflows_after_1024_halvings_and_ours_stays_at_the_floor():
    with pytest.raises(OverflowError):
        rates(lambda o: cyclic(o, 1.0, 0.5, 1, mode="triangular2"), 1.0, 1100)
    assert np.all(schedules.curve("triangular2", T=1100, eta_max=1.0, eta_min=0.5, cycle_length=1) == 0.5)


def test_one_cycle_lr_cannot_begin_at_the_peak_and_ours_can():
    with pytest.raises(ZeroDivisionError):
        lr_scheduler.OneCycleLR(optimizer_with(1.0), 1.0, total_steps=10, pct_start=0.1, cycle_momentum=False)
    assert schedules.curve("one_cycle", T=10, eta_max=1.0, pct_start=0.1)[0] == 1.0


def test_one_cycle_misses_the_peak_where_the_rise_is_no_whole_number_of_updates():
    theirs = rates(
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=50, pct_start=0.25, cycle_momentum=False), 1.0, 50
    )
    assert theirs.max() == pytest.approx(0.99956, abs=1e-5)
    assert schedules.curve("one_cycle", T=50, eta_max=1.0, pct_start=0.25).max() == pytest.approx(theirs.max())
