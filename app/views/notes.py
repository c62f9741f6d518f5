"""Notes: an open question tied to something exact, what would resolve it, and the next action.

What a person writes is kept in their browser and never comes here. The server only says what a note can be about, and
that no sooner than the tab is open; of the stage, nothing while a prediction is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import panel as pn
import param

from app.link import encode
from app.model import Lab
from app.subjects import KINDS, Subject, stage_subjects, standing_subjects
from app.views.component import Component

CRITERIA = (
    "I can say in my own words how it works.",
    "I can name what I would have to know first, if this is where it goes wrong.",
    "I can predict what changes if one thing is altered.",
)


class Notes(Component):
    """The notes of this browser; `notes.js` keeps, lists and exports them."""

    kinds = param.List(default=[list(item) for item in KINDS.items()], doc="To the browser: kind and title; fixed.")
    criteria = param.List(default=list(CRITERIA), doc="To the browser: what would resolve a question; fixed.")
    open = param.Boolean(default=False, doc="From the browser: whether the tab is open.")
    standing = param.Dict(default={}, doc="To the browser, once the tab is open: subjects by kind.")
    family = param.Dict(default={}, doc="To the browser: subjects of the family on the stage by kind; or none.")
    stage = param.Dict(default={}, doc="To the browser: the present stage as a `subject`, and its `link`; or nothing.")

    _debounce: ClassVar[int] = 0
    _busy__ignore: ClassVar[list[str]] = ["open"]

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        super().__init__()

    @param.depends("open", watch=True)
    def _opened(self) -> None:
        with pn.io.hold():
            if self.open and not self.standing:
                self.standing = _plain(standing_subjects())
            self.refresh()

    def refresh(self) -> None:
        """Say what of the stage a note can be about, while the tab is open."""
        if not self.open or self._lab.held:
            self.param.update(family={}, stage={})
            return
        found = _plain(stage_subjects(self._lab.run))
        (here,) = found.pop("stage")
        self.param.update(family=found, stage={"link": encode(self._lab, practice=False), "subject": here})


def _plain(subjects: Mapping[str, Sequence[Subject]]) -> dict[str, list[dict[str, Any]]]:
    return {kind: [asdict(subject) for subject in some] for kind, some in subjects.items()}
