"""The lesson beside the stage: what the open section holds, and what the reader does in it.

Nothing is written while the tab is closed, or while a prediction is open.
"""

from typing import ClassVar

import panel as pn
import param
from panel.models.katex import KaTeX

from app.lesson.course import Course
from app.model import Lab
from app.views.component import Component


class Lesson(Component):
    """A section of the lesson, drawn from its blocks."""

    titles = param.List(default=[], doc="To the browser: key and title of each section; fixed.")
    typesetter = param.String(default=KaTeX.__javascript__[0], doc="To the browser: address of Panel's KaTeX; fixed.")
    open = param.Boolean(default=False, doc="From the browser: whether the tab is open.")
    sent = param.Dict(default={}, doc="From the browser: {seq, act, value}.")
    section = param.String(default="", doc="To the browser: key of the open section.")
    blocks = param.List(default=[], doc="To the browser: what it holds; see `app/lesson/blocks.py`.")
    can_undo = param.Boolean(default=False, doc="To the browser: whether there is something to take back.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["open", "sent"]

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._course = Course(lab)
        super().__init__(titles=self._course.titles, section=lab.section)

    @param.depends("open", watch=True)
    def _opened(self) -> None:
        with pn.io.hold():
            self.refresh()

    @param.depends("sent", watch=True)
    def _receive(self) -> None:
        with pn.io.hold():
            self._course.act(self.sent.get("act"), self.sent.get("value"))
            self.refresh()

    def refresh(self) -> None:
        """Write the open section, if it is wanted."""
        blocks = self._course.blocks() if self.open else []
        self.param.update(section=self._lab.section, blocks=blocks, can_undo=self._lab.can_undo)
