"""timm: stock schedulers, mostly without a warmup, as theirs uses the peak once and ours twice; else one of our own."""

from collections.abc import Callable
from typing import Any

from schedules.export.pytorch import maker
from schedules.export.source import rule_source
from schedules.export.text import Group, after_run, call, head, joined, lay_out, literal, text
from schedules.spec import Family

Values = dict[str, Any]

STEPPING = "After update t, the first being 0, call scheduler.step_update(t + 1): per batch, not per epoch."
SCHEDULER = """
class RateScheduler(Scheduler):
    def __init__(self, optimizer):
        super().__init__(optimizer, param_group_field="lr", t_in_epochs=False)
        self.step_update(0)

    def _get_lr(self, t):
        return [rate(t)] * len(self.base_values)
""".strip()

HOLDING = {"constant", "warmup_cosine", "warmup_linear"}  # families whose stock schedule keeps the last rate


def write(family: Family, values: Values) -> str:
    """Return code that defines `make_scheduler(optimizer)`; see `schedules.export_code`."""
    stock = STOCK[family.key](values) if family.key in STOCK else None
    remarks = after_run(family.key, values, HOLDING) if stock else []
    top = head(family, values, STEPPING, *remarks)
    if stock:
        code = call(stock.opening.rstrip("("), *stock.parts, t_in_epochs="False")
        return joined(
            [*top, f"from timm.scheduler import {stock.opening.rstrip('(')}"],
            maker(values["eta_max"], "whatever it was built with", lay_out("return ", code, depth=1)),
        )
    source = rule_source(family, values)
    imports = [*source.imports, *([""] if source.imports else []), "from timm.scheduler.scheduler import Scheduler"]
    return joined(
        [*top, *imports],
        *source.helpers,
        source.function("rate(t)"),
        SCHEDULER,
        ["def make_scheduler(optimizer):", "    return RateScheduler(optimizer)"],
    )


def _ramp(v: Values) -> dict[str, str]:
    """Return the arguments of a warmup that ends in the peak at update Tw − 1."""
    if v["Tw"] <= 1:
        return {}
    return {"warmup_t": literal(v["Tw"] - 1), "warmup_lr_init": f"{literal(v['eta_max'])} / {literal(v['Tw'])}"}


def _constant(v: Values) -> Group:
    return call("StepLRScheduler", "optimizer", decay_t="1", decay_rate="1.0", **_ramp(v))


def _inverse_sqrt(v: Values) -> Group:
    # Begun at update Tw − 1, the root continues the ramp. Its cooldown, which cannot be left out, follows the run.
    return call(
        "WSDLRScheduler",
        "optimizer",
        t_initial=literal(v["T"] + 1),
        decay_t="1",
        stable_fn=text("rsqrt"),
        stable_timescale=literal(max(1, v["Tw"])),
        **_ramp(v),
    )


def _warmup_cosine(v: Values) -> Group | None:
    if v["Tw"] > 0 or v["T"] == 1:
        return None
    return call("CosineLRScheduler", "optimizer", t_initial=literal(v["T"] - 1), lr_min=literal(v["eta_min"]))


def _poly(v: Values, steps: int, power: float) -> Group | None:
    if v["Tw"] > 0 or steps < 1:
        return None
    return call(
        "PolyLRScheduler",
        "optimizer",
        t_initial=literal(steps),
        power=literal(power),
        lr_min=literal(v["eta_min"]),
    )


def _drops(v: Values, every: int) -> Group | None:
    if v["Tw"] > 0:
        return None
    return call("StepLRScheduler", "optimizer", decay_t=literal(every), decay_rate=literal(v["gamma"]))


def _sgdr(v: Values) -> Group | None:
    if v["Tw"] > 0 or v["restart_mult"] not in (1, 2):
        return None  # timm finds the cycle by a logarithm, which misses restarts for 1.2, 1.5, 3 or 10
    return call(
        "CosineLRScheduler",
        "optimizer",
        t_initial=literal(v["cycle_length"]),
        lr_min=literal(v["eta_min"]),
        cycle_mul=literal(v["restart_mult"]),
        cycle_limit=literal(v["T"]),
    )


def _wsd(v: Values) -> Group | None:
    cooldown = round(v["cooldown"] * v["T"])
    if v["Tw"] > 0 or cooldown == 0 or v["eta_min"] > v["eta_max"]:
        return None
    return call(
        "WSDLRScheduler",
        "optimizer",
        t_initial=literal(v["T"]),
        decay_t=literal(cooldown),
        lr_min=literal(v["eta_min"]),
        decay_fn=text(v["decay"]),
    )


STOCK: dict[str, Callable[[Values], Group | None]] = {
    "constant": _constant,
    "warmup_cosine": _warmup_cosine,
    "warmup_linear": lambda v: _poly(v, v["T"] - 1, 1.0),
    "inverse_sqrt": _inverse_sqrt,
    "step": lambda v: _drops(v, v["drop_every"]),
    "exponential": lambda v: _drops(v, 1),
    "polynomial": lambda v: _poly(v, v["T"], v["power"]),
    "sgdr": _sgdr,
    "wsd": _wsd,
}
