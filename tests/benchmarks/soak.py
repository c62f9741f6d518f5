"""Hours of use: visitors come, move things and go, and the memory of the server is noted each minute."""

import asyncio
import contextlib
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import resident
from benchmarks.report import Table, median, say
from raw_client import Client, connected
from ui.server import Server

VISITORS = 6  # at a time
STAY = (20.0, 90.0)  # seconds
PAUSE = (0.1, 1.0)  # seconds between two things that a visitor does
MINUTE = 60.0  # seconds
WARM = 0.2  # of the minutes, in which memory still grows to its size
WITHIN = 1.1  # of the first minutes after that
FAMILIES = ("warmup_cosine", "sgdr", "wsd", "one_cycle", "step", "triangular", "range_test")
SECTIONS = ("intuition", "math", "program", "storyboard", "mistakes", "inquiry", "names")


async def measure(minutes: int) -> list[Table]:
    """Let visitors use a server for so many minutes; memory must stay within a tenth of what it was once warm."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "log", options=["--unused-session-lifetime", "5000"])
        counted = {"visits": 0, "acts": 0}
        try:
            coming = [asyncio.create_task(_visits(server.origin, random.Random(n), counted)) for n in range(VISITORS)]
            sizes = await _watched(server, minutes, counted, coming)
            leaving = set(coming)
            while leaving:  # `wait_for` of Python 3.11 may swallow a cancellation
                for task in leaving:
                    task.cancel()
                _gone, leaving = await asyncio.wait(leaving, timeout=1)
        finally:
            server.stop()
        complaints = server.trouble()
    return [_table(sizes, counted, complaints)]


async def _watched(
    server: Server, minutes: int, counted: dict[str, int], coming: list[asyncio.Task[None]]
) -> list[tuple[float, int, int]]:
    found = []
    for minute in range(minutes):
        await asyncio.wait(coming, timeout=MINUTE, return_when=asyncio.FIRST_EXCEPTION)
        for task in coming:
            if task.done():
                task.result()  # a visitor who could not go on is a failure
        found.append((resident([server.process.pid]), counted["visits"], counted["acts"]))
        say(f"minute {minute + 1}: {found[-1][0]:.0f} MB, {counted['visits']} visits, {counted['acts']} acts")
    return found


def _table(sizes: list[tuple[float, int, int]], counted: dict[str, int], complaints: list[str]) -> Table:
    table = Table(f"soak: {VISITORS} visitors at a time", ["minutes", "memory, MB", "of the first", "visits", "acts"])
    warm = sizes[int(WARM * len(sizes)) :]
    third = max(1, len(warm) // 3)
    first, last = (median([size for size, *_ in part]) for part in (warm[:third], warm[-third:]))
    table.add(f"{len(sizes) - len(warm) + 1} to {len(sizes) - len(warm) + third}", f"{first:.0f}", "1.00", "", "")
    table.add(
        f"{len(sizes) - third + 1} to {len(sizes)}",
        f"{last:.0f}",
        f"{last / first:.2f}",
        counted["visits"],
        counted["acts"],
        goal=f"≤ {WITHIN}",
        met=last <= WITHIN * first and not complaints,
    )
    table.notes += [f"The server complained of: {line}" for line in complaints[:5]]
    return table


async def _visits(origin: str, draw: random.Random, counted: dict[str, int]) -> None:
    """Come, stay for a while, go, and come again."""
    while True:
        async with connected(origin) as client:
            await client.load()
            counted["visits"] += 1
            end = time.monotonic() + draw.uniform(*STAY)
            number = 0
            while time.monotonic() < end:
                number += 1
                name, prop, value = _something(client, draw, number)
                answer = await client.patch(name, prop, value)
                if answer["header"]["msgtype"] != "OK":
                    raise RuntimeError(f"{name}.{prop} = {value!r} was answered {answer}")
                counted["acts"] += 1
                with contextlib.suppress(asyncio.TimeoutError):
                    while True:  # take what comes meanwhile, as a browser does
                        await client.read(draw.uniform(*PAUSE))


def _something(client: Client, draw: random.Random, number: int) -> tuple[str, str, Any]:
    """Return what a visitor does next: component, property, value."""
    controls, stage, playhead, toy, _test = [name for name in client.models if name.startswith("Controls")]

    def one(kind: str) -> str:
        return next(name for name in client.models if name.startswith(kind))

    def changes(**values: Any) -> dict[str, Any]:
        return {"seq": number, "changes": values}

    exercise = {"exercise": f"E{draw.randint(1, 38)}", "seed": draw.randint(0, 99)}
    acts = [["open", exercise], ["why", "It counts its updates."], ["close", None]]
    return draw.choice(
        [
            (controls, "sent", changes(T=draw.randint(20, 3_000), Tw=draw.randint(0, 20))),
            (controls, "sent", changes(eta_max=draw.choice([1e-4, 3e-4, 1e-3]))),
            (controls, "sent", changes(family=draw.choice(FAMILIES))),
            (controls, "sent", changes(undo=True)),
            (stage, "sent", changes(axis=draw.choice(["log", "linear"]))),
            (stage, "sent", changes(pin=True)),
            (playhead, "sent", changes(step=draw.randint(0, 100))),
            (toy, "sent", changes(optimizer=draw.choice(["sgd", "momentum", "adam"]), noise=draw.choice([0.0, 30.0]))),
            (one("Legend"), "pressed", {"act": "remove", "index": 0, "seq": number}),
            (one("Ranking"), "pressed", {"act": "families", "on": draw.random() < 0.3, "seq": number}),
            (one("Lesson"), "open", draw.random() < 0.7),
            (one("Lesson"), "sent", {"seq": number, "act": "section", "value": draw.choice(SECTIONS)}),
            (one("Listing"), "open", draw.random() < 0.5),
            (one("Winners"), "open", draw.random() < 0.5),
            (one("Practice"), "sent", {"seq": number, "acts": acts}),
        ]
    )
