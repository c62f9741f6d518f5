"""Find an nginx for the tests of the lecture hall, or get one: `python tests/ensure_nginx.py` prints its path.

Standard library only, so that any Python can run it; `find` is for the tests themselves. Debian's package would start a
server on port 80 as it is installed, so it is unpacked beside this Python instead. Where there is none to be had, the
tests that need it are skipped, but not in CI.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import apt_get

VARIABLE = "SCHEDULE_LAB_NGINX"
OWN = Path(sys.prefix) / "nginx"
FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin", str(OWN / "usr/sbin"))
# Which of the two has the program depends on the release.
DEBIAN_PACKAGES = ("nginx", "nginx-core")
ANSWER_SECONDS = 30

ADVICE = f"""No nginx: the tests of the lecture hall are skipped. Any one of these brings it:
  on Debian:   apt-get install nginx     (as root; its own service need not run)
  on macOS:    brew install nginx
  if you have one already:   {VARIABLE}=path-of-nginx make test"""


def find() -> str | None:
    """Return the path of an nginx that starts, or None."""
    chosen = os.environ.get(VARIABLE)
    path = chosen or shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), *FOLDERS]))
    return path if path and _starts(path) else None


def _starts(path: str) -> bool:
    """Tell whether the program runs here: one that was unpacked may lack a library."""
    try:
        subprocess.run([path, "-v"], stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWER_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def main() -> int:
    """Print the path of an nginx, getting one if need be; the exit status is 1 only where it is a must: in CI."""
    ways = [lambda: apt_get.unpack(OWN, *DEBIAN_PACKAGES)]
    if apt_get.is_root():
        ways.append(lambda: apt_get.update() and apt_get.unpack(OWN, *DEBIAN_PACKAGES))
    while not (path := find()) and ways and not os.environ.get(VARIABLE):
        ways.pop(0)()
    if path:
        print(path)
        return 0
    print(ADVICE, file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
