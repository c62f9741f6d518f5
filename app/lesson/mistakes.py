"""What professionals get wrong: real defects on the stage, each with the line to be found in the code."""

import textwrap

from app.lesson.blocks import Block, button, buttons, card, code, heading, link, text
from app.lesson.states import STATES
from app.model import Lab
from schedules.facts import count, number
from schedules.mistakes import MISTAKES, Mistake, first_difference

TRIES = 2  # before the line is shown
DIGITS = range(3, 13)  # of two rates, as many as tell them apart


class Mistakes:
    """A museum of defects: choose one, find its line, then see what it does and who met it."""

    title = "What goes wrong"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._open = ""
        self._picks: dict[str, list[int]] = {}  # the lines that were picked, in order

    def act(self, act: str, value: object) -> None:
        """Open a case, with its two curves on the stage; pick a line of its code; go back to all cases."""
        if act == "case" and value in MISTAKES:
            self._open = str(value)
            self._lab.show_mistake(self._open)
        elif act == "all":
            self._open = ""
        elif act == "home":
            self._lab.jump(STATES["seed"].changes, STATES["seed"].said, pins=[])
        elif act == "line" and self._open and not self._over(self._open):
            picks = self._picks.setdefault(self._open, [])
            if value in range(len(MISTAKES[self._open].lines)) and value not in picks:
                picks.append(int(str(value)))

    def _found(self, key: str) -> bool:
        return MISTAKES[key].wrong_line in self._picks.get(key, [])

    def _over(self, key: str) -> bool:
        return self._found(key) or len(self._picks.get(key, [])) >= TRIES

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        return self._case(MISTAKES[self._open]) if self._open else self._all()

    def _all(self) -> list[Block]:
        found = sum(map(self._found, MISTAKES))
        blocks = [
            text(
                f"{len(MISTAKES)} defects that people who do this for a living have met, each with the public "
                "threads about it. A case puts the intended curve on the stage, and beside it, dashed, what the "
                f"code gives. Then find the line. Found so far: {found}."
            ),
            buttons(button("The page's own run on the stage", "home")),
        ]
        for library in dict.fromkeys(mistake.library for mistake in MISTAKES.values()):
            cases = [mistake for mistake in MISTAKES.values() if mistake.library == library]
            blocks += [heading(library), {"kind": "points", "items": [self._entry(mistake) for mistake in cases]}]
        return blocks

    def _entry(self, mistake: Mistake) -> list[Block | str]:
        mark = " ✓ found" if self._found(mistake.key) else " – seen" if self._over(mistake.key) else ""
        return [{"words": mistake.title, "act": "case", "value": mistake.key}, mark]

    def _case(self, mistake: Mistake) -> list[Block]:
        keys = list(MISTAKES)
        place = keys.index(mistake.key)
        picks, over = self._picks.get(mistake.key, []), self._over(mistake.key)
        inside = [
            text(f"{mistake.library}: {mistake.title}", "title"),
            text(self._difference(mistake)),
            text(
                "Which line is wrong? Pick it." if not over else self._verdict(mistake),
                "ask" if not over else "verdict",
            ),
        ]
        if picks and not over:
            inside.append(text(f"Not line {picks[-1] + 1}. One more try.", "verdict"))
        last = picks[-1] if picks else -1
        inside.append(
            code(
                "The code",
                mistake.code,
                "" if over else "line",
                last,
                mistake.wrong_line if over else -1,
                numbered=True,
            )
        )
        if over:
            inside += self._told(mistake)
        return [
            card(inside),
            buttons(
                button("All cases", "all"),
                button("Previous", "case", keys[place - 1], disabled=place == 0),
                button("Next", "case", keys[min(place + 1, len(keys) - 1)], main=over, disabled=place == len(keys) - 1),
                button("Both curves on the stage", "case", mistake.key),
            ),
        ]

    @staticmethod
    def _difference(mistake: Mistake) -> str:
        first = first_difference(mistake)
        if first is None:
            return ""
        wanted, got = float(mistake.intended[first]), float(mistake.buggy[first])
        size = number(100 * mistake.largest_difference, 2)
        digits = next((d for d in DIGITS if number(wanted, d) != number(got, d)), DIGITS[-1])
        return (
            f"The first update that differs is {first:,}: {number(wanted, digits)} was meant, {number(got, digits)} is "
            "used. "
            f"In all, {count(mistake.differing.size, 'update')} of {mistake.intended.size:,} differ, by up to {size} "
            "percent of the peak."
        )

    def _verdict(self, mistake: Mistake) -> str:
        line = f"line {mistake.wrong_line + 1}"
        return f"Found: {line}." if self._found(mistake.key) else f"It is {line}."

    @staticmethod
    def _told(mistake: Mistake) -> list[Block]:
        threads = text("Where people met it: ")
        for place, thread in enumerate(mistake.threads):
            threads["pieces"] += [", " if place else "", link(thread.name, thread.url)]
        blocks = [
            code("With the line mended", _mended(mistake)),
            text(mistake.story),
            text(mistake.cure, "step"),
            threads,
        ]
        return [*blocks, text(mistake.nearest, "hint")] if mistake.nearest else blocks


def _mended(mistake: Mistake) -> str:
    """Return the mended line below the one before it, since what is mended may be its place."""
    lines = mistake.fixed_code.splitlines()
    before = next((line for line in reversed(lines[: mistake.wrong_line]) if line.strip()), "")
    return textwrap.dedent(f"{before}\n{mistake.fixed_line}")
