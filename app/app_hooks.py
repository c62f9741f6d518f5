"""What holds for the whole server: it is read before the first visit, by this name."""

from typing import Any

import panel as pn

import app.defaults
import app.visitors  # noqa: F401 - both hold from their import on


def on_server_loaded(_server: Any) -> None:
    """Let a page be sent before its session is made, so that the browser reads its scripts in the meantime.

    All pages are alike but for the token of their session, and so the page of the first visit can stand for all that
    follow. What a link asks for the page reads in its own address, or hears when it is connected.
    """
    pn.config.session_key_func = lambda request: request.path
    pn.config.reuse_sessions = "warm"
