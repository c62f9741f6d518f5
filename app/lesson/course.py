"""The course through the lesson: its sections in order, which of them is open, and what is done in it."""

from typing import Protocol

from app.lesson.blocks import Block
from app.lesson.cues import Inquiry
from app.lesson.demo import Demo
from app.lesson.equations import Equations
from app.lesson.intuition import Intuition
from app.lesson.mistakes import Mistakes
from app.lesson.names import Names
from app.lesson.neighbours import Neighbours
from app.lesson.programs import Programs
from app.lesson.states import show
from app.lesson.storyboard import Storyboard
from app.model import Lab


class Section(Protocol):
    """A section: its title, what it shows, and what can be done in it."""

    title: str

    def blocks(self) -> list[Block]:
        """Return what it shows now."""
        ...

    def act(self, act: str, value: object) -> None:
        """Do one thing; what it does not know changes nothing."""
        ...


class Course:
    """The lesson's sections, over one state."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.sections: dict[str, Section] = {
            "intuition": Intuition(lab),
            "math": Equations(lab),
            "program": Programs(lab),
            "demo": Demo(lab),
            "storyboard": Storyboard(lab),
            "inquiry": Inquiry(lab),
            "mistakes": Mistakes(lab),
            "neighbours": Neighbours(lab),
            "names": Names(lab),
        }

    @property
    def titles(self) -> list[list[str]]:
        """The sections in order: key and title."""
        return [[key, section.title] for key, section in self.sections.items()]

    def blocks(self) -> list[Block]:
        """Return what the open section shows; nothing while a prediction is open."""
        return [] if self._lab.held else self.sections[self._lab.section].blocks()

    def act(self, act: object, value: object) -> None:
        """Do one thing that the reader asks for; what is not known changes nothing."""
        if self._lab.held or not isinstance(act, str) or type(value) not in (str, int):  # nothing else is ever sent
            return
        if act == "section":
            if value in self.sections:
                self._lab.go({"section": value})
        elif act == "undo":
            self._lab.undo()
        elif act == "show":
            show(self._lab, str(value))
        elif act == "turn":  # a clicker, or the keys of the presenter
            there = self._lab.section == "storyboard"
            self._lab.go({"section": "storyboard"})
            self.sections["storyboard"].act("step" if there and value else "again", value)
        else:
            self.sections[self._lab.section].act(act, value)
