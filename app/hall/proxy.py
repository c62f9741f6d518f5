"""The nginx of a lecture hall: what it is told, and the process."""

import asyncio
import contextlib
import grp
import os
import pwd
import re
import resource
import shutil
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "SCHEDULE_LAB_NGINX"
# Where a system keeps it that has no such folder on the path of its users.
FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin")
TEMPLATE = Path(__file__).with_name("nginx.conf")
HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
MOST_FILES = 16_384
STOP_SECONDS = 5.0
START_SECONDS = 10.0

ADVICE = f"""nginx is not installed, or does not start. Any one of these brings it:
  on Debian or Ubuntu:   apt-get install nginx     (as root; its own service need not run)
  on Fedora:             dnf install nginx
  on macOS:              brew install nginx
  if you have one already:   {VARIABLE}=path-of-nginx python -m app.hall ...
Without it, `make serve` serves the page from one process."""

# What the page may load and do, tried out in a browser: without any one of these it breaks or complains.
POLICY = {
    "default-src": "'none'",
    # Files of the server, and what it wrote into the page itself, told by a number of that page. Modules of Panel's
    # components are blobs, which its loader gives the page's number. Neither 'unsafe-inline' nor 'unsafe-eval': the
    # page uses nothing of Bokeh that makes functions from text.
    "script-src": "'self' 'nonce-$request_id'",
    # Bokeh writes <style> into its shadow roots and places plots by style attributes: no number reaches them.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",  # the icon is in the page; pictures to save are made in it
    "font-src": "'self'",  # of formulas
    # The socket, for which browsers before 2022 do not take 'self'. Panel's loader also fetches the blobs it makes.
    "connect-src": "'self' blob:",
    "base-uri": "'none'",
    "form-action": "'none'",  # no form is ever sent
    "object-src": "'none'",
    "frame-ancestors": "'self'",
}


@dataclass(frozen=True)
class Door:
    """Where the hall is entered, and by whom.

    Attributes:
        address: Where nginx listens, and nowhere else.
        port: On which port.
        origins: Hosts whose pages may connect, `HOST` or `HOST:PORT`.
        embedders: Sites that may show the page within theirs, `https://HOST`.
        fronts: Addresses of what stands in front of nginx, whose word on who asks is taken.
    """

    address: str
    port: int
    origins: tuple[str, ...]
    embedders: tuple[str, ...] = ()
    fronts: tuple[str, ...] = ()


def find() -> str | None:
    """Return the path of an nginx: the one that `SCHEDULE_LAB_NGINX` names, or else one of the system; or None."""
    if chosen := os.environ.get(VARIABLE):
        return shutil.which(chosen)
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), *FOLDERS]))


def render(door: Door, servers: Mapping[str, bool], folder: Path) -> str:
    """Return nginx's configuration.

    Args:
        door: Where and whom it serves.
        servers: The processes behind it, `HOST:PORT`, each with whether new visitors are sent there.
        folder: Where it keeps what it needs while it runs; its path has no blanks.
    """
    files = _most_files()
    values = {
        "user": _user(),
        "files": str(files),
        "connections": str(files * 3 // 4),
        "folder": str(folder),
        "servers": "\n".join(
            f"        server {server} max_fails=3 fail_timeout=5s{'' if open_ else ' down'};"
            for server, open_ in servers.items()
        ),
        "origins": "".join(f'        "{_origin_pattern(origin)}" 0;\n' for origin in door.origins),
        "fronts": _fronts(door.fronts),
        "listen": f"{door.address}:{door.port}",
        "policy": _policy(door),
    }
    return re.sub(r"%\{(\w+)\}", lambda found: values[found[1]], TEMPLATE.read_text(encoding="utf-8"))


def _policy(door: Door) -> str:
    more = {
        "connect-src": [f"{scheme}://{host}" for host in door.origins for scheme in ("ws", "wss")],
        "frame-ancestors": door.embedders,
    }
    return "; ".join(" ".join([name, value, *more.get(name, ())]) for name, value in POLICY.items())


def _origin_pattern(origin: str) -> str:
    """Return the pattern of an `Origin` header; a host without a port stands for any, as it does for Bokeh."""
    any_port = "" if re.search(r":\d+$", origin) else r"(?::\d+)?"
    return rf"~*^https?://{re.escape(origin)}{any_port}$"


def _fronts(addresses: Iterable[str]) -> str:
    lines = [f"    set_real_ip_from {address};\n" for address in addresses]
    return "".join([*lines, "    real_ip_header X-Forwarded-For;\n", "    real_ip_recursive on;\n"] if lines else [])


def _user() -> str:
    """Return the line that names who nginx's workers are, where it starts as root: nobody."""
    if os.geteuid() != 0:
        return ""
    nobody = pwd.getpwnam("nobody")
    return f"user nobody {grp.getgrgid(nobody.pw_gid).gr_name};\n"


def _most_files() -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)


class Proxy:
    """The nginx process.

    Attributes:
        door: Where and whom it serves.
    """

    def __init__(self, program: str, door: Door, folder: Path) -> None:
        self.door = door
        self._program = program
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    def write(self, servers: Mapping[str, bool]) -> None:
        """Write the configuration down."""
        (self._folder / "cache").mkdir(exist_ok=True)
        (self._folder / "nginx.conf").write_text(render(self.door, servers, self._folder), encoding="utf-8")

    async def start(self) -> None:
        """Start nginx; what it has to complain of goes to the log.

        Raises:
            OSError: It ends at once; its own words are in the log.
        """
        # A session of its own: Ctrl-C is for the launcher, which ends its processes in good order.
        self._process = await asyncio.create_subprocess_exec(
            *(self._program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")),
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        end = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < end and self._process.returncode is None:
            with contextlib.suppress(OSError):
                _reader, writer = await asyncio.open_connection(self.door.address, self.door.port)
                writer.close()
                if (self._folder / "nginx.pid").exists():  # it was ours that answered
                    return
            await asyncio.sleep(0.05)
        await self.stop()
        raise OSError(f"nginx does not start on {self.door.address}:{self.door.port}")

    def reload(self, servers: Mapping[str, bool]) -> None:
        """Have new visitors sent elsewhere; open pages stay where they are."""
        self.write(servers)
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def ended(self) -> None:
        """Return when the process has ended."""
        if self._process:
            await self._process.wait()

    async def stop(self) -> None:
        """End nginx, and with it every connection."""
        if self._process:
            await end(self._process, STOP_SECONDS)


async def end(process: asyncio.subprocess.Process, seconds: float) -> None:
    """Ask a process to end, and after so many seconds end it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            process.kill()
            await process.wait()
