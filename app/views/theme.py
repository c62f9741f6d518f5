"""The page's one stylesheet and its template, read once; the only place that knows where they are."""

from pathlib import Path

_ROOT = Path(__file__).parents[2]
STYLE = (_ROOT / "static" / "style.css").read_text(encoding="utf-8")
ICON = (_ROOT / "static" / "icon.svg").read_text(encoding="utf-8")
PAGE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
