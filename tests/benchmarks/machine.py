"""What the figures were measured on, and how busy it was: other processes move all of them."""

import os
import platform
from importlib.metadata import version


def describe() -> str:
    """Return one line on the machine and the releases that count."""
    releases = ", ".join(f"{name} {version(name)}" for name in ("numpy", "bokeh", "panel", "playwright"))
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {releases}"


def load_average() -> str:
    """Return the load average of the last minute, where the system keeps one."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"
