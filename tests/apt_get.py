"""Debian's packages, for what the tests need beside Python; standard library only."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SECONDS = 600


def install(*packages: str) -> bool:
    """Install packages, as root or by a sudo that asks for no password; tell whether that went well."""
    return update() and attempt([*_root_apt(), "install", "-y", "--no-install-recommends", *packages])


def unpack(folder: Path, *packages: str) -> None:
    """Unpack what can be had of some packages into a folder: nothing on the machine changes, and no service starts."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        attempt(["apt-get", "-q", "download", package], folder)
    for file in folder.glob("*.deb"):
        attempt(["dpkg-deb", "-x", str(file), str(folder)])
        file.unlink()


def update() -> bool:
    """Ask which packages there are; tell whether that went well."""
    return bool(shutil.which("apt-get")) and attempt([*_root_apt(), "update"])


def is_root() -> bool:
    """Tell whether this process may do anything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def attempt(command: Sequence[str], folder: Path | None = None, seconds: float = SECONDS) -> bool:
    """Run a step of an installation, its output on stderr: stdout is for what the caller has to say."""
    print("Installing for the tests:", *command, file=sys.stderr, flush=True)
    try:
        subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=seconds, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr, flush=True)
        return False
    return True


def _root_apt() -> list[str]:
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    return command if is_root() else ["sudo", "-n", *command]  # -n: without a password, or not at all
