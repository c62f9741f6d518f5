"""What every component of the page has in common: what draws it, and what of it the browser may set."""

from typing import Any

from bokeh.document import Document
from panel.custom import JSComponent

from app.model import Lab
from app.training import Trainer

MOST_ACTS = 20  # of a message; the browser sends what is more in the next one


class Component(JSComponent):
    """A component that is drawn by the page's own script of its name, and takes from the browser only what it declares.

    To Panel the scripts of all components are one bundle, which stands in the page itself; see theme.py. Modules of
    their own Panel would translate and import in the browser one by one, on every visit.

    Panel listens to every property of a component, so that a client without manners could set what only the server
    writes: the description of the controls, say, by which it then checks what may be changed. Here it listens to the
    properties in `_busy__ignore`; they are the chatty ones, which no busy indicator should follow. The rest a client
    can change on its own page alone.
    """

    _esm = "export default window.scheduleLab.components"

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", "margin": 0, **params})

    def _get_properties(self, doc: Document | None) -> dict[str, Any]:
        properties = super()._get_properties(doc)
        return {**properties, "bundle": "schedule-lab", "class_name": type(self).__name__.lower()}

    @property
    def _linked_properties(self) -> tuple[str, ...]:
        return tuple(self._busy__ignore)


class Mirror(Component):
    """A component that only shows: all of its properties follow from the state and its training."""

    def __init__(self, lab: Lab, trainer: Trainer) -> None:
        self._lab = lab
        self._trainer = trainer
        super().__init__(**self._state())

    def refresh(self) -> None:
        """Show what the state says now."""
        self.param.update(**self._state())

    def _state(self) -> dict[str, Any]:
        """Return the properties by name."""
        raise NotImplementedError


def acts_of(sent: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the acts of a message, pairs of name and value, as many as it may hold; what is none is left out."""
    acts = sent.get("acts")
    pairs = [act for act in acts[:MOST_ACTS] if isinstance(act, list)] if isinstance(acts, list) else []
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2 and isinstance(pair[0], str)]  # noqa: PLR2004


def whole(value: object) -> int:
    """Return the number of a message as the browser counts them; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
