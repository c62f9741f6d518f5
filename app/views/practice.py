"""Practice: the list of exercises, the question on the desk, its result, and the ledger.

Everything that is shown of an attempt comes from `Desk.shown`; the ledger is the browser's own and never comes here,
but for the one record that brings a committed prediction back.
"""

from typing import Any, ClassVar

import panel as pn
import param

from app.model import Lab
from app.practice.attempt import LEAST_REASON, MOST_TEXT, SURE
from app.practice.desk import catalogue
from app.practice.question import IDEAS, LARGEST_SEED
from app.views.component import MOST_ACTS, Component, acts_of, whole


class Practice(Component):
    """The practice panel; `practice.js` draws it and keeps the ledger with `ledger.js`."""

    fixed = param.Dict(default={}, doc="To the browser, once: catalogue, ideas, degrees of sureness, limits.")
    shown = param.Dict(default={}, doc="To the browser: the attempt, see `Desk.shown`; empty without one.")
    sent = param.Dict(default={}, doc="From the browser: {seq, acts}; each act is [name, value].")
    done = param.Integer(default=0, doc="To the browser: the last `seq` that is answered.")

    _debounce: ClassVar[int] = 2  # see controls.py
    _busy__ignore: ClassVar[list[str]] = ["sent"]

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        fixed = {
            "catalogue": catalogue(),
            "ideas": [list(idea) for idea in IDEAS.items()],
            "sure": [list(degree) for degree in SURE.items()],
            "least_reason": LEAST_REASON,
            "most_text": MOST_TEXT,
            "most_acts": MOST_ACTS,
            "largest_seed": LARGEST_SEED,
        }
        super().__init__(fixed=fixed, shown=self._state())

    @param.depends("sent", watch=True)
    def _receive(self) -> None:
        with pn.io.hold():
            for name, value in acts_of(self.sent):
                self._do(name, value)
            self.refresh()
            self.done = whole(self.sent.get("seq"))

    def _do(self, name: str, value: Any) -> None:
        if name == "open":
            asked = value if isinstance(value, dict) else {}
            exercise, seed = asked.get("exercise"), asked.get("seed")
            if isinstance(exercise, str) and isinstance(seed, int) and not isinstance(seed, bool):
                self._lab.open(exercise, seed)
        elif name == "close":
            self._lab.open("", 0)
        else:
            self._lab.practise(name, value)

    def refresh(self) -> None:
        """Show the attempt as it stands."""
        self.shown = self._state()

    def _state(self) -> dict[str, Any]:
        shown = self._lab.desk.shown
        # While the stage is covered, what it has to say of the link is said here.
        return {**shown, "notices": list(self._lab.notices) if self._lab.held else []} if shown else {}
