"""Students in one process of the server, each moving a slider five times a second: how long they wait."""

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.parts import PARTS
from benchmarks.light import PERIOD, Student
from benchmarks.machine import processor
from benchmarks.report import Table, median, percentile
from ui.server import Server

CROWDS = (10, 20, 40, 60)
SECONDS = 6.0  # that are measured
WARM_UP = 2.0  # seconds of the same before them
JUDGED, GOAL = 40, 100.0  # students; ms
LATEST = 240.0  # seconds after which no larger crowd is let in, for a machine too slow or too busy for it
SLIDERS = ("family", "T", "Tw", "eta_max", "eta_min", "own", "acts", "lab")
# With everything of the Lab, and with what a link leaves when it hides all but the curve and its sliders.
PAGES = {"default page": [], "schedule alone": [part for part in PARTS if part not in SLIDERS]}
OPTIONS = ("--websocket-max-message-size", "262144", "--log-level", "warning")


async def measure(rounds: int | None = None) -> list[Table]:
    """Let students in one after the other, and measure each time that a crowd of the next size is there.

    With `rounds`, each crowd is measured for so many seconds.
    """
    table = Table(
        f"crowd: one process, each student moves a slider {1 / PERIOD:.0f} times a second, ms from event to answer",
        [
            *("page", "students", "curve p50", "curve p95", "everything p50", "everything p95"),
            *("overtaken", "moves a second", "server's core", "students' core"),
        ],
        [
            "The newest event wins: one that is overtaken before it is sent waits for the answer to the newer one.",
            "Students are raw sockets in one process; no value of the slider comes twice.",
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.to_thread(Server, Path(folder) / "log", options=OPTIONS)
        students: list[Student] = []
        end = time.monotonic() + LATEST
        try:
            for size in CROWDS:
                while len(students) < size and time.monotonic() < end:
                    student = Student(server.origin, _values().__next__)
                    await student.open()
                    students.append(student)
                if len(students) < size:
                    table.notes.append(f"Within {LATEST:.0f} s {len(students)} students could be let in, no more.")
                    break
                for page, hidden in PAGES.items():
                    for student in students:
                        student.hide(hidden)
                    await _row(table, page, students, server.process.pid, rounds or SECONDS)
            for student in students:
                await student.leave()
        finally:
            await asyncio.to_thread(server.stop)
        table.notes += [f"The server complained of: {line}" for line in server.trouble()[:5]]
    return [table]


def _values() -> Iterator[int]:
    """Yield values of the warmup that move to and fro by irregular steps, none of them twice in a row of hundreds."""
    value = random.randrange(4_000)
    for step in itertools.cycle((7, 13, 29, 17)):
        value = (value + step) % 4_000
        yield value


async def _row(table: Table, page: str, students: list[Student], pid: int, seconds: float) -> None:
    """Measure one crowd on one kind of page."""
    await _play(students, WARM_UP)
    for student in students:
        student.moves.clear()
    began, server, own = time.monotonic(), processor([pid]), time.process_time()
    await _play(students, seconds)
    took = time.monotonic() - began
    server, own = processor([pid]) - server, time.process_time() - own
    curve, everything = (
        [1e3 * wait for student in students for wait in getattr(student.moves, part)]
        for part in ("curve", "everything")
    )
    events, sent = (sum(getattr(student.moves, part) for student in students) for part in ("events", "sent"))
    p95 = percentile(everything, 95)
    judged = len(students) == JUDGED
    table.add(
        page,
        len(students),
        *(f"{value:,.0f}" for value in (median(curve), percentile(curve, 95), median(everything), p95)),
        f"{1 - sent / events:.0%}",
        f"{sent / took:.0f}",
        f"{server / took:.0%}",
        f"{own / took:.0%}",
        goal=f"p95 < {GOAL:g}" if judged else "",
        met=p95 < GOAL if judged else None,
    )
    if judged:
        table.find("crowd", f"{page}: {p95:,.0f} ms (curve {percentile(curve, 95):,.0f} ms)", p95 < GOAL)


async def _play(students: list[Student], seconds: float) -> None:
    """Let all of them move for a while, out of step with each other, until all is answered."""
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def play(student: Student, first: float) -> None:
        for number in range(round(seconds / PERIOD)):
            at = start + first + number * PERIOD
            await asyncio.sleep(at - loop.time())
            student.event(at)  # when it was due, so that a late client does not flatter the server
        await student.answered()

    firsts = [random.uniform(0, PERIOD) for _ in students]
    await asyncio.gather(*(play(student, first) for student, first in zip(students, firsts, strict=True)))
