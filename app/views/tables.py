"""The figures that sum up the live curve, and the steps that matter, as real tables."""

import numpy as np
import param

from app.views.component import Mirror
from schedules.curves import in_order
from schedules.facts import key_value_rows, number

MOST_EVENTS = 12
PLANE = 2  # parameters of the quadratic


class Tables(Mirror):
    """`Key values`, and under a fold `Steps that matter`, the plot's content for those who do not see it."""

    key_values = param.List(default=[], doc="[label, value] pairs.")
    steps = param.List(default=[], doc="[step, what, rate, loss, parameters] rows.")

    def _state(self) -> dict[str, list[list[str]]]:
        if self._lab.held:
            return {"key_values": [], "steps": []}
        run = self._lab.run
        first_of_each = {kind: steps[:MOST_EVENTS] for kind, steps in run.steps.items()}
        rows = [["0", "first update", number(run.key_values.first), *self._before(0)]]
        rows += [
            [f"{event.step:,}", event.label, number(event.lr), *self._before(event.step)]
            for event in in_order(first_of_each, run.lr)
        ]
        if len(rows) > MOST_EVENTS:
            rows = [*rows[: MOST_EVENTS - 1], rows[-1]]
        T = run.lr.size
        rows.append([f"{T:,}", "the run is over", "", *self._before(T)])
        return {"key_values": [list(row) for row in key_value_rows(run)], "steps": rows}

    def _before(self, step: int) -> tuple[str, str]:
        """Return the expected loss and the average parameters after `step` updates in words, "" while not known."""
        found = self._trainer.live
        if found is None:
            return "", ""
        at = found.at(step)
        place = found.path[at]
        names = ("θ₁", "θ₂") if len(place) == PLANE else ("w₁", "w₂", "b")
        words = ", ".join(f"{name} {number(float(value), 3)}" for name, value in zip(names, place, strict=True))
        return number(float(found.loss[at]), 4), words if np.isfinite(place).all() else "lost"
