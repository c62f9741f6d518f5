"""The path plot: θ where the engine has it, on contours of the loss; or the line on which both classes are alike."""

from typing import Any

import numpy as np
import pytest

from app.model import Lab
from app.training import Trainer
from app.views.path import PathPlot
from schedules.problems import Quadratic


def plotted(**settings: Any) -> tuple[Lab, Trainer, PathPlot]:
    lab = Lab()
    lab.assign({"T": 300, "Tw": 10, **settings})
    waiting: list[Any] = []
    trainer = Trainer(lab, waiting.append, lambda: None)
    trainer.refresh()
    while waiting:
        waiting.pop(0)()
    return lab, trainer, PathPlot(lab, trainer)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_path_is_the_expected_one_from_start_to_end(optimizer: str) -> None:
    _lab, trainer, plot = plotted(optimizer=optimizer)
    found = trainer.live
    at = np.searchsorted(found.steps, plot.data.data["step"])
    np.testing.assert_allclose(plot.data.data["y"], found.path[at, 0])
    np.testing.assert_allclose(plot.data.data["x"], found.path[at, 1])
    assert plot._ends.data["marker"] == ["square", "diamond"]
    assert (plot._ends.data["x"][0], plot._ends.data["y"][0]) == (1, 1)


def test_contours_have_the_same_loss_all_around() -> None:
    _lab, trainer, plot = plotted()
    problem = trainer.problem
    assert isinstance(problem, Quadratic)
    for xs, ys in zip(plot._contours.data["xs"], plot._contours.data["ys"], strict=True):
        losses = problem.loss(np.stack([ys, xs], axis=-1))
        np.testing.assert_allclose(losses, losses[0], rtol=1e-12)


def test_one_unit_is_as_long_in_both_directions() -> None:
    *_, plot = plotted()
    width, height = plot._size
    across = plot.figure.x_range.end - plot.figure.x_range.start
    up = plot.figure.y_range.end - plot.figure.y_range.start
    assert across / width == pytest.approx(up / height)


def test_a_lost_path_is_cut_and_has_no_end() -> None:
    *_, plot = plotted(family="constant", Tw=0, eta_max=6e-4, noise=0)
    assert plot._ends.data["marker"] == ["square"]
    assert np.isfinite(plot.data.data["x"]).all()
    assert np.isfinite(plot.data.data["y"]).all()


def test_the_playhead_stands_on_the_path() -> None:
    lab, trainer, plot = plotted()
    lab.assign({"step": 40})
    plot.refresh()
    assert plot._now.data == {"x": [trainer.live.path[40, 1]], "y": [trainer.live.path[40, 0]]}


@pytest.mark.parametrize("classes", ["overlapping", "separable"])
def test_on_the_line_both_classes_are_as_likely(classes: str) -> None:
    lab, trainer, plot = plotted(problem="logistic", classes=classes, batch="full")
    weights = trainer.live.path[-1] * trainer.problem.scales
    line = np.column_stack([plot._line.data["x"], plot._line.data["y"], [1, 1]])
    np.testing.assert_allclose(line @ weights, 0, atol=1e-9 * np.abs(weights).max())
    assert len(plot._minus.data["x"]) == len(plot._plus.data["x"]) == 20
    lab.assign({"problem": "quadratic"})
    trainer.refresh()
    plot.refresh()
    assert plot._line.data == {"x": [], "y": []}
    assert len(plot._contours.data["xs"]) > 0
