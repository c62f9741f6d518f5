"""What the page has in common with the browser around it: the address, the theme, and the connection."""

from collections.abc import Callable
from typing import ClassVar

import param

from app.views.component import Component


class Address(Component):
    """Keeps the link in the address bar; draws nothing.

    The link is replaced, not pushed: the history has one entry for a visit, not one for each move of a slider, and one
    more where an exercise or a note takes the stage. Going back or forward is reported to `on_visit`, another root font
    size (a wide screen, a zoomed text) to `on_rem`.
    """

    query = param.String(default="", doc="To the browser: the whole state, without the question mark.")
    visited = param.Dict(default={}, doc="From the browser: {query, seq} of an address that was gone to.")
    rem = param.Number(default=16, doc="From the browser: the root font size [pixels].")
    beats = param.Integer(default=0, doc="To the browser: moves when things have come to rest; see `beat`.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["visited", "rem"]

    def __init__(self, on_visit: Callable[[str], None], on_rem: Callable[[float], None], **params: str) -> None:
        self._on_visit = on_visit
        self._on_rem = on_rem
        super().__init__(**params)

    @param.depends("visited", watch=True)
    def _visit(self) -> None:
        query = self.visited.get("query")
        if isinstance(query, str):
            self._on_visit(query)

    @param.depends("rem", watch=True)
    def _scale(self) -> None:
        self._on_rem(self.rem)

    def beat(self) -> None:
        """Send something small, so that what waits before it leaves too.

        Panel (1.9.4, `io/document.py`) gathers messages while the browser is being written to. If a second batch comes
        while the first is on its way, `_dispatch_msgs` returns early for it and leaves it until there is something new
        to send: the page would show an old training run until the next move.
        """
        self.beats += 1
