"""The figures that sum up the live curve, and the steps that matter, as real tables."""

from pathlib import Path

import param
from panel.custom import JSComponent

from app.model import Lab
from schedules.curves import LABELS
from schedules.facts import key_value_rows, number

MOST_EVENTS = 12


class Tables(JSComponent):
    """`Key values`, and under a fold `Steps that matter`, the plot's content for those who do not see it."""

    key_values = param.List(default=[], doc="[label, value] pairs.")
    steps = param.List(default=[], doc="[step, what, rate] triples.")

    _esm = Path(__file__).parent / "tables.js"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        super().__init__(sizing_mode="stretch_width", margin=0, **self._state())

    def refresh(self) -> None:
        """Show the figures of the live curve."""
        self.param.update(**self._state())

    def _state(self) -> dict[str, list[list[str]]]:
        run = self._lab.run
        found = [(int(step), kind) for kind, steps in run.steps.items() for step in steps[:MOST_EVENTS]]
        found.sort(key=lambda event: event[0])  # of several at one step, the last update stays the last
        rows = [["0", "first update", number(run.key_values.first)]]
        rows += [[f"{step:,}", LABELS[kind], number(float(run.lr[step]))] for step, kind in found]
        if len(rows) > MOST_EVENTS:
            rows = [*rows[: MOST_EVENTS - 1], rows[-1]]
        return {"key_values": [list(row) for row in key_value_rows(run)], "steps": rows}
