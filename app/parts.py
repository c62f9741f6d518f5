"""The parts of the page: the tabs beside the stage, and what a link can leave out.

What is hidden still counts: a link that hides the sliders keeps their values.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from schedules import SHARED

TABS: Mapping[str, str] = {
    "lab": "Lab",
    "lesson": "Lesson",
    "practice": "Practice",
    "code": "Code",
    "sources": "Sources",
    "notes": "Notes",
}
BELOW = ("loss", "path")  # the second plot of presenter mode
GROUPS: Mapping[str, Mapping[str, str]] = {
    "Controls of the curve": {
        "family": "Schedule",
        **{spec.name: spec.label for spec in SHARED},
        "own": "What single schedules have of their own",
        "acts": "Reset, undo, redo",
    },
    "On the stage": {
        "tools": "Axis, pin, copy link, examples",
        "playhead": "Playhead",
        "path": "The path",
        "loss": "The loss",
        "words": "Sentences about the curve",
        "figures": "Key values and steps",
    },
    "Training and comparison": {
        "toy": "Training controls",
        "compare": "Compare",
        "winners": "Who wins",
        "sweep": "Range test",
    },
    "Tabs": TABS,
}
PARTS: Mapping[str, str] = {key: title for group in GROUPS.values() for key, title in group.items()}
# What stands around parts goes with the last of them, so that no empty frame is left.
AROUND: Mapping[str, Collection[str]] = {
    "side": tuple(GROUPS["Controls of the curve"]),
    "plots": BELOW,
    "wide": ("compare", "winners", "sweep"),
}


def in_order(keys: Collection[str]) -> list[str]:
    """Return the known ones of some keys, once each, in the order of the page."""
    return [key for key in PARTS if key in keys]


def marked(hidden: Collection[str]) -> list[str]:
    """Return what is hidden together with what is left empty by it."""
    return [*hidden, *(around for around, within in AROUND.items() if set(within) <= set(hidden))]


def settled(tab: str, hidden: Collection[str], exercise: str) -> dict[str, Any]:
    """Return `tab` and `hidden` so that they fit together.

    An open exercise keeps its tab. A tab that is hidden gives way to the first one that is not; if all are, the page is
    that of the Lab, without tabs.
    """
    kept = [key for key in in_order(hidden) if not (exercise and key == "practice")]
    left: Sequence[str] = [key for key in TABS if key not in kept]
    return {"tab": tab if tab in left else (*left, "lab")[0], "hidden": kept}
