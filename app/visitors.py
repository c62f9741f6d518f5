"""What the server owes each visitor beyond what its own settings see to; it holds from the first import on."""

from typing import Any

import panel as pn
from bokeh.server.views.session_handler import SessionHandler
from panel.io.server import DocHandler
from tornado.web import HTTPError

# By any of these a request says which session it wants.
CHOSEN = ("bokeh-session-id", "bokeh-token")
HEADER = "Bokeh-Session-Id"


def _refuse_chosen_sessions(handler_class: Any) -> None:
    """Give every visit a session of its own, whatever its address asks for.

    Bokeh (3.9) opens the session that an address names, signed or not: whoever sent a student a link with the name of
    a session of their own would read in it all that the student does, and could move the page for them.
    """
    given = handler_class.get_session

    async def get_session(handler: Any) -> Any:
        if HEADER in handler.request.headers or any(handler.get_argument(name, None) is not None for name in CHOSEN):
            raise HTTPError(status_code=403, reason="A session cannot be chosen")
        return await given(handler)

    handler_class.get_session = get_session


def _keep_a_page_of_nobodys() -> None:
    """Let the page that stands for all others, if the server keeps one, belong to no visitor.

    Panel (1.9) would take the first visitor's, who could then take parts out of it, or rename it, for all who follow.
    """
    given = DocHandler.get

    async def get(handler: Any, *args: Any, **options: Any) -> None:
        if pn.config.reuse_sessions and handler.request.path not in pn.state._sessions:
            await handler.get_session()  # is kept, and its token is given to nobody
        await given(handler, *args, **options)

    DocHandler.get = get


for _handler in (SessionHandler, DocHandler):
    _refuse_chosen_sessions(_handler)
_keep_a_page_of_nobodys()
