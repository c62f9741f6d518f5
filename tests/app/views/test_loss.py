"""The loss plot: the expected loss as it is, an axis that stays finite, and labels that say where a run leaves it."""

from typing import Any

import numpy as np
import pytest

from app.model import Lab
from app.training import Trainer
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
