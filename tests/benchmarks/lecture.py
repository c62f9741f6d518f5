"""A class that comes into a lecture hall at once: how fast it is served, what a student costs, how moves go then."""

import asyncio
import random
import tempfile
import time
from pathlib import Path

from benchmarks.machine import processor, resident
from benchmarks.report import Table, median, percentile
from ensure_nginx import find
from hall.process import Hall
from hall.students import Student

PROCESSES = (1, 2, 3)
STUDENTS = 30
MOVES = 5  # of each student
BETWEEN = 2.0  # seconds from one move of a student to the next, on average: a class tries, looks and talks
LATE = 300.0


async def measure(rounds: int | None = None) -> list[Table]:
    """Let a class in, through nginx, to one, two and three processes; students are raw sockets, without pictures."""
    nginx = find()
    if nginx is None:
        raise RuntimeError("no nginx is installed: python tests/ensure_nginx.py tells how to get one")
    table = Table(
        f"hall: {STUDENTS} students come at once, then each moves a control every {BETWEEN:.0f} s",
        [
            *("processes", "students served a second", "the last one after, s", "CPU a student, ms"),
            *("memory a student, MB", "move to address p50, ms", "p95, ms"),
        ],
        notes=["The students run on the same cores; a browser's own work is not in it."],
    )
    for count in PROCESSES:
        with tempfile.TemporaryDirectory() as folder:
            hall = await asyncio.to_thread(Hall, nginx, Path(folder) / "log", "--backends", str(count))
            try:
                table.add(count, *await _lesson(hall, rounds or MOVES))
            finally:
                await asyncio.to_thread(hall.stop)
    return [table]


async def _lesson(hall: Hall, moves: int) -> list[str]:
    pids = [pid for pid, _port in hall.backends().values()]
    students = [Student(hall.origin, f"T={2_000 + n}") for n in range(STUDENTS)]
    cpu, memory, began = processor(pids), resident(pids), time.monotonic()
    await asyncio.wait_for(asyncio.gather(*(student.visit() for student in students)), LATE)
    took = time.monotonic() - began
    cpu, memory = processor(pids) - cpu, resident(pids) - memory
    listening = [asyncio.create_task(student.attend()) for student in students]
    ways = await asyncio.wait_for(asyncio.gather(*(_play(student, moves) for student in students)), LATE)
    times = [ms for way in ways for ms in way]
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return [
        f"{STUDENTS / took:.1f}",
        f"{took:.1f}",
        f"{1e3 * cpu / STUDENTS:.0f}",
        f"{memory / STUDENTS:.2f}",
        f"{median(times):.0f}",
        f"{percentile(times, 95):.0f}",
    ]


async def _play(student: Student, moves: int) -> list[float]:
    """Move a control again and again; return how long each took [ms]."""
    times = []
    await asyncio.sleep(BETWEEN * random.random())
    for n in range(moves):
        began = time.monotonic()
        await student.move(T=3_000 + n)
        times.append(1e3 * (time.monotonic() - began))
        await asyncio.sleep(2 * BETWEEN * random.random())
    return times
