"""The loss plot: expected loss over updates with its spread, single runs, pinned curves and every family if asked."""

import math
from itertools import zip_longest
from typing import Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    Line,
    LogScale,
    MultiLine,
    Range1d,
    Scatter,
    Segment,
    VArea,
)
from numpy.typing import NDArray

from app.model import MAX_PINS, Lab
from app.training import Trainer
from app.views.labels import LINE, Label, along, place_off, text_width
from app.views.plotting import MARGIN, PIN_DASHES, ROOM, Plot, log_ticks, put, round_up
from schedules import thin
from schedules.facts import number
from schedules.outlook import SHOWN, Outlook

POINTS = 400  # of one line
DEEP, HIGH = 1e-16, 1e6  # of the loss at the start: what is beyond is off the plot
NOTHING: dict[str, Any] = {"step": [], "loss": []}
OTHERS = 100  # points of a family that is drawn only to be compared with


class LossPlot(Plot):
    """Loss over updates. `figure` is the Bokeh model, `refresh` brings it up to the state."""

    def __init__(self, lab: Lab, trainer: Trainer) -> None:
        super().__init__(lab, "loss", "updates made", "loss")
        self._trainer = trainer
        self._last: Outlook | None = None  # what is drawn until there is something newer
        self.data = ColumnDataSource({"step": [], "loss": []}, name="loss_data")
        self._band = ColumnDataSource({"step": [], "low": [], "high": []}, name="loss_band_data")
        self._runs = ColumnDataSource({"xs": [], "ys": []}, name="loss_runs_data")
        self._others = ColumnDataSource({"xs": [], "ys": []}, name="loss_families_data")
        self._pins = [ColumnDataSource(dict(NOTHING), name=f"loss_pin_{n + 1}_data") for n in range(MAX_PINS)]
        self._now = ColumnDataSource({"x": [], "y": [], "low": []}, name="loss_playhead_data")
        self._make()
        self.refresh()

    def _make(self) -> None:
        plot = self.figure
        plot.y_scale = LogScale()
        plot.y_range = Range1d(1e-3, 1)
        self._count_steps()
        self._band_area = self._add(
            self._band, VArea(x="step", y1="low", y2="high", fill_alpha=0.25), "fill_color=--live", visible=False
        )
        self._other_lines = self._add(
            self._others,
            MultiLine(xs="xs", ys="ys"),
            "line_color=--join",
            "line_width=--hair",
            visible=False,
        )
        self._run_lines = self._add(
            self._runs,
            MultiLine(xs="xs", ys="ys", line_alpha=0.4),
            "line_color=--run",
            "line_width=--hair",
            visible=False,
        )
        self._pin_lines = [
            self._add(
                source, Line(x="step", y="loss", line_dash=dash), f"line_color=--pin{n}", width=2.5, visible=False
            )
            for n, (source, dash) in enumerate(zip(self._pins, PIN_DASHES, strict=True), start=1)
        ]
        self._add(self.data, Line(x="step", y="loss", line_join="round"), "line_color=--live", width=3)
        # Where it begins is a column: BokehJS 3.9.2 stumbles if a glyph and the length of its data change at once.
        now = Segment(x0="x", x1="x", y0="low", y1="y")
        self._add(self._now, now, "line_color=--text", "line_width=--fine")
        self._add(self._now, Scatter(x="x", y="y", line_width=2), "line_color=--surface", "fill_color=--text", size=11)
        self._add_labels()

    def _draw(self) -> None:
        live = self._trainer.live
        if live is not None:
            self._last = live
        elif self._trainer.too_long:
            self._last = None
        self._fit()

    @property
    def stale(self) -> bool:
        """Whether what is drawn belongs to an earlier state."""
        return self._trainer.live is None and self._last is not None

    @property
    def caption(self) -> str:
        """What the lines are."""
        found = self._last
        if found is None and self._trainer.too_long:
            return "Nothing is trained: see the words below."
        if found is None:
            return "Nothing is drawn yet: it is being worked out."
        parts = ["Thick line: expected loss" if found.exact or found.runs else "Thick line: the loss"]
        if self._band_area.visible:
            parts.append("band: one standard deviation to each side, cut at the bottom")
        if self._run_lines.visible:
            parts.append("thin: single runs with noise")
        if any(line.visible for line in self._pin_lines):
            parts.append("dashed: pinned curves")
        if self._other_lines.visible:
            parts.append("grey: every family, named in the ranking")
        return "; ".join(parts) + "." + (" An earlier state, while this one is worked out." if self.stale else "")

    def _fit(self) -> None:
        self._size = self._measured()
        shown = self._last
        pinned = [self._trainer.of(pin) for pin in self._lab.pins]
        if shown is None:
            self.figure.yaxis[0].ticker = FixedTicker(ticks=[])
            self._ticks = []
            for source in (self.data, *self._pins):
                put(source, NOTHING)
            put(self._now, {"x": [], "y": [], "low": []})
            self._write([])
            for lines in (self._band_area, self._run_lines, self._other_lines, *self._pin_lines):
                lines.visible = False
            return
        families = [self._trainer.of(case) for case in self._trainer.families()] if self._lab.all_families else []
        others = [found for found in families if found is not None and found is not shown]
        self._fit_axes(shown, [found for found in pinned if found is not None], others)
        self._draw_live(shown)
        for source, line, found in zip_longest(self._pins, self._pin_lines, pinned):
            put(source, _drawn(found.steps, self._clip(found.loss)) if found else NOTHING)
            line.visible = found is not None
        lines = [_drawn(found.steps, self._clip(found.loss), OTHERS) for found in others]
        put(self._others, {"xs": [line["step"] for line in lines], "ys": [line["loss"] for line in lines]})
        self._other_lines.visible = bool(lines)
        self._draw_playhead(shown)
        self._draw_labels(shown)

    def _fit_axes(self, shown: Outlook, pinned: list[Outlook], others: list[Outlook]) -> None:
        start = float(shown.loss[0]) or 1.0
        every = [found.loss for found in (shown, *pinned, *others)]
        inside = [loss[np.isfinite(loss) & (loss > start * DEEP) & (loss < start * HIGH)] for loss in every]
        lowest = min((float(loss.min()) for loss in inside if loss.size), default=start)
        highest = max((float(loss.max()) for loss in inside if loss.size), default=start)
        off = any((~np.isfinite(loss) | (loss >= start * HIGH)).any() for loss in every)
        low = 10.0 ** math.floor(math.log10(lowest) - 0.3)
        high = 10.0 ** math.ceil(math.log10(start * HIGH if off else highest) + 0.15)
        marks = log_ticks(low, high)
        if marks != self._ticks:
            self._ticks = marks
            axis = self.figure.yaxis[0]
            axis.ticker = self.figure.ygrid[0].ticker = FixedTicker(ticks=marks, minor_ticks=[])
            axis.major_label_overrides = {tick: number(tick) for tick in marks}
        longest = round_up(max(1, *(int(found.steps[-1]) for found in (shown, *pinned, *others))))
        margin = longest * max(MARGIN, ROOM / self._size[0])
        self._box = (-margin, longest + margin, low, high)
        self.figure.x_range.update(start=self._box[0], end=self._box[1])
        self.figure.y_range.update(start=low, end=high)
        self._fit_ticks(int(longest))

    def _clip(self, loss: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what of a loss is on the plot; a value that is lost runs along its top."""
        *_, low, high = self._box
        return np.clip(np.nan_to_num(loss, nan=np.inf, posinf=high), low, high)

    def _draw_live(self, shown: Outlook) -> None:
        put(self.data, _drawn(shown.steps, self._clip(shown.loss)))
        spread = bool(shown.sd.any()) and shown.diverged_at < 0
        if spread:
            steps = _thinned(shown.steps, np.log(self._clip(shown.loss)), POINTS)
            with np.errstate(invalid="ignore", over="ignore"):
                high = shown.loss + shown.sd
                low = np.where(shown.loss < self._box[3], shown.loss - shown.sd, high)  # none where the line is off
            put(
                self._band,
                {"step": shown.steps[steps], "low": self._clip(low)[steps], "high": self._clip(high)[steps]},
            )
        self._band_area.visible = spread
        runs = shown.runs
        if runs is not None:
            every = max(1, runs.steps.size // POINTS)
            put(
                self._runs,
                {
                    "xs": [runs.steps[::every]] * runs.loss.shape[1],
                    "ys": [self._clip(run[::every]).astype(np.float32) for run in runs.loss[0, :SHOWN]],
                },
            )
        self._run_lines.visible = runs is not None

    def _draw_playhead(self, shown: Outlook) -> None:
        step = min(self._lab.step, int(shown.steps[-1]))
        if not self._lab.step:
            put(self._now, {"x": [], "y": [], "low": []})
            return
        loss = self._clip(shown.loss)[shown.at(step)]
        put(self._now, {"x": [step], "y": [float(loss)], "low": [self._box[2]]})

    def _draw_labels(self, shown: Outlook) -> None:
        left, right, low, high = self._box
        losses = self._clip(shown.loss)
        across = (shown.steps - left) / (right - left) * self._size[0]
        up = np.log(losses / low) / math.log(high / low) * self._size[1]
        row = LINE * self._font / 2 + 4
        sides = [
            (align, dx, sign * rise * row)
            for rise in (1, 2, 3, 4, 6)
            for align, dx in (("right", -8.0), ("left", 8.0))
            for sign in (1, -1)
        ]

        def label(at: int, text: str) -> Label:
            x, y, loss = across[at], up[at], float(losses[at])
            return Label((float(shown.steps[at]), loss), float(x), float(y), text, sides)

        off = np.flatnonzero(~(shown.loss < high))
        labels = []
        if off.size and off[0]:
            at = int(off[0])
            edge = self._trainer.edge
            why = ": rates above the edge" if edge and (self._lab.run.lr > edge).any() else ""
            where = f"off from {shown.steps[at]:,}"
            room = max(across[at], self._size[0] - across[at]) - 8
            labels.append(label(at, where + why if text_width(where + why, self._font) <= room else where))
        if shown.loss[-1] < high:
            which = "live ends at" if self._lab.pins or self._lab.all_families else "ends at"
            labels.append(label(shown.loss.size - 1, f"{which} {number(float(shown.loss[-1]), 3)}"))
        line = along(up.size, lambda i: (across[i], up[i]), self._font / 5)
        self._write(place_off(line, labels, len(labels), *self._size, self._font))


def _thinned(steps: NDArray[np.int64], loss: NDArray[np.float64], budget: int) -> NDArray[np.int64]:
    return thin(loss, np.empty(0, dtype=np.int64), budget) if steps.size > budget else np.arange(steps.size)


def _drawn(steps: NDArray[np.int64], loss: NDArray[np.float64], budget: int = POINTS) -> dict[str, Any]:
    kept = _thinned(steps, np.log(loss), budget)
    return {"step": steps[kept].astype(np.int32), "loss": loss[kept]}
