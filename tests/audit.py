"""Ask pip-audit for known holes in the pinned dependencies, and say plainly what could not be asked.

pip-audit counts what its advisory service does not know as passed over, not as failed: behind a mirror of the registry
that carries no advisories it finds nothing in anything, and ends well. This says "not audited" then.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PINS = Path(__file__).parents[1] / "constraints.txt"
OPTIONS = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
SECONDS = 300


def main() -> int:
    """Audit the pins; return 1 for a known hole, else 0, with a line that says what was audited."""
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--requirement", str(PINS), *OPTIONS],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        found = json.loads(run.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        found = []
    lines, code = report(found)
    sys.stdout.write("\n".join(lines) + "\n")
    return code


def report(found: Sequence[dict[str, Any]]) -> tuple[list[str], int]:
    """Return what to say of pip-audit's answer, and the code to end with.

    Args:
        found: Its `dependencies`: name with version and `vulns`, or with `skip_reason`.
    """
    audited = [each for each in found if "vulns" in each]
    holes = [(each, hole) for each in audited for hole in each["vulns"]]
    lines = [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no release'}"
        for each, hole in holes
    ]
    skipped = [each["name"] for each in found if "vulns" not in each]
    if not audited:
        return ["NOT AUDITED: no advisory service could be asked about the dependencies."], 0
    if skipped:
        lines.append(f"NOT AUDITED: {', '.join(skipped)}.")
    lines.append(f"{len(audited)} dependencies audited, {len(holes)} known holes.")
    return lines, 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
