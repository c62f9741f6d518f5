"""Memory of one process: at its start, for each session that is held, and after hundreds have come and gone."""

import asyncio
import itertools
import re
import tempfile
import time
from pathlib import Path

from benchmarks.light import Student
from benchmarks.machine import resident
from benchmarks.report import Table
from ui.server import Server

SESSIONS, BATCH = 300, 10
WARM = 2  # batches, after which all is imported and each cache has seen some use
HELD = 50
WITHIN = 1.1
LATE = 60.0  # seconds
LATEST = 480.0  # seconds after which no further batch is let in, for a machine too slow or too busy for it
# Sessions end soon after they are left, and the log says how many there are.
OPTIONS = (
    *("--liveness", "--log-level", "debug", "--stats-log-frequency", "100"),
    *("--unused-session-lifetime", "1000", "--check-unused-sessions", "100"),
)
KEPT = 1  # session that belongs to nobody: its page stands for all others
COUNTED = re.compile(r"/app has (\d+) sessions")


async def measure(rounds: int | None = None) -> list[Table]:
    """Open, move, close; with `rounds`, so many batches of ten instead of thirty."""
    batches = 0
    end = time.monotonic() + LATEST
    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.to_thread(Server, Path(folder) / "log", options=OPTIONS, ready="/liveness")
        try:
            start = _size(server)
            await _come_and_go(server, 1)
            first = _size(server)
            for _ in range(WARM):
                await _come_and_go(server, BATCH)
            warm = _size(server)
            while batches < (rounds or SESSIONS // BATCH) and time.monotonic() < end:
                await _come_and_go(server, BATCH)
                batches += 1
            after = _size(server)
            students = await _come(server, BATCH)  # for these, a closed batch has left room
            few = _size(server)
            students += await _come(server, HELD - BATCH)
            held = _size(server)
            await _go(server, students)
            asked = f"{batches * BATCH} more, opened and closed"
            rows = [
                ("the start, before any session", start),
                ("the first session, opened and closed", first),
                (f"{WARM * BATCH} more, opened and closed: the warm-up", warm),
                (asked, after),
                (f"{HELD} more that are held", held),
                ("these closed too", _size(server)),
            ]
        finally:
            await asyncio.to_thread(server.stop)
    table = Table(
        f"memory: one process, sessions in batches of {BATCH}, each with a socket and a move",
        ["after", "MB", "of the start", "of the first session", "of the warm-up"],
        [
            f"A session that is held takes {(held - few) / (HELD - BATCH):.1f} MB: what the last {HELD - BATCH} added.",
            "The page is imported with the first session, so the goal counts from the warm-up. Each figure but that of "
            "the held ones is taken when no student's is left; Bokeh collects garbage as it discards one.",
        ],
    )
    met = after <= WITHIN * warm
    for words, size in rows:
        ratios = (f"{size / base:.2f}" for base in (start, first, warm))
        judged = words == asked
        goal = f"≤ {WITHIN} of the warm-up" if judged else ""
        table.add(words, f"{size:.0f}", *ratios, goal=goal, met=met if judged else None)
    table.find("memory", f"{after / warm:.2f} after {batches * BATCH} ({after / first:.2f} of the first session)", met)
    return [table]


async def _come_and_go(server: Server, count: int) -> None:
    await _go(server, await _come(server, count))


async def _come(server: Server, count: int) -> list[Student]:
    """Open sessions, one after the other, each with a move that is answered in full."""
    students = []
    for number in range(count):
        student = Student(server.origin, itertools.count(100 + number).__next__)
        await student.open()
        student.event(asyncio.get_running_loop().time())
        await student.answered()
        students.append(student)
    return students


async def _go(server: Server, students: list[Student]) -> None:
    """Close sessions, and wait until the server has no more than nobody's."""
    for student in students:
        await student.leave()
    told = server.log.stat().st_size
    end = time.monotonic() + LATE
    while (found := _counts(server.log, told)) == [] or found[-1] != KEPT:
        if time.monotonic() > end:
            raise RuntimeError(f"of {len(students)} sessions that were closed, {found[-1:]} are left")
        await asyncio.sleep(0.1)


def _counts(log: Path, begin: int) -> list[int]:
    """Return how many sessions the server says that it has, each time that it has said so since then."""
    with log.open("rb") as lines:
        lines.seek(begin)
        return [int(count) for count in COUNTED.findall(lines.read().decode())]


def _size(server: Server) -> float:
    return resident([server.process.pid])
