"""Does the project run on a machine that has nothing of it? `python3 tests/fresh.py [--serve-only]`

A fresh clone of the last commit, an empty home, an environment of four variables, and README's two commands: `make
serve` until a visitor would see the page, twice, and `make test`. Standard library only. The times stand at the end.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVE_SECONDS = 900
TEST_SECONDS = 3_600
TOOLS = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")
# How this machine reaches a package index, if not in the usual way; all else of the environment stays outside.
NETWORK = (
    "PIP_INDEX_URL",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_FIND_LINKS",
    "SSL_CERT_FILE",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)

LIMITS = """What this does not show:
  another system: kernel, C library and the tools in /usr are this machine's, and so is the Python that called it;
  that a browser and nginx can be had: those that this machine has are found and used, by `make test` too;
  that the packages can be had from elsewhere: pip asks the index that this machine is set to ask;
  changes that are not committed."""


def main() -> int:
    """Run the commands in a bare environment and print how long each took; return 0 if all went well."""
    parser = argparse.ArgumentParser(prog="python3 tests/fresh.py", description=__doc__.partition("?")[0] + "?")
    parser.add_argument("--serve-only", action="store_true", help="leave `make test` out")
    asked = parser.parse_args()
    rows: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="schedule-lab-fresh-") as name:
        folder = Path(name)
        clone, names = folder / "clone", _bare(folder)
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        commit = subprocess.run(
            ["git", "log", "-1", "--format=%h %s"], cwd=clone, capture_output=True, text=True, check=True
        )
        rows.append(("git clone", time.monotonic() - began))
        print(f"Commit {commit.stdout.strip()}\nEnvironment: {', '.join(sorted(names))}", flush=True)
        try:
            rows.append(("make serve, the first time, until the page is there", _serve(clone, names)))
            rows.append(("make serve, again", _serve(clone, names)))
            if not asked.serve_only:
                rows.append(("make test", _test(clone, names)))
        except (RuntimeError, subprocess.SubprocessError) as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            print("\n" + "\n".join(f"{seconds:8.1f} s  {what}" for what, seconds in rows) + f"\n\n{LIMITS}", flush=True)
    return 0


def _bare(folder: Path) -> dict[str, str]:
    """Return an environment that knows nothing of this user, with this Python as `python3`."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "python3").symlink_to(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
    (folder / "home").mkdir()
    path = os.pathsep.join([str(programs), *TOOLS])
    own = {"PATH": path, "HOME": str(folder / "home"), "LANG": "C.UTF-8", "TMPDIR": tempfile.gettempdir()}
    return own | {name: os.environ[name] for name in NETWORK if name in os.environ}


def _serve(clone: Path, names: dict[str, str]) -> float:
    """Run `make serve` until a visitor would see the page; return the seconds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "serve", f"PORT={port}"], cwd=clone, env=names, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while process.poll() is None and time.monotonic() < began + SERVE_SECONDS:
            if _visited(clone, names, f"http://localhost:{port}/app"):
                return time.monotonic() - began
            time.sleep(0.5)
        raise RuntimeError(f"make serve: no page after {time.monotonic() - began:.0f} s")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _visited(clone: Path, names: dict[str, str], url: str) -> bool:
    """Tell whether a visitor would see the page: liveness and status are fine on an empty page, too."""
    python = clone / ".venv/bin/python"
    if not python.exists():
        return False
    check = [str(python), "-m", "app.hall.check", url]
    return subprocess.run(check, cwd=clone, env=names, capture_output=True, timeout=120, check=False).returncode == 0


def _test(clone: Path, names: dict[str, str]) -> float:
    """Run `make test` and return the seconds."""
    began = time.monotonic()
    subprocess.run(["make", "test"], cwd=clone, env=names, stdin=subprocess.DEVNULL, timeout=TEST_SECONDS, check=True)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
