"""The pages that are compared, each on a server process of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parent / "peers"
HOST = "127.0.0.1"
START_SECONDS = 60
WARMUP = "Warmup steps Tw"


@dataclass(frozen=True)
class Site:
    """A page to be measured.

    Attributes:
        name: Its name in tables.
        tool: The module that serves it, `panel` or `bokeh`.
        target: What that module serves.
        path: Where the page is then.
        handle: Finds on the page the part of the warmup slider that takes keys.
        read: Reads off the page the warmup that the slider shows.
    """

    name: str
    tool: str
    target: str
    path: str
    handle: Callable[[Page], Locator] = lambda page: page.locator(".noUi-handle")
    read: Callable[[Page], Awaitable[float]] = lambda page: page.evaluate(
        "() => [...Bokeh.documents[0].all_models].find((model) => model.title?.startsWith('Warmup')).value"
    )


async def _read_number(page: Page) -> float:
    return float(await page.get_by_role("spinbutton", name=WARMUP).input_value())


OURS = Site("ours", "panel", "app", "/app", lambda page: page.get_by_role("slider", name=WARMUP), _read_number)
BARE = Site("bare Bokeh", "bokeh", str(PEERS / "bare.py"), "/bare")
NAIVE = Site("naive Panel", "panel", str(PEERS / "naive.py"), "/naive")
EMPTY = Site("empty Panel", "panel", str(PEERS / "empty.py"), "/empty")


@dataclass(frozen=True)
class Served:
    """A page that is served: its address, and the process that serves it."""

    url: str
    pid: int


@contextlib.contextmanager
def serving(*sites: Site) -> Iterator[dict[Site, Served]]:
    """Serve each site in a process of its own while the block runs."""
    with contextlib.ExitStack() as stack:
        yield {site: stack.enter_context(_server(site)) for site in sites}


@contextlib.contextmanager
def _server(site: Site) -> Iterator[Served]:
    port = _free_port()
    options = ["--address", HOST, "--port", str(port), "--allow-websocket-origin", f"{HOST}:{port}"]
    # `-m` puts the working directory on the path, so the app finds the engine even where it is not installed.
    process = subprocess.Popen(
        [sys.executable, "-m", site.tool, "serve", site.target, *options],
        cwd=ROOT,
        env={**os.environ, "BOKEH_LOG_LEVEL": "error"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://{HOST}:{port}{site.path}"
        _wait(url, process)
        yield Served(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the page answers, which also means that its server has imported all it needs."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=START_SECONDS):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")
