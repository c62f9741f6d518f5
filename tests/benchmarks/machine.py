"""What the figures were measured on, and how busy it was: other processes move all of them."""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """Return one line on the machine and the releases that count."""
    releases = ", ".join(f"{name} {version(name)}" for name in ("numpy", "bokeh", "panel", "playwright"))
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {releases}"


def load_average() -> str:
    """Return the load average of the last minute, where the system keeps one."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


def processor(pids: Iterable[int]) -> float:
    """Return what processes have worked so far [seconds of a core]."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def resident(pids: Iterable[int]) -> float:
    """Return the memory that processes have in use [MB]."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
