"""The schedule plot: the live curve with its phases named on it, and the pinned curves.

Models are made once; a change of the state replaces data. Colours are named in tags and looked up in the page's CSS by
`address.js`, so light, dark and projector palettes stand in one place, `static/style.css`.
"""

import math
from typing import Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    GlyphRenderer,
    HoverTool,
    LinearScale,
    LogAxis,
    LogScale,
    LogTicker,
    NumeralTickFormatter,
    Range1d,
    Scatter,
    Segment,
    Text,
)
from bokeh.plotting import figure

from app.model import MAX_PINS, Lab
from schedules import Run, thin
from schedules.facts import number

FEW = 250  # updates; up to here each one is drawn as a point
DASHES = ([10, 4], [2, 4], [10, 4, 2, 4], [5, 3])
HEADROOM = 1.16  # of the highest rate, so that a label fits above it
MOST_LABELS = 6  # restarts or drops that are labelled one by one
NARROW = 0.12  # of the width; a phase narrower than this has its name in a row of its own
STEPS_OF_AXIS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
DEEPEST = 1e-12  # of the highest rate; what is below is off a logarithmic axis
MARKS = {"restart": "restart", "drop": "drop"}


def round_up(x: float) -> float:
    """Return the least round number not below `x`, so that an axis stays still while a curve moves within it."""
    power = 10.0 ** math.floor(math.log10(x))
    return next(step * power for step in STEPS_OF_AXIS if step * power >= x * (1 - 1e-9))


class SchedulePlot:
    """Rate over steps. `figure` is the Bokeh model, `refresh` brings it up to the state."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.data = ColumnDataSource({"step": [], "lr": []}, name="schedule_data")
        self._bands = ColumnDataSource({"left": [], "right": [], "shade": []})
        self._names = ColumnDataSource({"x": [], "y": [], "text": [], "align": []})
        self._joins = ColumnDataSource({"x": []})
        self._floor = ColumnDataSource({"left": [], "right": [], "y": []})
        self._marks = ColumnDataSource({"x": [], "y": []})
        self._labels = ColumnDataSource({"x": [], "y": [], "text": [], "align": [], "dx": [], "dy": []})
        self._pins = [ColumnDataSource({"step": [], "lr": []}, name=f"pin_{n + 1}_data") for n in range(MAX_PINS)]
        self._drawn_pins: list[Any] = []
        self.figure = self._make()
        self.refresh()

    def _make(self) -> figure:
        plot = figure(
            name="schedule",
            height=420,
            sizing_mode="stretch_both",
            min_height=220,
            tools="",
            toolbar_location=None,
            x_range=Range1d(0, 1),
            y_range=Range1d(0, 1),
            x_axis_label="update t",
            y_axis_label="learning rate η(t)",
            outline_line_color=None,
            min_border_right=12,
            min_border_top=12,
        )
        # Shades and phase names stand in a frame of their own, 0 to 1 from bottom to top, whatever the rate axis does.
        plot.extra_y_ranges = {"frame": Range1d(0, 1)}
        plot.extra_y_scales = {"frame": LinearScale()}
        self._linear_axis, self._log_axis = plot.yaxis[0], LogAxis(axis_label="learning rate η(t)", visible=False)
        self._log_axis.ticker = LogTicker(desired_num_ticks=8)
        plot.add_layout(self._log_axis, "left")
        plot.xaxis[0].formatter = NumeralTickFormatter(format="0,0")
        for axis in (*plot.xaxis, *plot.yaxis):
            axis.minor_tick_line_color = None
            axis.major_tick_in = 0
            axis.axis_line_color = None
        plot.xgrid.grid_line_color = None

        plot.quad(
            left="left",
            right="right",
            bottom=0,
            top=1,
            source=self._bands,
            y_range_name="frame",
            fill_alpha="shade",
            line_color=None,
            level="underlay",
        )
        plot.renderers[-1].glyph.tags = ["fill_color=--band"]
        self._glyph(
            plot, Segment(x0="x", x1="x", y0=0, y1=1, line_width=1.5, line_dash=[3, 4]), self._joins, "join", frame=True
        )
        self._glyph(
            plot, Segment(x0="left", x1="right", y0="y", y1="y", line_width=1.5, line_dash=[6, 4]), self._floor, "floor"
        )
        for source, dash, number_ in zip(self._pins, DASHES, range(1, MAX_PINS + 1), strict=True):
            renderer = plot.line("step", "lr", source=source, line_width=2.5, line_dash=dash, name=f"pin {number_}")
            renderer.glyph.tags = [f"line_color=--pin{number_}"]
        line = plot.line("step", "lr", source=self.data, line_width=3.5, line_join="round", name="live")
        line.glyph.tags = ["line_color=--live"]
        self._points = self._glyph(plot, Scatter(x="step", y="lr", size=6), self.data, "live")
        self._glyph(plot, Scatter(x="x", y="y", size=10, line_width=2.5), self._marks, "live")
        plot.renderers[-1].glyph.tags = ["fill_color=--surface", "line_color=--live"]
        text = {
            "text": "text",
            "text_align": "align",
            "text_font_size": "0.875rem",
            "text_baseline": "middle",
            "padding": 3,
        }
        self._glyph(plot, Text(x="x", y="y", **text), self._names, "muted", frame=True)
        self._glyph(plot, Text(x="x", y="y", x_offset="dx", y_offset="dy", **text), self._labels, "text")
        plot.add_tools(
            HoverTool(
                renderers=[line],
                mode="vline",
                line_policy="nearest",
                attachment="right",
                tooltips=[("update", "@step{0,0}"), ("rate", "@lr{0.0000e+0}")],
            )
        )
        return plot

    @staticmethod
    def _glyph(plot: figure, glyph: Any, source: ColumnDataSource, ink: str, frame: bool = False) -> GlyphRenderer:
        kind = "text_color" if isinstance(glyph, Text) else "line_color"
        ground = {Scatter: [f"fill_color=--{ink}"], Text: ["background_fill_color=--surface"]}
        glyph.tags = [f"{kind}=--{ink}", *ground.get(type(glyph), [])]
        renderer = plot.add_glyph(source, glyph)
        if frame:
            renderer.y_range_name = "frame"
        return renderer

    def refresh(self) -> None:
        """Bring the plot up to the state."""
        run = self._lab.run
        keep = np.concatenate(list(run.steps.values()))
        steps = thin(run.lr, keep)
        self.data.data = {"step": steps.astype(np.int32), "lr": run.lr[steps]}
        self._points.visible = run.lr.size <= FEW
        pinned = self._refresh_pins()
        self._refresh_axes([run, *pinned])
        self._refresh_phases(run)
        self._refresh_marks(run)

    def _refresh_pins(self) -> list[Run]:
        runs = [pin.run() for pin in self._lab.pins]
        if self._lab.pins != self._drawn_pins:
            for number_, source in enumerate(self._pins):
                if number_ < len(runs):
                    run = runs[number_]
                    steps = thin(run.lr, np.concatenate(list(run.steps.values())))
                    source.data = {"step": steps.astype(np.int32), "lr": run.lr[steps]}
                elif len(source.data["step"]):
                    source.data = {"step": [], "lr": []}
            self._drawn_pins = list(self._lab.pins)
        return runs

    def _refresh_axes(self, runs: list[Run]) -> None:
        longest = round_up(max(1, *(run.lr.size - 1 for run in runs)))
        self._width = longest
        highest = max(max(float(run.lr.max()) for run in runs), DEEPEST)
        log = self._lab.axis == "log"
        if log != isinstance(self.figure.y_scale, LogScale):
            self.figure.y_scale = LogScale() if log else LinearScale()
            self._linear_axis.visible, self._log_axis.visible = not log, log
            self.figure.ygrid[0].ticker = self._log_axis.ticker if log else self._linear_axis.ticker
        if log:
            positive = [run.lr[run.lr > highest * DEEPEST] for run in runs]
            lowest = min(float(lr.min()) for lr in positive if lr.size) if any(lr.size for lr in positive) else highest
            low, high = 10.0 ** math.floor(math.log10(lowest) - 0.02), 10.0 ** math.ceil(math.log10(highest) + 0.3)
        else:
            low, high = 0.0, round_up(highest * HEADROOM)
            ticks = _ticks(high)
            if ticks != list(getattr(self._linear_axis.ticker, "ticks", [])):
                self._linear_axis.ticker = FixedTicker(ticks=ticks, minor_ticks=[])
                self._linear_axis.major_label_overrides = {tick: number(tick) for tick in ticks}
                self.figure.ygrid[0].ticker = self._linear_axis.ticker
        self._low = low
        self.figure.y_range.update(start=low, end=high)
        self.figure.x_range.update(start=-0.015 * longest, end=1.015 * longest)

    def _refresh_phases(self, run: Run) -> None:
        last = run.lr.size - 1
        bands: dict[str, list[Any]] = {"left": [], "right": [], "shade": []}
        names: dict[str, list[Any]] = {"x": [], "y": [], "text": [], "align": []}
        joins = []
        for number_, stretch in enumerate(run.stretches):
            right = min(stretch.stop, last)
            bands["left"].append(stretch.start)
            bands["right"].append(right)
            bands["shade"].append(1.0 if number_ % 2 == 0 else 0.45)
            narrow = right - stretch.start < NARROW * self._width
            names["x"].append(stretch.start if narrow else (stretch.start + right) / 2)
            names["y"].append(0.885 if narrow and len(run.stretches) > 1 else 0.955)
            names["text"].append(f" {stretch.phase.name}")
            names["align"].append("left" if narrow else "center")
            if stretch.start:
                joins.append(stretch.start)
        for kind in MARKS:
            steps = run.steps.get(kind, np.empty(0, dtype=np.int64))
            joins += steps[: 10 * MOST_LABELS].tolist()
        self._bands.data, self._names.data = bands, names
        self._joins.data = {"x": joins}

    def _refresh_marks(self, run: Run) -> None:
        values, lr, last = run.values, run.lr, run.lr.size - 1
        marks: dict[str, list[Any]] = {"x": [], "y": []}
        labels: dict[str, list[Any]] = {"x": [], "y": [], "text": [], "align": [], "dx": [], "dy": []}

        def label(x: float, y: float, text: str, align: str = "left", dx: int = 10, dy: int = -12) -> None:
            for name, value in zip(labels, (x, y, text, align, dx, dy), strict=True):
                labels[name].append(value)

        peaks = run.steps.get("peak", np.empty(0, dtype=np.int64))
        if peaks.size:
            top = int(peaks[0])
            marks["x"].append(top)
            marks["y"].append(lr[top])
            near_end = top > 0.7 * self._width
            label(
                top,
                lr[top],
                f"peak {number(float(lr[top]), 3)}",
                "right" if near_end else "left",
                -10 if near_end else 10,
            )
        for kind, word in MARKS.items():
            steps = run.steps.get(kind, np.empty(0, dtype=np.int64))
            if kind == "restart":
                marks["x"] += steps[:MOST_LABELS].tolist()
                marks["y"] += lr[steps[:MOST_LABELS]].tolist()
            if steps.size > MOST_LABELS:
                label(int(steps[0]), lr[steps[0]], f"{steps.size:,} {word}s")
            else:
                for step in steps.tolist():
                    label(step, lr[step], f"{word} {step:,}", dx=8, dy=-12)
        if last > 0:
            marks["x"].append(last)
            marks["y"].append(lr[last])
        floor: dict[str, list[Any]] = {"left": [], "right": [], "y": []}
        if "eta_min" in values and values["eta_min"] >= self._low and run.family.key != "range_test":
            floor = {"left": [0], "right": [self._width], "y": [values["eta_min"]]}
            label(self._width, values["eta_min"], f"floor {number(values['eta_min'], 3)}", "right", -4, -12)
        self._marks.data, self._labels.data, self._floor.data = marks, labels, floor


def _ticks(high: float) -> list[float]:
    """Return round rates from 0 to `high`, five or six of them."""
    step = next(s for s in (m * 10.0**e for e in range(-14, 5) for m in (1, 2, 5)) if high / s <= 6.01)
    return [float(f"{n * step:.12g}") for n in range(int(high / step * (1 + 1e-9)) + 1)]
