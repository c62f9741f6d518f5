"""The curves side by side: what comes of each, ranked, and what a remade curve teaches about the live one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import panel as pn
import param

from app.model import Case, Lab, describe_difference
from app.training import MOST_STEPPED, Trainer
from app.views.component import Component
from schedules.facts import number
from schedules.optimizers import SGD, HeavyBall
from schedules.outlook import Outlook, cost
from schedules.problems import Quadratic
from schedules.remakes import REMAKES, title_of

DIGITS = 3
SAME = 1e-6  # losses that differ by a smaller share count as the same
SMALL = 1.1  # ratios below are told in percent
LARGEST_LOG = 690.0  # of a ratio that a float can hold
NONE = "–"
COLUMNS: Mapping[str, str] = {
    "name": "Schedule",
    "final": "Final loss",
    "best": "Best loss",
    "average": "Average loss",
    "goal": "Updates to goal",
}
FIGURES = ("final", "best", "average", "goal")  # the columns that hold numbers; less is better in each
TOOLS = (
    ("reverse", "Pin reversed", "Separates the order: the same rates, the last one first."),
    ("shuffle", "Pin shuffled", "Separates the order: the same rates, in an order drawn by chance."),
    ("same_mean", "Pin same mean, constant", "Separates the mean: the curve's average rate at every update."),
    ("same_area", "Pin same area, linear", "Separates the sum: a straight fall to 0 whose rates add up to the same."),
)
HINT = "To compare, pin a curve, pin what is made of the live one, or train all families side by side."
TOO_MANY = "Every family trains beside the live curve in runs of up to {:,} updates; this run is longer."
RANKED, UNREACHED, UNKNOWN, LOST = range(4)  # the order of the groups in the table


@dataclass
class Row:
    """A curve in the table, with its figures as texts and, where they can be compared, as numbers."""

    key: str
    case: Case
    name: str
    mark: str = ""
    group: int = UNKNOWN
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)


class Ranking(Component):
    """The table of the curves that the state compares, with what adds curves to it."""

    rows = param.List(default=[], doc="Rows in order: {key, rank, name, mark, texts, best}.")
    columns = param.List(default=[list(column) for column in COLUMNS.items()], doc="[key, heading] pairs; fixed.")
    tools = param.List(default=[list(tool) for tool in TOOLS], doc="[remake, text, title] triples; fixed.")
    caption = param.String(default="", doc="What the ranking is by.")
    hint = param.String(default="", doc="How to compare, where there is one curve only.")
    lesson = param.String(default="", doc="What the remade curves teach about the live one.")
    families = param.Boolean(default=False, doc="Whether all families are in the table.")
    sort = param.String(default="final", doc="Key of the column that the rows are sorted by.")
    descending = param.Boolean(default=False, doc="Whether the greatest comes first.")
    pressed = param.Dict(default={}, doc="From the browser: {act, on, remake, row, column, seq}.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["pressed"]

    def __init__(self, lab: Lab, trainer: Trainer) -> None:
        self._lab = lab
        self._trainer = trainer
        super().__init__()
        self.refresh()

    def refresh(self) -> None:
        """Rank the curves that the state compares, as far as they are worked out."""
        if self._lab.held:
            self.param.update(rows=[], caption="", hint="", lesson="")
            return
        column = self.sort if self.sort in COLUMNS else "final"
        by = column if column in FIGURES else "final"
        rows = self._sorted(self._rows(), column)
        ranks, best = _ranks(rows, by), {figure: _best(rows, figure) for figure in FIGURES}
        self.param.update(
            rows=[
                {
                    "key": row.key,
                    "rank": rank,
                    "name": row.name,
                    "mark": row.mark,
                    "texts": [row.texts[figure] for figure in FIGURES],
                    "best": [row.key in best[figure] for figure in FIGURES],
                }
                for row, rank in zip(rows, ranks, strict=True)
            ],
            caption=self._caption(column, by),
            hint=self._hint(len(rows)),
            lesson=self._lesson(),
            families=self._lab.all_families,
        )

    def _hint(self, rows: int) -> str:
        if self._trainer.too_many:
            return TOO_MANY.format(self._trainer.longest_together)
        return HINT if rows == 1 else ""

    def _caption(self, column: str, by: str) -> str:
        listed = "" if column == by else ", listed by name"
        seeds = "same seeds" if self._trainer.problem.random else "no noise"
        return f"Ranking by {COLUMNS[by].lower()}{listed}; same problem, {seeds}"

    def _cases(self) -> dict[str, Case]:
        """Return the curves to compare, each by a key that stays with it while its values move."""
        keys = {}
        for case in self._trainer.wanted():
            if case == self._lab.live:
                keys["live"] = case
            elif case in self._lab.pins:
                keys[f"pin {self._lab.pins.index(case)}"] = case
            else:
                keys[case.family] = case
        return keys

    def _rows(self) -> list[Row]:
        cases = self._cases()
        names = describe_difference(list(cases.values()))
        return [self._row(key, case, name) for (key, case), name in zip(cases.items(), names, strict=True)]

    def _row(self, key: str, case: Case, name: str) -> Row:
        row = Row(key, case, name, "live" if key == "live" else "pinned" if key.startswith("pin ") else "")
        found = self._trainer.of(case)
        if found is None:
            T = int(dict(case.values)["T"])
            too_long = cost(self._trainer.problem, self._trainer.optimizer, T) > MOST_STEPPED
            row.texts = {**dict.fromkeys(FIGURES, "…"), "final": "too many updates" if too_long else "working it out"}
            return row
        reached = found.reach(self._lab.goal * float(found.loss[0]))
        values = {"final": float(found.loss[-1]), "best": found.best, "average": found.average, "goal": float(reached)}
        row.group = RANKED
        row.texts = {figure: _figure(value) for figure, value in values.items()}
        row.texts["goal"] = f"{reached:,}" if reached >= 0 else "not reached"
        if found.lost:
            row.group = LOST
            end = row.texts["final"]
            row.texts["final"] = f"lost at update {found.diverged_at:,}" if found.diverged_at >= 0 else f"lost: {end}"
            values = {}  # what a lost run reached on the way is no merit
        row.values = {
            figure: _level(value)
            for figure, value in values.items()
            if np.isfinite(value) and not (figure == "goal" and reached < 0)
        }
        return row

    def _sorted(self, rows: list[Row], column: str) -> list[Row]:
        def group(row: Row) -> int:
            return UNREACHED if row.group == RANKED and column in FIGURES and column not in row.values else row.group

        def value(row: Row) -> Any:
            return row.name.casefold() if column == "name" else row.values.get(column, 0.0)

        within = sorted(rows, key=value, reverse=self.descending)
        return sorted(within, key=group)

    def _lesson(self) -> str:
        """Say how each remade pin of the live curve compares with it, as far as both are worked out."""
        live = self._lab.live
        found = self._trainer.of(live)
        mine = [
            p for p in self._lab.pins if p.remake and p.family == live.family and dict(p.values) == dict(live.values)
        ]
        if found is None:
            return ""
        outlooks = [(pin, self._trainer.of(pin)) for pin in mine]
        return " ".join(self._compared(pin, other, found) for pin, other in outlooks if other is not None)

    def _compared(self, pin: Case, remade: Outlook, live: Outlook) -> str:
        """Return a sentence on what a remade curve comes to beside the live one."""
        title = title_of(pin.remake)
        title = title[0].upper() + title[1:]
        if remade.diverged_at >= 0 or live.diverged_at >= 0:
            return _lost(title, remade.diverged_at, live.diverged_at)
        lr, other = self._lab.run.lr, pin.run().lr
        if np.allclose(lr, other, rtol=1e-12, atol=0):
            return f"{title} ends at the same loss: it is the very same curve."
        ratio = _log_ratio(remade, live)
        same = abs(ratio) <= SAME
        if pin.remake not in REMAKES:
            return f"{title}, it ends {_difference(ratio)}."  # a mistake: what it changes is told where it is
        return f"{title} ends {_difference(ratio)}: {self._reason(pin.remake, same)}."

    def _reason(self, remake: str, same: bool) -> str:
        if remake == "same_mean":
            if same:
                return "here the mean of the rates says it all"
            return "the mean rate is the same, so it is the shape that makes the difference"
        if remake == "same_area":
            if same:
                return "here the sum of the rates says it all"
            return "the sum of the rates is the same, so it is when they come that makes the difference"
        return self._same_order() if same else self._other_order(remake)

    def _same_order(self) -> str:
        if self._trainer.problem.random:
            return "the noise is too weak to tell one order from the other"
        if isinstance(self._trainer.problem, Quadratic) and isinstance(self._trainer.optimizer, SGD):
            return "without noise the order of the factors does not matter"
        return "here the order of the rates does not matter"

    def _other_order(self, remake: str) -> str:
        problem, optimizer = self._trainer.problem, self._trainer.optimizer
        if problem.random:
            return (
                "with noise the last rates decide"
                if remake == "reverse"
                else "with noise it counts which rates come last"
            )
        if not isinstance(problem, Quadratic):
            return "the curvature changes on the way, so the order counts even without noise"
        if isinstance(optimizer, HeavyBall):
            return "momentum carries on what came before, so the order counts even without noise"
        return "Adam scales its steps by what came before, so the order counts even without noise"

    @param.depends("pressed", watch=True)
    def _press(self) -> None:
        acts: dict[str, Callable[[], None]] = {
            "families": self._press_families,
            "pin": self._press_pin,
            "show": self._press_show,
            "sort": self._press_sort,
        }
        act = self.pressed.get("act")
        with pn.io.hold():
            if isinstance(act, str) and act in acts:
                acts[act]()

    def _press_families(self) -> None:
        on = self.pressed.get("on")
        if isinstance(on, bool) and on != self._lab.all_families:
            self._lab.assign({"all_families": on})

    def _press_pin(self) -> None:
        remake = self.pressed.get("remake")
        if isinstance(remake, str) and remake in REMAKES:
            self._lab.pin(remake)

    def _press_show(self) -> None:
        key, cases = self.pressed.get("row"), self._cases()
        if isinstance(key, str) and key != "live" and key in cases:
            self._lab.show(cases[key])

    def _press_sort(self) -> None:
        column = self.pressed.get("column")
        if isinstance(column, str) and column in COLUMNS:
            self.param.update(sort=column, descending=column == self.sort and not self.descending)
            self.refresh()


def _figure(value: float) -> str:
    return number(value, DIGITS) if np.isfinite(value) else NONE


def _level(value: float) -> float:
    """Return a value without the digits in which equal ones may differ by rounding."""
    return float(f"{value:.6e}")


def _ranks(rows: list[Row], by: str) -> list[str]:
    """Return the place of each row from the least value on; equal values share a place, lost curves have none."""
    values = [row.values[by] for row in rows if row.group == RANKED and by in row.values]
    return [
        str(1 + sum(value < row.values[by] for value in values)) if row.group == RANKED and by in row.values else NONE
        for row in rows
    ]


def _best(rows: list[Row], figure: str) -> set[str]:
    """Return the keys of the rows with the least value; of none if there is nothing it is better than."""
    values = {row.key: row.values[figure] for row in rows if figure in row.values}
    least = {key for key, value in values.items() if value == min(values.values())}
    worked_out = sum(row.group != UNKNOWN for row in rows)
    return least if len(least) < worked_out else set()


def _log_ratio(remade: Outlook, live: Outlook) -> float:
    """Return by how much the logarithm of the last loss is above the live curve's; ±inf where one of them is 0."""
    if remade.exact and live.exact:
        ends = [float(found.exact.log_loss[0, -1]) for found in (remade, live) if found.exact]
    else:
        with np.errstate(divide="ignore"):
            ends = [float(np.log(found.loss[-1])) for found in (remade, live)]
    return 0.0 if ends[0] == ends[1] else ends[0] - ends[1]


def _difference(ratio: float) -> str:
    """Return how one loss lies to another, given the logarithm of their ratio, in words."""
    if abs(ratio) <= SAME:
        return "at the same loss"
    if np.isinf(ratio):
        return "above 0, where the live curve ends" if ratio > 0 else "at 0, where the live curve does not"
    way = "higher" if ratio > 0 else "lower"
    if abs(ratio) > LARGEST_LOG:
        return f"some 1e{int(abs(ratio) / np.log(10)):,} times {way}"
    if abs(ratio) < np.log(SMALL):
        return f"{number(100 * abs(float(np.expm1(ratio))), 2)} % {way}"
    return f"{number(float(np.exp(abs(ratio))), 2)} times {way}"


def _lost(title: str, remade: int, live: int) -> str:
    if remade >= 0 and live >= 0:
        return f"{title} is lost at update {remade:,}, the live curve at update {live:,}."
    if remade >= 0:
        return f"{title} is lost at update {remade:,}; the live curve is not lost."
    return f"{title} is not lost; the live curve is, at update {live:,}."
