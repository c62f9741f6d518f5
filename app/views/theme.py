"""The page's stylesheet, template and shared script, read once; the only place that knows where they are."""

from pathlib import Path

from schedules.javascript import script

_ROOT = Path(__file__).parents[2]
STYLE = (_ROOT / "static" / "style.css").read_text(encoding="utf-8")
ICON = (_ROOT / "static" / "icon.svg").read_text(encoding="utf-8")
PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")


# What each component is drawn by, and what its script needs beside its own.
DRAWN: dict[str, tuple[str, ...]] = {
    "address": (),
    "caption": (),
    "controls": (),
    "frame": (),
    "legend": (),
    "lesson": (),
    "listing": (),
    "notes": (),
    "practice": ("ledger",),
    "prose": (),
    "ranking": (),
    "sweep": (),
    "tables": (),
    "takeaway": (),
    "winners": (),
}


def _script(name: str) -> str:
    return (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")


def _drawer(name: str, needed: tuple[str, ...]) -> str:
    """Return a component's script as a function of the page: however often it stands there, it is sent once."""
    script = "".join(_script(each) for each in (*needed, name)).replace("export function render", "function render")
    return f"window.scheduleLab.draw.{name} = (() => {{\n{script}\nreturn render\n}})()\n"


RULES = f"window.scheduleLab.rules = {script()}\n"
PARTS = (_script("dom"), _script("sheets"), _script("pen"), RULES, _script("preview"))
SHARED = "".join((*PARTS, *map(_drawer, DRAWN, DRAWN.values())))
