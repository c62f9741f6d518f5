"""The schedule plot: the live curve with its phases named on it, the pinned curves, the edge and the playhead."""

import math
from itertools import zip_longest
from typing import Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    Line,
    LinearScale,
    LogScale,
    Quad,
    Range1d,
    Scatter,
    Segment,
    Text,
)
from numpy.typing import NDArray

from app.model import MAX_PINS, Case, Lab
from app.training import Trainer
from app.views.labels import BESIDE, GAP, Label, around, place, text_width
from app.views.plotting import (
    FONT,
    MARGIN,
    PIN_DASHES,
    ROOM,
    TEXT,
    Plot,
    log_ticks,
    put,
    round_up,
    ticks,
)
from app.views.theme import USUAL_REM
from schedules import Run, thin
from schedules.facts import number

FEW = 250  # updates; up to here each one is drawn as a point
HEADROOM = 1.25  # of the highest rate, so that labels fit above it
LOG_HEADROOM, LOG_SHARE = 0.3, 0.12  # the same on a logarithmic axis: decades, and of the axis
DEEPEST = 1e-12  # of the highest rate; what is below is off a logarithmic axis
EDGE_PLACES = (0.0, 0.2, 0.4, 0.6, 0.8)  # of the plot's width, from the right: where the edge may have its name
NEAR = 2.5  # times the highest rate; an edge up to here is shown on the plot
FAINT = 0.35  # opacity of a shuffled curve, which is an area rather than a line
PALE = 0.45  # opacity of every second phase
TURNS = ("restart", "drop")  # events that get a line each
MOST_JOINS = 60  # lines; more would be a grey area
NOTHING: dict[str, Any] = {"step": [], "lr": []}
MOST_LABELS = 6  # of a kind; more are counted in one label
NAMES_AT, NAMES_FROM = 0.955, 0.9  # height of the phase names' middle, and of their lower edge, in the plot


class SchedulePlot(Plot):
    """Rate over steps. `figure` is the Bokeh model, `refresh` brings it up to the state."""

    def __init__(self, lab: Lab, trainer: Trainer) -> None:
        super().__init__(lab, "schedule", "update t", "learning rate η(t)")
        self._trainer = trainer
        self.data = ColumnDataSource({"step": [], "lr": []}, name="schedule_data")
        self._bands = ColumnDataSource({"left": [], "right": [], "shade": []})
        self._names = ColumnDataSource({"x": [], "y": [], "text": []})
        self._joins = ColumnDataSource({"x": []})
        self._floor = ColumnDataSource({"left": [], "right": [], "y": []})
        self._marks = ColumnDataSource({"x": [], "y": []})
        self._edge = ColumnDataSource({"from": [], "to": [], "y": []}, name="edge_data")
        self._above = ColumnDataSource({"step": [], "lr": []}, name="above_edge_data")
        self._now = ColumnDataSource(dict(NOTHING), name="schedule_playhead_data")
        self._pins = [ColumnDataSource({"step": [], "lr": []}, name=f"pin_{n + 1}_data") for n in range(MAX_PINS)]
        self._drawn_pins: list[Case] = []
        self._pinned: list[Run] = []
        self._make()
        self.refresh()

    def _make(self) -> None:
        plot = self.figure
        # Shades and phase names stand in a frame of their own, 0 to 1 from bottom to top, whatever the rate axis does.
        plot.extra_y_ranges = {"frame": Range1d(0, 1)}
        plot.extra_y_scales = {"frame": LinearScale()}
        self._count_steps()
        self._add(
            self._bands,
            Quad(left="left", right="right", bottom=0, top=1, fill_alpha="shade", line_color=None),
            "fill_color=--band",
            y_range_name="frame",
            level="underlay",
        )
        join = Segment(x0="x", x1="x", y0=0, y1=1, line_dash=[3, 4])
        self._add(self._joins, join, "line_color=--join", "line_width=--fine", y_range_name="frame")
        floor = Segment(x0="left", x1="right", y0="y", y1="y", line_dash=[6, 4])
        self._add(self._floor, floor, "line_color=--floor", "line_width=--fine")
        self._pin_lines = [
            # Not seen until it has points: a line without any would still cost the browser a millisecond or two.
            self._add(source, Line(x="step", y="lr", line_dash=dash), f"line_color=--pin{n}", width=2.5, visible=False)
            for n, (source, dash) in enumerate(zip(self._pins, PIN_DASHES, strict=True), start=1)
        ]
        curve = Line(x="step", y="lr", line_join="round")
        line = self._add(self.data, curve, "line_color=--live", width=3.5)
        edge = Segment(x0="from", x1="to", y0="y", y1="y", line_dash=[2, 3])
        self._add(self._edge, edge, "line_color=--edge", "line_width=--firm")
        point = Scatter(x="step", y="lr")
        self._points = self._add(self.data, point, "line_color=--live", "fill_color=--live", "size=--dot")
        above = Line(x="step", y="lr", line_join="round")
        self._above_line = self._add(self._above, above, "line_color=--edge", width=6, visible=False)
        mark = Scatter(x="x", y="y")
        self._add(self._marks, mark, "line_color=--live", "line_width=--ring", "fill_color=--surface", size=10)
        now = Segment(x0="step", x1="step", y0=0, y1=1)
        self._add(self._now, now, "line_color=--text", "line_width=--fine", y_range_name="frame")
        self._add(
            self._now, Scatter(x="step", y="lr", line_width=2), "line_color=--surface", "fill_color=--text", size=11
        )
        name = Text(x="x", y="y", text_align="center", **TEXT)
        self._add(self._names, name, "text_color=--muted", "background_fill_color=--surface", y_range_name="frame")
        self._add_labels()
        hover = HoverTool(renderers=[line], mode="vline", line_policy="nearest", attachment="right")
        hover.tooltips = [("update", "@step{0,0}"), ("rate", "@lr{%.4e}")]
        hover.formatters = {"@lr": "printf"}
        plot.add_tools(hover)

    def _draw(self) -> None:
        run = self._lab.run
        drawn = _drawn(run)
        put(self.data, drawn)
        edge = self._trainer.edge
        high = drawn["lr"] > edge if edge else np.zeros(0, dtype=bool)
        put(self._above, {"step": drawn["step"], "lr": np.where(high, drawn["lr"], np.nan)} if high.any() else NOTHING)
        self._above_line.visible = bool(high.any())
        step = min(self._lab.step, run.lr.size - 1)
        put(self._now, {"step": [step], "lr": [run.lr[step]]} if self._lab.step else NOTHING)
        self._points.visible = run.lr.size <= FEW
        if self._lab.pins != self._drawn_pins:
            self._drawn_pins = list(self._lab.pins)
            self._pinned = [pin.run() for pin in self._drawn_pins]
            for source, line, pinned in zip_longest(self._pins, self._pin_lines, self._pinned):
                put(source, _drawn(pinned) if pinned else NOTHING)
                line.visible = pinned is not None
            for line, pin in zip(self._pin_lines, self._drawn_pins, strict=False):
                line.glyph.line_alpha = FAINT if pin.remake == "shuffle" else 1.0
        self._fit()

    def _clear(self) -> None:
        super()._clear()
        self._drawn_pins, self._pinned = [], []

    def _fit(self) -> None:
        """Fit axes, marks and labels to the curves and to the size of the plot."""
        self._size = self._measured()
        self._refresh_axes([self._lab.run, *self._pinned])
        self._refresh_marks()

    def _refresh_axes(self, runs: list[Run]) -> None:
        log = self._lab.axis == "log"
        if log != isinstance(self.figure.y_scale, LogScale):
            self.figure.y_scale = LogScale() if log else LinearScale()
        highest = max(float(run.lr.max()) for run in runs) or 1.0
        edge = self._trainer.edge
        if edge and edge <= NEAR * highest:
            highest = max(highest, edge)
        low, high = _decades([run.lr for run in runs], highest) if log else (0.0, round_up(highest * HEADROOM))
        marks = log_ticks(low, high) if log else ticks(high)
        if marks != self._ticks:
            self._ticks = marks
            axis = self.figure.yaxis[0]
            axis.ticker = self.figure.ygrid[0].ticker = FixedTicker(ticks=marks, minor_ticks=[])
            axis.major_label_overrides = {tick: number(tick) for tick in marks}
        longest = round_up(max(1, *(run.lr.size - 1 for run in runs)))
        margin = longest * max(MARGIN, ROOM / self._size[0])
        self._left, self._right, self._low, self._high = -margin, longest + margin, low, high
        self.figure.x_range.update(start=self._left, end=self._right)
        self.figure.y_range.update(start=low, end=high)
        self._fit_ticks(int(longest))

    def _x(self, step: float) -> float:
        """Return the pixels from the left of the plot to a step."""
        return float((step - self._left) / (self._right - self._left) * self._size[0])

    def _y(self, rate: float) -> float:
        """Return the pixels from the bottom of the plot to a rate."""
        low, high = self._low, self._high
        if self._lab.axis == "log":
            low, high, rate = math.log10(low), math.log10(high), math.log10(max(rate, low))
        return float((rate - low) / (high - low) * self._size[1])

    def _refresh_marks(self) -> None:
        """Shade and name the phases, mark joins, peak, restarts, floor and end, and label what has room."""
        run = self._lab.run
        last = run.lr.size - 1
        bands: dict[str, list[Any]] = {"left": [], "right": [], "shade": []}
        for number_, stretch in enumerate(run.stretches):
            bands["left"].append(stretch.start)
            bands["right"].append(min(stretch.stop, last))
            bands["shade"].append(PALE if number_ % 2 or len(run.stretches) == 1 else 1.0)
        # All of a kind or none: lines that stop somewhere would say that the restarts do. A label counts them.
        turns = [run.at(kind) for kind in TURNS if run.at(kind).size <= MOST_JOINS]
        joins = np.concatenate([[stretch.start for stretch in run.stretches[1:]], *turns])
        restarts = run.at("restart")
        circled = restarts if restarts.size <= MOST_JOINS else restarts[:0]
        points = np.unique(np.concatenate([run.at("peak")[:1], circled, [last]])).astype(int)
        floors = self._floors(run)

        names = self._phase_names(run)
        wide = [
            (self._x(x), text_width(text, self._font) / 2 + GAP)
            for x, text in zip(names["x"], names["text"], strict=True)
        ]
        in_row = [(x - half, self._size[1] * NAMES_FROM, x + half, self._size[1]) for x, half in wide]
        on_marks = [around(self._x(step), self._y(float(run.lr[step])), self._font / 5) for step in points.tolist()]
        labels = place(self._labels_of(run, floors), *self._size, self._font, [*in_row, *on_marks])
        put(self._bands, bands)
        put(self._joins, {"x": joins})
        put(self._marks, {"x": points, "y": run.lr[points]})
        edges = self._edges()
        put(self._edge, {"from": [self._left] * len(edges), "to": [self._right] * len(edges), "y": edges})
        put(self._floor, {"left": [0] * len(floors), "right": [last] * len(floors), "y": floors})
        put(self._names, names)
        self._write(labels)

    def _floors(self, run: Run) -> list[float]:
        """Return the floor rate, if the curve has one and the axis shows it; else nothing."""
        if "eta_min" not in run.values or run.family.key == "range_test":
            return []
        floor = run.values["eta_min"]
        falls_below = run.lr[int(np.argmax(run.lr)) :].min() < floor * (1 - DEEPEST)  # then it is no floor
        return [floor] if floor >= self._low and not falls_below else []

    def _edges(self) -> list[float]:
        """Return the edge, if the optimizer has one and the axis shows it; else nothing."""
        edge = self._trainer.edge
        return [edge] if edge and self._low <= edge <= self._high else []

    def _phase_names(self, run: Run) -> dict[str, list[Any]]:
        """Return the names of the phases in a row at the top; one that has no room is left out."""
        names: dict[str, list[Any]] = {"x": [], "y": [], "text": []}
        free = 0.0  # pixels; what is to the left of it is taken
        for stretch in run.stretches:
            left, right = self._x(stretch.start), self._x(min(stretch.stop, run.lr.size - 1))
            width = text_width(stretch.phase.name, self._font) + 8
            centred = right - left >= width
            start = max(free, (left + right - width) / 2 if centred else min(left, self._size[0] - width))
            if start + width > self._size[0] + GAP or (start > right and not centred):
                continue
            free = start + width
            middle = self._left + (start + width / 2) / self._size[0] * (self._right - self._left)
            for column, entry in zip(names.values(), (middle, NAMES_AT, stretch.phase.name), strict=True):
                column.append(entry)
        return names

    def _labels_of(self, run: Run, floors: list[float]) -> list[Label]:
        """Return what may be labelled, the most important first."""
        lr, labels = run.lr, []
        scale = self._font / (FONT * USUAL_REM)
        beside = [(align, scale * right, scale * up) for align, right, up in BESIDE]

        def at(step: int, text: str) -> Label:
            return Label((step, lr[step]), self._x(step), self._y(lr[step]), text, beside)

        if peaks := run.at("peak")[:1].tolist():
            word = "highest" if run.values.get("Tw", 0) > lr.size else "peak"  # the run ends before the peak
            labels.append(at(peaks[0], f"{word} {number(float(lr[peaks[0]]), 3)}"))
        for edge in self._edges():
            name = f"edge {number(edge, 3)}"
            # At its right end, or as far to the left as there is room.
            sides = [("right", -share * self._size[0], up) for share in EDGE_PLACES for up in (13 * scale, -13 * scale)]
            labels.append(Label((lr.size - 1, edge), self._x(lr.size - 1), self._y(edge), name, sides))
        for floor in floors:
            # Where the curve is farthest from it there is room.
            places = (np.linspace(0.12, 0.88, 12) * (lr.size - 1)).astype(int).tolist()
            step = max(places, key=lambda step: abs(self._y(float(lr[step])) - self._y(floor)))
            sides = [(align, 0.0, up) for up in (13 * scale, -13 * scale) for align in ("center", "left", "right")]
            labels.append(Label((step, floor), self._x(step), self._y(floor), f"floor {number(floor, 3)}", sides))
        for kind in TURNS:
            steps = run.at(kind)
            if steps.size > MOST_LABELS:
                labels.append(at(int(steps[0]), f"{steps.size:,} {kind}s"))
            else:
                labels += [at(step, f"{kind} {step:,}") for step in steps.tolist()]
        return labels


def _drawn(run: Run) -> dict[str, Any]:
    joins = np.array([stretch.start for stretch in run.stretches], dtype=np.int64)
    steps = thin(run.lr, np.concatenate([joins, *run.steps.values()]))
    return {"step": steps.astype(np.int32), "lr": run.lr[steps]}


def _decades(curves: list[NDArray[np.float64]], highest: float) -> tuple[float, float]:
    """Return the ends of a logarithmic axis: whole decades around all rates but zeros and what is as good as zero."""
    lowest = min(
        (float(lr[lr > highest * DEEPEST].min()) for lr in curves if (lr > highest * DEEPEST).any()), default=highest
    )
    low, high = math.floor(math.log10(lowest) - 0.02), math.ceil(math.log10(highest) + LOG_HEADROOM)
    if high - math.log10(highest) < LOG_SHARE * (high - low):  # among many decades, a third of one is little room
        high += 1
    return 10.0**low, 10.0**high
