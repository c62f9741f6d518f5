"""The frame of the page: which tab stands beside the stage, what is hidden, presenter mode, and the link to hand on.

The browser changes tab and mode at once and then says so; the state follows, and with it the address. The list of what
can be hidden, the link as text and its QR code are made only while the panel that shows them is open.
"""

import contextlib
import re
from collections.abc import Callable
from typing import Any, ClassVar

import panel as pn
import param
import segno

from app.link import brief
from app.model import FRAME, Lab
from app.parts import GROUPS, marked
from app.practice.bank import EXERCISES, NUMBERED
from app.practice.question import LARGEST_SEED
from app.views.component import Component, acts_of, whole

BASE = re.compile(r"https?://[!-~]{1,300}")  # what a page may be called: printable, and not endless


class Frame(Component):
    """Tabs, lesson options, the link with its QR code, and presenter mode with its keys; `frame.js` draws them.

    Args:
        lab: The state.
        query: Returns what stands in the address, without the question mark.
    """

    shown = param.Dict(default={}, doc="To the browser: tab, hidden, marks, present, below, exercise, seed.")
    options = param.Dict(default={}, doc="To the browser, once the panel is open: groups of parts, exercises, seeds.")
    handed = param.Dict(default={}, doc="To the browser, while the panel is open: text, brief, picture, modules.")
    sent = param.Dict(default={}, doc="From the browser: {seq, acts}; an act is [name, value], and may come twice.")
    done = param.Integer(default=0, doc="To the browser: the last `seq` that is answered.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["sent"]

    def __init__(self, lab: Lab, query: Callable[[], str]) -> None:
        self._lab = lab
        self._query = query
        self._base = ""  # where the browser sees the page, while its panel is open
        super().__init__(shown=self._state())

    @param.depends("sent", watch=True)
    def _receive(self) -> None:
        newest: dict[str, Any] = {}  # of what comes twice
        for act, value in acts_of(self.sent):
            newest.pop(act, None)
            newest[act] = value
        with pn.io.hold():
            for act, value in newest.items():
                with contextlib.suppress(ValueError):  # what is not on the page; the browser is told what is
                    self._do(act, value)
            self.refresh()
            self.done = whole(self.sent.get("seq"))

    def _do(self, act: str, value: Any) -> None:
        if act in FRAME:
            self._lab.arrange(**{act: value})
        elif act == "exercise" and isinstance(value, dict):
            key, seed = value.get("exercise"), value.get("seed")
            if isinstance(key, str) and isinstance(seed, int) and not isinstance(seed, bool):
                self._lab.open(key, seed)
        elif act == "panel":
            self._base = value if isinstance(value, str) and BASE.fullmatch(value) else ""

    def refresh(self) -> None:
        """Show what stands where, and the link if it is wanted."""
        self.shown = self._state()
        if self._base:
            self.options = self.options or _options()
        self.handed = self._handed()

    def _state(self) -> dict[str, Any]:
        lab = self._lab
        return {
            **{name: getattr(lab, name) for name in FRAME},
            "marks": marked(lab.hidden),
            "exercise": lab.exercise,
            "seed": lab.exercise_seed,
        }

    def _handed(self) -> dict[str, Any]:
        if not self._base:
            return {}
        text, short = (f"{self._base}?{query}" if query else self._base for query in (self._query(), brief(self._lab)))
        if self.handed.get("text") == text:
            return self.handed
        return {"text": text, "brief": short, **qr_code(text)}


def qr_code(text: str) -> dict[str, Any]:
    """Return a text as a QR code: `picture`, an SVG as an address, "" if it is too long, and how many `modules` wide.

    The least correction of errors gives the largest modules; where it costs no module, segno takes more.
    """
    try:
        code = segno.make_qr(text, error="l")
    except segno.DataOverflowError:
        return {"picture": "", "modules": 0}
    picture = code.svg_data_uri(dark="#000000", light="#ffffff", omitsize=True)
    return {"picture": picture, "modules": code.symbol_size()[0]}


def _options() -> dict[str, Any]:
    return {
        "groups": [[title, [list(part) for part in parts.items()]] for title, parts in GROUPS.items()],
        "exercises": [[key, f"{key}: {EXERCISES[key].title}"] for key in NUMBERED],
        "largest_seed": LARGEST_SEED,
    }
