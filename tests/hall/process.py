"""`python -m app.hall` as a process with its log."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ensure_nginx import VARIABLE
from ui.server import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 20
UP = re.compile(r"(backend \d) \((\d+)\) serves the page on 127\.0\.0\.1:(\d+)")


class Hall:
    """`python -m app.hall` with its log."""

    def __init__(self, nginx: str, log: Path, *options: str) -> None:
        self.log = log
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOKEH_")}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.hall", "--port", str(self.port), *options],
                cwd=ROOT,
                env={**inherited, VARIABLE: nginx},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.wait(lambda: " open: " in self.told, START_SECONDS)

    @property
    def told(self) -> str:
        """What it has told so far."""
        return self.log.read_text()

    def backends(self) -> dict[str, tuple[int, int]]:
        """Return process id and port of each backend, by name, as it came up last."""
        return {name: (int(pid), int(port)) for name, pid, port in UP.findall(self.told)}

    def wait(self, check: Callable[[], bool], seconds: float) -> float:
        """Wait until something holds, and return how long that took [seconds]."""
        began = time.monotonic()
        while not check():
            assert self.process.poll() is None, self.told
            assert time.monotonic() < began + seconds, self.told
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self) -> int:
        """Ask it to close, and return its status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
