"""What to do with a range test and, only once the reader has done it, how others read the same curve."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import param

from app.range_test import MARKS, measured, on_stage, placed_at, read_off, revealed, what_is_missing
from app.views.component import Mirror
from schedules import Run
from schedules.facts import number
from schedules.optimizers import SGD
from schedules.outlook import AVERAGED, Outlook
from schedules.problems import Quadratic
from schedules.readings import Reading
from schedules.stability import stability

COLUMNS = ("Reading", "Rate", "What it looks at", "Note")
NONE = "–"
ROWS = 21  # of the table in the place of the plot

# Without noise the sharp direction is back at its start when the logarithms of its factors add up to 0. In the limit of
# many updates these are integrals from 0 to x = ηλ: ∫ log|1 − s| ds = (x − 1) log(x − 1) − x for a linear sweep from 0,
# and ∫ log|1 − s| ds/s = −Re Li₂(x) for an exponential one from far below. Half their zeros, in units of 2/λ:
LINEAR_RETURN, EXPONENTIAL_RETURN = 2.296, 6.298
RETURNS = {
    "linear": (LINEAR_RETURN, "a linear sweep from 0"),
    "exponential": (EXPONENTIAL_RETURN, "an exponential sweep from far below"),
}

WHAT = (
    "A range test raises the rate from update to update and watches the loss. Where the loss starts to fall is a base "
    "rate, and where it slows, turns ragged or rises is a maximum. Between two such rates, read off accuracy, Smith "
    "lets the rate cycle. Start one, and read it yourself before you see how others do."
)
TASK = (
    "Place base where the loss starts to fall and max where it slows, turns ragged or rises; then see how others "
    "read it."
)


class Readings(Mirror):
    """What to do; and once the reader has done it, how others read the same curve."""

    caption = param.String(default="How the sweep is read", doc="Caption of the table; fixed.")
    columns = param.List(default=list(COLUMNS), doc="Headings; fixed.")
    begun = param.Boolean(default=False, doc="Whether a range test is on the stage: else there is no plot to show.")
    hint = param.String(default="", doc="What a range test is, or what to do.")
    rows = param.List(default=[], doc="Rows of texts, as `columns` names them; none before the reader has asked.")
    says = param.List(default=[], item_type=str, doc="Sentences on what the table shows.")
    line = param.List(default=[], doc="[rate, loss before it] along the plotted line, in words.")

    def _state(self) -> dict[str, Any]:
        begun = on_stage(self._lab) and not self._lab.held
        return {"begun": begun, "line": self._along() if begun else [], **self._said()}

    def _along(self) -> list[list[str]]:
        if (found := self._trainer.live) is None:
            return []
        rates, losses = measured(self._lab.run, found)
        some = np.unique(np.linspace(0, rates.size - 1, ROWS).astype(int))
        return [[number(float(rates[i]), 3), number(float(losses[i]), 3)] for i in some]

    def _said(self) -> dict[str, Any]:
        found, lab = self._trainer.live, self._lab
        if lab.held:
            return {"hint": "", "rows": [], "says": []}
        if not on_stage(lab):
            return {"hint": WHAT, "rows": [], "says": []}
        if found is None:
            return {"hint": self._trainer.sentence, "rows": [], "says": []}
        if not revealed(lab):
            some = any(placed_at(lab, key) is not None for key in MARKS.values())
            lock = what_is_missing(lab) if some else ""
            return {"hint": f"{TASK} {lock}".strip(), "rows": [], "says": []}
        theirs = read_off(lab, self._trainer)
        rows = [
            ["Yours: base rate", number(placed_at(lab, "base") or 0), "your eye", ""],
            ["Yours: max rate", number(placed_at(lab, "max") or 0), "your eye", ""],
            *([r.name, NONE if r.lr is None else number(r.lr, 3), r.looks_at, r.note] for r in theirs),
        ]
        spread = _spread(theirs) if theirs else "The rates do not rise from update to update: there is nothing to read."
        says = [spread, self._beside_edge(), self._return(found), _what_is_read(lab.run, found)]
        return {"hint": "", "rows": rows, "says": [said for said in says if said]}

    def _beside_edge(self) -> str:
        edge, top = self._trainer.edge, placed_at(self._lab, "max") or 0
        if edge is None:
            return "Adam has no edge that your max could be compared with."
        start = "" if isinstance(self._trainer.problem, Quadratic) else " at the start"
        times = number(top / edge, 3)
        if times == "1":
            return f"Your max is the edge itself{start}, {number(edge, 3)}."
        return f"Your max is {times} times the edge of {number(edge, 3)}{start}."

    def _return(self, found: Outlook) -> str:
        """Say where the sharp direction is back at its start, if all there is to it is the sum of logarithms."""
        edge, lr, exact = self._trainer.edge, self._lab.run.lr, found.exact
        if exact is None or edge is None or self._trainer.problem.random or not np.isfinite(exact.log_mean[0, 0, 0]):
            return ""
        crossing = stability(lr, edge, exact).crossing
        plain = isinstance(self._trainer.optimizer, SGD)
        unit = "2/λ" if plain else "2(1 + β)/λ"
        times, which = RETURNS[str(self._lab.run.values["sweep"])]
        limit = f"With many updates, {which} does so at {times} × 2/λ = {number(times * edge, 3)}." if plain else ""
        if crossing < 0:
            return f"In this sweep the sharp direction never exceeds its start. {limit}".strip()
        rate = float(lr[crossing])
        late = plain and float(lr[0]) < edge < rate
        why = ": it shrank on the way to the edge, and what lies beyond must first make up for that" if late else ""
        where = f"{number(rate, 3)} = {rate / edge:.2f} × {unit}"
        return f"The sharp direction first exceeds its start at rate {where}{why}. {limit}".strip()


def _spread(theirs: Sequence[Reading]) -> str:
    """Say how far the rates of the heuristics lie apart; Smith's two ends are meant to differ and do not count."""
    rates = [r.lr for r in theirs if r.lr and not r.key.startswith("smith")]
    if not rates:
        return "None of the heuristics finds a rate here."
    if len(rates) == 1:
        return "Only one of the heuristics finds a rate here."
    factor = number(max(rates) / min(rates), 2)
    if factor == "1":
        return "The heuristics that find a rate here find the same; with another run they may not."
    return f"The heuristics differ by a factor of {factor}: none is the answer."


def _what_is_read(run: Run, found: Outlook) -> str:
    T, recorded = run.lr.size, measured(run, found)[0].size
    where = f"each of the {T:,} updates" if recorded == T else f"{recorded:,} of the {T:,} updates"
    if found.exact:
        what = "the expected loss"
    else:
        what = f"the average loss of {AVERAGED} runs" if found.runs else "the loss of the one run there is"
    other = "; a single run, with its noise, gives other rates" if found.runs else ""
    return f"The methods read {what} before {where}{other}."
