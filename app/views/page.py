"""The page: the template with the parts that it is handed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import panel as pn
from bokeh.document import Document

from app.claims import CLAIMS
from app.views.theme import ICON, PAGE, SHARED, STYLE
from schedules import SOURCES


class Page(pn.Template):
    """The template with its parts."""

    def __repr__(self) -> str:  # Panel prints the whole template for each part that is added; this spares it
        return "Page()"

    def _init_doc(self, doc: Document | None = None, *args: Any, **options: Any) -> Document:
        # Panel adds the roots one by one, and the document goes through all models for each of them. Frozen, it does so
        # once: with our twenty roots that is two fifths of the time in which a page is put together.
        with (doc or pn.state.curdoc).models.freeze():
            return super()._init_doc(doc, *args, **options)


def make_page(title: str, start: Mapping[str, str] | None = None, **parts: Any) -> Page:
    """Return the page with its parts by the names that the template knows.

    Args:
        title: The page's title.
        start: `data-` attributes that the root of the page has before its parts are there.
        parts: What the template embeds.
    """
    page = Page(PAGE)
    page.add_variable("app_title", title)
    page.add_variable("style", STYLE)
    page.add_variable("shared", SHARED)
    page.add_variable("start", dict(start or {}))
    page.add_variable("claims", CLAIMS)
    page.add_variable("sources", SOURCES)
    page.add_variable("app_favicon", f"data:image/svg+xml,{quote(ICON)}")
    for name, part in parts.items():
        page.add_panel(name, part)
    return page
