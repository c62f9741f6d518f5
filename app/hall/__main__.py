"""Serve the page to a lecture hall: several processes of it behind one nginx.

SIGTERM or Ctrl-C ends everything. SIGHUP restarts the processes one after the other, while pages stay open.
"""

import argparse
import asyncio
import logging
import os
import re
import secrets
import sys

from app.hall.launcher import Plan, serve
from app.hall.proxy import ADVICE, HOST, Door, find

SITE = re.compile(rf"https?://{HOST.pattern}")
NETWORK = re.compile(r"[0-9A-Fa-f.:]+(?:/\d{1,3})?")


def main(arguments: list[str] | None = None) -> int:
    """Start a hall and return when it is closed; the exit status is 0 if somebody closed it."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
    nginx = find()
    if not nginx:
        sys.stderr.write(f"{ADVICE}\n")
        return 1
    allowed = [_host(origin) for origin in os.environ.get("BOKEH_ALLOW_WS_ORIGIN", "").split(",") if origin]
    own = dict.fromkeys(f"{host}:{asked.port}" for host in ("localhost", "127.0.0.1", asked.address))
    door = Door(
        address=asked.address,
        port=asked.port,
        origins=tuple(asked.origin or allowed or own),
        embedders=tuple(asked.embed),
        fronts=tuple(asked.behind),
    )
    plan = Plan(
        door=door,
        backends=asked.backends,
        others=tuple(asked.backend),
        grace=asked.grace,
        secret=os.environ.get("BOKEH_SECRET_KEY") or secrets.token_urlsafe(48),
    )
    return asyncio.run(serve(plan, nginx))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.hall", description=__doc__)
    add = parser.add_argument
    add("--backends", type=_count, default=3, metavar="N", help="processes of the page on this machine (3)")
    add("--address", type=_address, default="127.0.0.1", help="where to listen, and nowhere else (127.0.0.1)")
    add("--port", type=_port, default=8080, help="on which port (8080)")
    add(
        "--origin",
        type=_host,
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="what visitors have in their address bar, without https://; may be repeated."
        " By default BOKEH_ALLOW_WS_ORIGIN, or else this address",
    )
    add(
        "--backend",
        type=_server,
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="a process on another machine, started there with the same BOKEH_SECRET_KEY; may be repeated",
    )
    add(
        "--embed",
        type=_site,
        action="append",
        default=[],
        metavar="https://HOST",
        help="a site that may show the page within its own; may be repeated",
    )
    add(
        "--behind",
        type=_network,
        action="append",
        default=[],
        metavar="ADDRESS",
        help="a proxy in front, for instance one for TLS, whose X-Forwarded-For is believed; may be repeated",
    )
    add(
        "--grace",
        type=float,
        default=300.0,
        metavar="SECONDS",
        help="how long a rolling restart waits for pages to be closed (300)",
    )
    return parser


def _count(text: str) -> int:
    if not 1 <= int(text) <= 64:  # noqa: PLR2004 - more than that is a slip of the finger
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to 64")
    return int(text)


def _port(text: str) -> int:
    if not 1 <= int(text) <= 65_535:  # noqa: PLR2004 - what ports are
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    """Return a text that goes into nginx's configuration, if it is what it should be."""
    if not pattern.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return text


def _address(text: str) -> str:
    if re.search(r"[^:]:\d+$", text):
        raise argparse.ArgumentTypeError(f"{text!r} has a port: that goes into --port")
    return _host(text)


def _host(text: str) -> str:
    return _matching(HOST, text, "HOST or HOST:PORT")


def _server(text: str) -> str:
    if not re.search(r":\d+$", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return _host(text)


def _site(text: str) -> str:
    return _matching(SITE, text, "https://HOST")


def _network(text: str) -> str:
    return _matching(NETWORK, text, "an address or a network")


if __name__ == "__main__":
    sys.exit(main())
