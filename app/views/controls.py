"""Every control of the page, drawn by one component from a description in data.

Panel's own sliders have no accessible name, no logarithmic scale and a fixed delay of 50 ms before Python hears of a
move. These are native inputs, built by `controls.js`. It sends the next move when the one before is answered, with the
newest value of each control, so that a held slider neither waits nor queues.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import panel as pn
import param

from app.views.component import Component, whole

Items = Sequence[Mapping[str, Any]]


class Controls(Component):
    """A group of controls.

    Args:
        items: What to draw, in order; see `slider`, `choice`, `switch` and `button`.
        on_change: Called with the changed names and their new values; buttons count as changed to True.
        look: Returns for each name what it shows now: `value`, `text`, `disabled`, `note` and, for sliders, `high`.
    """

    items = param.List(default=[], doc="Description of the controls; fixed.")
    title = param.String(default="", doc="Accessible name of the group.")
    sent = param.Dict(default={}, doc="From the browser: {seq, changes}.")
    done = param.Integer(default=0, doc="To the browser: the last `seq` that is answered.")
    shown = param.Dict(default={}, doc="To the browser: what controls show, by name; only what has changed.")

    # The browser waits for `done`, so nothing need be held back here, but for the moment in which the server confirms
    # the message: while it does, Panel puts an answer off by 10 ms. And no busy indicator follows each move.
    _debounce: ClassVar[int] = 2
    _busy__ignore: ClassVar[list[str]] = ["sent"]

    def __init__(
        self,
        items: Items,
        on_change: Callable[[dict[str, Any]], None],
        look: Callable[[], dict[str, dict[str, Any]]],
        **params: Any,
    ) -> None:
        self._on_change = on_change
        self._look = look
        self._last = look()
        self._answering = 0
        super().__init__(items=list(items), shown=self._last, **params)

    @param.depends("sent", watch=True)
    def _receive(self) -> None:
        changes, seq = self.sent.get("changes"), self.sent.get("seq")
        names = {item["name"] for item in self.items}
        self._answering = whole(seq)
        with pn.io.hold():
            if isinstance(changes, dict) and changes.keys() <= names:
                self._on_change(changes)
                self.refresh()  # `done` must not come before what it answers
            self.done = self._answering

    def refresh(self) -> None:
        """Send what has changed of what the controls show."""
        look = self._look()
        changed = {name: state for name, state in look.items() if self._last.get(name) != state}
        self._last = look
        if changed:
            self.param.update(shown=changed, done=self._answering)  # together: each update of a component has its price


def slider(name: str, label: str, **scale: Any) -> dict[str, Any]:
    """Describe a slider with an exact number beside it; `scale` is what `controls.js` needs to spread its values."""
    return {"kind": "slider", "name": name, "label": label, **scale}


def playhead(name: str, label: str) -> dict[str, Any]:
    """Describe a slider over the steps of a run, with buttons to play, to step and to jump to what matters.

    It shows, beside `value`, `text` and `high`, the `moments` to jump to: steps, in order.
    """
    return {"kind": "playhead", "name": name, "label": label}


def choice(name: str, label: str, options: Sequence[tuple[str, str]], prompt: str = "") -> dict[str, Any]:
    """Describe a drop-down list of (value, text); with a `prompt` it acts and then shows the prompt again."""
    return {"kind": "choice", "name": name, "label": label, "options": [list(o) for o in options], "prompt": prompt}


def switch(name: str, label: str, options: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Describe a few options side by side, one of them chosen."""
    return {"kind": "switch", "name": name, "label": label, "options": [list(option) for option in options]}


def button(name: str, label: str, hint: str = "", act: str = "") -> dict[str, Any]:
    """Describe a button; `act` names something that the browser does by itself."""
    return {"kind": "button", "name": name, "label": label, "hint": hint, "act": act}
