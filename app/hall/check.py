"""Whether a server really serves the page: `python -m app.hall.check http://127.0.0.1:8080/app`.

`/liveness` says that a process answers. It says so too where the page fails to build, and so does the page's own
status, which is 200 then: the page is just empty. Two checks tell more.

- `check_page` asks for the page and finds the places of its parts: the server has put the parts together. It costs what
  a visitor costs, some hundred milliseconds of one core, and is what a running process is asked from time to time.
- `check_session` goes on as a browser does, connects the socket that the page's token is for, from the page's own
  origin, and pulls the document: the same parts have to be in it. It is asked before a process is sent visitors.
"""

import asyncio
import json
import re
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketError, websocket_connect

SECONDS = 20.0
TOKEN = re.compile(r'"token":"([^"]+)"')
PLACES = re.compile(r'"roots":(\{[^}]*\})')
REQUEST: tuple[dict[str, str], ...] = (
    {"msgid": "1", "msgtype": "PULL-DOC-REQ"},
    {},
    {},
)  # header, metadata, content: a frame each


class UnhealthyError(Exception):
    """The page is not served as it should be; the message says what is missing."""


async def check_page(url: str, seconds: float = SECONDS) -> tuple[str, int]:
    """Ask for the page.

    Args:
        url: Where it is.
        seconds: How long to wait for it.

    Returns:
        The token that its socket is opened with, and how many parts it has, at least one.

    Raises:
        UnhealthyError: There is no page, or nothing is on it.
    """
    try:
        answer = await AsyncHTTPClient().fetch(url, connect_timeout=seconds, request_timeout=seconds)
    except (HTTPError, OSError) as error:
        raise UnhealthyError(f"no page: {error}") from error
    text = answer.body.decode("utf-8", "replace")
    token, places = TOKEN.search(text), PLACES.search(text)
    count = len(json.loads(places[1])) if places else 0
    if not token or not count:
        raise UnhealthyError("the page is empty: the app failed to build it, and its log says why")
    return token[1], count


async def check_session(url: str, origin: str | None = None, seconds: float = SECONDS) -> int:
    """Visit the page as a browser does, up to the document that comes over the socket.

    Args:
        url: Where the page is.
        origin: Where the browser believes it to be, such as "https://lab.example.org"; by default where `url` is.
        seconds: How long to wait for the page, and then for the document.

    Returns:
        How many parts the page has.

    Raises:
        UnhealthyError: Something is missing on the way.
    """
    token, parts_of_page = await check_page(url, seconds)
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    request = HTTPRequest(
        urlunsplit((scheme, parts.netloc, f"{parts.path}/ws", "", "")),
        headers={"Origin": origin or f"{parts.scheme}://{parts.netloc}"},
        connect_timeout=seconds,
    )
    try:
        found = await asyncio.wait_for(_pull(request, token), seconds)
    except (HTTPError, WebSocketError, OSError, ValueError, KeyError) as error:
        raise UnhealthyError(f"the page is there, but no document: {error or type(error).__name__}") from error
    if found != parts_of_page:
        raise UnhealthyError(f"the page has {parts_of_page} parts, its document {found}")
    return found


async def _pull(request: HTTPRequest, token: str) -> int:
    """Return how many roots the document has."""
    connection = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=1 << 24)
    try:
        while True:
            header, _metadata, content = [await _frame(connection) for _ in REQUEST]
            for _ in range(2 * header.get("num_buffers", 0)):
                await _frame(connection, binary=True)
            if header["msgtype"] == "ACK":  # what is said before, nobody hears
                for part in REQUEST:
                    await connection.write_message(json.dumps(part))
            elif header["msgtype"] == "PULL-DOC-REPLY":
                break
    finally:
        connection.close()
    while await connection.read_message() is not None:
        pass  # up to the server's farewell: until it comes, the socket stays open
    return len(content["doc"]["roots"])


async def _frame(connection: WebSocketClientConnection, binary: bool = False) -> dict[str, Any]:
    frame = await connection.read_message()
    if frame is None:
        raise ValueError("the server closes the socket")
    return {} if binary else json.loads(frame)


def main(arguments: list[str] | None = None) -> int:
    """Visit the page that the command line names; return 0 if it is served, else 1."""
    urls = sys.argv[1:] if arguments is None else arguments
    if len(urls) != 1:
        sys.stderr.write("usage: python -m app.hall.check URL-OF-THE-PAGE\n")
        return 2
    try:
        parts = asyncio.run(check_session(urls[0]))
    except UnhealthyError as error:
        sys.stdout.write(f"{urls[0]}: {error}\n")
        return 1
    sys.stdout.write(f"{urls[0]}: serves the page, {parts} parts\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
