"""Tables of figures, each with its goal and a verdict."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

FIGURES = re.compile(r"[\d.,%/()– -]+")  # "7", "1,000 / 2,000", "24 (20 – 30)"


@dataclass(frozen=True)
class Finding:
    """What was measured of one of the design's goals."""

    goal: str
    measured: str
    met: bool


@dataclass
class Table:
    """A titled table; the last two columns of each row are its goal and whether it was met.

    Attributes:
        title: What was measured.
        head: Names of the columns but the last two.
        notes: Sentences under the table.
        findings: What its rows say of the design's goals; see goals.py.
    """

    title: str
    head: Sequence[str]
    notes: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, *cells: object, goal: str = "", met: bool | None = None) -> None:
        """Add a row; one without a goal gets no verdict."""
        verdict = "" if met is None else "met" if met else "MISSED"
        self.rows.append([*map(str, cells), goal, verdict])

    def find(self, goal: str, measured: str, met: bool) -> None:
        """Note what was measured of one of the design's goals."""
        self.findings.append(Finding(goal, measured, met))

    def markdown(self) -> str:
        """Return the table in Markdown, under its title."""
        lines = [[*self.head, "goal", "verdict"], ["---"] * (len(self.head) + 2), *self.rows]
        rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
        return "\n".join([f"## {self.title}", "", *rows, *(f"\n{note}" for note in self.notes)])

    def __str__(self) -> str:
        lines = [[*self.head, "goal", "verdict"], *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = ["  ".join(_padded(row, widths)).rstrip() for row in lines]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.title, text[0], rule, *text[1:], *self.notes])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the cells at their widths, words to the left and figures to the right."""
    return [
        cell.rjust(width) if FIGURES.fullmatch(cell) else cell.ljust(width)
        for cell, width in zip(row, widths, strict=True)
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
