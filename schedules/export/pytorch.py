"""PyTorch: stock schedulers, one after another behind a LinearLR for the warmup, or a LambdaLR of the rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schedules.export.source import rule_source
from schedules.export.text import Code, Group, after_run, call, head, joined, lay_out, listed, literal, ratio, text
from schedules.spec import Family

Values = dict[str, Any]

STEPPING = "Call scheduler.step() once after every optimizer.step(): per batch, not per epoch."
RESUMING = "To resume, call make_scheduler first, then load the states of optimizer and scheduler."
HOLDING = {"constant", "warmup_linear", "range_test"}  # families whose stock schedule keeps the last rate
MOST_HALVINGS = 1024  # cycles; after them PyTorch's 2.0**cycle is too large for a float
LONGEST = 100_000  # updates; PyTorch makes a rate from the one before, which drifts by up to 5e-12 in ten times as many


@dataclass(frozen=True)
class Piece:
    """A stock scheduler that takes over at an update."""

    name: str
    start: int
    scheduler: Group


def write(family: Family, values: Values) -> str:
    """Return code that defines `make_scheduler(optimizer)`; see `schedules.export_code`."""
    pieces = STOCK[family.key](values) if family.key in STOCK else None
    if not pieces:
        return lambda_code(family, values, STEPPING, RESUMING)
    used = {piece.scheduler.opening.rstrip("(") for piece in pieces}
    lines: list[str] = []
    result: Code = pieces[0].scheduler
    if len(pieces) > 1:
        used.add("SequentialLR")
        lines += [lay_out(f"{piece.name} = ", piece.scheduler, depth=1) for piece in pieces]
        milestones = listed([literal(piece.start) for piece in pieces[1:]])
        result = call("SequentialLR", "optimizer", listed([piece.name for piece in pieces]), milestones=milestones)
    base = values["eta_min"] if used == {"CyclicLR"} else values["eta_max"]
    remarks = after_run(family.key, values, HOLDING)
    top = head(family, values, STEPPING, RESUMING, *remarks)
    return joined(
        [*top, f"from torch.optim.lr_scheduler import {', '.join(sorted(used))}"],
        maker(base, "whatever it was built with", *lines, lay_out("return ", result, depth=1)),
    )


def lambda_code(family: Family, values: Values, *sentences: str) -> str:
    """Return code whose scheduler is a LambdaLR of the family's own rule."""
    source = rule_source(family, values)
    imports = [*source.imports, *([""] if source.imports else []), "from torch.optim.lr_scheduler import LambdaLR"]
    return joined(
        [*head(family, values, *sentences), *imports],
        *source.helpers,
        source.function("rate(t)"),
        maker(1.0, "LambdaLR multiplies it by the rate", "    return LambdaLR(optimizer, rate)"),
    )


def maker(base: float, why: str, *lines: str) -> list[str]:
    """Return `make_scheduler` as lines: it sets the rate that schedulers start from, then does what `lines` say."""
    return [
        "def make_scheduler(optimizer):",
        "    for group in optimizer.param_groups:",
        f'        group["lr"] = group["initial_lr"] = {literal(base)}  # {why}',
        *lines,
    ]


def _behind_ramp(v: Values, *pieces: Piece) -> list[Piece]:
    """Return pieces that begin within the run, behind our warmup, which ends in the peak at update Tw − 1."""
    Tw = v["Tw"]
    started = [piece for piece in pieces if piece.start < v["T"]]
    if Tw == 0:
        return started
    share = f"1 / {literal(Tw)}"
    ramp = call("LinearLR", "optimizer", start_factor=share, end_factor="1.0", total_iters=literal(Tw - 1))
    return [Piece("warmup", 0, ramp if Tw > 1 else _steady()), *started]


def _steady() -> Group:
    return call("ConstantLR", "optimizer", factor="1.0")


def _constant(v: Values) -> list[Piece]:
    return _behind_ramp(v) or [Piece("peak", 0, _steady())]


def _down(v: Values, start: int, steps: int, shape: str) -> Piece | None:
    """Return the way from the peak to the floor in a number of steps, as a line or a cosine."""
    if steps < 1 or v["T"] > LONGEST or (shape == "linear" and v["eta_min"] > v["eta_max"]):
        return None  # LinearLR takes no factor above 1
    if shape == "cosine":
        cosine = call("CosineAnnealingLR", "optimizer", T_max=literal(steps), eta_min=literal(v["eta_min"]))
        return Piece("decay", start, cosine)
    share = ratio(v["eta_min"], v["eta_max"])
    line = call("LinearLR", "optimizer", start_factor="1.0", end_factor=share, total_iters=literal(steps))
    return Piece("decay", start, line)


def _warmup_cosine(v: Values) -> list[Piece] | None:
    down = _down(v, v["Tw"], v["T"] - v["Tw"] - 1, "cosine")
    return _behind_ramp(v, down) if down else None


def _warmup_linear(v: Values) -> list[Piece] | None:
    down = _down(v, v["Tw"], v["T"] - v["Tw"] - 1, "linear")
    return _behind_ramp(v, down) if down else None


def _step(v: Values) -> list[Piece] | None:
    drops = call("StepLR", "optimizer", step_size=literal(v["drop_every"]), gamma=literal(v["gamma"]))
    return _behind_ramp(v, Piece("decay", v["Tw"], drops))


def _exponential(v: Values) -> list[Piece] | None:
    if v["T"] > LONGEST:
        return None
    return _behind_ramp(v, Piece("decay", v["Tw"], call("ExponentialLR", "optimizer", gamma=literal(v["gamma"]))))


def _polynomial(v: Values) -> list[Piece] | None:
    if v["eta_min"] > 0 or v["T"] > LONGEST or v["Tw"] >= v["T"]:
        return None  # PolynomialLR ends at 0
    steps, power = literal(v["T"] - v["Tw"]), literal(v["power"])
    return _behind_ramp(v, Piece("decay", v["Tw"], call("PolynomialLR", "optimizer", total_iters=steps, power=power)))


def _sgdr(v: Values) -> list[Piece] | None:
    if not v["restart_mult"].is_integer():
        return None
    cycles = call(
        "CosineAnnealingWarmRestarts",
        "optimizer",
        T_0=literal(v["cycle_length"]),
        T_mult=literal(int(v["restart_mult"])),
        eta_min=literal(v["eta_min"]),
    )
    return _behind_ramp(v, Piece("cycles", v["Tw"], cycles))


def _cyclic(v: Values, mode: str, **options: str) -> list[Piece]:
    half, odd = divmod(v["cycle_length"], 2)
    cycles = call(
        "CyclicLR",
        "optimizer",
        base_lr=literal(v["eta_min"]),
        max_lr=literal(v["eta_max"]),
        step_size_up=literal(half + 0.5 if odd else half),
        mode=text(mode),
        **options,
        cycle_momentum="False",
    )
    return [Piece("cycles", 0, cycles)]


def _triangular2(v: Values) -> list[Piece] | None:
    return _cyclic(v, "triangular2") if v["T"] <= MOST_HALVINGS * v["cycle_length"] else None


def _exp_range(v: Values) -> list[Piece] | None:
    return _cyclic(v, "exp_range", gamma=literal(v["gamma"])) if v["shrinks"] == "amplitude" else None


def _one_cycle(v: Values) -> list[Piece] | None:
    if v["pct_start"] * v["T"] == 1:
        return None  # OneCycleLR divides by the length of the rise
    cycle = call(
        "OneCycleLR",
        "optimizer",
        max_lr=literal(v["eta_max"]),
        total_steps=literal(v["T"]),
        pct_start=literal(v["pct_start"]),
        div_factor=literal(v["div_factor"]),
        final_div_factor=literal(v["final_div_factor"]),
        cycle_momentum="False",
    )
    return [Piece("cycle", 0, cycle)]


def _wsd(v: Values) -> list[Piece] | None:
    start = max(v["Tw"], v["T"] - round(v["cooldown"] * v["T"]))
    stable = [Piece("stable", v["Tw"], _steady())] if start > v["Tw"] else []
    if start >= v["T"]:
        return _behind_ramp(v, *stable)
    down = _down(v, start, v["T"] - start, v["decay"]) if v["decay"] != "1-sqrt" else None
    return _behind_ramp(v, *stable, down) if down else None


def _range_test(v: Values) -> list[Piece] | None:
    if v["sweep"] != "linear" or not 0 < v["eta_min"] <= v["eta_max"] or not 1 < v["T"] <= LONGEST:
        return None  # LinearLR takes factors above 0 and up to 1
    share, steps = ratio(v["eta_min"], v["eta_max"]), literal(v["T"] - 1)
    sweep = call("LinearLR", "optimizer", start_factor=share, end_factor="1.0", total_iters=steps)
    return [Piece("sweep", 0, sweep)]


STOCK: dict[str, Callable[[Values], list[Piece] | None]] = {
    "constant": _constant,
    "warmup_cosine": _warmup_cosine,
    "warmup_linear": _warmup_linear,
    "step": _step,
    "exponential": _exponential,
    "polynomial": _polynomial,
    "sgdr": _sgdr,
    "triangular": lambda v: _cyclic(v, "triangular"),
    "triangular2": _triangular2,
    "exp_range": _exp_range,
    "one_cycle": _one_cycle,
    "wsd": _wsd,
    "range_test": _range_test,
}
