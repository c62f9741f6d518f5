"""What the page does with exercises: opens one, passes on what the student does, and says what may be shown.

`shown` is all that the browser gets of an attempt. Until the commit it holds the question, the student's own words and
the nudges that were asked for; the truth is not there, because it is not worked out.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from app.practice.attempt import ENOUGH_MISSES, RUBRIC, Attempt, RefusedError
from app.practice.bank import EXERCISES, NUMBERED
from app.practice.forms import SEEN, Array, Axis, Choice, Form, Number, Ordering, Place, Sketch
from app.practice.judge import Judgement
from app.practice.question import IDEAS
from schedules.facts import number

MOST_MISSES = 1_000

# An order that begins with something surprising within a minute and then follows the ideas.
FIRST = ("E6", "E1", "E2")
PATH = (*FIRST, *(key for key in NUMBERED if key not in FIRST))


class Desk:
    """Holds the attempt that a page works on; `act` takes what comes from the browser, however odd."""

    def __init__(self) -> None:
        self.attempt: Attempt | None = None
        self.refusal = ""  # why the last act was not done, for the student

    @property
    def held(self) -> bool:
        """Whether a prediction is open, so that the stage must give nothing away."""
        return self.attempt is not None and self.attempt.open

    @property
    def canvas(self) -> bool:
        """Whether there is something to draw on, or to see, beside the stage."""
        if self.attempt is None:
            return False
        drawn = isinstance(self.attempt.question.form, Sketch | Place)
        return drawn or (not self.attempt.open and self.attempt.question.picture is not None)

    @property
    def place(self) -> tuple[str, int]:
        """The exercise and the seed that are on the desk; ("", 0) if none."""
        return (self.attempt.exercise.key, self.attempt.seed) if self.attempt else ("", 0)

    def put(self, exercise: str, seed: int) -> None:
        """Put a question on the desk, or clear it for ""; the one that is there already stays as it is."""
        if (exercise, seed) == self.place:
            return
        self.refusal = ""
        self.attempt = Attempt(exercise, seed) if exercise else None

    def act(self, name: object, value: object) -> None:
        """Do one thing with the attempt; what cannot be done leaves it as it is and sets `refusal`."""
        self.refusal = ""
        attempt = self.attempt
        if attempt is None:
            return
        acts: Mapping[str, Callable[[], None]] = {
            "predict": lambda: attempt.predict(value),
            "clear": attempt.clear,
            "undo": attempt.undo,
            "why": lambda: attempt.say_why(value),
            "sure": lambda: attempt.say_how_sure(value),
            "nudge": attempt.nudge,
            "commit": attempt.commit,
            "saw": lambda: attempt.see(*_pair(value)),
            "tick": lambda: attempt.tick(*_pair(value)),
            "neighbour": lambda: attempt.name_neighbour(value),
            "resume": lambda: self._resume(attempt, value),
        }
        if not isinstance(name, str) or name not in acts:
            return
        try:
            acts[name]()
        except RefusedError as why:
            self.refusal = str(why)

    @staticmethod
    def _resume(attempt: Attempt, value: object) -> None:
        """Take over what the student's browser kept: how often it was missed, a committed prediction, or a draft."""
        kept = value if isinstance(value, Mapping) else {}
        misses = kept.get("misses")
        if isinstance(misses, int) and ENOUGH_MISSES <= misses <= MOST_MISSES and attempt.open:
            attempt.worked = True
        if not attempt.open:
            return
        if kept.get("record") is not None:
            attempt.recommit(kept["record"])
        elif isinstance(draft := kept.get("draft"), Mapping):
            if draft.get("reason"):
                attempt.say_why(draft["reason"])
            if draft.get("sure"):
                attempt.say_how_sure(draft["sure"])
            nudges = draft.get("nudges")
            for _ in range(min(3, nudges) if isinstance(nudges, int) else 0):
                attempt.nudge()
            if draft.get("answer") is not None:
                attempt.predict(draft["answer"])  # last, since one that is no answer is refused

    @property
    def shown(self) -> dict[str, Any]:
        """What the browser is to show of the attempt; {} if there is none."""
        attempt = self.attempt
        if attempt is None:
            return {}
        question, exercise = attempt.question, attempt.exercise
        shown: dict[str, Any] = {
            "exercise": exercise.key,
            "seed": attempt.seed,
            "title": exercise.title,
            "idea": IDEAS[exercise.idea],
            "status": exercise.status,
            "ask": question.ask,
            "form": describe_form(question.form, attempt.seed),
            "canvas": self.canvas,
            "phase": attempt.phase,
            "open": attempt.open,
            "answer": attempt.answer,
            "words": "" if attempt.answer is None else question.form.words(attempt.answer),
            "reason": attempt.reason,
            "sure": attempt.sure,
            "nudges": list(question.nudges[: attempt.nudges]),
            "more_nudges": attempt.open and attempt.nudges < len(question.nudges),
            "worked": list(question.worked()) if attempt.worked else [],
            "last_step": question.nudges[-1] if attempt.worked else "",
            "missing": attempt.missing,
            "can_undo": attempt.can_undo,
            "refusal": self.refusal,
        }
        return {**shown, **self._after(attempt)} if not attempt.open else shown

    @staticmethod
    def _after(attempt: Attempt) -> dict[str, Any]:
        """Return what may be shown once the prediction is committed."""
        found = attempt.judgement
        assert found is not None  # noqa: S101 - the caller has asked
        suggestions = attempt.suggestions
        return {
            "right": found.right,
            "predicted": found.predicted,
            "truth": found.truth,
            "gap": found.gap,
            "others": [vars(told) for told in found.others],
            "features": [list(feature) for feature in found.features],
            "because": found.because,
            "drawn": _drawn(attempt.question.form, attempt.answer, found),
            "options_seen": [list(option) for option in SEEN[attempt.question.form.kind].items()],
            "seen": attempt.seen,
            "saw_right": attempt.saw_right,
            "seen_words": SEEN[attempt.question.form.kind][found.seen] if attempt.seen else "",
            "remark": attempt.remark,
            "rubric": [[line, text, suggestions[line], line in attempt.ticks] for line, text in RUBRIC.items()],
            "near": [[key, EXERCISES[key].title] for key in attempt.question.near if key in EXERCISES],
            "neighbour": attempt.neighbour,
            "receipt": attempt.receipt,
            "next_seed": attempt.next_seed,
            "record": attempt.record,
        }


def catalogue() -> list[dict[str, Any]]:
    """Return what the list of exercises shows, in the order of the path; no question and no answer is in it."""
    return [
        {
            "key": key,
            "idea": EXERCISES[key].idea,
            "title": EXERCISES[key].title,
            "surprising": EXERCISES[key].surprising,
        }
        for key in PATH
    ]


def describe_form(form: Form, seed: int = 0) -> dict[str, Any]:
    """Return what the browser needs to ask for an answer of this form; options begin elsewhere with each seed."""
    kind: dict[str, Any] = {"kind": form.kind}
    if isinstance(form, Number):
        return {**kind, "unit": form.unit}
    if isinstance(form, Choice):
        options = [list(option) for option in form.options.items()]
        first = seed % len(options)
        return {**kind, "options": options[first:] + options[:first]}
    if isinstance(form, Ordering):
        return {**kind, "items": [list(item) for item in form.items.items()], "first": form.first, "last": form.last}
    if isinstance(form, Place):
        return {**kind, "across": _axis(form.axis), "unit": form.unit}
    return {
        **kind,
        "across": _axis(form.across),
        "up": _axis(form.up),
        "unit": form.unit,
        "knots": [float(f"{knot:.4g}") for knot in form.knots],
    }


def _drawn(form: Form, answer: Any, found: Judgement) -> list[list[str]]:
    """Return what the canvas shows as a table, its head first; [] where it shows nothing that has rows."""
    if isinstance(form, Sketch):
        head = [form.across.label, "You predicted", "It is"]
        columns = (form.knots.tolist(), answer, found.value)
        return [head, *([number(float(each), 4) for each in row] for row in zip(*columns, strict=True))]
    if found.picture is None or isinstance(form, Place):
        return []
    head = ["Line", "First", "Lowest", "Highest", "Last"]
    return [head, *([line.name, *_ends(line.y)] for line in found.picture.lines)]


def _ends(y: Array) -> list[str]:
    there = y[np.isfinite(y)]
    values = (there[0], there.min(), there.max(), there[-1]) if there.size else ()
    return [number(float(value), 4) for value in values] or ["–"] * 4


def _axis(axis: Axis) -> dict[str, Any]:
    return {"label": axis.label, "low": axis.low, "high": axis.high, "scale": axis.scale}


def _pair(value: object) -> tuple[object, object]:
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (None, None)  # noqa: PLR2004
