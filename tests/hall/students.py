"""A class without browsers: each student opens a link, keeps a socket, moves a control, comes back as the page does."""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

SECONDS = 120.0
RETRY = 0.2  # seconds; a page waits longer, so that not a whole class asks in the same moment
TOKEN = re.compile(r'"token":"([^"]+)"')
COOKIE = re.compile(r"schedule_lab_node=([0-9a-f]{32});")
# Until a browser says that it has drawn the page, the server sends nothing of its own accord.
READY = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
DRAWN = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": READY}

AsyncHTTPClient.configure(None, max_clients=1_000)  # a class comes at once, not ten by ten


@dataclass
class Student:
    """One of them.

    Attributes:
        origin: Where the page is.
        query: The state, as the address bar has it.
        node: The cookie that leads to one process; empty before the first visit.
        opened: When each of the visits had its document [seconds of the monotonic clock].
        lost: When each socket was lost.
    """

    origin: str
    query: str
    node: str = ""
    opened: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    _socket: WebSocketClientConnection | None = None
    _controls: str = ""
    _moves: int = 0
    _ids: int = 0

    async def page(self) -> str:
        """Ask for the page, keep the cookie, and return the token."""
        headers = {"Cookie": f"schedule_lab_node={self.node}"} if self.node else {}
        answer = await AsyncHTTPClient().fetch(
            f"{self.origin}/app?{self.query}", headers=headers, request_timeout=SECONDS
        )
        if found := COOKIE.search(answer.headers.get("Set-Cookie", "")):
            self.node = found[1]
        token = TOKEN.search(answer.body.decode())
        assert token
        return token[1]

    async def visit(self) -> None:
        """Open the page up to its document, whose state becomes the student's."""
        token = await self.page()
        request = HTTPRequest(
            f"ws://{urlsplit(self.origin).netloc}/app/ws",
            headers={"Origin": self.origin, "Cookie": f"schedule_lab_node={self.node}"},
            connect_timeout=SECONDS,
            request_timeout=SECONDS,
        )
        self._socket = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=1 << 24)
        assert (await self._message())["msgtype"] == "ACK"
        await self._send("PULL-DOC-REQ", {})
        while (reply := await self._message())["msgtype"] != "PULL-DOC-REPLY":
            pass
        parts = {root["attributes"]["name"]: root for root in reply["content"]["doc"]["roots"]}
        self.query = parts["address"]["attributes"]["data"]["attributes"].get("query", self.query)
        self._controls = parts["controls"]["attributes"]["data"]["id"]
        self._moves = 0
        await self._send("PATCH-DOC", {"events": [DRAWN]})
        self.opened.append(time.monotonic())

    async def move(self, **changes: Any) -> None:
        """Move controls, and wait until the address follows, which `attend` hears of."""
        self._moves += 1
        sent = {"seq": self._moves, "changes": changes}
        event = {"kind": "ModelChanged", "model": {"id": self._controls}, "attr": "sent", "new": sent}
        await self._send("PATCH-DOC", {"events": [event]})
        before = self.query
        while self.query == before:
            await asyncio.sleep(0.02)

    async def attend(self) -> None:
        """Listen until cancelled; whenever the socket is lost, come back with what the address says."""
        while True:
            try:
                while True:
                    await self._hear()
            except ConnectionError:
                self.lost.append(time.monotonic())
            while len(self.opened) <= len(self.lost):
                try:
                    await self.visit()
                except (ConnectionError, HTTPClientError, OSError):
                    await asyncio.sleep(RETRY)

    async def leave(self) -> None:
        """Close the socket."""
        if self._socket:
            self._socket.close()
            while await self._socket.read_message() is not None:
                pass

    async def _hear(self) -> None:
        message = await self._message()
        if message["msgtype"] == "PATCH-DOC":
            for event in message["content"]["events"]:
                if event.get("attr") == "query":
                    self.query = event["new"]

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        assert self._socket
        self._ids += 1
        for part in ({"msgid": f"{self._ids}", "msgtype": kind}, {}, content):
            await self._socket.write_message(json.dumps(part))

    async def _message(self) -> dict[str, Any]:
        header = json.loads(await self._frame())
        _metadata, content = await self._frame(), json.loads(await self._frame())
        for _ in range(2 * header.get("num_buffers", 0)):
            await self._frame()
        return {**header, "content": content}

    async def _frame(self) -> str | bytes:
        assert self._socket
        frame = await self._socket.read_message()
        if frame is None:
            self._socket.close()
            raise ConnectionError("the socket is closed")
        return frame
