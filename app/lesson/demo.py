"""04 Demo: three tasks for the stage, each checked as the sliders move."""

from collections.abc import Callable
from dataclasses import dataclass

from app.lesson.blocks import Block, button, buttons, card, choice, text
from app.lesson.states import STATES, show
from app.model import Lab
from schedules import FAMILIES, SHARED, curve, expect
from schedules.expectation import is_exact
from schedules.facts import number
from schedules.toy import make_optimizer, make_problem

SOFT_START = 100  # peak over first rate
SOFT_END = 10  # peak over last rate
HALF = 0.5
FAR = 0.01  # of the first loss
LONGEST = 100_000  # updates of a run that is checked with each move
ASK = "Which control will you move first?"
Verdict = tuple[bool, str]


@dataclass(frozen=True)
class Task:
    """Something to bring about on the stage.

    Attributes:
        ask: What to do.
        start: Key of the state it begins from.
        check: Returns whether the stage fulfils it, and what it measures there.
    """

    ask: str
    start: str
    check: Callable[[Lab], Verdict]


def _losses(lab: Lab) -> tuple[float, float]:
    """Return the expected loss of the live run at its start and at its end."""
    found = expect(make_problem(lab.toy), make_optimizer(lab.toy), lab.run.lr)
    return float(found.loss[0, 0]), float(found.loss[0, -1])


def _soft(lab: Lab) -> Verdict:
    rates = lab.run.lr
    first, last, top = float(rates[0]), float(rates[-1]), float(rates.max())
    done = first * SOFT_START <= top and last * SOFT_END <= top
    return done, f"first rate {number(first, 3)}, highest {number(top, 3)}, last {number(last, 3)}"


def _halved(lab: Lab) -> Verdict:
    state = STATES["seed"].changes
    values = {spec.name: state[spec.name] for spec in FAMILIES["warmup_cosine"].params}
    rates = curve("warmup_cosine", **values)
    goal = HALF * float(expect(make_problem(lab.toy), make_optimizer(lab.toy), rates).loss[0, -1])
    end = _losses(lab)[1]
    same = lab.run.lr.size == rates.size and all(lab.toy[name] == state[name] for name in lab.toy)
    told = f"the loss ends at {number(end, 3)}, wanted is {number(goal, 3)} or less"
    return same and end <= goal, told if same else f"{told}; run length and training must stay as they were"


def _above(lab: Lab) -> Verdict:
    toy = lab.toy
    edge = make_optimizer(toy).edge(make_problem(toy).sharpness) or float("inf")
    start, end = _losses(lab)
    top = float(lab.run.lr.max())
    left = number(100 * end / start, 3)
    told = f"the highest rate is {number(top / edge, 3)} of the edge, and {left} percent of the loss is left"
    return top > edge and end <= FAR * start, told


TASKS = (
    Task(
        "Begin softly and end softly: a first rate of at most a hundredth of the peak, a last one of at most a tenth.",
        "lost",
        _soft,
    ),
    Task("Halve the final loss of the page's own run, with the sliders of the schedule alone.", "seed", _halved),
    Task(
        "Find a run whose peak is above the edge, and which still ends at a hundredth of its first loss.",
        "too_high",
        _above,
    ),
)


class Demo:
    """The tasks, one at a time: say which slider will do it, then move it."""

    title = "04 Demo"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._place = 0
        self._guess = ""
        self._begun: dict[str, object] = {}  # what the sliders had as the task began

    def act(self, act: str, value: object) -> None:
        """Choose a task, say which slider will do, or put the stage where the task begins."""
        if act == "task" and isinstance(value, int) and 0 <= value < len(TASKS):
            self._place, self._guess, self._begun = value, "", {}
        elif act == "guess" and value in {spec.name for spec in SHARED} | {"family"} and not self._begun:
            self._guess = str(value)
        elif act == "begin" and self._guess:
            show(self._lab, TASKS[self._place].start)
            self._begun = self._sliders()

    def _sliders(self) -> dict[str, object]:
        return {"family": self._lab.family, **{spec.name: getattr(self._lab, spec.name) for spec in SHARED}}

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        task = TASKS[self._place]
        names = {"family": "Schedule", **{spec.name: spec.label for spec in SHARED}}
        inside = [
            text(task.ask, "ask"),
            choice("guess", ASK, list(names.items()), self._guess, locked=bool(self._begun)),
            buttons(
                button("Begin" if not self._begun else "Begin again", "begin", main=True, disabled=not self._guess)
            ),
        ]
        if self._begun:
            inside += self._progress(task, names)
        return [
            text(
                "The stage is yours. Each task asks first which control you will move, and then watches while you "
                "move them."
            ),
            buttons(
                *(
                    button(f"Task {number + 1}", "task", number, pressed=number == self._place)
                    for number in range(len(TASKS))
                )
            ),
            card(inside),
        ]

    def _progress(self, task: Task, names: dict[str, str]) -> list[Block]:
        lab = self._lab
        if lab.run.lr.size > LONGEST or not is_exact(make_problem(lab.toy), make_optimizer(lab.toy)):
            return [text(f"This is checked for SGD or momentum on the quadratic, and for up to {LONGEST:,} updates.")]
        done, told = task.check(lab)
        moved = [names[name] for name, value in self._sliders().items() if self._begun[name] != value]
        blocks = [text(f"Now: {told}.", "step")]
        if done:
            what = f"What you moved: {', '.join(moved)}; what you had said: {names[self._guess]}."
            blocks.append(text(f"Done. {what if moved else ''}", "verdict"))
        return blocks
