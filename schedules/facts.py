"""What can be said of a curve: its key values, and a sentence in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schedules.curves import RELATIVE, Stretch, evaluate, event_steps, stretches
from schedules.spec import Family, get_family

LISTED = 4  # steps named one by one in a sentence
PLAIN = (1e-3, 1e6)  # numbers in between are written without an exponent


@dataclass(frozen=True)
class KeyValues:
    """The figures that sum up a curve.

    Attributes:
        first: Rate of update 0.
        at_warmup: Rate of update Tw; None if the family has no warmup or the run ends before.
        last: Rate of update T − 1.
        average: Mean rate.
        total: Sum of all rates.
        restarts: Steps at which the curve restarts, int64.
    """

    first: float
    at_warmup: float | None
    last: float
    average: float
    total: float
    restarts: NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """One curve with all that is read off it; everything is worked out once."""

    family: Family
    values: dict[str, Any]
    lr: NDArray[np.float64]
    stretches: tuple[Stretch, ...]
    steps: dict[str, NDArray[np.int64]]
    key_values: KeyValues

    @property
    def sentence(self) -> str:
        """What the curve does, in words."""
        return _sentence(self)

    def at(self, kind: str) -> NDArray[np.int64]:
        """Return the steps of a kind of event, a key of `schedules.curves.LABELS`; none if the run has none."""
        return self.steps.get(kind, np.empty(0, dtype=np.int64))


def run(key: str, **params: Any) -> Run:
    """Return the curve of a family with its phases, the steps that matter and its key values.

    Raises:
        ValueError: as `curve` does.
    """
    family = get_family(key)
    values = family.validate(params)
    lr = evaluate(family, values)
    phases = stretches(family, values)
    steps = event_steps(family, values, lr, phases)
    total = float(lr.sum())
    Tw = values.get("Tw", lr.size)
    key_values = KeyValues(
        first=float(lr[0]),
        at_warmup=float(lr[Tw]) if Tw < lr.size else None,
        last=float(lr[-1]),
        average=total / lr.size,
        total=total,
        restarts=steps.get("restart", np.empty(0, dtype=np.int64)),
    )
    return Run(family, values, lr, phases, steps, key_values)


def key_values(key: str, **params: Any) -> KeyValues:
    """Return the figures that sum up a curve; raises `ValueError` as `curve` does."""
    return run(key, **params).key_values


def key_value_rows(run: Run) -> list[tuple[str, str]]:
    """Return the key values of a run as (label, value) in words, in the order in which every table shows them."""
    values = run.key_values
    at_warmup = "no warmup" if not run.family.has("Tw") else "not reached"
    restarts = f"{values.restarts.size:,} (at {_updates(values.restarts)})" if values.restarts.size else "0"
    return [
        ("First rate", number(values.first)),
        ("Rate at Tw", at_warmup if values.at_warmup is None else number(values.at_warmup)),
        ("Last rate", number(values.last)),
        ("Average rate", number(values.average)),
        ("Sum of rates", number(values.total)),
        ("Restarts", restarts),
    ]


def describe(key: str, **params: Any) -> str:
    """Return a sentence or two that say what a curve does; raises `ValueError` as `curve` does."""
    return run(key, **params).sentence


def formula(key: str, **params: Any) -> str:
    """Return the curve as LaTeX with its values put in; raises `ValueError` as `curve` does."""
    family = get_family(key)
    return family.formula_with(family.validate(params))


def number(value: float, digits: int = 6) -> str:
    """Return a number in the shortest usual notation: 3e-4, 0.001, 1.64265e-4, 10,000."""
    if value == 0:
        return "0"
    if not np.isfinite(value):
        return "not a number" if np.isnan(value) else "∞" if value > 0 else "−∞"
    low, high = PLAIN
    if low <= abs(value) < high:
        text = f"{value:,.{max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def listed(steps: NDArray[np.int64]) -> str:
    """Return steps in words: all if they are few, else the first three and the last."""
    words = [f"{step:,}" for step in (steps if steps.size <= LISTED else steps[:3])]
    if steps.size > LISTED:
        return f"{', '.join(words)}, …, {steps[-1]:,}"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def count(amount: int, thing: str) -> str:
    """Return "1 update", "500 updates"."""
    return f"{amount:,} {thing}" if amount == 1 else f"{amount:,} {thing}s"


def _rate(value: float) -> str:
    return number(value, digits=3)


def _sentence(run: Run) -> str:
    T, lr = run.lr.size, run.lr
    if T == 1:
        return f"A run of one update, at rate {_rate(lr[0])}."
    clauses = list(_clauses(run))
    text = ", then ".join(clauses)
    return f"{text[0].upper()}{text[1:]}; its average is {_rate(run.key_values.average)}.{_remark(run)}"


def _clauses(run: Run) -> Iterator[str]:
    """Yield a clause for each phase."""
    T, lr, values = run.lr.size, run.lr, run.values
    for stretch in run.stretches:
        start, end = lr[stretch.start], lr[stretch.stop - 1]
        length = stretch.stop - stretch.start
        how = f" {stretch.phase.how.format_map(values)}" if stretch.phase.how else ""
        if stretch.phase.name == "warmup":
            if stretch.stop == T and values["Tw"] > T:
                yield (
                    f"rises for the whole run, {count(T, 'update')}, to {_rate(end)} and ends while still warming up, "
                    f"since Tw = {values['Tw']:,} is more than T = {T:,}"
                )
            elif stretch.stop == T:
                yield f"rises for the whole run, {count(T, 'update')}, and ends at the peak of {_rate(end)}"
            else:
                yield f"rises for {count(length, 'update')} to {_rate(end)}"
        elif length == 1 and stretch.stop == T:
            peak = "the peak of " if _same(end, values["eta_max"]) else ""
            yield f"ends at {peak}{_rate(end)} with update {T - 1:,}"
        elif _stays(run, stretch):
            yield f"stays at {_rate(start)} for {count(length, 'update')}"
        elif stretch.phase.name == "cycles":
            yield _cycles(run, stretch, how)
        else:
            last = stretch.stop - 1
            if stretch.stop < T and (length == 1 or (lr[stretch.stop] - end) * (end - start) > 0):
                last, end = stretch.stop, lr[stretch.stop]  # the turn is the first update of the next phase
            verb = "falls" if end < start else "rises"
            origin = f" from {_rate(start)}" if stretch.start == 0 else ""
            drops = run.steps.get("drop")
            where = f" (down at {_updates(drops)})" if drops is not None else ""
            yield f"{verb}{origin}{how}{where} to {_rate(end)} at update {last:,}"


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= RELATIVE * max(one, other)


def _stays(run: Run, stretch: Stretch) -> bool:
    """Tell whether the rate is the same all along a phase; that of a single update, whether it is the next one's."""
    rates = run.lr[stretch.start : stretch.stop + (stretch.stop - stretch.start == 1)]
    return _same(rates.min(), rates.max())


def _cycles(run: Run, stretch: Stretch, how: str) -> str:
    """Say what a curve does that goes up and down."""
    lr, values = run.lr, run.values
    last = f"ends at {_rate(lr[-1])} with update {lr.size - 1:,}"
    if "restart" not in run.family.marks(**values):
        if {lr.min(), lr.max()} == {lr[0], lr[-1]} and not run.steps.keys() & {"peak", "valley"}:
            verb = "rises" if lr[-1] > lr[0] else "falls"
            way = f"{verb} from {_rate(lr[0])}{how} to {_rate(lr[-1])} at update {lr.size - 1:,}"
            return f"{way}, in a first cycle that the run does not finish"
        peaks = run.steps.get("peak")
        told = "" if peaks is None else f"with {count(peaks.size, 'peak')} (at {_updates(peaks)}), "
        return f"swings{how} between {_rate(lr.min())} and {_rate(lr.max())}, {told}and {last}"
    restarts = run.key_values.restarts
    verb = "falls" if values["eta_min"] <= values["eta_max"] else "rises"
    verb += f" from {_rate(lr[0])}" if stretch.start == 0 else ""
    if restarts.size == 0:
        whole = stretch.stop - stretch.start >= values["cycle_length"]
        cycle = "one whole cycle" if whole else "one cycle that the run does not finish"
        return f"{verb}{how} towards {_rate(values['eta_min'])} in {cycle}, and {last}"
    return (
        f"{verb}{how} towards {_rate(values['eta_min'])} again and again, with {count(restarts.size, 'restart')} "
        f"(at {_updates(restarts)}), and {last}"
    )


def _updates(steps: NDArray[np.int64]) -> str:
    return ("update " if steps.size == 1 else "updates ") + listed(steps)


def _remark(run: Run) -> str:
    """Say what is odd but legal."""
    values = run.values
    if values.get("Tw") == run.lr.size - 1 and "eta_min" in values and run.stretches[-1].phase.name == "decay":
        return " With Tw = T − 1 the only update after the warmup uses the peak, so the floor is never reached."
    if values.get("eta_min", 0.0) > values["eta_max"] and run.lr.max() > values["eta_max"] * (1 + RELATIVE):
        return " The floor is above the peak, so the curve is upside down."
    return ""
