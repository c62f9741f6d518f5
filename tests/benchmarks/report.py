"""Tables of figures, each with its goal and a verdict."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Table:
    """A titled table; the last two columns of each row are its goal and whether it was met.

    Attributes:
        title: What was measured.
        head: Names of the columns but the last two.
        notes: Sentences under the table.
    """

    title: str
    head: Sequence[str]
    notes: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def add(self, *cells: object, goal: str = "", met: bool | None = None) -> None:
        """Add a row; one without a goal gets no verdict."""
        verdict = "" if met is None else "met" if met else "MISSED"
        self.rows.append([*map(str, cells), goal, verdict])

    def __str__(self) -> str:
        lines = [[*self.head, "goal", "verdict"], *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = ["  ".join(_padded(row, widths)).rstrip() for row in lines]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.title, text[0], rule, *text[1:], *self.notes])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the cells at their widths, names to the left and figures to the right."""
    return [
        cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width) for cell, width in zip(row, widths, strict=True)
    ]


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of the samples do not exceed."""
    return float(np.percentile(samples, percent))


def median(samples: Sequence[float]) -> float:
    """Return the middle of the samples."""
    return percentile(samples, 50)


def say(text: str) -> None:
    """Write a line to standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
