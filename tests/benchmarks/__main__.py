"""Measure the figures that the design promises, each as a ratio within one run: `python tests/benchmarks --help`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

# `tests`, where this package and `ensure_browser` are found by name, but before it the root: `tests` too has a folder
# `schedules`.
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import engine, held, latency, lecture, load, soak, training, wire
from benchmarks.machine import describe, load_average
from benchmarks.report import say

BENCHMARKS = {
    "engine": engine.measure,
    "training": training.measure,
    "latency": latency.measure,
    "held": held.measure,
    "bytes": wire.measure,
    "load": load.measure,
    "hall": lecture.measure,
}


def main() -> int:
    """Run the benchmarks that are named on the command line, or all of them; always return 0."""
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__.partition(":")[0] + ".")
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"any of {', '.join(BENCHMARKS)}; all, if none is given"
    )
    parser.add_argument("--rounds", type=int, help="repetitions, instead of each benchmark's own number")
    parser.add_argument("--minutes", type=int, default=60, help="how long `soak` lasts; it runs only when named")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in (*BENCHMARKS, "soak")]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not known; there are {', '.join(BENCHMARKS)} and soak")
    if (asked.rounds is not None and asked.rounds < 1) or asked.minutes < 1:
        parser.error("--rounds and --minutes must be at least 1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that servers and browser end with this process
    say(describe())
    say("Other work on this machine moves every figure: trust a verdict from a run whose load average was low.")
    for name in asked.names or BENCHMARKS:
        before = load_average()
        tables = asyncio.run(soak.measure(asked.minutes) if name == "soak" else BENCHMARKS[name](asked.rounds))
        for table in tables:
            say(f"\n{table}")
        say(f"(load average {before} before {name}, {load_average()} after)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
