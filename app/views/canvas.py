"""The canvas of an exercise: axes to draw a prediction on, and the truth on the same axes once it is committed.

A stroke is gathered in the browser and sent when it ends: heights at the knots of a sketch, or one place on an axis.
"""

import math
from typing import Any

import numpy as np
from bokeh.core.properties import Bool, Float, List, Nullable, String
from bokeh.model import DataModel
from bokeh.models import (
    BoxSelectTool,
    ColumnDataSource,
    FixedTicker,
    Line,
    LinearScale,
    LogScale,
    Scatter,
    VArea,
)

from app.model import Lab
from app.practice.forms import LOG, Axis, Place, Sketch
from app.practice.question import Picture
from app.views.labels import Label, place
from app.views.plotting import PIN_DASHES, Plot, log_ticks, put, ticks
from schedules.facts import number

MOST_LINES = 6  # as many as the contest has schedules
POINTS = 600  # of a line
DASHES: list[list[int]] = [[], *PIN_DASHES, [16, 4]]
INKS = ("--live", "--pin1", "--pin2", "--pin3", "--pin4", "--muted")
XY: dict[str, Any] = {"x": [], "y": []}
DEEPEST = 1e-16  # of the highest value; what is below is off a logarithmic axis


class Pen(DataModel):
    """What a stroke needs to know in the browser, and what comes of it; pen.js draws it."""

    kind = String(default="")
    knots = List(Float)
    low = Float(default=0.0)
    high = Float(default=1.0)
    left = Float(default=0.0)
    right = Float(default=1.0)
    log = Bool(default=False)
    stroke = List(Nullable(Float))


class Canvas(Plot):
    """Where a prediction is drawn, and what a reveal draws beside the stage."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, "prediction", "", "")
        self.pen = Pen(name="pen")
        # Not sent back: what is drawn on the way is the browser's own; the whole stroke comes through the pen, which
        # reaches the browser as a tag, since nothing else on the plot refers to it.
        self.mine = ColumnDataSource(dict(XY), name="prediction_data", syncable=False, tags=[self.pen])
        self.truth = ColumnDataSource(dict(XY), name="truth_data")
        self._gap = ColumnDataSource({"x": [], "low": [], "high": []}, name="gap_data")
        self._lines = [ColumnDataSource(dict(XY), name=f"picture_{n + 1}_data") for n in range(MOST_LINES)]
        self._make()
        self.refresh()

    def _make(self) -> None:
        plot = self.figure
        self._add(self._gap, VArea(x="x", y1="low", y2="high", fill_alpha=0.2), "fill_color=--edge")
        for source, ink, dash in zip(self._lines, INKS, DASHES, strict=True):
            self._add(source, Line(x="x", y="y", line_dash=dash, line_join="round"), f"line_color={ink}", width=2.5)
        self._add(self.truth, Line(x="x", y="y", line_join="round"), "line_color=--live", width=3.5)
        self._add(self.mine, Line(x="x", y="y", line_dash=[8, 5]), "line_color=--text", width=2.5)
        dots = Scatter(x="x", y="y", line_width=2)
        self._dots = self._add(self.mine, dots, "line_color=--text", "fill_color=--surface", size=8)
        self._add_labels()
        # A pan tool that does nothing: without one, a finger that draws would scroll the page instead.
        grip = BoxSelectTool(renderers=[])
        grip.overlay.visible = False
        plot.add_tools(grip)
        plot.toolbar.active_drag = grip
        self.pen.on_change("stroke", self._drawn)

    def _drawn(self, _attribute: str, _old: object, stroke: list[float | None]) -> None:
        attempt = self._lab.desk.attempt
        if not stroke or attempt is None:
            return
        self._lab.practise("predict", stroke[0] if isinstance(attempt.question.form, Place) else list(stroke))

    def refresh(self) -> None:
        """Show the canvas as the attempt stands; it is there while the stage is covered, and holds no truth then."""
        self._draw()

    @property
    def caption(self) -> str:
        """What is drawn; nothing of a truth that is not shown yet."""
        attempt = self._lab.desk.attempt
        if attempt is None or not self._lab.desk.canvas:
            return ""
        form, found = attempt.question.form, attempt.judgement
        if isinstance(form, Sketch | Place):
            drawn = attempt.answer is not None
            mine = "Dashed: your prediction" if drawn else "Nothing is drawn yet"
            return f"{mine}; solid: the truth; shaded: the gap." if found else f"{mine}."
        lines = found.picture.lines if found and found.picture else ()
        return f"Lines: {', '.join(line.name for line in lines)}." if lines else ""

    def _refit(self) -> None:
        self._fit()

    def _draw(self) -> None:
        self._fit()

    def _fit(self) -> None:
        self._size = self._measured()
        attempt = self._lab.desk.attempt
        if attempt is None or not self._lab.desk.canvas:
            self.pen.update(kind="", stroke=[])
            return self._clear()
        form, found = attempt.question.form, attempt.judgement
        picture = found.picture if found else None
        if isinstance(form, Sketch):
            self._axes(form.across, form.up)
            self._take(form.kind, form.across, form.up, [float(knot) for knot in form.knots])
        elif isinstance(form, Place):
            self._axes(form.axis, None)
            self._take(form.kind, form.axis, Axis("", 0, 1), [])
        elif picture:
            self._axes(*_axes_of(picture))
            self.pen.update(kind="", stroke=[])
        if found:
            self.pen.update(kind="", stroke=[])
        labels = self._mark(form, attempt.answer, found.value if found else None)
        self._draw_picture(picture if not isinstance(form, Place | Sketch) else None, labels)
        return None

    def _take(self, kind: str, across: Axis, up: Axis, knots: list[float]) -> None:
        self.pen.update(
            kind=kind, knots=knots, low=up.low, high=up.high, log=up.scale == LOG, left=across.low, right=across.high
        )
        if self._lab.desk.attempt is not None and self._lab.desk.attempt.answer is None:
            self.pen.stroke = []

    def _mark(self, form: Any, answer: Any, truth: Any) -> list[tuple[float, float, str]]:
        """Draw prediction and truth; return where their names belong."""
        labels: list[tuple[float, float, str]] = []
        mine, true = dict(XY), dict(XY)
        gap: dict[str, Any] = {"x": [], "low": [], "high": []}
        if isinstance(form, Sketch):
            x = form.knots
            if answer is not None:
                drawn = [(float(a), float(b)) for a, b in zip(x, answer, strict=True) if b is not None]
                mine = {"x": [a for a, _ in drawn], "y": [b for _, b in drawn]}
            if truth is not None:
                true = {"x": x.tolist(), "y": list(truth)}
                low, high = np.minimum(answer, truth), np.maximum(answer, truth)
                gap = {"x": x.tolist(), "low": low.tolist(), "high": high.tolist()}
                apart = int(np.abs(form.up.share(answer) - form.up.share(truth)).argmax())
                labels = [
                    (float(x[apart]), float(answer[apart]), "yours"),
                    (float(x[apart]), float(truth[apart]), "truth"),
                ]
        elif isinstance(form, Place):
            if answer is not None:
                mine = {"x": [answer, answer], "y": [0, 1]}
                labels.append((answer, 0.5, f"yours {number(answer, 3)}"))
            if truth is not None:
                true = {"x": [truth, truth], "y": [0, 1]}
                gap = {"x": sorted([answer, truth]), "low": [0, 0], "high": [1, 1]}
                labels.append((truth, 0.8, f"truth {number(truth, 3)}"))
        self._dots.visible = isinstance(form, Sketch)
        for source, data in ((self.mine, mine), (self.truth, true), (self._gap, gap)):
            if source is self.mine and truth is None:
                source.data = data  # the browser may have drawn something else on the way
            else:
                put(source, data)
        return labels

    def _draw_picture(self, picture: Picture | None, labels: list[tuple[float, float, str]]) -> None:
        lines = picture.lines if picture else ()
        for source, line in zip(self._lines, [*lines, *[None] * (MOST_LINES - len(lines))], strict=True):
            if line is None:
                put(source, XY)
                continue
            every = max(1, line.x.size // POINTS)
            x, y = line.x[::every], line.y[::every]
            inside = (y >= self._box[2]) & (y <= self._box[3])
            put(source, {"x": x, "y": np.where(inside, y, np.nan)})
            if inside.any():
                at = int(np.flatnonzero(inside)[-1])
                labels.append((float(x[at]), float(y[at]), line.name))
        offsets = [
            ("right", -8, -12),
            ("left", 8, -12),
            ("right", -8, 14),
            ("left", 8, 14),
            ("right", -8, -30),
            ("right", -8, 32),
        ]
        scale = self._font / 14
        wanted = [
            Label((x, y), self._x(x), self._y(y), text, [(a, dx * scale, -dy * scale) for a, dx, dy in offsets])
            for x, y, text in labels
        ]
        placed = place(wanted, *self._size, self._font)
        self._write(placed)

    def _axes(self, across: Axis, up: Axis | None) -> None:
        figure = self.figure
        upright = up or Axis("", 0, 1)
        for axis, scale in ((across, "x_scale"), (upright, "y_scale")):
            wanted = LogScale if axis.scale == LOG else LinearScale
            if not isinstance(getattr(figure, scale), wanted):
                setattr(figure, scale, wanted())
        self._box = (*_padded(across), *_padded(upright))
        figure.x_range.update(start=self._box[0], end=self._box[1])
        figure.y_range.update(start=self._box[2], end=self._box[3])
        for axis, drawn in ((across, figure.xaxis[0]), (upright, figure.yaxis[0])):
            marks = _marks(axis)
            drawn.ticker = FixedTicker(ticks=marks, minor_ticks=[])
            drawn.major_label_overrides = {tick: number(tick, 5) for tick in marks}
            drawn.axis_label = axis.label
        figure.yaxis[0].visible = up is not None
        figure.ygrid[0].visible = up is not None

    def _x(self, x: float) -> float:
        return _share(x, self._box[0], self._box[1], isinstance(self.figure.x_scale, LogScale)) * self._size[0]

    def _y(self, y: float) -> float:
        return _share(y, self._box[2], self._box[3], isinstance(self.figure.y_scale, LogScale)) * self._size[1]


def _share(value: float, low: float, high: float, log: bool) -> float:
    if log:
        return math.log(value / low) / math.log(high / low) if value > 0 else 0.0
    return (value - low) / (high - low)


def _padded(axis: Axis) -> tuple[float, float]:
    """Return the ends of an axis with some room beyond both, so that a line along the end is seen whole."""
    low, high = (float(end) for end in axis.at([-0.02, 1.02]))
    return low, high


def _marks(axis: Axis) -> list[float]:
    if axis.scale == LOG:
        low, high = 10 ** math.floor(math.log10(axis.low)), 10 ** math.ceil(math.log10(axis.high))
        inside = [tick for tick in log_ticks(low, high) if axis.low * 0.999 <= tick <= axis.high * 1.001]
        return inside or [axis.low, axis.high]
    step = ticks(axis.high - axis.low)[1]
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    return [float(f"{n * step:.12g}") for n in range(first, last + 1)]


def _axes_of(picture: Picture) -> tuple[Axis, Axis]:
    """Return axes that hold all lines of a picture."""
    ends = []
    for label, log, values in (
        (picture.x_label, picture.log_x, [line.x for line in picture.lines]),
        (picture.y_label, picture.log_y, [line.y for line in picture.lines]),
    ):
        every = np.concatenate(values)
        every = every[np.isfinite(every)]
        if log:
            every = every[every > 0]
            high = float(every.max())
            low = max(float(every.min()), DEEPEST * high)
            ends.append(Axis(label, low, high if high > low else 10 * low, LOG))
        else:
            low, high = min(0.0, float(every.min())), float(every.max())
            ends.append(Axis(label, low, high if high > low else low + 1))
    return ends[0], ends[1]
