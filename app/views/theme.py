"""The page's stylesheet, template and shared script, read once; the only place that knows where they are."""

from pathlib import Path

_ROOT = Path(__file__).parents[2]
STYLE = (_ROOT / "static" / "style.css").read_text(encoding="utf-8")
ICON = (_ROOT / "static" / "icon.svg").read_text(encoding="utf-8")
PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")


def _script(name: str) -> str:
    return (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")


def _component(name: str) -> str:
    """Return a component's script as a function of the page: one that stands there often is then sent only once."""
    script = _script(name).replace("export function render", "function render")
    return f"window.scheduleLab.{name} = (() => {{\n{script}\nreturn render\n}})()\n"


SHARED = _script("dom") + _script("pen") + _component("controls")
