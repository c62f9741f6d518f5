"""The page's stylesheet, template and shared script, read once; the only place that knows where they are."""

import re
from pathlib import Path

from schedules.javascript import script

_HERE, _ROOT = Path(__file__).parent, Path(__file__).parents[2]
STYLE = (_ROOT / "static" / "style.css").read_text(encoding="utf-8")
ICON = (_ROOT / "static" / "icon.svg").read_text(encoding="utf-8")
PAGE = (_HERE / "page.html").read_text(encoding="utf-8")
USUAL_REM = 16.0  # pixels
# What names stand for where nothing else is asked for: in light, outside of presenter mode.
_NAMED: dict[str, str] = dict(
    re.findall(r"^  (--[\w-]+): ([^;]+);", "".join(re.findall(r"^:root \{$.*?^\}$", STYLE, re.M | re.S)), re.M)
)
NEEDS = {"practice": ("ledger",)}  # what a component's script needs beside its own


def usual(name: str) -> str | float:
    """Return the value that a name of the stylesheet has for most: light, and a length in rem as pixels."""
    value = _NAMED[name]
    if value.startswith("var("):
        return usual(value[4:-1])
    return float(value.removesuffix("rem")) * USUAL_REM if value.endswith("rem") else value


def _script(name: str) -> str:
    return (_HERE / f"{name}.js").read_text(encoding="utf-8")


def _drawer(name: str) -> str:
    """Return a component's script as a function of the page: however often it stands there, it is sent once."""
    source = "".join(_script(each) for each in (*NEEDS.get(name, ()), name))
    source = source.replace("export function render", "function render")
    return f"window.scheduleLab.components.{name} = (() => {{\n{source}\nreturn {{render}}\n}})()\n"


COMPONENTS = sorted(path.stem for path in _HERE.glob("*.js") if "export function render" in _script(path.stem))
RULES = f"window.scheduleLab.rules = {script()}\n"
PARTS = (_script("dom"), _script("sheets"), _script("pen"), RULES, _script("preview"))
SHARED = "".join((*PARTS, *map(_drawer, COMPONENTS)))
