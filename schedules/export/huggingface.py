"""Hugging Face: `transformers.get_…` where there is no warmup, since theirs start from 0; else a LambdaLR."""

from collections.abc import Callable
from typing import Any

from schedules.export.pytorch import RESUMING, lambda_code, maker
from schedules.export.text import Group, after_run, call, head, joined, lay_out, literal, ratio, text
from schedules.spec import Family

Values = dict[str, Any]

STEPPING = "Call scheduler.step() after every optimizer.step(), as Trainer does: per batch, not per epoch."

HOLDING = {"constant", "warmup_linear"}  # families whose stock schedule keeps the last rate after the run


def write(family: Family, values: Values) -> str:
    """Return code that defines `make_scheduler(optimizer)`; see `schedules.export_code`."""
    stock = STOCK[family.key](values) if family.key in STOCK and values["Tw"] == 0 else None
    if not stock:
        return lambda_code(family, values, STEPPING, RESUMING)
    name = stock.opening.rstrip("(")
    remarks = after_run(family.key, values, HOLDING)
    return joined(
        [*head(family, values, STEPPING, RESUMING, *remarks), f"from transformers import {name}"],
        maker(values["eta_max"], "whatever it was built with", lay_out("return ", stock, depth=1)),
    )


def _constant(_v: Values) -> Group:
    return call("get_constant_schedule", "optimizer")


def _warmup_cosine(v: Values) -> Group | None:
    if v["T"] == 1:
        return None
    steps = {"num_warmup_steps": "0", "num_training_steps": literal(v["T"] - 1)}  # they end one update after this
    if v["eta_min"] == 0:
        return call("get_cosine_schedule_with_warmup", "optimizer", **steps)
    # Given as min_lr, it would be divided by the rate that the optimizer was built with.
    share = ratio(v["eta_min"], v["eta_max"])
    return call("get_cosine_with_min_lr_schedule_with_warmup", "optimizer", **steps, min_lr_rate=share)


def _warmup_linear(v: Values) -> Group | None:
    if v["T"] == 1 or v["eta_min"] > 0:
        return None
    return call(
        "get_linear_schedule_with_warmup", "optimizer", num_warmup_steps="0", num_training_steps=literal(v["T"] - 1)
    )


def _inverse_sqrt(_v: Values) -> Group:
    return call("get_inverse_sqrt_schedule", "optimizer", num_warmup_steps="0", timescale="1")


def _sgdr(v: Values) -> Group | None:
    cycles, rest = divmod(v["T"], v["cycle_length"])
    # The share of the run times the number of cycles, as they have it, misses a restart by rounding for 49 of them.
    whole = rest == 0 and all(cycles * (i / cycles) == i for i in range(cycles))
    if v["restart_mult"] != 1 or v["eta_min"] > 0 or not whole:
        return None
    return call(
        "get_cosine_with_hard_restarts_schedule_with_warmup",
        "optimizer",
        num_warmup_steps="0",
        num_training_steps=literal(v["T"]),
        num_cycles=literal(cycles),
    )


def _wsd(v: Values) -> Group | None:
    cooldown = round(v["cooldown"] * v["T"])
    if cooldown == 0:
        return None
    return call(
        "get_wsd_schedule",
        "optimizer",
        num_warmup_steps="0",
        num_stable_steps=literal(v["T"] - cooldown),
        num_decay_steps=literal(cooldown),
        decay_type=text(v["decay"]),
        min_lr_ratio=ratio(v["eta_min"], v["eta_max"]),
    )


STOCK: dict[str, Callable[[Values], Group | None]] = {
    "constant": _constant,
    "warmup_cosine": _warmup_cosine,
    "warmup_linear": _warmup_linear,
    "inverse_sqrt": _inverse_sqrt,
    "sgdr": _sgdr,
    "wsd": _wsd,
}
