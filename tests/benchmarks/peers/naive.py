"""The same page the way Panel's first tutorial leads to: a function bound to a slider returns a new figure."""

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

T, POINTS, PEAK, FLOOR = 10_000, 1_000, 3e-4, 3e-5
STEPS = np.linspace(0, T - 1, POINTS).astype(np.int32)

pn.extension()


def draw(Tw):
    """Return a figure of the curve."""
    rising = int(np.searchsorted(STEPS, Tw))
    lr = np.empty(POINTS)
    lr[:rising] = PEAK * (STEPS[:rising] + 1) / max(1, Tw)
    progress = (STEPS[rising:] - Tw) / max(1, T - Tw - 1)
    lr[rising:] = FLOOR + 0.5 * (PEAK - FLOOR) * (1 + np.cos(np.pi * progress))
    plot = figure(height=400, width=400, x_range=(0, T), y_range=(0, 1.25 * PEAK))
    plot.line("step", "lr", source=ColumnDataSource({"step": STEPS, "lr": lr}, name="schedule_data"), line_width=3)
    return plot


warmup = pn.widgets.IntSlider(name="Warmup steps Tw", start=0, end=T, value=500, step=50)
pn.Column(warmup, pn.bind(draw, warmup)).servable()
