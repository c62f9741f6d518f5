"""The range test: loss over rate, the reader's own two markers, and, only then, how others read the same curve.

Until the reader has placed both markers and asks for them, the readings are neither worked out nor sent: a guess that
can be looked up first teaches nothing.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import param
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    Line,
    LinearScale,
    LogScale,
    Range1d,
    Segment,
    Text,
)
from numpy.typing import NDArray

from app.model import Lab
from app.training import UNSEEN, Trainer
from app.views.component import Component, drawn_by
from app.views.controls import button, slider, switch
from app.views.labels import LINE, Label, Placed, place
from app.views.plotting import FONT, MARGIN, ROOM, TEXT, USUAL_REM, Plot, log_ticks, put, ticks
from schedules import Run, curve, thin
from schedules.facts import number
from schedules.optimizers import SGD
from schedules.outlook import AVERAGED, Outlook
from schedules.problems import Quadratic
from schedules.readings import Reading, readings
from schedules.spec import as_float
from schedules.stability import stability
from schedules.toy import make_optimizer, make_problem

Array = NDArray[np.float64]

TEST = "range_test"
SWEEPS = ("linear", "exponential")
MARKS = {"base_mark": "base", "max_mark": "max"}  # control → key of the guess
LEAST = 1e-12  # where a marker's slider starts unless the page says where the sweep does
COLUMNS = ("Reading", "Rate", "What it looks at", "Note")
NONE = "–"

# Without noise the sharp direction is back at its start when the logarithms of its factors add up to 0. In the limit of
# many updates these are integrals from 0 to x = ηλ: ∫ log|1 − s| ds = (x − 1) log(x − 1) − x for a linear sweep from 0,
# and ∫ log|1 − s| ds/s = −Re Li₂(x) for an exponential one from far below. Half their zeros, in units of 2/λ:
LINEAR_RETURN, EXPONENTIAL_RETURN = 2.296, 6.298
RETURNS = {
    "linear": (LINEAR_RETURN, "a linear sweep from 0"),
    "exponential": (EXPONENTIAL_RETURN, "an exponential sweep from far below"),
}

START_T, START_SHARE, START_TOPS = 400, 1e-4, (3.0, 3.1, 3.2, 3.3)  # of the edge; see `_start`
NO_EDGE = (1e-5, 1.0)  # rates swept where there is no edge
POINTS = 400  # of the line
ROWS = 21  # of the table in its place
OBSTACLES = 60  # points of the line that labels keep clear of
DEEP, TOP = 1e-16, 100.0  # of the loss at the start: what is beyond is off the plot, so that the fall is seen
SAME = 1e-6  # rates that differ by a smaller share count as one
NOTHING: dict[str, Any] = {"rate": [], "loss": []}

WHAT = (
    "A range test raises the rate from update to update and watches the loss. Where the loss starts to fall is a base "
    "rate, and where it slows, turns ragged or rises is a maximum. Between two such rates, read off accuracy, Smith "
    "lets the rate cycle. Start one, and read it yourself before you see how others do."
)
TASK = (
    "Place base where the loss starts to fall and max where it slows, turns ragged or rises; then see how others "
    "read it."
)


# What the state means.


def on_stage(lab: Lab) -> bool:
    """Tell whether the live curve is a range test."""
    return lab.run.family.key == TEST


def revealed(lab: Lab) -> bool:
    """Tell whether the reader has asked for the readings of this very run, with both markers in place."""
    shown, run = lab.guess.get("shown"), lab.guess.get("run")
    return on_stage(lab) and shown is True and isinstance(run, str) and run == _key(lab) and not _lock(lab)


def measured(run: Run, found: Outlook) -> tuple[Array, Array]:
    """Return the rates of the recorded updates, and the expected losses before each of them."""
    at = found.steps[found.steps < run.lr.size]
    return run.lr[at], found.loss[: at.size]


def _key(lab: Lab) -> str:
    """Return what the run depends on, so that readings shown for one are not shown for another."""
    return repr((lab.live, [(name, value) for name, value in lab.toy.items() if name not in UNSEEN]))


def _mark(lab: Lab, name: str) -> float | None:
    value = lab.guess.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    real = as_float(value)
    return real if 0 < real < math.inf else None


def _lock(lab: Lab) -> str:
    """Say why the readings cannot be shown yet; "" if they can."""
    base, top = _mark(lab, "base"), _mark(lab, "max")
    missing = [name for name, mark in (("base", base), ("max", top)) if mark is None]
    if missing:
        return f"Not placed yet: {' and '.join(missing)}."
    return "" if base is not None and top is not None and base < top else "Base must be below max."


def _rises(lr: Array) -> bool:
    return bool((np.diff(lr) > 0).all())


def _span(run: Run) -> tuple[float, float]:
    """Return the lowest rate above zero and the highest."""
    positive = run.lr[run.lr > 0]
    return (float(positive.min()), float(positive.max())) if positive.size else (LEAST, LEAST)


def _read(lab: Lab, trainer: Trainer) -> tuple[Reading, ...]:
    """Return the readings of the live run; nothing before the reader has asked, or while there is nothing to read."""
    found = trainer.live
    if found is None or not revealed(lab):
        return ()
    rates, losses = measured(lab.run, found)
    return readings(rates, losses) if _rises(rates) else ()


# Controls.


def sweep_items() -> list[dict[str, Any]]:
    """Describe the controls of the range test."""
    scale = {"scale": "log", "low": LEAST, "zero": False, "whole": False, "unit": "", "symbol": ""}
    return [
        button("start_range_test", "Start a range test", "Put one on the stage that passes the edge; Undo returns"),
        switch("range_sweep", "Sweep", [(sweep, sweep) for sweep in SWEEPS]),
        slider("base_mark", "Base rate marker", **scale),
        slider("max_mark", "Max rate marker", **scale),
        button("show_readings", "Show the readings", "Place both markers first: base below max"),
        button("place_again", "Place again", "Hide the readings and take both markers off"),
    ]


def look_sweep(lab: Lab, trainer: Trainer) -> dict[str, dict[str, Any]]:
    """Return what every control of the range test shows."""
    testing = on_stage(lab)
    why = "A range test is on the stage." if testing else ""
    low, high = _span(lab.run)
    shown: dict[str, dict[str, Any]] = {
        "start_range_test": {"disabled": testing, "hidden": testing, "note": why},
        "range_sweep": {"value": lab.own[TEST]["sweep"], "disabled": not testing, "hidden": not testing, "note": ""},
        "place_again": {"disabled": not testing or not lab.guess, "hidden": not testing, "note": ""},
    }
    for (name, key), end in zip(MARKS.items(), (low, high), strict=True):
        mark = _mark(lab, key)
        note = "" if mark is None or low <= mark <= high else "Outside this sweep."
        shown[name] = {
            "value": end if mark is None else mark,
            "text": "not placed" if mark is None else number(mark),
            "note": "Not placed yet: move it." if mark is None else note,
            "disabled": not testing,
            "hidden": not testing,
            "low": low,
            "high": high,
        }
    lock = _lock(lab)
    if not lock and testing and trainer.too_long:
        lock = trainer.sentence
    note = "" if not testing else "The readings are shown." if revealed(lab) else lock
    shown["show_readings"] = {"disabled": not testing or bool(note), "hidden": not testing, "note": note}
    return shown


def change_sweep(lab: Lab, changes: dict[str, Any]) -> None:
    """Bring changed controls of the range test into the state; what makes no sense there is ignored."""
    if changes.get("start_range_test") is True and not on_stage(lab):
        _start(lab)
    if not on_stage(lab):
        return
    sweep = changes.get("range_sweep")
    if isinstance(sweep, str) and sweep in SWEEPS:
        _change_kind(lab, sweep)
    if changes.get("place_again") is True:
        lab.guess = {}
    placed = {key: mark for name, key in MARKS.items() if (mark := _legal(lab, changes.get(name))) is not None}
    if placed:
        lab.guess = {"base": None, "max": None, "shown": False, **lab.guess, **placed}
    if changes.get("show_readings") is True and not _lock(lab):
        lab.guess = {**lab.guess, "shown": True, "run": _key(lab)}


def _legal(lab: Lab, value: object) -> float | None:
    """Return a rate for a marker, within the sweep; None for what is no rate."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    real = as_float(value)
    low, high = _span(lab.run)
    return min(max(real, low), high) if math.isfinite(real) else None


def _change_kind(lab: Lab, sweep: str) -> None:
    if sweep == "exponential" and lab.eta_min == 0:
        low = _round(lab.eta_max * START_SHARE)
        notice = f"An exponential sweep cannot start at 0, so eta_min became {number(low)}. Undo takes it back."
        lab.jump({f"{TEST}.sweep": sweep, "eta_min": low}, notice)
    else:
        lab.assign({f"{TEST}.sweep": sweep})


def _start(lab: Lab) -> None:
    """Put a range test on the stage that starts far below the edge and ends about three times above it.

    Where a rate is exactly 1/λ, SGD without noise puts a direction on its minimum for good, and the curve shows nothing
    more of it. Of some ends about as good, the one whose rates keep the greatest distance is taken.
    """
    edge = make_optimizer(lab.toy).edge(make_problem(lab.toy).sharpness)
    if edge is None:
        (low, high), why = NO_EDGE, "Adam has no edge to go by"
    else:
        low = _round(edge * START_SHARE)
        curvatures = lab.toy["sharpness"] / np.array([[1.0], [lab.toy["condition"]]])

        def distance(high: float) -> float:
            lr = curve(TEST, T=START_T, eta_max=high, eta_min=low, sweep="exponential")
            return float(np.abs(curvatures * lr - 1).min())

        highest = lab.param["eta_max"].bounds[1]
        high = max((min(_round(top * edge), highest) for top in START_TOPS), key=distance)
        why = f"{number(high / edge, 2)} times the edge of {number(edge, 3)}"
    lab.guess = {}
    lab.jump(
        {"family": TEST, "sweep": "exponential", "T": START_T, "eta_min": low, "eta_max": high},
        f"A range test of {START_T} updates: the rate rises from {number(low)} to {number(high)} ({why}), by the same "
        "factor each time. Undo returns to the curve before.",
    )


def _round(rate: float) -> float:
    return float(f"{rate:.1e}")


# The plot.


class SweepPlot(Plot):
    """Loss over rate. `figure` is the Bokeh model, `refresh` brings it up to the state."""

    def __init__(self, lab: Lab, trainer: Trainer) -> None:
        super().__init__(lab, TEST, "rate of the next update", "loss before it")
        self._trainer = trainer
        self._last: tuple[Run, Outlook] | None = None  # what is drawn until there is something newer
        self._box = (0.0, 1.0, 1e-3, 1.0)
        self._log = False
        self.data = ColumnDataSource(dict(NOTHING), name="range_test_data")
        self._run = ColumnDataSource(dict(NOTHING), name="range_test_run_data")
        self._edge, self._base, self._max, self._others = (
            ColumnDataSource({"x": [], "low": [], "high": []}, name=f"range_test_{name}_data")
            for name in ("edge", "base", "max", "readings")
        )
        self._labels = ColumnDataSource(
            {"x": [], "y": [], "text": [], "align": [], "dx": [], "dy": []}, name="range_test_labels_data"
        )
        self._make()
        self.refresh()

    def _make(self) -> None:
        plot = self.figure
        plot.y_scale = LogScale()
        plot.y_range = Range1d(1e-3, 1)

        def upright(**look: Any) -> Segment:
            return Segment(x0="x", x1="x", y0="low", y1="high", **look)

        self._add(self._others, upright(), "line_color=--muted", width=1)
        self._add(self._edge, upright(line_dash=[2, 3]), "line_color=--edge", width=2)
        self._add(self._run, Line(x="rate", y="loss", line_alpha=0.45), "line_color=--live", width=1)
        self._add(self.data, Line(x="rate", y="loss", line_join="round"), "line_color=--live", width=3)
        self._add(self._base, upright(line_dash=[10, 4]), "line_color=--text", width=2)
        self._add(self._max, upright(line_dash=[10, 4, 2, 4]), "line_color=--text", width=2)
        label = Text(x="x", y="y", text_align="align", x_offset="dx", y_offset="dy", **TEXT)
        self._add(self._labels, label, "text_color=--text", "background_fill_color=--surface")

    def _draw(self) -> None:
        live = self._trainer.live
        if not on_stage(self._lab) or (live is None and self._trainer.too_long):
            self._last = None
        elif live is not None:
            self._last = (self._lab.run, live)
        self._fit()

    @property
    def stale(self) -> bool:
        """Whether what is drawn belongs to an earlier state."""
        return self._last is not None and self._trainer.live is None

    @property
    def caption(self) -> str:
        """What the lines are."""
        if self._last is None:
            return ""
        base, top = _mark(self._lab, "base"), _mark(self._lab, "max")
        parts = [
            "Thick line: the loss before each update, over the rate of that update",
            "thin line: one run with noise" if len(self._run.data["rate"]) else "",
            "dotted: the edge" if len(self._edge.data["x"]) else "",
            "" if base is None else f"long dashes: your base, {number(base, 3)}",
            "" if top is None else f"dash and dot: your max, {number(top, 3)}",
            "thin uprights: the readings of the table below" if len(self._others.data["x"]) else "",
        ]
        return "; ".join(part for part in parts if part) + "."

    def _fit(self) -> None:
        self._size = self._measured()
        if self._last is None:
            for source in (self.data, self._run, self._edge, self._base, self._max, self._others, self._labels):
                put(source, {name: [] for name in source.data})
            return
        run, found = self._last
        rates, losses = measured(run, found)
        self._fit_axes(run, rates, losses)
        losses = self._clip(losses)
        kept = thin(np.log(losses), np.empty(0, dtype=np.int64), POINTS)
        put(self.data, {"rate": rates[kept], "loss": losses[kept]})
        put(self._run, self._single_run(run, found))
        self._draw_marks(rates[kept], losses[kept])

    def _fit_axes(self, run: Run, rates: Array, losses: Array) -> None:
        start = float(losses[0]) or 1.0
        inside = losses[np.isfinite(losses) & (losses > start * DEEP) & (losses < start * TOP)]
        lowest = float(inside.min()) if inside.size else start
        off = bool((~np.isfinite(losses) | (losses >= start * TOP)).any())
        highest = start * TOP if off else float(inside.max()) if inside.size else start
        low, high = (
            10.0 ** math.floor(math.log10(lowest) - 0.05),
            10.0 ** math.ceil(math.log10(highest) + 0.15),
        )
        left, right = float(rates.min()), float(rates.max())
        if right <= left * (1 + SAME):
            left, right = 0.9 * left, 1.1 * right or 1.0
        self._log = run.values["sweep"] == "exponential"
        margin = max(MARGIN, ROOM / self._size[0])
        if self._log:
            factor = (right / left) ** margin
            self._box = (left / factor, right * factor, low, high)
        else:
            self._box = (left - margin * (right - left), right + margin * (right - left), low, high)
            left = max(0.0, self._box[0])  # so that a sweep from next to 0 has its 0
        across = _rate_ticks(left, right, self._log)
        self.figure.x_range.update(start=self._box[0], end=self._box[1])
        self.figure.y_range.update(start=low, end=high)
        if self._log != isinstance(self.figure.x_scale, LogScale):
            self.figure.x_scale = LogScale() if self._log else LinearScale()
        marks = [across, log_ticks(low, high)]
        if marks != self._ticks:
            self._ticks = marks
            for axis, ticked in zip((self.figure.xaxis[0], self.figure.yaxis[0]), marks, strict=True):
                axis.ticker = FixedTicker(ticks=ticked, minor_ticks=[])
                axis.major_label_overrides = {tick: number(tick) for tick in ticked}
            self.figure.ygrid[0].ticker = self.figure.yaxis[0].ticker

    def _clip(self, loss: Array) -> Array:
        """Return what of a loss is on the plot; a value that is lost runs along its top."""
        *_, low, high = self._box
        return np.clip(np.nan_to_num(loss, nan=np.inf, posinf=high), low, high)

    def _single_run(self, run: Run, found: Outlook) -> dict[str, Any]:
        if found.runs is None:
            return NOTHING
        at = found.runs.steps[found.runs.steps < run.lr.size]
        every = max(1, at.size // POINTS)
        return {"rate": run.lr[at][::every], "loss": self._clip(found.runs.loss[0, 0, : at.size][::every])}

    def _draw_marks(self, rates: Array, losses: Array) -> None:
        """Draw the edge, the markers and, once the reader has asked, the readings; each with its label."""
        edge, base, top = self._trainer.edge, _mark(self._lab, "base"), _mark(self._lab, "max")
        first = [
            *self._upright(self._base, [(base, f"your base {number(base)}")] if base else []),
            *self._upright(self._max, [(top, f"your max {number(top)}")] if top else []),
            *self._upright(self._edge, [(edge, f"edge {number(edge, 3)}")] if edge else []),
        ]
        found = [(r.lr, f"{r.name} {number(r.lr, 3)}") for r in _read(self._lab, self._trainer) if r.lr is not None]
        labels = [*first, *self._upright(self._others, found)]
        every, near = max(1, rates.size // OBSTACLES), self._font / 5
        on_line = [
            (x - near, y - near, x + near, y + near)
            for x, y in zip(map(self._x, rates[::every]), map(self._y, losses[::every]), strict=True)
        ]
        placed = place(labels, *self._size, self._font, on_line)
        if {label.text for label in first} - {p.label.text for p in placed}:
            placed = place(labels, *self._size, self._font)  # better over the line than not at all
        put(self._labels, _columns(self._labels, placed))

    def _upright(self, source: ColumnDataSource, marks: Sequence[tuple[float, str]]) -> list[Label]:
        """Draw a vertical line at each rate that is on the plot; return the labels to place."""
        left, right, low, high = self._box
        marks = [(rate, text) for rate, text in marks if left <= rate <= right]
        put(source, {"x": [rate for rate, _ in marks], "low": [low] * len(marks), "high": [high] * len(marks)})
        scale, row = self._font / (FONT * USUAL_REM), LINE * self._font + 2
        offsets = [
            (align, side * 5 * scale, -row * (0.5 + n))
            for n in range(max(1, int(self._size[1] / row)))
            for align, side in (("left", 1), ("right", -1))
        ]
        return [Label((rate, high), self._x(rate), self._size[1], text, offsets) for rate, text in marks]

    def _x(self, rate: float) -> float:
        left, right, *_ = self._box
        share = math.log(rate / left) / math.log(right / left) if self._log else (rate - left) / (right - left)
        return share * self._size[0]

    def _y(self, loss: float) -> float:
        *_, low, high = self._box
        return math.log(loss / low) / math.log(high / low) * self._size[1]


def _rate_ticks(left: float, right: float, log: bool) -> list[float]:
    """Return round rates from `left` to `right`."""
    enough = 2
    if log:
        ends = (10.0 ** math.floor(math.log10(left)), 10.0 ** math.ceil(math.log10(right)))
        found = [tick for tick in log_ticks(*ends) if left * (1 - 1e-9) <= tick <= right * (1 + 1e-9)]
        if len(found) >= enough:
            return found
    step = ticks(right - left)[1]
    first, last = math.ceil(left / step * (1 - 1e-9)), math.floor(right / step * (1 + 1e-9))
    return [float(f"{n * step:.12g}") for n in range(first, last + 1)]


def _columns(source: ColumnDataSource, placed: list[Placed]) -> dict[str, list[Any]]:
    rows = [(*p.label.anchor, p.label.text, p.align, p.dx, -p.dy) for p in placed]  # the canvas counts down
    return {name: [row[column] for row in rows] for column, name in enumerate(source.data)}


# The table.


class Readings(Component):
    """What to do; and once the reader has done it, how others read the same curve."""

    caption = param.String(default="How the sweep is read", doc="Caption of the table; fixed.")
    columns = param.List(default=list(COLUMNS), doc="Headings; fixed.")
    begun = param.Boolean(default=False, doc="Whether a range test is on the stage: else there is no plot to show.")
    hint = param.String(default="", doc="What a range test is, or what to do.")
    rows = param.List(default=[], doc="Rows of texts, as `columns` names them; none before the reader has asked.")
    says = param.List(default=[], item_type=str, doc="Sentences on what the table shows.")
    line = param.List(default=[], doc="[rate, loss before it] along the plotted line, in words.")

    _esm = drawn_by("sweep")

    def __init__(self, lab: Lab, trainer: Trainer) -> None:
        self._lab = lab
        self._trainer = trainer
        super().__init__(sizing_mode="stretch_width", margin=0, **self._state())

    def refresh(self) -> None:
        """Say what the state says now."""
        self.param.update(**self._state())

    def _state(self) -> dict[str, Any]:
        begun = on_stage(self._lab) and not self._lab.held
        return {"begun": begun, "line": self._along() if begun else [], **self._said()}

    def _along(self) -> list[list[str]]:
        if (found := self._trainer.live) is None:
            return []
        rates, losses = measured(self._lab.run, found)
        some = np.unique(np.linspace(0, rates.size - 1, ROWS).astype(int))
        return [[number(float(rates[i]), 3), number(float(losses[i]), 3)] for i in some]

    def _said(self) -> dict[str, Any]:
        found, lab = self._trainer.live, self._lab
        if lab.held:
            return {"hint": "", "rows": [], "says": []}
        if not on_stage(lab):
            return {"hint": WHAT, "rows": [], "says": []}
        if found is None:
            return {"hint": self._trainer.sentence, "rows": [], "says": []}
        if not revealed(lab):
            some = any(_mark(lab, key) is not None for key in MARKS.values())
            lock = _lock(lab) if some else ""
            return {"hint": f"{TASK} {lock}".strip(), "rows": [], "says": []}
        theirs = _read(lab, self._trainer)
        rows = [
            ["Yours: base rate", number(_mark(lab, "base") or 0), "your eye", ""],
            ["Yours: max rate", number(_mark(lab, "max") or 0), "your eye", ""],
            *([r.name, NONE if r.lr is None else number(r.lr, 3), r.looks_at, r.note] for r in theirs),
        ]
        spread = _spread(theirs) if theirs else "The rates do not rise from update to update: there is nothing to read."
        says = [spread, self._beside_edge(), self._return(found), _what_is_read(lab.run, found)]
        return {"hint": "", "rows": rows, "says": [said for said in says if said]}

    def _beside_edge(self) -> str:
        edge, top = self._trainer.edge, _mark(self._lab, "max") or 0
        if edge is None:
            return "Adam has no edge that your max could be compared with."
        start = "" if isinstance(self._trainer.problem, Quadratic) else " at the start"
        return f"Your max is {number(top / edge, 3)} times the edge of {number(edge, 3)}{start}."

    def _return(self, found: Outlook) -> str:
        """Say where the sharp direction is back at its start, if all there is to it is the sum of logarithms."""
        edge, lr, exact = self._trainer.edge, self._lab.run.lr, found.exact
        if exact is None or edge is None or self._trainer.problem.random or not np.isfinite(exact.log_mean[0, 0, 0]):
            return ""
        crossing = stability(lr, edge, exact).crossing
        plain = isinstance(self._trainer.optimizer, SGD)
        unit = "2/λ" if plain else "2(1 + β)/λ"
        times, which = RETURNS[str(self._lab.run.values["sweep"])]
        limit = f"With many updates, {which} does so at {times} × 2/λ = {number(times * edge, 3)}." if plain else ""
        if crossing < 0:
            return f"In this sweep the sharp direction never exceeds its start. {limit}".strip()
        rate = float(lr[crossing])
        late = plain and float(lr[0]) < edge < rate
        why = ": it shrank on the way to the edge, and what lies beyond must first make up for that" if late else ""
        where = f"{number(rate, 3)} = {rate / edge:.2f} × {unit}"
        return f"The sharp direction first exceeds its start at rate {where}{why}. {limit}".strip()


def _spread(theirs: Sequence[Reading]) -> str:
    """Say how far the rates of the heuristics lie apart; Smith's two ends are meant to differ and do not count."""
    rates = [r.lr for r in theirs if r.lr and not r.key.startswith("smith")]
    if not rates:
        return "None of the heuristics finds a rate here."
    if len(rates) == 1:
        return "Only one of the heuristics finds a rate here."
    return f"The heuristics differ by a factor of {number(max(rates) / min(rates), 2)}: none is the answer."


def _what_is_read(run: Run, found: Outlook) -> str:
    T, recorded = run.lr.size, measured(run, found)[0].size
    where = f"each of the {T:,} updates" if recorded == T else f"{recorded:,} of the {T:,} updates"
    if found.exact:
        what = "the expected loss"
    else:
        what = f"the average loss of {AVERAGED} runs" if found.runs else "the loss of the one run there is"
    other = "; a single run, with its noise, gives other rates" if found.runs else ""
    return f"The methods read {what} before {where}{other}."
