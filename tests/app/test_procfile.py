"""The line that a host runs, and the one for a person's own machine, run as they are but for the address: loopback."""

import asyncio
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).parents[2]
PUBLIC = "https://lab.example"
START_SECONDS = 60


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run the `web` line for the host `lab.example` until the module's tests are done."""
    origins = {"BOKEH_ALLOW_WS_ORIGIN": "lab.example,www.lab.example"}
    yield from _serve(_web_line(), origins, tmp_path_factory.mktemp("host") / "log")


@pytest.fixture(scope="module")
def port_by_default(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run the `web` line where nothing says which hosts may connect."""
    yield from _serve(_web_line(), {}, tmp_path_factory.mktemp("default") / "log")


@pytest.fixture(scope="module")
def port_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run `make serve`, in this environment instead of one of its own."""
    line = f"make --old-file=.venv/ready serve PY={shlex.quote(sys.executable)}"
    yield from _serve(line, {}, tmp_path_factory.mktemp("home") / "log")


def test_the_root_leads_to_the_page(port: int) -> None:
    with _get(port, "/") as page:
        assert page.status == 200
        assert page.url.endswith("/app")
        assert "<title>Schedule Lab</title>" in page.read().decode()


def test_the_server_says_that_it_lives(port: int) -> None:
    with _get(port, "/liveness") as answer:
        assert answer.status == 200


@pytest.mark.parametrize("origin", [PUBLIC, "https://www.lab.example", "http://lab.example:8080"])
def test_a_page_of_an_allowed_host_connects(port: int, origin: str) -> None:
    assert asyncio.run(_first_message(port, origin)) == "ACK"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "https://lab.example.elsewhere.example"])
def test_a_page_of_another_host_is_refused(port: int, origin: str) -> None:
    assert _status(port, origin) == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_of_this_machine_connects_unless_told_otherwise(port_by_default: int, host: str) -> None:
    assert asyncio.run(_first_message(port_by_default, f"http://{host}:{port_by_default}")) == "ACK"


def test_a_page_of_another_host_is_refused_by_default(port_by_default: int) -> None:
    assert _status(port_by_default, PUBLIC) == 403


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_server_of_a_persons_own_machine_is_for_its_own_pages(port_at_home: int, host: str) -> None:
    assert asyncio.run(_first_message(port_at_home, f"http://{host}:{port_at_home}")) == "ACK"
    assert _status(port_at_home, PUBLIC) == 403


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_both_servers_take_messages_of_the_same_length_at_most() -> None:
    served = subprocess.run(["make", "--dry-run", "serve"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    limits = [re.findall(r"--websocket-max-message-size (\d+)", line) for line in (_web_line(), served)]
    assert limits == [["262144"], ["262144"]]


def _web_line() -> str:
    lines = [line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:")]
    assert len(lines) == 1
    return lines[0].removeprefix("web:").strip()


def _serve(line: str, environment: dict[str, str], log: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BOKEH_", "MAKE", "MFLAGS"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # this Python is the host's `python`
    ours = {"ADDRESS": "127.0.0.1", "PATH": path, "PORT": str(port)}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["sh", "-c", line],
            cwd=ROOT,
            env={**inherited, **ours, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that a signal to its group reaches the server behind the shell
        ) as process,
    ):
        try:
            _wait_for(port, process, log)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
    if "Traceback" in (text := log.read_text()):
        pytest.fail(text)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with _get(port, "/liveness"):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail(f"no server: {log.read_text()}")


def _get(port: int, path: str) -> HTTPResponse:
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20)


async def _first_message(port: int, origin: str) -> str:
    """Connect as a page does that was served to `origin`; return the type of what the server says first."""
    token = await asyncio.to_thread(_token, port)
    request = HTTPRequest(f"ws://127.0.0.1:{port}/app/ws", headers={"Origin": origin})
    connection = await websocket_connect(request, subprotocols=["bokeh", token])
    try:
        header = await asyncio.wait_for(connection.read_message(), 20)
    finally:
        connection.close()
        while await connection.read_message() is not None:
            pass  # up to the server's farewell: until it comes, the socket stays open
    return json.loads(header)["msgtype"]


def _status(port: int, origin: str) -> int:
    """Ask for a connection as a page does that was served to `origin`; return the answer's status, 101 if granted."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {
        "Connection": "Upgrade",
        "Origin": origin,
        "Sec-WebSocket-Key": "c2NoZWR1bGUgbGFiIHRlc3Q=",
        "Sec-WebSocket-Protocol": f"bokeh, {_token(port)}",
        "Sec-WebSocket-Version": "13",
        "Upgrade": "websocket",
    }
    with contextlib.closing(connection):
        connection.request("GET", "/app/ws", headers=headers)
        with connection.getresponse() as answer:
            return answer.status


def _token(port: int) -> str:
    with _get(port, "/app") as page:
        found = re.search(r'"token":"([^"]+)"', page.read().decode())
    assert found
    return found[1]
