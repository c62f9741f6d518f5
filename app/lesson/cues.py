"""The visual inquiry: which thing in view should carry the first intuition, tried on the present curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.lesson.blocks import Block, choice, table, text
from app.model import Lab
from schedules import SHARED, expect, run
from schedules.expectation import is_exact
from schedules.facts import count, number
from schedules.remakes import reverse
from schedules.toy import make_optimizer, make_problem

Array = NDArray[np.float64]
LONGEST = 20_000  # updates: four runs are worked out with each move
HIGHER = 1.5  # how much the peak is raised
VISIBLE = 0.05  # of the height of a plot, or of what is shown
SAME = "looks the same"


@dataclass(frozen=True)
class Cue:
    """Something that can be seen.

    Attributes:
        name: What it is called.
        spot: The part of the page where it is.
        shows: What it makes easy to see.
        hides: What it cannot tell.
    """

    name: str
    spot: str
    shows: str
    hides: str


CUES = {
    "curve": Cue(
        "The shape of the curve", "plot", "when the rate is high and when it is low, and where pieces join",
        "whether any of it is too high: the axis fits itself to the peak, so twice the peak looks the same",
    ),
    "edge": Cue(
        "The line of the edge", "plot", "which updates make the steep direction worse",
        "how much harm they do, and whether the rest of the run makes up for it",
    ),
    "sum": Cue(
        "The sum of the rates", "tables", "how far a run without noise can get in the flat direction",
        "in which order the rates come, which decides as soon as there is noise",
    ),
    "path": Cue(
        "The path on the bowl", "path", "how often the run swings across the valley",
        "when: updates that hardly move lie on top of each other",
    ),
    "loss": Cue(
        "The loss over the updates", "loss", "what all of it comes to, in the end and on the way",
        "why: a slow run and a noisy one can have the same loss",
    ),
}  # fmt: skip
UNITS = {"edge": ("update", " above it"), "path": ("swing", "")}


class Inquiry:
    """Pick a cue, then see what each of them makes of three changes to the present curve."""

    title = "Which picture?"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._pick = ""

    def act(self, act: str, value: object) -> None:
        """Pick a cue."""
        if act == "cue" and value in CUES:
            self._pick = str(value)

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        blocks = [
            text(
                "The stage shows a schedule in several ways. One of them should come first when you explain it "
                "to somebody."
            ),
            choice(
                "cue",
                "Which thing in view should carry the first intuition?",
                [(key, cue.name) for key, cue in CUES.items()],
                self._pick,
            ),
        ]
        if not self._pick:
            return [
                *blocks,
                text("Pick one: it is marked on the stage, and put to the test on the present curve.", "hint"),
            ]
        cue = CUES[self._pick]
        blocks += [
            {"kind": "spot", "target": cue.spot},
            text(f"{cue.name} shows {cue.shows}. It hides {cue.hides}.", "verdict"),
        ]
        return [*blocks, *self._test()]

    def _test(self) -> list[Block]:
        lab = self._lab
        problem, optimizer = make_problem(lab.toy), make_optimizer(lab.toy)
        if lab.run.lr.size > LONGEST or not is_exact(problem, optimizer):
            return [text(f"The test takes SGD or momentum on the quadratic, and at most {LONGEST:,} updates.", "hint")]
        changed = self._changes()
        before = self._seen(lab.run.lr)
        rows = []
        for key, cue in CUES.items():
            cells = [_words(key, before[key], self._seen(rates)[key]) for _name, rates in changed]
            rows.append([f"{cue.name} ←" if key == self._pick else cue.name, *cells])
        return [
            table(
                "What each of them makes of a change to the present curve", ["", *(name for name, _ in changed)], rows
            ),
            text(self._verdict(rows), "verdict"),
        ]

    def _verdict(self, rows: list[list[str]]) -> str:
        """Say which cue sees most of the changes, and how the picked one does; a cue that stays cannot teach."""
        seen = dict(zip(CUES, (sum(cell != SAME for cell in row[1:]) for row in rows), strict=True))
        most = max(seen.values())
        best = [CUES[key].name.lower() for key in CUES if seen[key] == most]
        return (
            f"On this curve {' and '.join(best)} {'sees' if len(best) == 1 else 'see'} most: {most} of "
            f"{len(rows[0]) - 1} changes. Your pick sees {seen[self._pick]}. What stays the same under a change cannot "
            "teach it."
        )

    def _changes(self) -> list[tuple[str, Array]]:
        """Return the present curve with a higher peak, with another warmup, and backwards, as far as it has these."""
        family, values = self._lab.run.family, dict(self._lab.run.values)
        high = next(spec for spec in SHARED if spec.name == "eta_max").nearest(HIGHER * float(values["eta_max"]))
        found = [("Peak half as high again", run(family.key, **{**values, "eta_max": high}).lr)]
        if "Tw" in values:
            T = int(values["T"])
            warmup = 0 if int(values["Tw"]) * 2 > T else T // 2
            name = "No warmup" if warmup == 0 else "Warmup for half of the run"
            found.append((name, run(family.key, **{**values, "Tw": warmup}).lr))
        return [*found, ("The same rates backwards", reverse(self._lab.run.lr))]

    def _seen(self, rates: Array) -> dict[str, Array | float]:
        """Return for each cue what there is to see of a curve."""
        toy = self._lab.toy
        problem, optimizer = make_problem(toy), make_optimizer(toy)
        found = expect(problem, optimizer, rates)
        edge = optimizer.edge(problem.sharpness) or np.inf
        top = float(rates.max())
        steep = found.mean[0, :, 0]
        seen = steep[np.abs(steep) > VISIBLE * np.abs(steep[0])]  # smaller swings are less than a line is thick
        swings = np.count_nonzero(np.diff(np.signbit(seen)))
        return {
            "curve": rates / top if top else rates,
            "edge": float((rates > edge).sum()),
            "sum": float(rates.sum()),
            "path": float(swings),
            "loss": float(found.loss[0, -1]),
        }


def _words(key: str, before: Array | float, after: Array | float) -> str:
    if isinstance(before, np.ndarray):
        moved = float(np.abs(before - np.asarray(after)).max())
        return f"changes by up to {number(100 * moved, 2)} percent of its height" if moved > VISIBLE else SAME
    assert isinstance(after, float)  # noqa: S101 - as it was before
    if np.isclose(before, after, rtol=VISIBLE if key == "loss" else 1e-9, atol=0.0):
        return SAME
    if key in UNITS:
        unit, where = UNITS[key]
        return f"{int(before):,} → {count(int(after), unit)}{where}"
    return f"{number(before, 3)} → {number(after, 3)}"
