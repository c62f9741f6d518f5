"""A slider example for a bare Bokeh server, as its gallery writes one: `?T=` updates, `?points=` of them sent."""

import numpy as np
from bokeh.io import curdoc
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, Slider
from bokeh.plotting import figure

PEAK, FLOOR = 3e-4, 3e-5

asked = curdoc().session_context.request.arguments
T = int(asked.get("T", [b"10000"])[0])
points = int(asked.get("points", [b"1000"])[0])
steps = np.linspace(0, T - 1, min(T, points)).astype(np.int32)


def curve(Tw):
    """Return the rates at the steps that are drawn."""
    lr = np.empty(steps.size)
    rising = int(np.searchsorted(steps, Tw))
    lr[:rising] = PEAK * (steps[:rising] + 1) / max(1, Tw)
    progress = (steps[rising:] - Tw) / max(1, T - Tw - 1)
    lr[rising:] = FLOOR + 0.5 * (PEAK - FLOOR) * (1 + np.cos(np.pi * progress))
    return lr


def update(_attribute, _old, Tw):
    """Draw the curve for another warmup."""
    source.data = {"step": steps, "lr": curve(Tw)}


start = T // 20
source = ColumnDataSource({"step": steps, "lr": curve(start)}, name="schedule_data")
plot = figure(height=400, width=400, x_range=(0, T), y_range=(0, 1.25 * PEAK))
plot.line("step", "lr", source=source, line_width=3)
warmup = Slider(title="Warmup steps Tw", start=0, end=T, value=start, step=max(1, T // 200))
warmup.on_change("value", update)
curdoc().add_root(column(warmup, plot))
