"""What names of the stylesheet stand for, and that glyphs come with it."""

import re

import pytest
from bokeh.models import Text

from app.model import Lab
from app.training import Trainer
from app.views.canvas import Canvas
from app.views.loss import LossPlot
from app.views.path import PathPlot
from app.views.plotting import Plot
from app.views.schedule import SchedulePlot
from app.views.sweep import SweepPlot
from app.views.theme import STYLE, usual


def plots() -> list[Plot]:
    lab = Lab(family="range_test")
    trainer = Trainer(lab, lambda _work: None, lambda: None)
    trainer.refresh()
    return [each(lab, trainer) for each in (SchedulePlot, PathPlot, LossPlot, SweepPlot)] + [Canvas(lab)]


def test_a_name_stands_for_what_it_is_in_light_and_outside_of_presenter_mode() -> None:
    assert usual("--surface") == "#ffffff"
    assert usual("--live") == usual("--run") == re.search(r"--live: (#\w+);", STYLE).group(1)
    assert usual("--small") == 14.0
    assert usual("--hair") == 1.0
    with pytest.raises(KeyError):
        usual("--nothing")


def test_a_glyph_comes_with_the_colours_and_lengths_that_it_names() -> None:
    """Else each browser would set them, and draw every plot twice as the page opens."""
    named = 0
    for plot in plots():
        for renderer in plot.figure.renderers:
            for attribute, name in (tag.split("=") for tag in renderer.glyph.tags):
                look = usual(name)
                if isinstance(renderer.glyph, Text) and attribute == "text_font_size":
                    look = f"{look:g}px"
                assert getattr(renderer.glyph, attribute) == look, (plot.figure.name, renderer.glyph, name)
                named += 1
    assert named > 60
