"""The loss plot: the expected loss as it is, an axis that stays finite, and labels that say where a run leaves it."""

from typing import Any

import numpy as np
import pytest

from app.model import Lab
from app.training import Trainer
from app.views.labels import LINE, text_width
from app.views.loss import HIGH, POINTS, LossPlot


def plotted(**settings: Any) -> tuple[Lab, Trainer, LossPlot]:
    lab = Lab()
    lab.assign({"T": 2_000, **settings})
    waiting: list[Any] = []
    trainer = Trainer(lab, waiting.append, lambda: None)
    trainer.refresh()
    while waiting:
        waiting.pop(0)()
    return lab, trainer, LossPlot(lab, trainer)


def sized(plot: LossPlot, width: int, height: int) -> None:
    """Tell the plot a size as the browser does."""
    plot.figure.set_from_json("inner_width", width)
    plot.figure.set_from_json("inner_height", height)


@pytest.mark.parametrize(
    "settings", [{}, {"optimizer": "momentum"}, {"optimizer": "adam"}, {"problem": "logistic"}, {"T": 1}, {"noise": 0}]
)
def test_the_line_is_the_expected_loss(settings: dict[str, Any]) -> None:
    _lab, trainer, plot = plotted(**settings)
    found = trainer.live
    assert found is not None
    steps, losses = np.array(plot.data.data["step"]), np.array(plot.data.data["loss"])
    assert steps.size <= POINTS
    assert (steps[0], steps[-1]) == (0, found.steps[-1])
    expected = found.loss[np.searchsorted(found.steps, steps)]
    np.testing.assert_allclose(losses, np.maximum(expected, plot.figure.y_range.start), rtol=1e-12)


def test_the_band_is_one_standard_deviation() -> None:
    _lab, trainer, plot = plotted()
    found = trainer.live
    band = plot._band.data
    at = np.searchsorted(found.steps, band["step"])
    np.testing.assert_allclose(band["high"], (found.loss + found.sd)[at], rtol=1e-12)
    low = np.maximum((found.loss - found.sd)[at], plot.figure.y_range.start)
    np.testing.assert_allclose(band["low"], low, rtol=1e-12)


def test_without_noise_there_is_neither_band_nor_run() -> None:
    *_, plot = plotted(noise=0)
    assert not plot._band_area.visible
    assert not plot._run_lines.visible


def test_a_lost_run_is_clipped_and_says_where_it_leaves() -> None:
    _lab, trainer, plot = plotted(family="constant", Tw=0, eta_max=5e-4)
    losses = np.array(plot.data.data["loss"])
    assert np.isfinite(losses).all()
    start = trainer.live.loss[0]
    assert start * HIGH <= plot.figure.y_range.end < 1e3 * start * HIGH
    assert losses[-1] == plot.figure.y_range.end
    (label,) = (text for text in plot._labels.data["text"] if text.startswith("off from"))
    assert label.endswith("rates above the edge")


def test_a_run_that_is_lost_says_so_on_a_small_plot_too() -> None:
    *_, plot = plotted(T=500, Tw=20, eta_max=1e-3)
    for width in (600, 264, 200):
        sized(plot, width, 160)
        plot.refresh()
        (label,) = plot._labels.data["text"]
        assert label.startswith("off from 21")
        assert label.endswith("rates above the edge") == (width == 600)


def test_the_label_of_the_end_does_not_lie_on_the_line() -> None:
    _lab, _trainer, plot = plotted()
    width, height, font = 264, 160, 14
    sized(plot, width, height)
    plot.refresh()
    (text,) = plot._labels.data["text"]
    assert text.startswith("ends at")
    x_range, y_range = plot.figure.x_range, plot.figure.y_range
    losses, steps = np.array(plot.data.data["loss"]), np.array(plot.data.data["step"])
    x = (steps - x_range.start) / (x_range.end - x_range.start) * width
    y = np.log(losses / y_range.start) / np.log(y_range.end / y_range.start) * height
    right, middle = x[-1] + plot._labels.data["dx"][0], y[-1] - plot._labels.data["dy"][0]
    under = (x > right - text_width(text, font)) & (x < right)
    assert under.any()
    assert (np.abs(y[under] - middle) > LINE * font / 2).all()


def test_the_caption_tells_what_is_being_worked_out_from_what_is_not() -> None:
    lab = Lab()
    lab.assign({"optimizer": "adam"})
    trainer = Trainer(lab, lambda _work: None, lambda: None)
    trainer.refresh()
    assert LossPlot(lab, trainer).caption == "Nothing is drawn yet: it is being worked out."
    lab.assign({"T": 1_000_000})
    trainer.refresh()
    assert LossPlot(lab, trainer).caption == "Nothing is trained: see the words below."


def test_the_playhead_stands_on_the_line() -> None:
    lab, trainer, plot = plotted()
    assert plot._now.data == {"x": [], "y": [], "low": []}
    lab.assign({"step": 700})
    plot.refresh()
    assert plot._now.data["x"] == [700]
    assert plot._now.data["y"] == [pytest.approx(trainer.live.loss[700])]
    lab.assign({"step": 999_999})
    plot.refresh()
    assert plot._now.data["x"] == [2_000]


def test_what_was_drawn_stays_until_there_is_something_newer() -> None:
    lab, trainer, plot = plotted()
    before = list(plot.data.data["loss"])
    lab.assign({"optimizer": "adam"})
    trainer.refresh()
    plot.refresh()
    assert plot.stale
    assert list(plot.data.data["loss"]) == before


def test_pins_and_families_are_drawn_beside_the_live_one() -> None:
    lab, trainer, plot = plotted(T=300)
    lab.pin("same_mean")
    trainer.refresh()
    plot.refresh()
    assert plot._pin_lines[0].visible
    found = trainer.of(lab.pins[0])
    assert plot._pins[0].data["loss"][-1] == pytest.approx(found.loss[-1])
    lab.unpin(0)
    plot.refresh()
    assert not plot._pin_lines[0].visible


def test_no_band_stands_where_the_line_is_off_the_plot() -> None:
    settings = {"T": 200, "Tw": 20, "eta_max": 0.01, "eta_min": 1e-4, "cycle_length": 50}
    *_, plot = plotted(family="sgdr", **settings)
    band, losses = plot._band.data, np.interp(plot._band.data["step"], plot.data.data["step"], plot.data.data["loss"])
    off = losses >= plot.figure.y_range.end
    assert plot._band_area.visible
    assert off.any()
    np.testing.assert_array_equal(band["low"][off], band["high"][off])
