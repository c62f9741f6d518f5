"""Defaults of Bokeh's properties, found out once instead of each time; it holds from the first import on.

Bokeh (3.9) asks of every property of every model that it makes whether its default is one that each model must have for
itself, and it copies, validates and converts a default whenever it walks over a property that nobody has set. It walks
over all of them several times to draw up a document: of our page that was half of the server's work on a visit. A theme
may change what a default is, so models that have one are left alone.
"""

from typing import Any

from bokeh.core.has_props import HasProps
from bokeh.core.properties import validate
from bokeh.core.property.descriptors import PropertyDescriptor

# Values of these types cannot be changed in place, so that all models of a class may share one.
FIXED = (str, int, float, bool, type(None))
THEMED = "__themed_values__"

Place = tuple[type, str]  # a class of models, and a property of it

_is_own, _make = PropertyDescriptor.has_unstable_default, PropertyDescriptor._get_default
_own: dict[Place, bool] = {}
_shared: dict[Place, Any] = {}


def _has_unstable_default(descriptor: Any, model: Any) -> bool:
    place = (model.__class__, descriptor.name)
    if place not in _own:
        _own[place] = _is_own(descriptor, model)
    return _own[place]


def _get_default(descriptor: Any, model: Any) -> Any:
    if THEMED in model.__dict__:
        return _make(descriptor, model)
    name = descriptor.name
    if name in model._unstable_default_values:
        return model._unstable_default_values[name]
    place = (model.__class__, name)
    if place in _shared:
        return _shared[place]
    with validate(False):  # they are Bokeh's own
        default = _make(descriptor, model)
    if type(default) in FIXED and not _has_unstable_default(descriptor, model):
        _shared[place] = default
    return default


def _themed_values(model: Any) -> Any:
    return model.__dict__.get(THEMED)  # by way of `getattr` most models pay for an error


for _owner, _name, _function in (
    (PropertyDescriptor, "has_unstable_default", _has_unstable_default),
    (PropertyDescriptor, "_get_default", _get_default),
    (HasProps, "themed_values", _themed_values),
):
    setattr(_owner, _name, _function)
