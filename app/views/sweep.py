"""The plot of a range test: loss over rate, with the reader's own markers and, once asked for, the readings."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    Line,
    LinearScale,
    LogScale,
    Range1d,
    Segment,
)

from app.model import Lab
from app.range_test import TEST, Array, measured, on_stage, placed_at, read_off
from app.training import Trainer
from app.views.labels import LINE, Label, along, place_off
from app.views.plotting import FONT, MARGIN, ROOM, Plot, log_ticks, put, ticks
from app.views.theme import USUAL_REM
from schedules import Run, thin
from schedules.facts import number
from schedules.outlook import Outlook

POINTS = 400  # of the line
DEEP, TOP = 1e-16, 100.0  # of the loss at the start: what is beyond is off the plot, so that the fall is seen
SAME = 1e-6  # rates that differ by a smaller share count as one
NOTHING: dict[str, Any] = {"rate": [], "loss": []}


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
        self._add_labels()

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
        base, top = placed_at(self._lab, "base"), placed_at(self._lab, "max")
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
        edge, base, top = self._trainer.edge, placed_at(self._lab, "base"), placed_at(self._lab, "max")
        first = [
            *self._upright(self._base, [(base, f"your base {number(base)}")] if base else []),
            *self._upright(self._max, [(top, f"your max {number(top)}")] if top else []),
            *self._upright(self._edge, [(edge, f"edge {number(edge, 3)}")] if edge else []),
        ]
        found = [(r.lr, f"{r.name} {number(r.lr, 3)}") for r in read_off(self._lab, self._trainer) if r.lr is not None]
        labels = [*first, *self._upright(self._others, found)]
        on_line = along(rates.size, lambda i: (self._x(rates[i]), self._y(losses[i])), self._font / 5)
        self._write(place_off(on_line, labels, len(first), *self._size, self._font))

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
