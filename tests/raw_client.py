"""A client of the server that speaks its protocol and keeps to none of the page's manners."""

import asyncio
import contextlib
import itertools
import json
import re
import urllib.request
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

SECONDS = 20.0
MOMENT = 0.5  # seconds
TOKEN = re.compile(r'"token":"([^"]+)"')


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in a thread of its own: Playwright may have a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def get(origin: str, path: str = "/app") -> str:
    """Return what a GET is answered; raises `HTTPError` for a refusal."""
    with urllib.request.urlopen(f"{origin}{path}", timeout=SECONDS) as page:
        return page.read().decode()


def models_of(document: Any) -> dict[str, dict[str, Any]]:
    """Return the models of a document by name, in its order."""
    found = {}
    for model in _objects(document):
        if name := model.get("attributes", {}).get("name"):
            found[name] = model
    return found


def token_of(page: str) -> str:
    """Return the session token that stands in a page."""
    found = TOKEN.search(page)
    assert found
    return found[1]


class Client:
    """A connection to a session, with the models of its document."""

    def __init__(self, connection: WebSocketClientConnection) -> None:
        self.connection = connection
        self.models: dict[str, dict[str, Any]] = {}  # by name
        self.gone = False  # whether the server has hung up
        self._numbers = itertools.count(1)

    async def load(self) -> None:
        """Ask for the document, as a page does first."""
        reply = await self.ask("PULL-DOC-REQ", {})
        self.models = models_of(reply["content"]["doc"])

    def id(self, name: str) -> str:
        """Return the id of a model by its name; of a component, that of what holds its properties."""
        return str(self.models[name]["id"])

    async def patch(self, name: str, attr: str, new: Any) -> dict[str, Any]:
        """Set a property of a model, and return the answer."""
        return await self.patch_id(self.id(name), attr, new)

    async def patch_id(self, id: str, attr: str, new: Any) -> dict[str, Any]:
        """Set a property of the model with this id, and return the answer."""
        event = {"kind": "ModelChanged", "model": {"id": id}, "attr": attr, "new": new}
        return await self.ask("PATCH-DOC", {"events": [event]})

    async def ask(self, kind: str, content: Any) -> dict[str, Any]:
        """Send a message and return its answer; what comes in between is left aside."""
        number = str(next(self._numbers))
        for fragment in ({"msgid": number, "msgtype": kind}, {}, content):
            await self.connection.write_message(json.dumps(fragment))
        while True:
            message = await self.read()
            if message["header"].get("reqid") == number:
                return message

    async def raw(self, *fragments: str | bytes) -> None:
        """Send fragments as they are."""
        for fragment in fragments:
            await self.connection.write_message(fragment, binary=isinstance(fragment, bytes))

    async def read(self, seconds: float = SECONDS) -> dict[str, Any]:
        """Return the next message, if it begins in time; raises `EOFError` once the server has hung up."""
        header = json.loads(await self._fragment(seconds))
        _metadata, content = [json.loads(await self._fragment()) for _ in range(2)]
        for _ in range(2 * header.get("num_buffers", 0)):
            await self._fragment()
        return {"header": header, "content": content}

    async def answer(self) -> str:
        """Return what comes of a message within a moment: the type of a reply, that the server hangs up, or none."""
        try:
            return str((await self.read(MOMENT))["header"]["msgtype"])
        except EOFError:
            return "the connection is closed"
        except TimeoutError:
            return "none"

    async def _fragment(self, seconds: float = SECONDS) -> str | bytes:
        fragment = await asyncio.wait_for(self.connection.read_message(), seconds)
        if fragment is None:
            self.gone = True
            raise EOFError
        return fragment


@contextlib.asynccontextmanager
async def connected(origin: str, token: str | None = None, **headers: str) -> AsyncIterator[Client]:
    """Connect to the session of a token, or to a new one, while the block runs."""
    given = token or token_of(await asyncio.to_thread(get, origin))
    request = HTTPRequest(f"ws{origin[4:]}/app/ws", headers={"Origin": origin, **headers})
    connection = await websocket_connect(request, subprotocols=["bokeh", given])
    connection.stream.set_nodelay(True)  # a message is three writes, and none should wait for the one before
    client = Client(connection)
    try:
        await client.read()  # the server says first that it is there
        yield client
    finally:
        connection.close()
        with contextlib.suppress(EOFError, asyncio.TimeoutError):
            while not client.gone:
                await client._fragment()  # up to the server's farewell: until it comes, the socket stays open


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        if found.get("type") == "object":
            yield found
        for value in found.values():
            yield from _objects(value)
    elif isinstance(found, list):
        for value in found:
            yield from _objects(value)
