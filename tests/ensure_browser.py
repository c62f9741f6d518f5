"""Find a Chromium for the browser tests, or install one: `python tests/ensure_browser.py` prints its path.

Standard library only, so that any Python can run it; `find` is for the tests themselves.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import apt_get

VARIABLE = "SCHEDULE_LAB_CHROMIUM"
# The shell first: it is the engine without the window around it, and takes half of the whole browser's processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Debian's Chromium draws no text unless some font is there, and Playwright's driver asks for libatomic.
WITH_IT = ("fonts-liberation", "libatomic1")
DEBIAN_PACKAGES = ("chromium-headless-shell", *WITH_IT)
OLDER_DEBIAN = ("chromium", *WITH_IT)
ANSWER_SECONDS = 30
DOWNLOAD_SECONDS = 240

ADVICE = f"""No Chromium that the browser tests can drive. Any one of these brings it:
  on Debian:   apt-get install {" ".join(DEBIAN_PACKAGES)}     (as root)
  elsewhere:   python -m playwright install --with-deps chromium     (in the tests' environment)
  if you have one already:   {VARIABLE}=path-of-chromium make test"""


def find() -> str | None:
    """Return the path of a Chromium or Chrome that starts, or None."""
    return next((path for path in _candidates() if _starts(path)), None)


def install() -> str | None:
    """Install a Chromium by whichever way this machine offers; return its path, or None."""
    ways = [_install_with_playwright, _install_with_apt]
    if apt_get.is_root() or os.environ.get("CI"):
        # A machine made for the run: its packages bring the libraries too, and its network may know nothing else.
        ways.reverse()
    for way in ways:
        way()
        if path := _find_drivable():
            return path
    return None


def _find_drivable() -> str | None:
    """Return the path of a Chromium, or None if there is none or Playwright's driver lacks a library here."""
    driver = [sys.executable, "-m", "playwright", "--version"]
    return find() if "Version" in _output(driver) else None


def _candidates() -> Iterator[str]:
    if chosen := os.environ.get(VARIABLE):
        yield chosen
        return  # a choice that does not start is an error to tell, not to pass over
    yield from filter(None, map(shutil.which, NAMES))
    # Playwright alone knows which of its builds goes with this release of it.
    code = "from playwright.sync_api import sync_playwright as p\nwith p() as it: print(it.chromium.executable_path)"
    if path := _output([sys.executable, "-c", code]).strip():
        yield path


def _starts(path: str) -> bool:
    """Tell whether the program runs here: a stub, or one that lacks a library, fails to say its version."""
    return "Chrom" in _output([path, "--version"])


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=ANSWER_SECONDS,
            check=True,
            text=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def _install_with_playwright() -> None:
    apt_get.attempt([sys.executable, "-m", "playwright", "install", "chromium"], seconds=DOWNLOAD_SECONDS)


def _install_with_apt() -> None:
    if not apt_get.install(*DEBIAN_PACKAGES):
        apt_get.install(*OLDER_DEBIAN)


def main() -> int:
    """Print the path of a Chromium, installing one if need be; return the exit status."""
    if path := _find_drivable():
        print(path)
        return 0
    if (chosen := os.environ.get(VARIABLE)) and not find():
        print(f"{VARIABLE}={chosen} does not start.", file=sys.stderr)
        return 1
    if path := install():
        print(path)
        return 0
    print(ADVICE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
