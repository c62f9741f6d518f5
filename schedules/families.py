"""Every schedule family, in teaching order: one block each, and nothing of a family stands anywhere else.

Conventions of all of them: `t` is the 0-based index of an update, η(t) the rate which that update uses, and a run has
the updates 0..T−1. A warmup is η_max(t+1)/Tw: the first update uses η_max/Tw, never 0, and update Tw−1 the peak itself.
What follows the warmup starts at t = Tw. The functions that `@family` makes of these rules take any step or array of
steps, check every parameter, and hold the last rate after the run's end.
"""

from math import cos, floor, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from schedules.cycles import cycle_of, cycle_starts
from schedules.parameters import (
    CYCLE_LENGTH,
    ETA_MAX,
    ETA_MIN,
    GAMMA,
    GAMMA_PER_STEP,
    LONGEST_RUN,
    RESTART_MULT,
    TW,
    T,
)
from schedules.spec import WARMUP, Marks, ParamSpec, Phase, family, with_default

RAMP_SCOPE = "The warmup is a teaching pattern: neither Smith 2015 nor SGDR has a warmup at the start of training."
SMITH = "smith-2015-cyclical-learning-rates"
SGDR = "loshchilov-2016-sgdr"
SEED = "continuous-function-schedules"
SWING = Phase("cycles", "in straight lines")


@family(
    title="Constant after warmup",
    params=(T, TW, ETA_MAX),
    phases=(WARMUP, Phase("constant")),
    sources=(SEED,),
    scope=f"{RAMP_SCOPE} A constant rate is the baseline to compare with.",
)
def constant(t: float, T: int, Tw: int, eta_max: float) -> float:
    """Climb to the peak, then stay there."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    return eta_max


@family(
    title="Warmup, then cosine",
    params=(T, TW, ETA_MAX, ETA_MIN),
    phases=(WARMUP, Phase("decay", "along half a cosine")),
    sources=(SEED, SGDR),
    scope=f"{RAMP_SCOPE} SGDR supports the cosine within a run; ending exactly at the floor is the seed page's choice.",
)
def warmup_cosine(t: float, T: int, Tw: int, eta_max: float, eta_min: float) -> float:
    """Climb to the peak, then fall along half a cosine; the last update uses exactly `eta_min`.

    The peak is used twice, at Tw − 1 and at Tw, and `eta_min` is no floor of the ramp.
    """
    if t < Tw:
        return eta_max * (t + 1) / Tw
    u = (t - Tw) / max(1, T - Tw - 1)
    return eta_min + 0.5 * (eta_max - eta_min) * (1 + cos(pi * u))


@family(
    title="Warmup, then linear",
    params=(T, TW, ETA_MAX, ETA_MIN),
    phases=(WARMUP, Phase("decay", "in a straight line")),
    sources=("bergsma-2025-linear-to-zero",),
    scope=f"{RAMP_SCOPE} Linear-to-zero for language models: abstract read only, checked by neither of the two papers.",
)
def warmup_linear(t: float, T: int, Tw: int, eta_max: float, eta_min: float) -> float:
    """Climb to the peak, then fall in a straight line; the last update uses exactly `eta_min`."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    u = (t - Tw) / max(1, T - Tw - 1)
    return (1 - u) * eta_max + u * eta_min


@family(
    title="Inverse square root",
    params=(T, TW, ETA_MAX),
    phases=(WARMUP, Phase("decay", "as one over the square root of the step")),
    sources=(SEED, "vaswani-2017-attention"),
    scope="Supported by neither Smith 2015 nor SGDR; a classical alternative that needs no run length.",
)
def inverse_sqrt(t: float, T: int, Tw: int, eta_max: float) -> float:
    """Climb to the peak, then fall as one over the square root of the step; T only ends the run."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    return eta_max * sqrt(max(1, Tw) / (t + 1))


def _drops(T: int, Tw: int, drop_every: int, **_values: float) -> Marks:
    return {"drop": np.arange(Tw + drop_every, T, drop_every, dtype=np.int64)}


@family(
    title="Step decay",
    params=(
        T,
        TW,
        ETA_MAX,
        GAMMA,
        ParamSpec(
            name="drop_every",
            label="Steps between drops",
            default=2_000,
            bounds=(1, LONGEST_RUN),
            symbol="s",
            unit="updates",
            scale="log",
            doc="Number of updates from one drop to the next.",
            kind="steps",
            span="T",
        ),
    ),
    phases=(WARMUP, Phase("decay", "in steps")),
    sources=("pytorch-lr-scheduler",),
    scope="A convention of the libraries (StepLR); supported by neither Smith 2015 nor SGDR.",
    marks=_drops,
)
def step(t: float, T: int, Tw: int, eta_max: float, gamma: float, drop_every: int) -> float:
    """Climb to the peak, then multiply the rate by `gamma` after every `drop_every` updates."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    return eta_max * gamma ** floor((t - Tw) / drop_every)


@family(
    title="Exponential decay",
    params=(T, TW, ETA_MAX, GAMMA_PER_STEP),
    phases=(WARMUP, Phase("decay", "exponentially")),
    sources=("pytorch-lr-scheduler",),
    scope="A convention of the libraries (ExponentialLR); supported by neither Smith 2015 nor SGDR.",
)
def exponential(t: float, T: int, Tw: int, eta_max: float, gamma: float) -> float:
    """Climb to the peak, then multiply the rate by `gamma` at every update."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    return eta_max * gamma ** (t - Tw)


@family(
    title="Polynomial decay",
    params=(
        T,
        TW,
        ETA_MAX,
        ETA_MIN,
        ParamSpec(
            name="power",
            label="Power",
            default=2.0,
            bounds=(0.0, 100.0),
            symbol="p",
            unit="",
            scale="linear",
            doc="The exponent: 1 is a straight line, more falls early, less falls late.",
            kind="number",
            reach=(0.1, 5.0),
        ),
    ),
    phases=(WARMUP, Phase("decay", "as a power of the steps left")),
    sources=("optax-schedules",),
    scope="A convention of the libraries: the floor is reached at t = T, one step after the last update.",
)
def polynomial(t: float, T: int, Tw: int, eta_max: float, eta_min: float, power: float) -> float:
    """Climb to the peak, then fall as a power of the share of steps that are left; ends one step short of `eta_min`."""
    if t < Tw:
        return eta_max * (t + 1) / Tw
    u = (t - Tw) / (T - Tw)
    return eta_min + (eta_max - eta_min) * (1 - u) ** power


def _restarts(T: int, Tw: int, cycle_length: int, restart_mult: float, **_values: float) -> Marks:
    starts = np.ceil(cycle_starts(cycle_length, restart_mult, T - Tw)[1:])
    return {"restart": Tw + starts[starts < T - Tw].astype(np.int64)}


@family(
    title="Cosine with warm restarts (SGDR)",
    params=(T, TW, ETA_MAX, ETA_MIN, CYCLE_LENGTH, RESTART_MULT),
    phases=(WARMUP, Phase("cycles", "along half a cosine")),
    sources=(SGDR,),
    scope=(
        "SGDR supports the cosine within a cycle, the restart that keeps the parameters, and longer cycles by T_mult. "
        f"It makes no claim about local minima. {RAMP_SCOPE}"
    ),
    marks=_restarts,
)
def sgdr(t: float, T: int, Tw: int, eta_max: float, eta_min: float, cycle_length: int, restart_mult: float) -> float:
    """Climb to the peak, then fall along half a cosine again and again, each cycle `restart_mult` times longer.

    A restart falls on the first update at or after the real sum of the lengths before it; a cycle of whole length ends
    one step short of `eta_min`.
    """
    if t < Tw:
        return eta_max * (t + 1) / Tw
    start, length = cycle_of(t - Tw, cycle_length, restart_mult)
    return eta_min + 0.5 * (eta_max - eta_min) * (1 + cos(pi * (t - Tw - start) / length))


def _turns(T: int, eta_max: float, eta_min: float, cycle_length: int, **_values: float) -> Marks:
    """Mark the whole steps nearest to the tops and bottoms of a triangle; one of a single update has no tops."""

    def nearest(first: float) -> NDArray[np.int64]:
        steps = np.floor(np.arange(first, T, cycle_length) + 0.5).astype(
            np.int64
        )  # each once: they lie 1 or more apart
        return steps[steps < T]

    half, whole = nearest(cycle_length / 2) if cycle_length > 1 else np.empty(0, dtype=np.int64), nearest(cycle_length)
    return {"peak": half, "valley": whole} if eta_min <= eta_max else {"peak": whole, "valley": half}


CLR_SCOPE = (
    "Smith 2015, §3.1. It shows gains in the runs it reports, not that cycling always wins (its Tables 3 and 4)."
)


@family(
    title="Triangular cycles (Smith)",
    params=(T, ETA_MAX, ETA_MIN, CYCLE_LENGTH),
    phases=(SWING,),
    sources=(SMITH,),
    scope=CLR_SCOPE,
    marks=_turns,
)
def triangular(t: float, T: int, eta_max: float, eta_min: float, cycle_length: int) -> float:
    """Go up and down in straight lines between the two rates; half a cycle is Smith's stepsize."""
    s = cycle_length / 2
    c = floor(1 + t / (2 * s))
    x = abs(t / s - 2 * c + 1)
    return eta_min + (eta_max - eta_min) * max(0, 1 - x)


@family(
    title="Triangular cycles, halving",
    params=(T, ETA_MAX, ETA_MIN, CYCLE_LENGTH),
    phases=(SWING,),
    sources=(SMITH,),
    scope=f"{CLR_SCOPE} What is halved is the difference of the two rates, not the peak.",
    marks=_turns,
)
def triangular2(t: float, T: int, eta_max: float, eta_min: float, cycle_length: int) -> float:
    """Go up and down in straight lines, with the height of the triangle halved after each cycle."""
    s = cycle_length / 2
    c = floor(1 + t / (2 * s))
    x = abs(t / s - 2 * c + 1)
    return eta_min + (eta_max - eta_min) * max(0, 1 - x) * 0.5 ** (c - 1)


@family(
    title="Triangular cycles, shrinking",
    params=(
        T,
        ETA_MAX,
        ETA_MIN,
        CYCLE_LENGTH,
        with_default(GAMMA_PER_STEP, 0.9998),
        ParamSpec(
            name="shrinks",
            label="What shrinks",
            default="amplitude",
            bounds=(),
            symbol="",
            unit="",
            scale="linear",
            doc="The height above the floor (PyTorch, Keras callback) or both boundary rates (the words of the paper).",
            kind="choice",
            choices=("amplitude", "bounds"),
        ),
    ),
    phases=(SWING,),
    sources=(SMITH, "pytorch-lr-scheduler"),
    scope=f"{CLR_SCOPE} The paper lets each boundary decline by gamma^t; the common code shrinks only the height.",
    marks=_turns,
)
def exp_range(t: float, T: int, eta_max: float, eta_min: float, cycle_length: int, gamma: float, shrinks: str) -> float:
    """Go up and down in straight lines while gamma^t shrinks the triangle's height, or both of its boundaries."""
    s = cycle_length / 2
    c = floor(1 + t / (2 * s))
    x = abs(t / s - 2 * c + 1)
    if shrinks == "bounds":
        base = eta_min * gamma**t
    else:
        base = eta_min
    return base + (eta_max - eta_min) * max(0, 1 - x) * gamma**t


def _factor(name: str, label: str, symbol: str, default: float, doc: str) -> ParamSpec:
    return ParamSpec(
        name=name,
        label=label,
        default=default,
        bounds=(1.0, 1e9),
        symbol=symbol,
        unit="",
        scale="log",
        doc=doc,
        kind="number",
        reach=(1.0, 1e6),
    )


@family(
    title="One cycle",
    params=(
        T,
        ETA_MAX,
        ParamSpec(
            name="pct_start",
            label="Rising share pct_start",
            default=0.3,
            bounds=(0.0, 0.99),
            symbol="p",
            unit="of the run",
            scale="linear",
            doc="Share of the run in which the rate rises.",
            kind="number",
        ),
        _factor("div_factor", "Start divisor", "d", 25.0, "The first rate is the peak divided by this."),
        _factor("final_div_factor", "End divisor", "f", 1e4, "The last rate is the first one divided by this."),
    ),
    phases=(Phase("rise", "along half a cosine"), Phase("fall", "along half a cosine")),
    sources=("smith-topin-2017-super-convergence", "pytorch-lr-scheduler"),
    scope=(
        "PyTorch's two-phase cosine (OneCycleLR), not the three-phase policy of Smith and Topin, "
        "which is quoted second-hand; supported by neither Smith 2015 nor SGDR."
    ),
)
def one_cycle(t: float, T: int, eta_max: float, pct_start: float, div_factor: float, final_div_factor: float) -> float:
    """Rise along half a cosine, then fall along another one to far below the start."""
    first = eta_max / div_factor
    last = first / final_div_factor
    top = pct_start * T - 1
    if t < top:
        return first + 0.5 * (eta_max - first) * (1 - cos(pi * t / top))
    u = (t - top) / (T - 1 - top)
    return last + 0.5 * (eta_max - last) * (1 + cos(pi * u))


@family(
    title="Warmup, stable, decay (WSD)",
    params=(
        T,
        TW,
        ETA_MAX,
        ETA_MIN,
        ParamSpec(
            name="cooldown",
            label="Cooldown share",
            default=0.2,
            bounds=(0.0, 1.0),
            symbol="c",
            unit="of the run",
            scale="linear",
            doc="Share of the run, at its end, in which the rate decays; the warmup comes first where they overlap.",
            kind="number",
        ),
        ParamSpec(
            name="decay",
            label="Cooldown shape",
            default="linear",
            bounds=(),
            symbol="",
            unit="",
            scale="linear",
            doc="How the rate falls in the cooldown.",
            kind="choice",
            choices=("linear", "cosine", "1-sqrt"),
        ),
    ),
    phases=(WARMUP, Phase("stable"), Phase("cooldown", "in the {decay} shape")),
    sources=("hu-2024-minicpm", "hagele-2024-cooldown"),
    scope=(
        "MiniCPM gives the three phases, Hägele and others the 1−√ shape (quoted second-hand); "
        "supported by neither Smith 2015 nor SGDR. The floor is reached at t = T, one step after the last update."
    ),
)
def wsd(t: float, T: int, Tw: int, eta_max: float, eta_min: float, cooldown: float, decay: str) -> float:
    """Climb to the peak, stay there, then decay in the last part of the run; ends one step short of `eta_min`."""
    start = max(Tw, T - round(cooldown * T))
    if t < Tw:
        return eta_max * (t + 1) / Tw
    if t < start:
        return eta_max
    u = (t - start) / (T - start)
    if decay == "linear":
        left = 1 - u
    elif decay == "cosine":
        left = 0.5 * (1 + cos(pi * u))
    else:
        left = 1 - sqrt(u)
    return eta_min + (eta_max - eta_min) * left


def _zero_start(eta_min: float, sweep: str, **_values: float) -> str:
    if sweep == "exponential" and eta_min == 0:
        return "eta_min=0.0 is not allowed with sweep='exponential'; it must be above 0, or the sweep linear"
    return ""


@family(
    title="Range test",
    params=(
        T,
        ETA_MAX,
        ETA_MIN,
        ParamSpec(
            name="sweep",
            label="Sweep",
            default="linear",
            bounds=(),
            symbol="",
            unit="",
            scale="linear",
            doc="Equal steps of the rate (Smith) or of its logarithm (the later practice of the finders).",
            kind="choice",
            choices=("linear", "exponential"),
        ),
    ),
    phases=(Phase("sweep", "in the {sweep} sweep"),),
    sources=(SMITH,),
    scope="Smith 2015, §3.3, raises the rate linearly and reads accuracy; the exponential sweep is later practice.",
    conflict=_zero_start,
)
def range_test(t: float, T: int, eta_max: float, eta_min: float, sweep: str) -> float:
    """Sweep the rate from `eta_min` to `eta_max` over the run; the last update uses exactly `eta_max`."""
    u = t / max(1, T - 1)
    if sweep == "exponential":
        lr = eta_min ** (1 - u) * eta_max**u
    else:
        lr = (1 - u) * eta_min + u * eta_max
    return lr
