"""A line of text under a plot: what its lines and marks are, for the state as it is."""

from collections.abc import Callable

import param

from app.views.component import Component


class Caption(Component):
    """Text that is read anew with each refresh; nothing in it is taken as markup."""

    text = param.String(default="")

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        super().__init__(text=read())

    def refresh(self) -> None:
        """Say what is to be said now."""
        self.text = self._read()
