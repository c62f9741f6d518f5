"""One process of the page, on a port of this machine's own: started, watched, started again."""

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from app.hall.check import UnhealthyError, check_page, check_session
from app.hall.proxy import end

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
# As Procfile's, but for where it listens and who may connect; a test compares.
FLAGS = ("--num-procs", "1", "--warm", "--liveness", "--use-xheaders", "--websocket-max-message-size", "262144")
QUIET = (
    *("--keep-alive", "15000"),  # ms: middleboxes of schools forget what is silent for a minute
    # ms: nobody returns to a session that is left, for a page that has lost its socket comes back as a new visit. But
    # when a class comes at once, or by phone, some time passes from the page to its socket; a session that is gone by
    # then is built once more, from the token, and makes the others wait.
    *("--unused-session-lifetime", "60000", "--check-unused-sessions", "5000"),
    *("--log-level", "warning"),
    # What goes into the token, and with it into the page: not what the browser is, nor other cookies of the site.
    *("--include-headers", "Host", "--include-cookies", "schedule_lab_node"),
)
START_SECONDS = 60.0
STOP_SECONDS = 5.0
CHECK_SECONDS = 30.0
# A process that builds pages for a whole class answers the check when it is through with them: it is in no trouble, and
# to end it then would be the trouble.
PATIENCE_SECONDS = 60.0
MOST_SILENT = 3  # checks in a row
STEADY_SECONDS = 30.0
LONGEST_PAUSE = 30.0
ESTABLISHED = "01"

log = logging.getLogger("hall")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def connections(port: int) -> int | None:
    """Return how many connections to a local port are open, or None where the system does not tell."""
    try:
        lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None
    wanted = f":{port:04X}"
    rows = [line.split() for line in lines]
    return sum(row[1].endswith(wanted) and row[3] == ESTABLISHED for row in rows)


class Backend:
    """One `panel serve app`.

    Attributes:
        name: What the log calls it.
        port: Where it listens, on the loopback alone.
        up: Is set while it serves the page.
    """

    def __init__(self, name: str, origins: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self.name = name
        self.port = free_port()
        self.up = asyncio.Event()
        self._origins = origins
        self._environment = dict(environment)
        self._process: asyncio.subprocess.Process | None = None
        self._asked = False  # to restart

    @property
    def server(self) -> str:
        """`HOST:PORT` of it."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Where its page is."""
        return f"http://{self.server}/app"

    async def keep(self) -> None:
        """Start the process, and start it again whenever it ends or serves the page no longer; never returns."""
        pause = 0.0
        while True:
            began = time.monotonic()
            try:
                await self._start()
                await self._comes_up()
                pid = self._process.pid if self._process else 0
                log.info("%s (%d) serves the page on %s after %.1f s", self.name, pid, self.server, _since(began))
                self.up.set()
                await self._watch()
            except UnhealthyError as error:
                log.log(logging.INFO if self._asked else logging.ERROR, "%s %s; it is started again", self.name, error)
            finally:
                self.up.clear()
                await self.stop()
                self._asked = False
            pause = 0.0 if _since(began) > STEADY_SECONDS else min(LONGEST_PAUSE, 2 * pause + 0.5)
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """End the process."""
        if self._process:
            await end(self._process, STOP_SECONDS)

    async def emptied(self, seconds: float) -> bool:
        """Wait until no page is connected, but no longer than so many seconds; return whether none is."""
        end = time.monotonic() + seconds
        while connections(self.port) != 0:
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.5)
        return True

    async def restart(self, seconds: float = START_SECONDS) -> bool:
        """End the process and wait for the next one; return whether it serves the page within so many seconds."""
        self._asked = True
        self.up.clear()
        await self.stop()
        try:
            await asyncio.wait_for(self.up.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _start(self) -> None:
        allowed = [flag for origin in self._origins for flag in ("--allow-websocket-origin", origin)]
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "panel", "serve", "app", "--address", HOST, "--port", str(self.port)),
            *(*FLAGS, *QUIET, *allowed),
            cwd=ROOT,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )

    async def _comes_up(self) -> None:
        """Return when a browser would find the page and its document.

        Raises:
            UnhealthyError: It ends, or does not get there in time.
        """
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                await check_session(self.url, origin=f"http://{self._origins[0]}")
                return
            except UnhealthyError as error:
                if self._code is not None:
                    raise UnhealthyError(f"has ended with status {self._code} before it served the page") from error
                if time.monotonic() > end:
                    raise UnhealthyError(f"does not come up: {error}") from error
            await asyncio.sleep(0.2)

    async def _watch(self) -> None:
        """Look at the page from time to time; never returns.

        Raises:
            UnhealthyError: The process has ended, is silent, or serves an empty page.
        """
        silent = 0
        while True:
            if await self._ends_within(CHECK_SECONDS):
                raise UnhealthyError(f"has ended with status {self._code}")
            try:
                await check_page(self.url, PATIENCE_SECONDS)
                silent = 0
            except UnhealthyError as error:
                silent += 1
                if silent == MOST_SILENT:
                    raise UnhealthyError(f"fails {MOST_SILENT} checks in a row: {error}") from error

    async def _ends_within(self, seconds: float) -> bool:
        if self._process is None:
            return True
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return False
        return True

    @property
    def _code(self) -> int | None:
        return self._process.returncode if self._process else None


def _since(moment: float) -> float:
    return time.monotonic() - moment


def environment(secret: str) -> dict[str, str]:
    """Return what a process of the page finds in its environment: the launcher's, and what sessions are signed with."""
    own = {"BOKEH_SECRET_KEY": secret, "BOKEH_SIGN_SESSIONS": "true"}
    # Who may connect is said by flags, which this variable would override.
    return {name: value for name, value in os.environ.items() if name != "BOKEH_ALLOW_WS_ORIGIN"} | own
