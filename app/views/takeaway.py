"""What can be saved as a file: the curve and the runs as CSV, the plots as pictures.

The browser asks and is answered, one thing at a time: a table comes part by part, each made when it is asked for, so
that other moves come in between however long the run. Pictures are made in the browser from the plots themselves; the
server says what goes under them. While a prediction is open everything is refused.
"""

import re
import zlib
from collections.abc import Callable
from typing import Any, ClassVar

import param

from app.link import exact
from app.model import Lab
from app.records import Csv, curve_csv, file_stem, link_of, runs_csv
from app.training import Trainer
from app.views.component import Component, whole

PAGE = re.compile(r"https?://[\w.:\[\]-]{1,200}(/[\w.~%-]{0,60}){0,6}", re.ASCII)
LEVEL = 1  # of compression: a higher one takes three times as long and saves a twentieth
COVERED = "Covered while you predict."
UNTRAINED = "Nothing is trained yet: it is being worked out, or the run is too long."
PLOTS = {
    "schedule": "Schedule plot",
    "path": "Path plot",
    "loss": "Loss plot",
    "range_test": "Range-test plot",
}


class TakeAway(Component):
    """Buttons that save tables and pictures; `takeaway.js` puts the files together."""

    plots = param.List(default=[list(item) for item in PLOTS.items()], doc="To the browser: name and title; fixed.")
    asked = param.Dict(default={}, doc="From the browser: {seq, what, page, part}; `what` is curve, runs or a plot.")
    answer = param.Dict(default={}, doc="To the browser: {seq} with what was asked for, or with `refused`.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["asked"]

    def __init__(self, lab: Lab, trainer: Trainer, settle: Callable[[], None]) -> None:
        """Take the state, what is trained under it, and a function that brings the plots up to the state now."""
        self._lab = lab
        self._trainer = trainer
        self._settle = settle
        self._csv: Csv | None = None  # what is being sent
        self._next = ("", 0)  # the part that comes next
        super().__init__()

    @param.depends("asked", watch=True)
    def _asked(self) -> None:
        seq, what, page = (self.asked.get(name) for name in ("seq", "what", "page"))
        page = page if isinstance(page, str) and PAGE.fullmatch(page) else "/app"
        found: dict[str, Any] = {}
        if self._lab.held:
            self._csv = None
            found = {"refused": COVERED}
        elif what in ("curve", "runs"):
            found = self._table(what, self.asked.get("part"), page)
        elif isinstance(what, str) and what in PLOTS:
            found = self._caption(what, page)
        self.answer = {"seq": whole(seq), **found}

    def _table(self, what: str, part: object, page: str) -> dict[str, Any]:
        """Return a part of a file; parts come in their order, and a new file takes the place of an unfinished one."""
        if part == 0:
            self._settle()
            self._csv = curve_csv(self._lab, page) if what == "curve" else runs_csv(self._lab, self._trainer, page)
            self._next = (what, 0)
        csv = self._csv
        if csv is None and what == "runs":
            return {"refused": UNTRAINED}
        if csv is None or (what, part) != self._next:
            return {"refused": "Another file was begun meanwhile."}
        number = self._next[1]
        packed = zlib.compress(csv.part(number).encode(), LEVEL)
        self._next = (what, number + 1)
        if number + 1 == csv.parts:
            self._csv = None
        return {"name": csv.name, "packed": packed, "parts": csv.parts}

    def _caption(self, plot: str, page: str) -> dict[str, Any]:
        """Return what goes under a picture, or why there is none."""
        self._settle()
        run = self._lab.run
        if plot == "range_test" and run.family.key != plot:
            return {"refused": "No range test is on the stage."}
        if plot != "schedule" and self._trainer.live is None:
            return {"refused": UNTRAINED}
        return {
            "name": f"{file_stem(self._lab)}-{plot.replace('_', '-')}",
            "title": f"{PLOTS[plot].removesuffix(' plot')}: {run.family.title}",
            "words": ", ".join(f"{name} = {exact(value)}" for name, value in run.values.items()),
            "link": link_of(self._lab, page),
        }
