"""What the plots have in common: a figure that fits its size and type, glyphs in the page's colours, round axes.

Models are made once; a change of the state replaces data. Colours are named in tags and looked up in the page's CSS by
`address.js`, and so are lengths that are not the same in presenter mode: palettes and lines for light, dark and
projector stand in one place, `static/style.css`. A glyph comes with those that most need, so that most browsers draw it
only once.
"""

import math
from typing import Any

import numpy as np
from bokeh.core.properties import value
from bokeh.core.property.descriptors import UnsetValueError
from bokeh.models import ColumnDataSource, FixedTicker, GlyphRenderer, NumeralTickFormatter, Range1d, Text
from bokeh.plotting import figure
from panel.io import state

from app.model import Lab
from app.views.labels import Placed
from app.views.theme import USUAL_REM, usual

LEAST = 1e-3  # where an empty axis starts; it may be a logarithmic one
FONT = 0.875  # of the root font size
LEAST_REM, GREATEST_REM = 4.0, 100.0  # root font sizes [pixels]
LAPTOP = (850.0, 340.0)  # pixels
WIDEST = 10_000  # pixels; a client that tells more is not believed, since labels are placed pixel by pixel
MARGIN, ROOM = 0.015, 8.0  # on both sides: of the run, and at least so many pixels, so that no mark is cut
STEPS_OF_AXIS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
MOST_TICKS = 6
TICK_CHARACTER, TICK_GAP = 0.6, 2.0  # font sizes: of a digit of a step, and from there to the next tick
PIN_DASHES = ([10, 4], [2, 4], [10, 4, 2, 4], [5, 3])
FEW_DECADES = 2  # up to here 2 and 5 are ticks too
TEXT: dict[str, Any] = {
    "text": "text",
    "text_baseline": "middle",
    "text_font": value("system-ui, sans-serif"),
    "padding": 2,
    "background_fill_alpha": 0.8,
}


class Plot:
    """A figure named `name` that grows with the page's type; subclasses `_draw` the state and `_fit` it to the plot."""

    def __init__(self, lab: Lab, name: str, x_label: str, y_label: str) -> None:
        self._lab = lab
        self._font = FONT * USUAL_REM
        self._size = LAPTOP
        self._ticks: list[Any] = []  # round numbers on the axes, as far as the plot chooses them itself
        self._sizes: dict[Any, tuple[str, float]] = {}  # of glyphs, at the usual root font size
        texts: dict[str, list[Any]] = {"x": [], "y": [], "text": [], "align": [], "dx": [], "dy": []}
        self._labels = ColumnDataSource(texts, name=f"{name}_labels_data")
        self.figure = figure(
            name=name,
            height=300,
            sizing_mode="stretch_both",
            min_height=150,
            tools="",
            toolbar_location=None,
            x_range=Range1d(0, 1),
            y_range=Range1d(0, 1),
            x_axis_label=x_label,
            y_axis_label=y_label,
            outline_line_color=None,
            min_border_right=12,
            min_border_top=12,
        )
        for axis in (*self.figure.xaxis, *self.figure.yaxis):
            axis.minor_tick_line_color = None
            axis.major_tick_in = 0
            axis.axis_line_color = None
            axis.axis_label_standoff = 8
        self.figure.xgrid.grid_line_color = None
        self.figure.on_change("inner_width", self._resized)
        self.figure.on_change("inner_height", self._resized)

    def _count_steps(self) -> None:
        """Let the horizontal axis count updates."""
        self.figure.xaxis[0].formatter = NumeralTickFormatter(format="0,0")
        self.figure.xaxis[0].ticker.min_interval = 1  # there is nothing between two updates

    def _add(
        self,
        source: ColumnDataSource,
        glyph: Any,
        *inks: str,
        width: float = 0.0,
        size: float = 0.0,
        **renderer: Any,
    ) -> GlyphRenderer:
        """Add a glyph in colours and lengths of the page; its line `width` or `size` grows with the page's type."""
        glyph.tags = [*inks, *(["text_font_size=--small"] if isinstance(glyph, Text) else [])]
        for attribute, name in (tag.split("=") for tag in glyph.tags):
            look = usual(name)
            setattr(glyph, attribute, f"{look:g}px" if attribute.endswith("font_size") else look)
        for attribute, length in (("line_width", width), ("size", size)):
            if length:
                setattr(glyph, attribute, length)
                self._sizes[glyph] = (attribute, length)
        return self.figure.add_glyph(source, glyph, **renderer)

    def _add_labels(self) -> None:
        """Add the texts that stand beside points; see `_write`."""
        label = Text(x="x", y="y", text_align="align", x_offset="dx", y_offset="dy", **TEXT)
        self._add(self._labels, label, "text_color=--text", "background_fill_color=--surface")

    def _write(self, placed: list[Placed]) -> None:
        """Put labels where there was room for them."""
        rows = [(*p.label.anchor, p.label.text, p.align, p.dx, -p.dy) for p in placed]  # the canvas counts down
        put(self._labels, {name: [row[column] for row in rows] for column, name in enumerate(self._labels.data)})

    def _fit_ticks(self, longest: int) -> None:
        """Let the horizontal axis have as many ticks as there is room for the step `longest`."""
        width = (TICK_CHARACTER * len(f"{longest:,}") + TICK_GAP) * self._font
        self.figure.xaxis[0].ticker.desired_num_ticks = max(2, int(self._size[0] / width))

    def resize(self, rem: float) -> None:
        """Fit lines, marks and labels to a root font size [pixels]: a wide screen is read from far away."""
        if not LEAST_REM <= rem <= GREATEST_REM:
            return
        self._font = FONT * rem
        self._refit()
        # After the data: Bokeh (3.9) draws a changed glyph bit by bit, and the rest of that would meet other points.
        for glyph, (attribute, size) in self._sizes.items():
            setattr(glyph, attribute, size * rem / USUAL_REM)

    def _resized(self, _attribute: str, _old: object, _new: object) -> None:
        # Later, and not held together: the browser tells its size while it still reads the page, and Panel drops what
        # is held for a page that is not connected yet.
        state.execute(self._refit, schedule=True)

    def refresh(self) -> None:
        """Bring the plot up to the state; while a prediction is open, that is an empty plot."""
        if self._lab.held:
            self._clear()
        else:
            self._draw()

    def _refit(self) -> None:
        if not self._lab.held:
            self._fit()

    def _clear(self) -> None:
        """Take everything off the plot from which a curve could be read: points, marks, words and ticks."""
        for renderer in self.figure.renderers:
            source = renderer.data_source
            put(source, {name: [] for name in source.data})
        self._ticks = []
        for axis in (*self.figure.xaxis, *self.figure.yaxis, *self.figure.ygrid):
            if isinstance(axis.ticker, FixedTicker) and axis.ticker.ticks:
                axis.ticker = FixedTicker(ticks=[], minor_ticks=[])
        self.figure.x_range.update(start=0, end=1)
        self.figure.y_range.update(start=LEAST, end=1)

    def _draw(self) -> None:
        """Draw what the state says."""
        raise NotImplementedError

    def _fit(self) -> None:
        """Fit axes, marks and labels to the data and to the size of the plot."""
        raise NotImplementedError

    def _measured(self) -> tuple[float, float]:
        """Return the size of the plot as the browser tells it [pixels]; until it has, and while hidden, a laptop's."""
        try:
            width, height = self.figure.inner_width, self.figure.inner_height
        except UnsetValueError:
            return LAPTOP
        return (width, height) if 0 < width <= WIDEST and 0 < height <= WIDEST else LAPTOP


def put(source: ColumnDataSource, data: dict[str, Any]) -> None:
    """Replace the data of a source, if they are other ones: what has not changed need not be sent and drawn anew."""
    if any(name not in source.data or not np.array_equal(source.data[name], new) for name, new in data.items()):
        source.data = data


def round_up(x: float) -> float:
    """Return the least round number not below `x`, so that an axis stays still while a curve moves within it."""
    power = 10.0 ** math.floor(math.log10(x))
    return next(step * power for step in STEPS_OF_AXIS if step * power >= x * (1 - 1e-9))


def ticks(high: float) -> list[float]:
    """Return round numbers from 0 to `high`, five or six of them."""
    step = next(s for s in (m * 10.0**e for e in range(-20, 300) for m in (1, 2, 5)) if high / s < MOST_TICKS + 0.5)
    return [float(f"{n * step:.12g}") for n in range(int(high / step * (1 + 1e-9)) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers on a logarithmic axis: 1, 2 and 5 in each decade, or decades if there are many."""
    first, last = round(math.log10(low)), round(math.log10(high))
    if last - first <= FEW_DECADES:
        return [float(f"{digit}e{decade}") for decade in range(first, last) for digit in (1, 2, 5)] + [
            float(f"1e{last}")
        ]
    every = -(-(last - first) // MOST_TICKS)
    return [float(f"1e{decade}") for decade in range(first, last + 1, every)]
