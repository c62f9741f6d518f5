"""The path plot: where θ goes on the quadratic's contours, or the two classes with the line that parts them."""

import math
from typing import Any

import numpy as np
from bokeh.models import BasicTicker, ColumnDataSource, Line, MultiLine, Scatter
from numpy.typing import NDArray

from app.model import Lab
from app.training import Trainer
from app.views.labels import Label, place
from app.views.plotting import Plot, put
from schedules.outlook import Outlook
from schedules.problems import Logistic, Quadratic

LEVELS = 7  # contours
AROUND = 120  # points of a contour
POINTS = 500  # of the path
HEADROOM = 1.25
WIDEST = 4.0  # times the distance of the start: a run that goes farther leaves the plot
DATA_REACH = 2.8  # standard deviations of the two classes
GHOSTS = 6  # earlier decision lines
FEW = 60  # recorded steps; up to here each one is a dot
EMPTY: dict[str, Any] = {"x": [], "y": []}


class PathPlot(Plot):
    """θ on the loss surface, or the decision line. `figure` is the Bokeh model, `refresh` brings it up to the state."""

    def __init__(self, lab: Lab, trainer: Trainer) -> None:
        super().__init__(lab, "path", "", "")
        self._trainer = trainer
        self._last: tuple[Any, Outlook] | None = None
        self._contours = ColumnDataSource({"xs": [], "ys": []}, name="contours_data")
        self._minus = ColumnDataSource(dict(EMPTY), name="minus_class_data")
        self._plus = ColumnDataSource(dict(EMPTY), name="plus_class_data")
        self._ghosts = ColumnDataSource({"xs": [], "ys": [], "alpha": []}, name="earlier_lines_data")
        self._single = ColumnDataSource(dict(EMPTY), name="path_run_data")
        self.data = ColumnDataSource({"step": [], "x": [], "y": []}, name="path_data")
        self._ends = ColumnDataSource({"x": [], "y": [], "marker": []}, name="path_ends_data")
        self._now = ColumnDataSource(dict(EMPTY), name="path_playhead_data")
        self._line = ColumnDataSource(dict(EMPTY), name="decision_line_data")
        self._make()
        self.refresh()

    def _make(self) -> None:
        for axis in (*self.figure.xaxis, *self.figure.yaxis):
            axis.ticker = BasicTicker(desired_num_ticks=4)
        self.figure.ygrid[0].grid_line_color = None
        self._add(
            self._contours,
            MultiLine(xs="xs", ys="ys", line_alpha=0.6),
            "line_color=--join",
            "line_width=--hair",
        )
        self._add(
            self._ghosts,
            MultiLine(xs="xs", ys="ys", line_alpha="alpha"),
            "line_color=--live",
            "line_width=--fine",
        )
        minus = Scatter(x="x", y="y", marker="circle")
        self._add(self._minus, minus, "line_color=--pin1", "line_width=--fine", "fill_color=--surface", size=9)
        self._add(
            self._plus, Scatter(x="x", y="y", marker="triangle"), "line_color=--pin2", "fill_color=--pin2", size=9
        )
        self._add(self._single, Line(x="x", y="y", line_alpha=0.45), "line_color=--run", "line_width=--hair")
        self._add(self.data, Line(x="x", y="y", line_join="round"), "line_color=--live", width=2.5)
        self._dots = self._add(
            self.data, Scatter(x="x", y="y"), "line_color=--live", "fill_color=--live", "size=--speck"
        )
        self._add(self._line, Line(x="x", y="y"), "line_color=--live", width=3.5)
        ends = Scatter(x="x", y="y", marker="marker")
        self._add(self._ends, ends, "line_color=--live", "line_width=--ring", "fill_color=--surface", size=11)
        self._add(self._now, Scatter(x="x", y="y", line_width=2), "line_color=--surface", "fill_color=--text", size=12)
        self._add_labels()

    def _draw(self) -> None:
        if (live := self._trainer.live) is not None:
            self._last = (self._trainer.problem, live)
        elif self._trainer.too_long:
            self._last = None
        self._fit()

    @property
    def caption(self) -> str:
        """What the lines and marks are."""
        if self._last is None:
            return ""
        problem, found = self._last
        if isinstance(problem, Logistic):
            where = "at the playhead" if self._lab.step else "at the end"
            return f"○ and ▲: the two classes. Thick line: where both are as likely, {where}; faint: earlier."
        parts = ["Rings: equal loss", "thick line: the average path from □ to ◇"]
        if found.runs is not None:
            parts.append("thin: one run with noise")
            if (found.sd > found.loss[0]).any():
                parts.append("its noise takes it off the plot")
        return "; ".join(parts) + "."

    def _fit(self) -> None:
        self._size = self._measured()
        if self._last is None:
            for source in (self._contours, self._minus, self._plus, self._ghosts, self._single, self.data):
                put(source, {name: [] for name in source.data})
            for source in (self._ends, self._now, self._line, self._labels):
                put(source, {name: [] for name in source.data})
            return
        problem, shown = self._last
        if isinstance(problem, Quadratic):
            self._fit_quadratic(problem, shown)
        else:
            self._fit_logistic(problem, shown)

    # The quadratic.

    def _fit_quadratic(self, problem: Quadratic, shown: Outlook) -> None:
        reach = HEADROOM * (math.hypot(*problem.start) or 1.0)
        path = np.where(np.isfinite(shown.path), shown.path, np.nan)
        farthest = float(np.nanmax(np.abs(path))) if path.size else reach
        reach = min(max(reach, HEADROOM * farthest), WIDEST * reach)
        width, height = self._size
        across, up = (reach * width / height, reach) if width > height else (reach, reach * height / width)
        # The flat direction lies across, since there is more room.
        self._axes("θ₂ (flat)", "θ₁ (sharp)", across, up)
        put(self._contours, _ellipses(problem, math.hypot(across, up)))
        for source in (self._minus, self._plus, self._line):
            put(source, EMPTY)
        put(self._ghosts, {"xs": [], "ys": [], "alpha": []})
        inside = (np.abs(path) <= 2 * max(across, up)).all(axis=1)
        gone = int(np.argmin(inside)) if not inside.all() else len(path)
        kept = _spread(gone, POINTS)
        put(self.data, {"step": shown.steps[kept].astype(np.int32), "x": path[kept, 1], "y": path[kept, 0]})
        self._dots.visible = gone <= FEW or int(shown.steps[-1]) <= 4 * FEW
        single = shown.runs
        if single is not None:
            theta = single.theta[0, 0]
            good = (np.abs(theta) <= 2 * max(across, up)).all(axis=1)
            some = _spread(int(np.argmin(good)) if not good.all() else len(theta), POINTS)
            put(self._single, {"x": theta[some, 1].astype(np.float32), "y": theta[some, 0].astype(np.float32)})
        else:
            put(self._single, EMPTY)
        ends = [0, gone - 1] if gone == len(path) else [0]
        put(
            self._ends,
            {"x": path[ends, 1], "y": path[ends, 0], "marker": ["square", "diamond"][: len(ends)]},
        )
        at = shown.at(self._lab.step)
        here = self._lab.step > 0 and at < gone
        put(self._now, {"x": [path[at, 1]], "y": [path[at, 0]]} if here else EMPTY)
        words = ["start", "end"][: len(ends)]
        self._label([(float(path[i, 1]), float(path[i, 0]), word) for i, word in zip(ends, words, strict=True)])

    # Logistic regression.

    def _fit_logistic(self, problem: Logistic, shown: Outlook) -> None:
        width, height = self._size
        reach = DATA_REACH
        across, up = (reach * width / height, reach) if width > height else (reach, reach * height / width)
        self._axes("feature z₁", "feature z₂", across, up)
        places, classes = problem.points
        for source, sign in ((self._minus, -1), (self._plus, 1)):
            put(source, {"x": places[classes == sign, 0], "y": places[classes == sign, 1]})
        put(self._contours, {"xs": [], "ys": []})
        for source in (self._single, self._ends, self._now):
            put(source, {name: [] for name in source.data})
        put(self.data, {"step": [], "x": [], "y": []})
        at = shown.at(self._lab.step) if self._lab.step else len(shown.path) - 1
        weights = shown.path * problem.scales
        put(self._line, _decision_line(weights[at], across, up))
        earlier = np.unique(np.geomspace(1, max(1, at), GHOSTS + 1).astype(int))[:-1].tolist()
        lines = [_decision_line(weights[i], across, up) for i in earlier]
        put(
            self._ghosts,
            {
                "xs": [line["x"] for line in lines],
                "ys": [line["y"] for line in lines],
                "alpha": list(np.linspace(0.12, 0.5, len(lines))),
            },
        )
        self._label([])

    def _axes(self, x_label: str, y_label: str, across: float, up: float) -> None:
        self.figure.xaxis[0].axis_label, self.figure.yaxis[0].axis_label = x_label, y_label
        self._box = (across, up)
        self.figure.x_range.update(start=-across, end=across)
        self.figure.y_range.update(start=-up, end=up)

    def _label(self, points: list[tuple[float, float, str]]) -> None:
        across, up = self._box
        labels = [
            Label((x, y), (x / across + 1) / 2 * self._size[0], (y / up + 1) / 2 * self._size[1], word)
            for x, y, word in points
        ]
        placed = place(labels, *self._size, self._font)
        self._write(placed)


def _ellipses(problem: Quadratic, reach: float) -> dict[str, Any]:
    """Return contours of the loss, the inner ones closer: each at a quarter of the loss of the next."""
    sharp, flat = problem.curvature
    angle = np.linspace(0, 2 * np.pi, AROUND)
    top = 0.5 * sharp * reach**2
    levels = [top / 4**n for n in range(LEVELS)]
    return {
        "xs": [np.sqrt(2 * level / flat) * np.cos(angle) for level in levels],
        "ys": [np.sqrt(2 * level / sharp) * np.sin(angle) for level in levels],
    }


def _decision_line(weights: NDArray[np.float64], across: float, up: float) -> dict[str, Any]:
    """Return the two ends of the line on which both classes are equally likely."""
    w1, w2, b = weights.tolist()
    size = math.hypot(w1, w2)
    if not (math.isfinite(size) and size > 0 and math.isfinite(b)):
        return EMPTY
    foot = -b / size
    along = 2 * math.hypot(across, up)
    x, y, dx, dy = foot * w1 / size, foot * w2 / size, -w2 / size * along, w1 / size * along
    return {"x": [x - dx, x + dx], "y": [y - dy, y + dy]}


def _spread(length: int, most: int) -> NDArray[np.int64]:
    """Return up to `most` of so many positions, all of the first ones, where a path moves most."""
    if length <= most:
        return np.arange(length)
    early = np.arange(most // 2)
    return np.unique(np.concatenate([early, np.linspace(0, length - 1, most - early.size).astype(np.int64)]))
