"""Keras: its schedules where there is no warmup, since it joins none, else a subclass; in single precision always."""

import math
from collections.abc import Callable
from typing import Any

from schedules.export.source import ArrayLibrary, rule_source
from schedules.export.text import Group, after_run, call, head, joined, lay_out, listed, literal, ratio
from schedules.spec import Family

Values = dict[str, Any]

STEPPING = "Pass it on as learning_rate=schedule: Keras steps it at every update, per batch, not per epoch."
OPS = ArrayLibrary(
    name="ops",
    array="convert_to_tensor",
    same="ops.full_like(t, {value})",
    step='ops.cast(step, "float32")',
)
HOLDING = {"constant", "warmup_cosine", "warmup_linear", "step", "range_test"}  # stock ones that keep the last rate
MOST_DROPS = 8  # each stands in the code


def write(family: Family, values: Values) -> str:
    """Return code that defines `schedule(step)`; see `schedules.export_code`."""
    stock = STOCK[family.key](values) if family.key in STOCK else None
    if stock:
        name = stock.opening.rstrip("(")
        remarks = after_run(family.key, values, () if name == "ExponentialDecay" else HOLDING)
        top = head(family, values, STEPPING, *remarks)
        return joined([*top, f"from keras.optimizers.schedules import {name}", "", lay_out("schedule = ", stock)])
    source = rule_source(family, values, OPS)
    imports = ["import keras", "from keras import ops"]
    return joined(
        [*head(family, values, STEPPING), *source.imports, *([""] if source.imports else []), *imports],
        *source.helpers,
        [
            "@keras.saving.register_keras_serializable()",
            "class Rate(keras.optimizers.schedules.LearningRateSchedule):",
            "    def __call__(self, step):",
            *source.indented(2),
            "",
            "    def get_config(self):",
            "        return {}",
        ],
        ["schedule = Rate()"],
    )


def _polynomial(first: float | str, steps: int, last: float, power: float = 1.0) -> Group | None:
    if steps < 1:
        return None
    return call(
        "PolynomialDecay",
        initial_learning_rate=first if isinstance(first, str) else literal(first),
        decay_steps=literal(steps),
        end_learning_rate=literal(last),
        power=literal(power),
    )


def _power(v: Values) -> Group | None:
    if v["Tw"] > 0 or 0 < v["power"] < 1:
        return None  # 1 − t / T loses digits where such a power is steep
    return _polynomial(v["eta_max"], v["T"], v["eta_min"], v["power"])


def _exponential_decay(first: float, steps: int, rate: str) -> Group:
    return call("ExponentialDecay", initial_learning_rate=literal(first), decay_steps=literal(steps), decay_rate=rate)


def _constant(v: Values) -> Group | None:
    return _polynomial(f"{literal(v['eta_max'])} / {literal(max(1, v['Tw']))}", v["Tw"] - 1, v["eta_max"])


def _warmup_cosine(v: Values) -> Group | None:
    if v["Tw"] > 0 or v["T"] == 1:
        return None
    return call(
        "CosineDecay",
        initial_learning_rate=literal(v["eta_max"]),
        decay_steps=literal(v["T"] - 1),
        alpha=ratio(v["eta_min"], v["eta_max"]),
    )


def _warmup_linear(v: Values) -> Group | None:
    return _polynomial(v["eta_max"], v["T"] - 1, v["eta_min"]) if v["Tw"] == 0 else None


def _step(v: Values) -> Group | None:
    # Not ExponentialDecay: compiled, it may multiply by the inverse of drop_every and be late for some drops.
    drops = range(v["drop_every"], v["T"], v["drop_every"])
    if v["Tw"] > 0 or not 0 < len(drops) <= MOST_DROPS:
        return None
    rates = [literal(v["eta_max"]), *(_dropped(v, number) for number in range(1, len(drops) + 1))]
    boundaries = listed([literal(drop - 1) for drop in drops])  # the last update at the rate before
    return call("PiecewiseConstantDecay", boundaries=boundaries, values=listed(rates))


def _dropped(v: Values, times: int) -> str:
    power = f"**{times}" if times > 1 else ""
    return f"{literal(v['eta_max'])} * {literal(v['gamma'])}{power}"


def _exponential(v: Values) -> Group | None:
    gamma = v["gamma"]
    if v["Tw"] > 0 or not 0 < gamma < 1:
        return None
    half_life = max(1, round(math.log(0.5) / math.log(gamma)))  # single precision holds this, but no gamma next to one
    rate = f"{literal(gamma)}**{literal(half_life)}" if half_life > 1 else literal(gamma)
    return _exponential_decay(v["eta_max"], half_life, rate)


def _range_test(v: Values) -> Group | None:
    if v["sweep"] == "linear":
        return _polynomial(v["eta_min"], v["T"] - 1, v["eta_max"])
    rate = f"{literal(v['eta_max'])} / {literal(v['eta_min'])}"
    return _exponential_decay(v["eta_min"], v["T"] - 1, rate) if v["T"] > 1 else None


STOCK: dict[str, Callable[[Values], Group | None]] = {
    "constant": _constant,
    "warmup_cosine": _warmup_cosine,
    "warmup_linear": _warmup_linear,
    "step": _step,
    "exponential": _exponential,
    "polynomial": _power,
    "range_test": _range_test,
}
