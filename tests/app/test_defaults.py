"""Remembered defaults of Bokeh's properties: the same values, of their own where they can be changed, only sooner."""

import subprocess
import sys

from bokeh.models import ColumnDataSource, LinearAxis, Plot, Range1d, Scatter

import app.defaults  # noqa: F401 - what is tested holds from its import on

# All properties of a new model of each class, twice: the second time everything is remembered that is to be.
EVERY_DEFAULT = """
import inspect
import bokeh.models
from bokeh.core.has_props import HasProps
from bokeh.model import Model

for _round in range(2):
    for name, kind in sorted(Model.model_class_reverse_map.items()):
        if inspect.isabstract(kind) or not name.isidentifier():
            continue
        try:
            model = kind()
        except Exception as refused:
            print(name, type(refused).__name__)
            continue
        for key, value in model.properties_with_values(include_undefined=True).items():
            shown = "" if isinstance(value, HasProps) else repr(value).split(" at 0x")[0]
            print(name, key, type(value).__name__, shown)
"""


def _printed(*first: str) -> list[str]:
    code = "\n".join([*first, EVERY_DEFAULT])
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    ).stdout.splitlines()


def test_every_default_of_every_model_is_what_bokeh_makes_it() -> None:
    own, remembered = _printed(), _printed("import app.defaults")
    assert len(own) > 10_000  # the whole of Bokeh
    assert remembered == own


def test_what_can_be_changed_in_place_is_each_models_own() -> None:
    first, second = Plot(), Plot()
    for name in ("renderers", "tags", "toolbar", "extra_x_ranges", "css_classes"):
        assert getattr(first, name) is not getattr(second, name)
    first.tags.append("mine")
    first.toolbar.logo = "grey"
    assert second.tags == []
    assert second.toolbar.logo == "normal"
    assert ColumnDataSource().data is not ColumnDataSource().data


def test_what_is_set_on_one_model_is_not_seen_on_another() -> None:
    first, second = Range1d(), Range1d()
    first.start = 3
    assert second.start == 0
    assert Scatter().marker == Scatter().marker == "circle"


def test_a_theme_still_changes_defaults_and_is_taken_back() -> None:
    axis = LinearAxis()
    usual = axis.axis_line_color
    axis.apply_theme({"axis_line_color": "red"})
    assert axis.axis_line_color == "red"
    assert LinearAxis().axis_line_color == usual
    axis.unapply_theme()
    assert axis.axis_line_color == usual
