"""Learning-rate schedules: every family as a pure function of the step, with its formula, its phases and its sources.

`t` is the 0-based index of the update, and a run has updates 0..T−1. Rates are float64.

>>> import schedules
>>> lr = schedules.curve("warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5)
>>> print(lr[0], lr[500], lr[-1])
6e-07 0.0003 3e-05
>>> print(schedules.describe("warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5))
Rises for 500 updates to 3e-4, then falls along half a cosine to 3e-5 at update 9,999; its average is 1.64e-4.

What a curve does to training is seen on toy problems, stepped for many schedules and seeds at once, or exact:

>>> bowl = schedules.Quadratic(sharpness=5_000, condition=100, noise=30)
>>> print(schedules.expect(bowl, schedules.SGD(), lr).loss[0, -1].round(4))
0.0144
"""

from schedules.curves import Event, curve, events, restarts
from schedules.expectation import Expectation, expect
from schedules.export import TARGETS, export_code
from schedules.facts import KeyValues, Run, describe, formula, key_value_rows, key_values, run
from schedules.families import (
    constant,
    exp_range,
    exponential,
    inverse_sqrt,
    one_cycle,
    polynomial,
    range_test,
    sgdr,
    step,
    triangular,
    triangular2,
    warmup_cosine,
    warmup_linear,
    wsd,
)
from schedules.optimizers import SGD, Adam, HeavyBall
from schedules.parameters import SHARED
from schedules.problems import Logistic, Quadratic
from schedules.simulation import Training, simulate
from schedules.sources import SOURCES
from schedules.spec import FAMILIES, Family, ParamSpec
from schedules.thin import thin

__all__ = [
    "FAMILIES",
    "SGD",
    "SHARED",
    "SOURCES",
    "TARGETS",
    "Adam",
    "Event",
    "Expectation",
    "Family",
    "HeavyBall",
    "KeyValues",
    "Logistic",
    "ParamSpec",
    "Quadratic",
    "Run",
    "Training",
    "constant",
    "curve",
    "describe",
    "events",
    "exp_range",
    "expect",
    "exponential",
    "export_code",
    "formula",
    "inverse_sqrt",
    "key_value_rows",
    "key_values",
    "one_cycle",
    "polynomial",
    "range_test",
    "restarts",
    "run",
    "sgdr",
    "simulate",
    "step",
    "thin",
    "triangular",
    "triangular2",
    "warmup_cosine",
    "warmup_linear",
    "wsd",
]
