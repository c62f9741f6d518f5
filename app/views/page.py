"""The page: the template with the parts that it is handed."""

from typing import Any
from urllib.parse import quote

import panel as pn
from bokeh.document import Document

from app.claims import CLAIMS
from app.parts import BELOW, TABS
from app.views.theme import ICON, PAGE, SHARED, STYLE
from schedules import SOURCES

TEMPLATE = pn.Template(PAGE).template  # translated once, not at each visit
VARIABLES = {
    "tabs": list(TABS),
    "below": BELOW[0],
    "style": STYLE,
    "shared": SHARED,
    "claims": CLAIMS,
    "sources": SOURCES,
    "app_favicon": f"data:image/svg+xml,{quote(ICON)}",
}


def fill(document: Document, title: str, **parts: Any) -> None:
    """Make a document the page, with its parts by the names that the template knows.

    Each part is a root of its own. Panel's templates put all of them under one more, to dress them in a design, and
    set Panel's configuration anew for each; our parts have no design, and with twenty of them that was a fifth of the
    time in which a page is put together.

    Args:
        document: The document of one visitor, without roots.
        title: The page's title.
        parts: What the template embeds.
    """
    document.template = TEMPLATE
    document.template_variables.update({**VARIABLES, "app_title": title})
    # Otherwise the document goes through all of its models for each root that is added.
    with document.models.freeze():
        for name, part in parts.items():
            part.server_doc(document, title=title, location=False)
            # Our parts are dressed by the page's own stylesheet; Panel's would each be fetched, some from afar.
            document.roots[-1].update(name=name, stylesheets=[])
