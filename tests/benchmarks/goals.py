"""The figures that the design promises, and what a run has measured of them."""

from collections.abc import Mapping, Sequence

from benchmarks.report import Table

# By key: what is promised, and how much.
GOALS: Mapping[str, tuple[str, str]] = {
    "curve": ("a curve, T = 10,000: times faster than the loop, and of numpy slices", "≥ 40, ≤ 1.25"),
    "families": ("all families at once, T = 10,000, 32 seeds on one toy problem", "≤ 50 ms"),
    "picture": ("slider event to painted curve, p95 of a bare Bokeh server's", "≤ 1.25"),
    "held": ("a held slider, 60 events a second: pictures, and how late the last one is", "≥ 20 a second, ≤ 100 ms"),
    "bytes": ("bytes for one move, of those at T = 1,000", "≤ 1.1"),
    "load": ("first usable paint, of an empty page of the same template", "≤ 1.5"),
    "crowd": ("one process, 40 students, 5 events a second each", "p95 < 100 ms"),
    "memory": ("memory after 300 sessions opened and closed, of the start", "≤ 1.1"),
}


def summary(tables: Sequence[Table]) -> Table:
    """Return one table of all goals: what the given tables found of each, and whether all of that met it."""
    found = Table("the design's goals, and this run", ["what", "measured"])
    for key, (what, goal) in GOALS.items():
        parts = [finding for table in tables for finding in table.findings if finding.goal == key]
        measured = "; ".join(part.measured for part in parts) or "not measured"
        found.add(what, measured, goal=goal, met=all(part.met for part in parts) if parts else None)
    return found
