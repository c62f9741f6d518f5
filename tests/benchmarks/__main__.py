"""Measure the figures that the design promises, each as a ratio within one run: `python tests/benchmarks --help`."""

import argparse
import asyncio
import signal
import sys
import traceback
from pathlib import Path

# `tests`, where this package and `ensure_browser` are found by name, but before it the root: `tests` too has a folder
# `schedules`.
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import crowd, engine, held, latency, lecture, load, memory, soak, training, wire
from benchmarks.goals import summary
from benchmarks.machine import describe, load_average
from benchmarks.report import Table, say

BENCHMARKS = {
    "engine": engine.measure,
    "training": training.measure,
    "latency": latency.measure,
    "held": held.measure,
    "bytes": wire.measure,
    "load": load.measure,
    "crowd": crowd.measure,
    "memory": memory.measure,
    "hall": lecture.measure,
}
TRUST = "Other work on this machine moves every figure: trust a verdict from a run whose load average was low."


def main() -> int:
    """Run the benchmarks that are named on the command line, or all of them; return 1 if one could not be run."""
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__.partition(":")[0] + ".")
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"any of {', '.join(BENCHMARKS)}; all, if none is given"
    )
    parser.add_argument("--rounds", type=int, help="repetitions, instead of each benchmark's own number")
    parser.add_argument("--minutes", type=int, default=60, help="how long `soak` lasts; it runs only when named")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the tables to a file as well, in Markdown")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in (*BENCHMARKS, "soak")]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not known; there are {', '.join(BENCHMARKS)} and soak")
    if (asked.rounds is not None and asked.rounds < 1) or asked.minutes < 1:
        parser.error("--rounds and --minutes must be at least 1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that servers and browser end with this process
    say(describe())
    say(TRUST)
    tables: list[Table] = []
    loads: list[str] = []
    failed = False
    for name in asked.names or BENCHMARKS:
        before = load_average()
        try:
            found = asyncio.run(soak.measure(asked.minutes) if name == "soak" else BENCHMARKS[name](asked.rounds))
        except Exception:  # the others can still be measured
            say(f"\n{name} could not be measured: {traceback.format_exc()}")
            failed = True
            continue
        for table in found:
            say(f"\n{table}")
        tables += found
        loads.append(f"load average {before} before {name}, {load_average()} after")
        say(f"({loads[-1]})")
        if asked.save:  # what there is so far: a later one may fail
            _save(asked.save, tables, loads)
    say(f"\n{summary(tables)}")
    return int(failed)


def _save(file: Path, tables: list[Table], loads: list[str]) -> None:
    """Write tables as Markdown, the summary first."""
    head = ["# Schedule Lab: figures", f"{describe()}.", TRUST]
    parts = [*head, *(table.markdown() for table in (summary(tables), *tables)), "; ".join(loads) + "."]
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
