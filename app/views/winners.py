"""Who wins: the schedule with the least expected final loss, over noise and run length or condition number."""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeGuard

import numpy as np
import panel as pn
import param

from app.model import ACROSS, Lab
from app.training import Trainer
from app.views.component import Component
from schedules.contest import CONTESTANTS, Contest, Contestant, over_conditions, over_lengths
from schedules.facts import count, number
from schedules.optimizers import SGD, HeavyBall, Optimizer
from schedules.problems import Quadratic
from schedules.toy import NOISE

LENGTHS = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
CONDITIONS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0)
LONGEST = 20_000  # updates of a run whose condition number varies
DECADES = 8  # rows with noise
LEAST_NOISE = 1e-6  # of the row with most noise
NEAR_EDGE = 0.95  # share of the edge; the steady loss of a rate beyond counts as that of this one
TIE = 1.01  # the best two differ by less
SLICE = 0.02  # seconds that a slice of work may take, but for its last column
KEPT = 4  # finished maps
DIGITS, FEW_DIGITS, MUCH = 3, 2, 1.095  # of a loss; of a ratio of at least so much

ALL = tuple(CONTESTANTS.values())
RULES = (
    "All six have the peak and the run length of their cell. The decays end at 0, the step drops once, half-way, to a "
    "tenth, the warmup takes a tenth of the run, and the inverse square root has none."
)
EXACT = "The map is exact for SGD and momentum on the quadratic; shown for "
SAME = "the quadratic with the same sharpness and condition"


@dataclass(frozen=True)
class Question:
    """What a map depends on; neither on the noise of the state, nor on what its columns vary."""

    problem: Quadratic
    optimizer: Optimizer
    eta_max: float
    across: str
    T: int

    @property
    def columns(self) -> Sequence[float]:
        """The run lengths or condition numbers."""
        return LENGTHS if self.across == "length" else CONDITIONS

    def column(self, index: int) -> Contest:
        """Return one column of the map; what is beyond all floats is infinite."""
        noises = noises_for(self.problem, self.optimizer, self.eta_max)
        if self.across == "length":
            return over_lengths(self.problem, self.optimizer, self.eta_max, noises, LENGTHS[index : index + 1])
        chosen = CONDITIONS[index : index + 1]
        return over_conditions(self.problem, self.optimizer, self.eta_max, noises, chosen, self.T)

    def start_loss(self, column: int) -> float:
        """Return the loss at the start."""
        kappa = self.problem.condition if self.across == "length" else CONDITIONS[column]
        problem = replace(self.problem, condition=kappa)
        return float(problem.loss(problem.origin))

    def where(self, noise: float, column: int) -> str:
        """Name a cell."""
        name = "T" if self.across == "length" else "condition"
        return f"at noise {number(noise)}, {name} {number(self.columns[column])}"


def noises_for(problem: Quadratic, optimizer: Optimizer, eta_max: float) -> list[float]:
    """Return the noise of each row: 0 and eight decades, up to ten times that which holds the loss at its start.

    At a constant rate η, heavy ball's θ comes to vary by ησ²(1 + β) / (λ(1 − β)(2(1 + β) − ηλ)); SGD has β = 0.
    """
    sharp, (first, second) = problem.sharpness, problem.start
    beta = optimizer.beta if isinstance(optimizer, HeavyBall) else 0.0
    step = min(eta_max * sharp, NEAR_EDGE * 2 * (1 + beta))
    scale = sharp * abs(first or second or 1.0) * math.sqrt((1 - beta) * (2 * (1 + beta) - step) / (step * (1 + beta)))
    most = NOISE.bounds[1] if NOISE.bounds else math.inf
    digit, exponent = f"{min(max(10 * scale, LEAST_NOISE), most):.0e}".split("e")
    return [0.0, *(float(f"{digit}e{int(exponent) - decade}") for decade in reversed(range(DECADES)))]


@dataclass(frozen=True)
class Cell:
    """The outcome of one case: the contestants from the best on, and their expected final losses."""

    order: tuple[Contestant, ...]
    loss: tuple[float, ...]
    margin: float
    lost: bool

    @property
    def leaders(self) -> tuple[Contestant, ...]:
        """The best, and who cannot be told from it."""
        first, *_ = self.loss
        told_apart = [loss != first and loss / TIE >= first for loss in self.loss]
        return tuple(who for who, apart in zip(self.order, told_apart, strict=True) if not apart)

    @property
    def kind(self) -> str:
        """What is to be said: "lost", "tie" or "win"."""
        return "lost" if self.lost else "tie" if len(self.leaders) > 1 else "win"

    @property
    def names(self) -> str:
        """The leaders by name; with semicolons, since there is a comma in one of the names."""
        return "; ".join(who.title for who in self.leaders)

    @property
    def outcome(self) -> str:
        """How it ends, in words that follow the name of the winner and of the case."""
        if self.kind == "lost":
            return "no final loss is below the loss at the start"
        first, second = self.loss[:2]
        ending = f"final loss {number(first, DIGITS)}" if first else "final loss 0, too small for a number"
        if self.kind == "tie":
            return f"{ending}, less than 1 % apart"
        if not math.isfinite(second):
            return f"{ending}, all others diverge"
        if not math.isfinite(self.margin):
            return f"{ending}, the next ({self.order[1].title}) has {number(second, DIGITS)}"
        times = number(self.margin, FEW_DIGITS if self.margin >= MUCH else DIGITS)
        return f"{ending}, {times} times lower than the next ({self.order[1].title})"

    def name(self, where: str) -> str:
        """Return the cell in words."""
        if self.kind == "lost":
            return f"All diverge {where}: {self.outcome}"
        if self.kind == "tie":
            return f"Tie {where} of {self.names}: {self.outcome}"
        return f"{self.order[0].title} wins {where}: {self.outcome}"


@dataclass
class Map:
    """The answer to a question, with its cells in the order of the page: most noise first."""

    question: Question
    noises: list[float]
    cells: list[list[Cell]]

    @classmethod
    def of(cls, question: Question, columns: Sequence[Contest]) -> "Map":
        """Put columns together; a schedule is lost that ends, even without noise, above its start."""
        noises = columns[0].noises
        contest = Contest(noises, np.array(question.columns), np.concatenate([c.loss for c in columns], axis=-1))
        ends = [question.start_loss(column) for column in range(len(columns))]
        rows = [[_cell(contest, row, column, end) for column, end in enumerate(ends)] for row in range(noises.size)]
        return cls(question, noises.tolist()[::-1], rows[::-1])

    @property
    def kinds(self) -> Counter[str]:
        """How many cells each contestant wins, by key, and how many are "tie" and "lost"."""
        cells = [cell for row in self.cells for cell in row]
        return Counter(cell.order[0].key if cell.kind == "win" else cell.kind for cell in cells)

    @property
    def sentence(self) -> str:
        """What the map says about the best schedule."""
        kinds, total = self.kinds, sum(len(row) for row in self.cells)
        contested = [cell for row in self.cells for cell in row if not cell.lost]
        if not contested:
            return f"No schedule wins: all diverge in each of the {total} cells."
        ranked = sorted((who for who in ALL if kinds[who.key]), key=lambda who: -kinds[who.key])
        rest = [count(kinds["tie"], "tie")] if kinds["tie"] else []
        rest += [f"in {count(kinds['lost'], 'cell')} all diverge"] if kinds["lost"] else []
        unbeaten = [who for who in ALL if all(who in cell.leaders for cell in contested)]
        if not ranked:
            return f"No schedule wins alone: {'; '.join(rest)}."
        best = ranked[0]
        if best in unbeaten:
            wins = f"wins all {total} cells" if kinds[best.key] == total else f"wins {kinds[best.key]} of {total} cells"
            told = f"{best.title} is beaten nowhere on this map: it {wins}"
        else:
            told = f"No schedule wins everywhere: {best.title} wins {kinds[best.key]} of {total} cells"
            rest = [*(f"{who.title} {kinds[who.key]}" for who in ranked[1:]), *rest]
        return "; ".join([told, *rest]) + "."

    def nearest(self, noise: float, place: float) -> list[int]:
        """Return the row and the column that are nearest to a state, by their logarithms."""
        noisy = self.noises[:-1]
        row = min(range(len(noisy)), key=lambda i: abs(math.log(noisy[i] / noise))) if noise > 0 else len(noisy)
        if row == len(noisy) - 1 and noise < noisy[row] / math.sqrt(10):
            row = len(noisy)
        columns = self.question.columns
        return [row, min(range(len(columns)), key=lambda i: abs(math.log(columns[i] / place)))]

    def shown(self, version: int) -> dict[str, Any]:
        """Return the map as the browser draws it."""
        question, kinds = self.question, self.kinds
        length = question.across == "length"
        legend = [[f"win-{who.key}", who.letter, who.title, f"wins {count(kinds[who.key], 'cell')}"] for who in ALL]
        legend += [["tie", "tie", "Less than 1 % apart", count(kinds["tie"], "cell")]] if kinds["tie"] else []
        legend += [["lost", "×", "All diverge", count(kinds["lost"], "cell")]] if kinds["lost"] else []
        return {
            "version": version,
            "head": "Run length T" if length else f"Condition number κ, at T {question.T:,}",
            "columns": [number(place) for place in question.columns],
            "rows": [number(noise) for noise in self.noises],
            "cells": [
                [_drawn(cell, question.where(noise, column)) for column, cell in enumerate(row)]
                for noise, row in zip(self.noises, self.cells, strict=True)
            ],
            "legend": legend,
            "sentence": self.sentence,
        }


def _cell(contest: Contest, row: int, column: int, start_loss: float) -> Cell:
    loss = contest.loss[:, row, column]
    order = np.argsort(loss, kind="stable")
    with np.errstate(over="ignore"):
        margin = contest.margin(row, column)
    lost = ~np.isfinite(loss) | (contest.loss[:, 0, column] > start_loss)
    return Cell(tuple(ALL[i] for i in order), tuple(loss[order].tolist()), margin, bool(lost.all()))


def _drawn(cell: Cell, where: str) -> list[str]:
    """Return the class, the text and the name of a cell."""
    if cell.kind == "lost":
        return ["lost", "×", cell.name(where)]
    if cell.kind == "tie":
        return [f"tie win-{cell.order[0].key} also-{cell.order[1].key}", "tie", cell.name(where)]
    return [f"win-{cell.order[0].key}", cell.order[0].letter, cell.name(where)]


@dataclass
class Job:
    """A map that is being worked out."""

    question: Question
    columns: list[Contest] = field(default_factory=list)


class Winners(Component):
    """The map of winners, under a fold; nothing is worked out while it is closed.

    Args:
        lab: The state.
        trainer: Tells the optimizer.
        later: Calls a function soon. A map is begun once its question has stood from one call to the next, so a
            `later` that takes longer than a held slider from one move to the next leaves the slider all of the time.
    """

    map = param.Dict(default={}, doc="To the browser: see `Map.shown`; empty before the first one.")
    here = param.List(default=[], doc="To the browser: row and column nearest to the state.")
    across = param.String(default=ACROSS[0], doc="To the browser: what the columns are.")
    rules = param.String(default=RULES, doc="To the browser: what the schedules are; fixed.")
    note = param.String(default="", doc="To the browser: how the map differs from what is trained.")
    stale = param.Boolean(default=False, doc="To the browser: whether another map is being worked out.")
    open = param.Boolean(default=False, doc="From the browser: whether the fold is open.")
    pressed = param.Dict(default={}, doc="From the browser: {act, row, column, version, value, seq}.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["open", "pressed"]

    def __init__(self, lab: Lab, trainer: Trainer, later: Callable[[Callable[[], None]], None]) -> None:
        self._lab = lab
        self._trainer = trainer
        self._later = later
        self._found: OrderedDict[Question, Map] = OrderedDict()
        self._map: Map | None = None  # the one that is shown
        self._version = 0
        self._job: Job | None = None
        self._standing: Question | None = None
        self._scheduled = False
        super().__init__()

    @param.depends("open", watch=True)
    def refresh(self) -> None:
        """Show the map for the present state, or have it worked out."""
        if self._lab.held:
            self._map = self._job = None
            self.param.update(map={}, note="")
            return
        if not self.open:
            self._job = None
            return
        question = self._question()
        found = self._found.get(question)
        updates = {"across": self._lab.across, "note": self._note(), "stale": found is None}
        if found:
            self._found.move_to_end(question)
            self._job = None
            if found is not self._map:
                self._map, self._version = found, self._version + 1
                updates["map"] = found.shown(self._version)
        if self._map and self._map.question.across == self._lab.across:
            place = self._lab.T if self._lab.across == "length" else self._lab.condition
            updates["here"] = self._map.nearest(self._lab.noise, place)
        with pn.io.hold():
            self.param.update(**updates)
        if not found and not self._scheduled:
            self._standing = question
            self._schedule()

    def _question(self) -> Question:
        lab, optimizer = self._lab, self._trainer.optimizer
        length = lab.across == "length"
        start = (lab.start_sharp, lab.start_flat)
        return Question(
            Quadratic(lab.sharpness, lab.condition if length else 1.0, 0.0, start),
            optimizer if isinstance(optimizer, SGD | HeavyBall) else SGD(),
            lab.eta_max,
            lab.across,
            0 if length else min(lab.T, LONGEST),
        )

    def _note(self) -> str:
        adam, quadratic = self._lab.optimizer == "adam", self._lab.problem == "quadratic"
        if adam:
            return f"{EXACT}SGD." if quadratic else f"{EXACT}SGD on {SAME}."
        return "" if quadratic else f"{EXACT}{SAME}."

    def _schedule(self) -> None:
        self._scheduled = True
        self._later(self._work)

    def _work(self) -> None:
        self._scheduled = False
        question = self._question()
        if not self.open or self._lab.held or question in self._found:
            return
        if question != self._standing:
            self._standing = question
            self._schedule()
            return
        if self._job is None or self._job.question != question:
            self._job = Job(question)
        columns, end = self._job.columns, time.perf_counter() + SLICE
        while len(columns) < len(question.columns):
            columns.append(question.column(len(columns)))
            if time.perf_counter() > end and len(columns) < len(question.columns):
                self._schedule()
                return
        self._found[question] = Map.of(question, columns)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        self.refresh()

    @param.depends("pressed", watch=True)
    def _press(self) -> None:
        act, value = self.pressed.get("act"), self.pressed.get("value")
        with pn.io.hold():
            if act == "across" and isinstance(value, str) and value in ACROSS:
                self._lab.assign({"across": value})
            elif act == "load" and not self.stale and _is_index(self.pressed.get("version"), self._version + 1):
                self._load(self.pressed.get("row"), self.pressed.get("column"))

    def _load(self, row: object, column: object) -> None:
        """Put a case with its winner on the stage, if there is such a cell on the map that is shown."""
        shown = self._map
        if not self.open or shown is None or self.pressed["version"] != self._version:
            return
        if not (_is_index(row, len(shown.noises)) and _is_index(column, len(shown.question.columns))):
            return
        cell, place = shown.cells[row][column], shown.question.columns[column]
        length, best = shown.question.across == "length", cell.order[0]
        T = int(place) if length else shown.question.T
        changes = {"problem": "quadratic", "noise": shown.noises[row], "family": best.family}
        changes |= best.values(T, shown.question.eta_max) | ({} if length else {"condition": place})
        if self._lab.optimizer == "adam":
            changes["optimizer"] = "sgd"
        told = {
            "win": f"{best.title} wins this case: {cell.outcome}.",
            "tie": f"{cell.names} tie in this case: {cell.outcome}.",
            "lost": f"All diverge in this case, and {best.title} too: {cell.outcome}.",
        }
        self._lab.jump(changes, told[cell.kind])


def _is_index(value: object, size: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < size
