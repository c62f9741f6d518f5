"""A plot that is put together when it is first wanted: most visitors never ask for it, and all of them would wait."""

from collections.abc import Callable
from typing import Protocol

import panel as pn
from bokeh.models import Plot as Figure


class View(Protocol):
    """What draws a figure."""

    figure: Figure

    @property
    def caption(self) -> str:
        """What the lines and marks are."""
        ...

    def refresh(self) -> None:
        """Bring the figure up to the state."""
        ...

    def resize(self, rem: float) -> None:
        """Fit it to a root font size [pixels]."""
        ...


class Late:
    """A place on the page for a plot that may come later.

    Args:
        make: Makes the view, up to the state.
        wanted: Whether there is something to show in it.
    """

    def __init__(self, make: Callable[[], View], wanted: Callable[[], bool]) -> None:
        self._make = make
        self._wanted = wanted
        self._rem = 0.0
        self.view: View | None = None
        self.pane = pn.pane.Bokeh(None, sizing_mode="stretch_both", margin=0)
        self.refresh()

    def refresh(self) -> None:
        """Bring the plot up to the state, if there is one, or if there should be one by now."""
        if self.view is not None:
            self.view.refresh()
        elif self._wanted():
            self.view = self._make()
            if self._rem:
                self.view.resize(self._rem)
            self.pane.object = self.view.figure

    def resize(self, rem: float) -> None:
        """Fit the plot to a root font size [pixels], now or when it comes."""
        self._rem = rem
        if self.view is not None:
            self.view.resize(rem)
