"""The live curve as code: the engine's own rule with the present values, or code to paste for a framework.

Nothing is written while the tab is closed, or while a prediction is open.
"""

from typing import ClassVar

import panel as pn
import param

from app.lesson.programs import engine_code
from app.model import Lab
from app.views.component import Component
from schedules import TARGETS, export_code, key_value_rows

ENGINE = "engine"
LANGUAGES = {ENGINE: "This lab's own engine", **TARGETS}
SHOWN_ROWS = ("First rate", "Rate at Tw", "Last rate", "Average rate")


class Listing(Component):
    """Code for the live curve, with what it prints, to copy or to save."""

    targets = param.List(
        default=[list(item) for item in LANGUAGES.items()], doc="To the browser: key and title; fixed."
    )
    target = param.String(default=ENGINE, doc="From the browser: a key of `LANGUAGES`.")
    open = param.Boolean(default=False, doc="From the browser: whether the tab is open.")
    code = param.String(default="", doc="To the browser.")
    output = param.List(default=[], doc="To the browser: [what, value] as the run has it.")
    note = param.String(default="", doc="To the browser: what to know of this code.")
    coded = param.String(default="", doc="To the browser: the target that `code` is for.")
    covered = param.Boolean(default=False, doc="To the browser: whether there is none while a prediction is open.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["open", "target"]

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        super().__init__()

    @param.depends("open", "target", watch=True)
    def _asked(self) -> None:
        with pn.io.hold():
            self.refresh()

    def refresh(self) -> None:
        """Write the code of the live curve, if it is wanted."""
        if not self.open or self._lab.held:
            self.param.update(code="", coded="", output=[], note="", covered=self._lab.held)
            return
        run, target = self._lab.run, self.target if self.target in LANGUAGES else ENGINE
        values = dict(run.values)
        code = engine_code(run) if target == ENGINE else export_code(target, run.family.key, **values)
        rows = [list(row) for row in key_value_rows(run) if row[0] in SHOWN_ROWS]
        self.param.update(code=code, coded=target, output=rows, note=_note(target), covered=False)


def _note(target: str) -> str:
    if target == ENGINE:
        return "Read from the source of this lab, not written for the page. It needs the package schedules."
    return f"It gives {LANGUAGES[target]} the rate of this curve at every update" + (
        ", to the precision of its 32-bit floats." if target == "keras" else "."
    )
