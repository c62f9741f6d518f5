"""A student without a browser who costs the machine next to nothing, so that what is measured is the server."""

import asyncio
import base64
import json
import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from hall.students import DRAWN
from raw_client import get, models_of, token_of

PERIOD = 0.2  # seconds from one event of a slider to the next
SECONDS = 60.0
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
BUFFERS = re.compile(r'"num_buffers":\s*(\d+)')


def encode(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return a frame as a client sends it; its mask is zero, so that nothing need be masked."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 1 << 16:
        head = bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0xFF]) + size.to_bytes(8, "big")
    return head + bytes(4) + payload


def decode(received: bytearray) -> list[tuple[int, bytes]]:
    """Take the whole frames of a server off the front of what was received; return opcode and payload of each."""
    frames = []
    start = 0
    while len(received) >= start + 2:
        size, body = received[start + 1], start + 2
        if size >= 126:
            body += 2 if size == 126 else 8
            size = int.from_bytes(received[start + 2 : body], "big")
        if len(received) < body + size:
            break
        frames.append((received[start] & 15, bytes(received[body : body + size])))
        start = body + size
    del received[:start]
    return frames


class Socket(asyncio.Protocol):
    """A connection that hands on the header and the content of each message, as text, and nothing of its buffers.

    Args:
        handshake: What the client sends first.
        hear: Is given header and content.
    """

    def __init__(self, handshake: bytes, hear: Callable[[str, str], None]) -> None:
        self.closed = asyncio.get_running_loop().create_future()
        self.agreed = False
        self._handshake = handshake
        self._hear = hear
        self._received = bytearray()
        self._fragments: list[bytes] = []
        self._more = 0  # fragments that the message still has, after the three
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._transport.write(self._handshake)

    def connection_lost(self, error: Exception | None) -> None:
        """Say that it is over."""
        if not self.closed.done():
            self.closed.set_result(error)

    def data_received(self, data: bytes) -> None:
        """Take in what has come."""
        self._received += data
        if not self.agreed:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in self._received[: self._received.find(b"\r\n")]:
                self._transport.close()
                return
            self.agreed = True
            del self._received[: end + 4]
        for opcode, payload in decode(self._received):
            if opcode == PING:
                self._transport.write(encode(payload, PONG))
            elif opcode == CLOSE:
                self._transport.close()
            elif opcode != PONG:
                self._take(payload)

    def send(self, *fragments: str) -> None:
        """Send the fragments of a message, in one piece."""
        self._transport.write(b"".join(encode(fragment.encode()) for fragment in fragments))

    def close(self) -> None:
        """Say goodbye; the server closes."""
        if not self._transport.is_closing():
            self._transport.write(encode(b"", CLOSE))

    def _take(self, fragment: bytes) -> None:
        if self._more:
            self._more -= 1
            return
        self._fragments.append(fragment)
        if len(self._fragments) == 3:
            header, _metadata, content = (each.decode() for each in self._fragments)
            self._fragments.clear()
            found = BUFFERS.search(header)
            self._more = 2 * int(found[1]) if found else 0
            self._hear(header, content)


class Moves:
    """Events of a slider, as the page sends them: one move on its way at a time, the newest wins.

    An event that is overtaken before it is sent waits for the answer to the one that overtook it, so that a busy server
    gains nothing by what it never hears of.

    Attributes:
        events: How many there were.
        sent: How many of them left.
        curve: How long each waited for the answer that has its curve, or a newer one [seconds].
        everything: The same for the last part of the answer: training.
    """

    def __init__(self) -> None:
        self.clear()
        self.seq = 0
        self._flying = 0
        self._pending: list[float] = []
        self._sent: list[tuple[int, float]] = []
        self._curved: list[float] = []

    def clear(self) -> None:
        """Forget the figures, and not what is on its way."""
        self.events = self.sent = 0
        self.curve: list[float] = []
        self.everything: list[float] = []

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._pending or self._sent or self._curved)

    def event(self, now: float) -> int | None:
        """Note an event; return the number of the move to be sent now, if one is."""
        self.events += 1
        self._pending.append(now)
        return None if self._flying else self._leave()

    def answered(self, seq: int, now: float) -> int | None:
        """Note the answer to a move; return the number of the one to be sent next, if there is one."""
        here = [at for number, at in self._sent if number <= seq]
        self._sent = [(number, at) for number, at in self._sent if number > seq]
        self.curve += [now - at for at in here]
        self._curved += here
        if seq < self._flying:
            return None
        self._flying = 0
        return self._leave() if self._pending else None

    def trained(self, now: float) -> None:
        """Note the last part of the answers so far."""
        self.everything += [now - at for at in self._curved]
        self._curved = []

    def _leave(self) -> int:
        self.seq += 1
        self.sent += 1
        self._flying = self.seq
        self._sent += [(self.seq, at) for at in self._pending]
        self._pending = []
        return self.seq


class Student:
    """One who opens the page and moves its warmup slider.

    Args:
        origin: Where the page is.
        values: Gives the next value of the slider; none comes twice, so that nothing is remembered from before.
    """

    def __init__(self, origin: str, values: Callable[[], int]) -> None:
        self.moves = Moves()
        self._origin = origin
        self._values = values
        self._socket: Socket | None = None
        self._ids = 0
        self._controls = self._frame = ""
        self._news = re.compile("(?!)")
        self._document: asyncio.Future[str] | None = None

    async def open(self) -> None:
        """Ask for the page, connect, take the document, and say that it is drawn, as a browser does."""
        loop = asyncio.get_running_loop()
        token = token_of(await asyncio.to_thread(get, self._origin))
        self._document = loop.create_future()
        place = urlsplit(self._origin)
        lines = [
            "GET /app/ws HTTP/1.1",
            *(f"Host: {place.netloc}", f"Origin: {self._origin}", "Upgrade: websocket", "Connection: Upgrade"),
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            *("Sec-WebSocket-Version: 13", f"Sec-WebSocket-Protocol: bokeh, {token}"),
        ]
        handshake = ("\r\n".join(lines) + "\r\n\r\n").encode()
        _, self._socket = await loop.create_connection(
            lambda: Socket(handshake, self._hear), place.hostname, place.port
        )
        waiting = {self._document, self._socket.closed}
        done, _ = await asyncio.wait(waiting, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if self._document not in done:
            raise ConnectionError("the server gave no document")
        models = models_of(json.loads(self._document.result())["doc"])
        controls, frame = (next(m for name, m in models.items() if name.startswith(k)) for k in ("Controls", "Frame"))
        self._controls, self._frame = controls["id"], frame["id"]
        loss = models["loss_data"]["id"]
        self._news = re.compile(rf'"id":"(?:{self._controls}"\}},"attr":"done","new":(\d+)|{loss}"\}},"attr":"data")')
        self._patch(DRAWN)

    def event(self, now: float) -> None:
        """Move the slider."""
        self._send(self.moves.event(now))

    def hide(self, parts: list[str]) -> None:
        """Leave parts of the page out."""
        self._set(self._frame, {"seq": 1, "acts": [["hidden", parts]]})

    async def answered(self) -> None:
        """Wait until everything is answered.

        Raises:
            ConnectionError: The socket is lost.
            TimeoutError: It lasts too long.
        """
        end = asyncio.get_running_loop().time() + SECONDS
        while self.moves.waits:
            if self._socket is None or self._socket.closed.done():
                raise ConnectionError("the socket is lost")
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError("a move is not answered")
            await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """Close the page."""
        if self._socket:
            self._socket.close()
            await asyncio.wait_for(self._socket.closed, SECONDS)

    def _hear(self, header: str, content: str) -> None:
        if '"ACK"' in header:
            self._message("PULL-DOC-REQ", {})
        elif '"PULL-DOC-REPLY"' in header and self._document:
            self._document.set_result(content)
        else:
            now = asyncio.get_running_loop().time()
            for found in self._news.finditer(content):
                if found[1]:
                    self._send(self.moves.answered(int(found[1]), now))
                else:
                    self.moves.trained(now)

    def _send(self, seq: int | None) -> None:
        if seq is not None:
            self._set(self._controls, {"seq": seq, "changes": {"Tw": self._values()}})

    def _set(self, model: str, value: dict[str, Any]) -> None:
        self._patch({"kind": "ModelChanged", "model": {"id": model}, "attr": "sent", "new": value})

    def _patch(self, event: dict[str, Any]) -> None:
        self._message("PATCH-DOC", {"events": [event]})

    def _message(self, kind: str, content: dict[str, Any]) -> None:
        if self._socket:
            self._ids += 1
            self._socket.send(json.dumps({"msgid": str(self._ids), "msgtype": kind}), "{}", json.dumps(content))
