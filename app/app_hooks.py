"""What holds for the whole server: it is read before the first visit, by this name."""

from typing import Any

import panel as pn
from bokeh.settings import settings

import app.defaults
import app.visitors  # noqa: F401 - both hold from their import on


def on_server_loaded(_server: Any) -> None:
    """Spare visitors what only a developer needs, and let their page be sent before its session is made.

    So the browser reads the page's scripts in the meantime. All pages are alike but for the token of their session, so
    that one which belongs to nobody (see visitors.py) can stand for all: what a link asks for, the page reads in its
    own address, or hears when it is connected.
    """
    # Bokeh's advice on mistakes in a document or a callback; the tests run with it.
    settings.perform_document_validation = False
    settings.perform_error_diagnostics = False
    pn.config.session_key_func = lambda request: request.path
    pn.config.reuse_sessions = "warm"
    pn.state._sessions.clear()  # `--warm` leaves a session there whose document it has taken apart
