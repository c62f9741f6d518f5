"""Training under the live curve, the pinned ones and, if asked, every family: worked out as soon as it can be.

What is exact costs some milliseconds and is there at once. What must be stepped update by update is made in slices
between the page's other work, for the newest state only; what is finished is kept for a while.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

import numpy as np

from app.model import Case, Lab, own_specs
from schedules import FAMILIES, SHARED
from schedules.curves import LABELS
from schedules.facts import count, number
from schedules.optimizers import SGD, Optimizer
from schedules.outlook import Outlook, cost, describe_outlook, outlook, outlook_slowly
from schedules.problems import Problem
from schedules.spec import Value
from schedules.stability import stability, verdict
from schedules.toy import make_optimizer, make_problem

SLICE = 0.02  # seconds that a slice of work may take
REST = 0.12  # seconds between two rounds of training while a slider is held, in which its curve can move
KEPT = 40  # finished outlooks
MOST_STEPPED = 100_000  # updates that are stepped without being asked
AT_ONCE = 1_000_000  # updates of exact runs, beside the live one, that are worked out within the message that asks
TOGETHER, STEPPED_TOGETHER = 100_000, 20_000  # updates of the longest run in which every family trains, exact or not
Setup = tuple[tuple[str, Value], ...]
Key = tuple[Case, Setup]
MOST_MOMENTS = 60  # of a kind
UNSEEN = ("goal",)  # settings that change nothing in a run


@dataclass(frozen=True)
class Made:
    """Problem and optimizer of some settings, and those of the settings that a run depends on."""

    settings: Mapping[str, Value]
    problem: Problem
    optimizer: Optimizer
    seen: Setup


@dataclass
class Job:
    """Training that is being worked out."""

    key: Key
    updates: int
    work: Generator[int, None, Outlook]
    made: int = 0


class Trainer:
    """Keeps the outlook of each curve that the state asks for.

    Nothing is worked out before the first `refresh`.

    Args:
        lab: The state.
        later: Calls a function soon, after what waits already.
        on_news: Called when something that was not there at once is finished.
    """

    def __init__(self, lab: Lab, later: Callable[[Callable[[], None]], None], on_news: Callable[[], None]) -> None:
        self._lab = lab
        self._later = later
        self._on_news = on_news
        self._found: OrderedDict[Key, Outlook] = OrderedDict()
        self._waiting: list[Key] = []
        self._job: Job | None = None
        self._scheduled = False
        self._last: Made | None = None

    @property
    def problem(self) -> Problem:
        """What is trained."""
        return self._made.problem

    @property
    def optimizer(self) -> Optimizer:
        """How."""
        return self._made.optimizer

    @property
    def _made(self) -> Made:
        """What the settings come to, made once for each state: a move of a slider asks for it dozens of times."""
        settings = self._lab.toy
        if self._last is None or self._last.settings is not settings:
            seen = tuple((name, value) for name, value in settings.items() if name not in UNSEEN)
            self._last = Made(settings, make_problem(settings), make_optimizer(settings), seen)
        return self._last

    @property
    def edge(self) -> float | None:
        """The rate beyond which the run may be lost; None where no rate alone says so."""
        return self.optimizer.edge(self.problem.sharpness)

    @property
    def plain(self) -> bool:
        """Whether updates keep no velocity."""
        return isinstance(self.optimizer, SGD)

    @property
    def live(self) -> Outlook | None:
        """What comes of the live curve; None while it is worked out, or when it takes too many updates."""
        return self.of(self._lab.live)

    @property
    def too_long(self) -> bool:
        """Whether the live run would have to be stepped through more updates than is done unasked."""
        return cost(self.problem, self.optimizer, self._lab.run.lr.size) > MOST_STEPPED

    @property
    def progress(self) -> float | None:
        """Share of the work on the live curve that is done; None where nothing is under way."""
        if self.live is not None or self.too_long:
            return None
        return self._job.made / self._job.updates if self._job and self._job.key[0] == self._lab.live else 0.0

    def of(self, case: Case) -> Outlook | None:
        """Return what comes of a curve under the present settings, if it is worked out."""
        return self._found.get(self._key(case))

    def families(self) -> list[Case]:
        """Return every family with the shared values of the state, at equal run length and peak."""
        shared = {spec.name: getattr(self._lab, spec.name) for spec in SHARED}
        cases = []
        for key, family in FAMILIES.items():
            own = {spec.name: self._lab.own[key][spec.name] for spec in own_specs(family)}
            values = {spec.name: {**shared, **own}[spec.name] for spec in family.params}
            if not family.conflict(**values):
                cases.append(Case(key, tuple(values.items())))
        return cases

    @property
    def longest_together(self) -> int:
        """Updates of the longest run in which every family trains beside the live curve."""
        return STEPPED_TOGETHER if cost(self.problem, self.optimizer, 1) else TOGETHER

    @property
    def too_many(self) -> bool:
        """Whether every family is asked for in a run that is too long for that."""
        return self._lab.all_families and self._lab.run.lr.size > self.longest_together

    def wanted(self) -> list[Case]:
        """Return the curves that the state compares: the live one, the pinned ones, and every family if asked."""
        others = self.families() if self._lab.all_families and not self.too_many else []
        return list(dict.fromkeys([self._lab.live, *self._lab.pins, *others]))

    def refresh(self) -> None:
        """Work out what the state asks for: the exact curves on the plots now, the rest later."""
        keys = [self._key(case) for case in self.wanted()]
        at_once = set(keys[: 1 + len(self._lab.pins)])
        self._waiting = []
        made = 0
        for key in keys:
            if key in self._found:
                self._found.move_to_end(key)
                continue
            lr = key[0].run().lr
            price = cost(self.problem, self.optimizer, lr.size)
            made += lr.size
            if key in at_once and not price and (key == keys[0] or made <= AT_ONCE):
                self._keep(key, outlook(self.problem, self.optimizer, lr, self._lab.seed))
            elif price <= MOST_STEPPED:
                self._waiting.append(key)
        if self._job and self._job.key not in self._waiting:
            self._job = None  # nobody waits for it any more
        self._call()

    @property
    def sentence(self) -> str:
        """What training under the live curve comes to, in words."""
        found = self.live
        if found is None and self.too_long:
            return (
                "These settings must be stepped update by update, which is done for runs of up to "
                f"{MOST_STEPPED:,} updates. Shorten the run, or choose the quadratic with SGD or momentum, "
                "which is exact at any length."
            )
        if found is None:
            return f"Training: {100 * (self.progress or 0):.0f} percent of the updates are made."
        words = describe_outlook(found, self._lab.goal)
        edge = self.edge
        if found.exact is None or edge is None:
            return f"{words} {self._remark()}".strip()
        return (
            f"{words} {verdict(stability(self._lab.run.lr, edge, found.exact, plain=self.plain), self.problem.random)}"
        )

    def _remark(self) -> str:
        """Say what the edge means where it is not exact."""
        edge = self.edge
        if edge is None:
            return "Adam divides each step by the size of recent gradients, so no rate alone marks an edge."
        above = int((self._lab.run.lr > edge).sum())
        if not above:
            return f"No rate is above {number(edge, 3)}, which is enough to be stable all along."
        told = f"{count(above, 'rate')} {'is' if above == 1 else 'are'} above {number(edge, 3)}, the edge at the start"
        found = self.live
        worst = float(found.loss.max() / found.loss[0]) if found else 0.0
        if worst > 1:
            return f"{told}, and on the way the loss is up to {number(worst, 3)} times its start."
        return f"{told}, yet the loss never exceeds its start: where the model is sure, it is flatter."

    def moments(self) -> list[tuple[int, str]]:
        """Return the steps worth jumping to, in order: events of the curve, and where it crosses the edge."""
        run = self._lab.run
        found = {int(step): LABELS[kind] for kind, steps in run.steps.items() for step in steps[:MOST_MOMENTS]}
        if edge := self.edge:
            above = np.concatenate([[False], run.lr > edge, [False]])
            turns = np.flatnonzero(np.diff(above.astype(int)))[:MOST_MOMENTS]
            for turn in turns.tolist():
                if turn < run.lr.size:
                    found.setdefault(turn, "rises above the edge" if above[turn + 1] else "falls below the edge")
        if (outlook := self.live) and outlook.exact and edge:
            crossing = stability(run.lr, edge, outlook.exact, plain=self.plain).crossing
            if crossing >= 0:
                found[crossing + 1] = "the sharp direction exceeds its start"
        return [(0, "start"), *sorted((step, label) for step, label in found.items() if step), (run.lr.size, "end")]

    def _key(self, case: Case) -> Key:
        return case, self._made.seen

    def _keep(self, key: Key, found: Outlook) -> None:
        self._found[key] = found
        while len(self._found) > KEPT:
            self._found.popitem(last=False)

    def _call(self) -> None:
        if self._waiting and not self._scheduled:
            self._scheduled = True
            self._later(self._work)

    def _work(self) -> None:
        self._scheduled = False
        end = time.perf_counter() + SLICE
        news = False
        while self._waiting and time.perf_counter() < end:
            key = self._waiting[0]
            if self._job is None or self._job.key != key:
                lr = key[0].run().lr
                self._job = Job(key, lr.size, outlook_slowly(self.problem, self.optimizer, lr, self._lab.seed))
            try:
                self._job.made = next(self._job.work)
            except StopIteration as done:
                self._keep(key, done.value)
                self._waiting.pop(0)
                self._job, news = None, True
        self._call()
        if news or (self._job and self._job.key[0] == self._lab.live):
            self._on_news()


class Pacer:
    """Does some work soon after each change, with rests in between while changes keep coming.

    Args:
        work: What is to be done, for the state as it is then.
        after: Calls a function after so many milliseconds.
        wait: Time between a change and the work, at least [ms].
    """

    def __init__(
        self, work: Callable[[], None], after: Callable[[Callable[[], None], int], None], wait: int = 0
    ) -> None:
        self._work = work
        self._after = after
        self._wait = wait
        self._waits = False
        self._last = -REST

    def nudge(self) -> None:
        """Say that something has changed."""
        if not self._waits:
            self._waits = True
            self._after(self.settle, max(self._wait, round(1000 * (self._last + REST - time.perf_counter()))))

    def settle(self) -> None:
        """Do the work now, if it waits."""
        if self._waits:
            self._waits = False
            self._work()
            self._last = time.perf_counter()
