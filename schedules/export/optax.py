"""optax: its schedules, joined behind a linear one for the warmup, or a function of jax arrays."""

import math
from collections.abc import Callable
from typing import Any

from schedules.export.source import ArrayLibrary, rule_source
from schedules.export.text import Code, Group, after_run, call, head, joined, lay_out, listed, literal, ratio
from schedules.spec import Family

Values = dict[str, Any]
Part = tuple[int, Group]  # a schedule and the update at which it takes over

STEPPING = "Pass it on as learning_rate=schedule: optax counts its own updates, per batch, not per epoch."
JAX = ArrayLibrary(name="jnp", array="array", same="jnp.full(jnp.shape(t), {value})", step="count")
HOLDING = {"constant", "warmup_cosine", "warmup_linear", "step", "range_test"}  # stock ones that keep the last rate
MOST_PARTS = 8  # drops or cycles, each of which stands in the code


def write(family: Family, values: Values) -> str:
    """Return code that defines `schedule(count)`; see `schedules.export_code`."""
    parts = STOCK[family.key](values) if family.key in STOCK else None
    remarks = after_run(family.key, values, HOLDING) if parts else []
    top = head(family, values, STEPPING, *remarks)
    if not parts:
        source = rule_source(family, values, JAX)
        imports = [*source.imports, *([""] if source.imports else []), "import jax.numpy as jnp"]
        return joined([*top, *imports], *source.helpers, source.function("schedule(count)"))
    code: Code = parts[0][1]
    if len(parts) > 1:
        boundaries = listed([literal(start) for start, _ in parts[1:]])
        code = call("optax.join_schedules", listed([part for _, part in parts]), boundaries=boundaries)
    return joined([*top, "import optax", "", lay_out("schedule = ", code)])


def _behind_ramp(v: Values, *parts: Part) -> list[Part]:
    """Return parts that begin within the run, behind our warmup, which ends in the peak at update Tw − 1."""
    Tw = v["Tw"]
    started = [(start, part) for start, part in parts if start < v["T"]]
    if Tw == 0:
        return started
    first = f"{literal(v['eta_max'])} / {literal(Tw)}"
    return [(0, _line(first, literal(v["eta_max"]), Tw - 1) if Tw > 1 else _steady(v)), *started]


def _line(first: str, last: str, steps: int) -> Group:
    return call("optax.linear_schedule", init_value=first, end_value=last, transition_steps=literal(steps))


def _steady(v: Values) -> Group:
    return call("optax.constant_schedule", literal(v["eta_max"]))


def _down(v: Values, steps: int, shape: str) -> Group:
    """Return the way from the peak to the floor in a number of steps, as a line or a cosine."""
    peak, floor = literal(v["eta_max"]), literal(v["eta_min"])
    if shape == "linear":
        return _line(peak, floor, steps)
    share = ratio(v["eta_min"], v["eta_max"])
    return call("optax.cosine_decay_schedule", init_value=peak, decay_steps=literal(steps), alpha=share)


def _constant(v: Values) -> list[Part]:
    return _behind_ramp(v) or [(0, _steady(v))]


def _to_the_floor(v: Values, shape: str) -> list[Part] | None:
    steps = v["T"] - v["Tw"] - 1
    return _behind_ramp(v, (v["Tw"], _down(v, steps, shape))) if steps > 0 else None


def _step(v: Values) -> list[Part] | None:
    # Not exponential_decay: compiled, it multiplies by the inverse of drop_every and is late for some drops.
    drops = range(v["drop_every"], v["T"] - v["Tw"], v["drop_every"])
    if len(drops) > MOST_PARTS:
        return None
    if not drops:
        return _constant(v)
    scales = Group("boundaries_and_scales={", tuple(f"{literal(k)}: {literal(v['gamma'])}" for k in drops), "}")
    decay = Group("optax.piecewise_constant_schedule(", (f"init_value={literal(v['eta_max'])}", scales))
    return _behind_ramp(v, (v["Tw"], decay))


def _exponential(v: Values) -> list[Part] | None:
    gamma = v["gamma"]
    if not 0 < gamma < 1:
        return None  # optax takes 0 for no decay
    half_life = max(1, round(math.log(0.5) / math.log(gamma)))  # single precision holds this, but no gamma next to one
    decay = call(
        "optax.exponential_decay",
        init_value=literal(v["eta_max"]),
        transition_steps=literal(half_life),
        decay_rate=f"{literal(gamma)}**{literal(half_life)}" if half_life > 1 else literal(gamma),
    )
    return _behind_ramp(v, (v["Tw"], decay))


def _polynomial(v: Values) -> list[Part] | None:
    if v["Tw"] >= v["T"] or 0 < v["power"] < 1:
        return None  # 1 − t / T loses digits where such a power is steep
    decay = call(
        "optax.polynomial_schedule",
        init_value=literal(v["eta_max"]),
        end_value=literal(v["eta_min"]),
        power=literal(v["power"]),
        transition_steps=literal(v["T"] - v["Tw"]),
    )
    return _behind_ramp(v, (v["Tw"], decay))


def _sgdr(v: Values) -> list[Part] | None:
    if not v["restart_mult"].is_integer() or v["Tw"] >= v["T"]:
        return None
    parts: list[Part] = []
    start, length = v["Tw"], v["cycle_length"]
    while start < v["T"] and len(parts) <= MOST_PARTS:
        parts.append((start, _down(v, length, "cosine")))
        start, length = start + length, length * int(v["restart_mult"])
    return _behind_ramp(v, *parts) if len(parts) <= MOST_PARTS else None


def _wsd(v: Values) -> list[Part] | None:
    start = max(v["Tw"], v["T"] - round(v["cooldown"] * v["T"]))
    stable = [(v["Tw"], _steady(v))] if start > v["Tw"] else []
    if start >= v["T"]:
        return _behind_ramp(v, *stable)
    if v["decay"] == "1-sqrt":
        return None
    return _behind_ramp(v, *stable, (start, _down(v, v["T"] - start, v["decay"])))


def _range_test(v: Values) -> list[Part] | None:
    low, high, steps = literal(v["eta_min"]), literal(v["eta_max"]), v["T"] - 1
    if steps == 0:
        return None
    if v["sweep"] == "linear":
        return [(0, _line(low, high, steps))]
    sweep = call(
        "optax.exponential_decay",
        init_value=low,
        transition_steps=literal(steps),
        decay_rate=f"{high} / {low}",
        end_value=high,
    )
    return [(0, sweep)]


STOCK: dict[str, Callable[[Values], list[Part] | None]] = {
    "constant": _constant,
    "warmup_cosine": lambda v: _to_the_floor(v, "cosine"),
    "warmup_linear": lambda v: _to_the_floor(v, "linear"),
    "step": _step,
    "exponential": _exponential,
    "polynomial": _polynomial,
    "sgdr": _sgdr,
    "wsd": _wsd,
    "range_test": _range_test,
}
