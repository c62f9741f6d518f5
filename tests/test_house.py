"""The repository keeps its own rules: what lies where, what is pinned, what its commands are."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FIXED = {"app", "schedules", "static", "tests", "pyproject.toml", "Procfile", "README.md"}
BESIDE = {".ci", ".gitignore", "LICENSE", "Makefile"}
CONSTRAINTS = sorted(ROOT.glob("constraints*.txt"))
# A path that only one machine has; the character before its slash tells it from part of an address or a longer path.
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:home/|root/|work/|Users/|tmp/[A-Za-z])")


def test_the_top_level_holds_what_belongs_there() -> None:
    top = {Path(name).parts[0] for name in _tracked()}
    assert top >= FIXED
    assert {name for name in top - FIXED - BESIDE if not re.fullmatch(r"constraints[a-z-]*\.txt", name)} == set()


def test_no_file_names_a_place_on_one_machine() -> None:
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in _tracked()
        for number, line in enumerate(_text(ROOT / name).splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("file", CONSTRAINTS, ids=lambda file: file.name)
def test_every_constraint_is_one_exact_release(file: Path) -> None:
    wrong = [line for line in _pin_lines(file) if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!]*", line)]
    assert wrong == []
    names = [canonicalize_name(line.partition("==")[0]) for line in _pin_lines(file)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", CONSTRAINTS, ids=lambda file: file.name)
def test_no_constraint_file_holds_an_address(file: Path) -> None:
    assert "://" not in file.read_text()


def test_constraint_files_agree() -> None:
    pins = [_pins(file) for file in CONSTRAINTS]
    differing = {
        name: versions
        for name in set().union(*pins)
        if len(versions := {each[name] for each in pins if name in each}) > 1
    }
    assert differing == {}


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    pins = {name: version for file in CONSTRAINTS for name, version in _pins(file).items()}
    requirements = [Requirement(text) for texts in _dependencies().values() for text in texts]
    wrong = {
        str(requirement): pins.get(canonicalize_name(requirement.name))
        for requirement in requirements
        if pins.get(canonicalize_name(requirement.name)) not in requirement.specifier
    }
    assert wrong == {}


def test_the_plain_environment_is_pinned_in_the_plain_file() -> None:
    plain = {
        canonicalize_name(Requirement(text).name)
        for extra, texts in _dependencies().items()
        for text in texts
        if extra != "frameworks"
    }
    assert plain - set(_pins(ROOT / "constraints.txt")) == set()


def test_the_readme_names_every_command_of_the_landing_check() -> None:
    commands = re.findall(r"^make ([a-z-]+)$", _text(ROOT / ".ci/run"), re.MULTILINE)
    assert commands
    readme = _text(ROOT / "README.md")
    assert [command for command in commands if not re.search(rf"\bmake {command}\b(?!-)", readme)] == []


def test_every_command_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    # In code only: "make it" is also English.
    code = re.findall(r"```.*?```|`[^`\n]+`|^ {4}[^\n]+", _text(ROOT / "README.md"), re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z-]+)", "\n".join(code))) <= targets


def test_the_landing_check_does_nothing_but_call_commands() -> None:
    lines = [line.partition(" #")[0].strip() for line in _text(ROOT / ".ci/run").splitlines()]
    steps = [line for line in lines if line and not line.startswith("#")]
    set_up = ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "export CI=true", "exec < /dev/null"]
    assert steps[: len(set_up)] == set_up
    assert [step for step in steps[len(set_up) :] if not step.startswith("make ")] == []


def _tracked() -> list[str]:
    output = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in output.split("\0") if name and (ROOT / name).is_file()]


def _text(path: Path) -> str:
    """Return what the file says; nothing, if it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _pin_lines(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if line and not line.startswith("#")]


def _pins(file: Path) -> dict[str, str]:
    pairs = (line.split("==") for line in _pin_lines(file))
    return {canonicalize_name(name): version for name, version in pairs}


def _dependencies() -> dict[str, list[str]]:
    """Return the requirements of pyproject.toml by extra; the app's own under the empty name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}
