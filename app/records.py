"""The curve and what was trained under it as files of comma-separated values, part by part.

The first line names the columns; lines that begin with `# ` say what the file is, with every parameter and the link
that restores the state. (numpy takes the first line for the names even where it is a comment, so they come first.)
Every value is a number, written so that it comes back to the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.link import encode, exact
from app.model import Case, Lab, describe_difference
from app.training import Trainer
from schedules import FAMILIES
from schedules.outlook import AVERAGED, Outlook, seeds_of
from schedules.problems import Logistic
from schedules.remakes import title_of
from schedules.toy import TOY, why_unused

ROWS = 20_000  # of a part: some 20 ms of work
COLUMNS = ("curve", "run", "step", "lr", "loss", "sd")  # and θ after them
CURVE_ROW = "A row is an update: step counts from 0, and lr is the rate that this update uses."
RUNS_ROW = (
    "A row is a recorded step of one run: so many updates have been made. lr is the rate of the update that follows, "
    "nan after the last. loss is there inf where it is more than a float can hold."
)


@dataclass(frozen=True)
class Csv:
    """A file that is written part by part, so that nobody waits for the whole.

    Attributes:
        name: Of the file.
        remarks: Lines that say what it is, without their `# `.
        columns: Numbers by the name of their column, all of one length.
    """

    name: str
    remarks: tuple[str, ...]
    columns: Mapping[str, NDArray[Any]]

    @property
    def parts(self) -> int:
        """How many parts there are, at least one."""
        return max(1, -(-len(next(iter(self.columns.values()))) // ROWS))

    def part(self, number: int) -> str:
        """Return a part by its number, from 0; the first begins with the names and the remarks."""
        rows = slice(number * ROWS, (number + 1) * ROWS)
        texts = [map(repr, column[rows].tolist()) for column in self.columns.values()]
        lines = map(",".join, zip(*texts, strict=True))
        head = [",".join(self.columns), *(f"# {remark}" for remark in self.remarks)] if number == 0 else []
        return "".join(f"{line}\n" for line in (*head, *lines))


def file_stem(lab: Lab) -> str:
    """Return how the name of a file begins that is made of the live curve."""
    return f"schedule-lab-{lab.run.family.key.replace('_', '-')}-T{lab.run.lr.size}"


def link_of(lab: Lab, page: str) -> str:
    """Return the link that restores the stage, on a page with this address."""
    return f"{page}?{encode(lab, practice=False)}"


def curve_csv(lab: Lab, page: str) -> Csv:
    """Return the live curve, every update of it.

    Args:
        lab: The state.
        page: Address of the page, for the link.
    """
    run = lab.run
    remarks = (
        f"Schedule Lab: the learning rate of {run.family.title}",
        *_about(lab, page),
        CURVE_ROW,
    )
    return Csv(f"{file_stem(lab)}.csv", remarks, {"step": np.arange(run.lr.size), "lr": run.lr})


def runs_csv(lab: Lab, trainer: Trainer, page: str) -> Csv | None:
    """Return what was trained under the live curve and the pinned ones; None if nothing is.

    Args:
        lab: The state.
        trainer: What has been worked out for it.
        page: Address of the page, for the link.
    """
    cases = [lab.live, *lab.pins]
    outlooks = [trainer.of(case) for case in cases]
    blocks = [_rows(number, case.run().lr, found) for number, (case, found) in _known(cases, outlooks)]
    if not blocks:
        return None
    names = [*COLUMNS, *(f"theta_{d + 1}" for d in range(blocks[0].shape[1] - len(COLUMNS)))]
    whole = {"curve", "run", "step"}
    table = np.concatenate(blocks)
    columns = {name: table[:, n].astype(np.int64) if name in whole else table[:, n] for n, name in enumerate(names)}
    settings = [spec for spec in TOY if not why_unused(spec.name, lab.toy)]
    remarks = (
        f"Schedule Lab: training under {lab.run.family.title}" + (" and the pinned curves" if lab.pins else ""),
        *_about(lab, page),
        *(f"{spec.name}: {exact(lab.toy[spec.name])}" for spec in settings),
        *_curves(cases, outlooks),
        *_single_runs(lab, outlooks),
        RUNS_ROW,
        _theta(trainer),
    )
    return Csv(f"{file_stem(lab)}-runs.csv", remarks, columns)


def _about(lab: Lab, page: str) -> list[str]:
    return [
        f"family: {lab.run.family.key}",
        *(f"{name}: {exact(value)}" for name, value in lab.run.values.items()),
        f"link: {link_of(lab, page)}",
    ]


def _known(cases: list[Case], outlooks: list[Outlook | None]) -> list[tuple[int, tuple[Case, Outlook]]]:
    pairs = enumerate(zip(cases, outlooks, strict=True))
    return [(number, (case, found)) for number, (case, found) in pairs if found is not None]


def _rows(number: int, lr: NDArray[np.float64], found: Outlook) -> NDArray[np.float64]:
    """Return the rows of one curve: its expectation as run 0, then its single runs."""
    blocks = [_block(number, 0, found.steps, lr, found.loss, found.sd, found.path)]
    if (single := found.runs) is not None:
        unknown = np.full(single.steps.size, np.nan)
        blocks += [
            _block(number, 1 + n, single.steps, lr, single.loss[0, n], unknown, single.theta[0, n])
            for n in range(single.loss.shape[1])
        ]
    return np.concatenate(blocks)


def _block(
    number: int,
    run: int,
    steps: NDArray[np.int64],
    lr: NDArray[np.float64],
    loss: NDArray[np.float64],
    sd: NDArray[np.float64],
    theta: NDArray[np.float64],
) -> NDArray[np.float64]:
    following = np.append(lr, np.nan)[steps]
    head = [np.full(steps.size, number), np.full(steps.size, run), steps, following, loss, sd]
    return np.column_stack([*head, theta])


def _curves(cases: list[Case], outlooks: list[Outlook | None]) -> list[str]:
    lines = []
    for number, (case, found, told) in enumerate(zip(cases, outlooks, describe_difference(cases), strict=True)):
        values = ", ".join(f"{name}={exact(value)}" for name, value in case.values)
        made = f", {title_of(case.remake)}" if case.remake else ""
        which = "live" if number == 0 else f"pinned: {told}"
        missing = "" if found else "; not trained, so not in this file"
        lines.append(f"curve {number} ({which}): {FAMILIES[case.family].title}{made}, {values}{missing}")
    return lines


def _single_runs(lab: Lab, outlooks: list[Outlook | None]) -> list[str]:
    found = next(found for found in outlooks if found)
    if found.exact:
        expected = "run 0: the expected loss, exact, its standard deviation sd over the noise, and the expected theta"
    elif found.runs:
        expected = f"run 0: loss and theta averaged over {AVERAGED} runs, and the standard deviation sd of the loss"
    else:
        expected = "run 0: the one run there is, without noise"
    amount = max(each.runs.loss.shape[1] if each and each.runs else 0 for each in outlooks)
    seeds = seeds_of(lab.seed, amount)
    return [expected, *(f"run {n + 1}: a single run with noise, seed {seed}; no sd" for n, seed in enumerate(seeds))]


def _theta(trainer: Trainer) -> str:
    problem = trainer.problem
    if isinstance(problem, Logistic):
        scales = ", ".join(exact(scale) for scale in problem.scales.tolist())
        return f"theta_1 to theta_3 weigh feature z1, feature z2 and 1, after these are multiplied by {scales}."
    return "theta_1 lies in the sharp direction, theta_2 in the flat one; the minimum is at 0."
