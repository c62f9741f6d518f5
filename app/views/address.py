"""What the page has in common with the browser around it: the address, the theme, and the connection."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import param
from panel.custom import JSComponent


class Address(JSComponent):
    """Keeps the link in the address bar; draws nothing.

    The link is replaced, never pushed: one entry in the history for a visit, not one for each move of a slider. Going
    back or forward is reported to `on_visit`, another root font size (a wide screen, a zoomed text) to `on_rem`.
    """

    query = param.String(default="", doc="To the browser: the whole state, without the question mark.")
    visited = param.Dict(default={}, doc="From the browser: {query, seq} of an address that was gone to.")
    rem = param.Number(default=16, doc="From the browser: the root font size [pixels].")

    _esm = Path(__file__).parent / "address.js"
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
