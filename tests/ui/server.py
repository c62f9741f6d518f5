"""The app as a process of its own, on a free port of this machine."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVE = (sys.executable, "-m", "panel", "serve", "app", "--address", "127.0.0.1")
START_SECONDS = 60
STOP_SECONDS = 10
TROUBLE = re.compile(r"Traceback|\bERROR\b|\bCRITICAL\b|\w*(?:Deprecat|FutureWarn|PendingDepr)\w*")
# Tornado's, Panel's and Bokeh's own words where a visitor closes the page while it is being written to, or while it
# connects: nobody's mistake.
LEFT = re.compile(
    r"^[^\n]*Task exception was never retrieved\nfuture: [^\n]*(?:write_message|_dispatch_msgs).*?"
    r"^tornado\.websocket\.WebSocketClosedError$"
    r"|^[^\n]*(?:error handling message|Uncaught exception GET /app/ws)(?:(?!^\d{4}-).)*?"
    r"assert self\._session is not None\n[^\n]*\nAssertionError$",
    re.MULTILINE | re.DOTALL,
)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`panel serve app` with its log; `options` and `environment` are added to what it is started with.

    It counts as started when it answers at `ready`.
    """

    def __init__(
        self,
        log: Path,
        port: int = 0,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        ready: str = "/app",
    ) -> None:
        self.log = log
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOKEH_")}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*SERVE, "--port", str(self.port), *options],
                cwd=ROOT,
                env={**inherited, "PYTHONWARNINGS": "default", **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._wait(ready)

    def _wait(self, ready: str) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.origin}{ready}", timeout=START_SECONDS):
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"no server: {self.log.read_text()}")

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def trouble(self) -> list[str]:
        """Return the lines of the log that tell of an error, or of something deprecated."""
        return [line for line in LEFT.sub("", self.log.read_text()).splitlines() if TROUBLE.search(line)]
