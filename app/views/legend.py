"""Which curve is which: the live one and the pinned ones, each named by what tells it from the others."""

from typing import Any, ClassVar

import panel as pn
import param

from app.model import Lab, describe_difference
from app.views.component import Component


class Legend(Component):
    """The list of curves on the plot, with a button to show and one to remove each pinned one."""

    curves = param.List(default=[], doc="Name of each curve: the live one, then the pinned ones.")
    pressed = param.Dict(default={}, doc="From the browser: {act, index, seq}.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["pressed"]

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        super().__init__(curves=self._names())

    def refresh(self) -> None:
        """Name the curves that are there now."""
        self.curves = self._names()

    def _names(self) -> list[str]:
        return [] if self._lab.held else describe_difference([self._lab.live, *self._lab.pins])

    @param.depends("pressed", watch=True)
    def _press(self) -> None:
        act, index = self.pressed.get("act"), self.pressed.get("index")
        if not isinstance(index, int) or not 0 <= index < len(self._lab.pins):
            return
        actions: dict[Any, Any] = {
            "show": lambda: self._lab.show(self._lab.pins[index]),
            "remove": lambda: self._lab.unpin(index),
        }
        with pn.io.hold():
            if isinstance(act, str) and act in actions:
                actions[act]()
