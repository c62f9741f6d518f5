"""One attempt at a question: predict, say why, say how sure, commit, see, reconcile. There is no way back to predict.

The truth is worked out by `commit` and not before. What a student types is kept in this object alone: judged, handed
back to the student's own browser, and written nowhere.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from app.practice.forms import SEEN, Sketch, Value
from app.practice.judge import Judgement, judge
from app.practice.question import EXERCISES, LARGEST_SEED, Exercise, Question

SURE: Mapping[str, str] = {"guess": "A guess", "fairly": "Fairly sure", "sure": "Sure"}
LEAST_REASON = 12  # characters; less says nothing
MOST_TEXT = 2_000  # characters of a reason or a remark
MOST_UNDOS = 50
ENOUGH_MISSES = 2  # from here on, the worked example is open
RECEIPT = 8  # characters

# The phases in their order. Those up to READY follow from what is there; the others are entered and never left.
PREDICT, WHY, HOW_SURE, READY, REVEALED, RECONCILED = "predict", "why", "sure", "ready", "revealed", "reconciled"
MISSING = {
    PREDICT: "Predict first",
    WHY: "Say why",
    HOW_SURE: "Say how sure you are",
    READY: "",
}
RUBRIC: Mapping[str, str] = {
    "concrete": "My answer is concrete: it can be laid beside what came out.",
    "mechanism": "My reason names why it should hold, not only that it does.",
    "neighbour": "It touches a neighbouring idea.",
}


class RefusedError(ValueError):
    """What was asked for cannot be done now; the message says why."""


class Attempt:
    """A student's way through one question.

    Args:
        exercise: A key of `EXERCISES`.
        seed: Which of its questions, from 0 to `LARGEST_SEED`.
        misses: How often the student has missed this exercise before.
    """

    def __init__(self, exercise: str, seed: int, misses: int = 0) -> None:
        if exercise not in EXERCISES:
            raise RefusedError(f"There is no exercise {str(exercise)[:20]!r}; there are E1 to E{len(EXERCISES)}.")
        self.exercise: Exercise = EXERCISES[exercise]
        self.seed = seed
        self.question: Question = self.exercise.question(seed)
        self.answer: Value = None
        self.reason = ""
        self.sure = ""
        self.nudges = 0
        self.worked = misses >= ENOUGH_MISSES
        self.judgement: Judgement | None = None
        self.seen = ""
        self.remark = ""
        self.neighbour = ""
        self.ticks: set[str] = set()
        self._before: list[Value] = []

    # Where it stands.

    @property
    def phase(self) -> str:
        """The phase that the attempt is in."""
        if self.judgement is not None:
            return RECONCILED if self.seen else REVEALED
        if not self._complete:
            return PREDICT
        if len(self.reason.strip()) < LEAST_REASON:
            return WHY
        return READY if self.sure else HOW_SURE

    @property
    def open(self) -> bool:
        """Whether nothing is committed yet."""
        return self.judgement is None

    @property
    def missing(self) -> str:
        """What must be there before a commit, in words; "" if nothing."""
        if self.phase == PREDICT and self.answer is not None:
            return "Draw up to the first and the last step"
        if self.phase == WHY and self.reason.strip():
            return "Say a little more about why"
        return MISSING.get(self.phase, "")

    @property
    def _complete(self) -> bool:
        if isinstance(self.question.form, Sketch) and self.answer is not None:
            return self.answer[0] is not None and self.answer[-1] is not None
        return self.answer is not None

    @property
    def can_undo(self) -> bool:
        """Whether the last change of the prediction can be taken back."""
        return self.open and bool(self._before)

    # Before the commit.

    def predict(self, answer: object) -> None:
        """Take a prediction, or a changed one.

        Raises:
            RefusedError: after the commit, or for a value that cannot be one; the message says what is allowed. What
                was predicted before then counts no longer: it is not what the student has before them.
        """
        self._must_be_open("The prediction is committed; it stays as it is.")
        try:
            legal = self.question.form.legal(answer)
        except ValueError as why:
            self._set(None)
            raise RefusedError(str(why)) from None
        self._set(legal)

    def clear(self) -> None:
        """Take the prediction off."""
        self._must_be_open("The prediction is committed; it stays as it is.")
        self._set(None)

    def undo(self) -> None:
        """Take back the last change of the prediction."""
        self._must_be_open("The prediction is committed; it stays as it is.")
        if self._before:
            self.answer = self._before.pop()

    def say_why(self, reason: object) -> None:
        """Take the reason for the prediction."""
        self._must_be_open("The reason is committed with the prediction.")
        self.reason = _text(reason)

    def say_how_sure(self, sure: object) -> None:
        """Take how sure the student is, a key of `SURE`."""
        self._must_be_open("How sure you were is committed with the prediction.")
        if not isinstance(sure, str) or sure not in SURE:
            raise RefusedError("Choose how sure you are.")
        self.sure = sure

    def nudge(self) -> None:
        """Show one more nudge: a cue, a principle, a step with a blank."""
        self._must_be_open("The answer is there; nudges are over.")
        self.nudges = min(len(self.question.nudges), self.nudges + 1)

    def commit(self) -> None:
        """Commit the prediction, and only now work out the truth.

        Raises:
            RefusedError: while something is missing; the message says what. A second commit changes nothing.
        """
        if not self.open:
            return
        if self.missing:
            raise RefusedError(f"{self.missing}.")
        self.answer = self._final(self.answer)
        self.judgement = judge(self.question, self.answer)

    # After it.

    def see(self, seen: object, remark: object = "") -> None:
        """Take what the student saw, a key of `SEEN` for this form, and what there is to say of it."""
        if self.open:
            raise RefusedError("Commit first; then there is something to see.")
        if not isinstance(seen, str) or seen not in SEEN[self.question.form.kind]:
            raise RefusedError("Choose what you saw.")
        self.seen, self.remark = seen, _text(remark)

    @property
    def saw_right(self) -> bool:
        """Whether what the student reports is what there is to see."""
        return self.judgement is not None and self.seen == self.judgement.seen

    def tick(self, line: object, on: object) -> None:
        """Tick a line of the rubric, a key of `RUBRIC`, or untick it."""
        if self.open:
            raise RefusedError("Commit first; the rubric comes after.")
        if not isinstance(line, str) or line not in RUBRIC:
            raise RefusedError("There is no such line.")
        (self.ticks.add if on is True else self.ticks.discard)(line)

    def name_neighbour(self, key: object) -> None:
        """Take the neighbouring exercise that the answer touches; "" for none."""
        if self.open:
            raise RefusedError("Commit first; the rubric comes after.")
        if key not in ("", *self.question.near):
            raise RefusedError("Choose one of the neighbouring exercises.")
        self.neighbour = str(key)

    @property
    def suggestions(self) -> dict[str, str]:
        """What the page suggests for each line of the rubric; the student decides."""
        low = self.reason.lower()
        named = [term for term in self.question.terms if term.lower() in low]
        return {
            "concrete": "A prediction is committed." if not self.open else "",
            "mechanism": f"Your reason speaks of: {', '.join(named)}." if named else "",
            "neighbour": f"You name {EXERCISES[self.neighbour].title}." if self.neighbour else "",
        }

    # For the student's own records.

    @property
    def receipt(self) -> str:
        """A short mark of exercise, seed and prediction: the same mark, the same prediction; "" before the commit."""
        if self.open:
            return ""
        text = json.dumps([self.exercise.key, self.seed, self.answer])
        return hashlib.blake2s(text.encode(), digest_size=RECEIPT // 2).hexdigest()

    @property
    def record(self) -> dict[str, Any]:
        """What the student's browser keeps of it after the commit; empty before."""
        if self.judgement is None:
            return {}
        return {
            "exercise": self.exercise.key,
            "seed": self.seed,
            "title": self.exercise.title,
            "ask": self.question.ask,
            "answer": self.answer,
            "predicted": self.judgement.predicted,
            "truth": self.judgement.truth,
            "gap": self.judgement.gap,
            "right": self.judgement.right,
            "sure": self.sure,
            "reason": self.reason,
            "nudges": self.nudges,
            "worked": self.worked,
            "receipt": self.receipt,
            "seen": self.seen,
            "remark": self.remark,
            "ticks": sorted(self.ticks),
            "neighbour": self.neighbour,
        }

    def recommit(self, record: object) -> None:
        """Bring back a prediction that was committed before, as the student's browser kept it.

        Raises:
            RefusedError: if the record is not of this question or cannot be read; nothing is changed then.
        """
        if not isinstance(record, Mapping):
            raise RefusedError("The record of the earlier commit cannot be read.")
        if record.get("exercise") != self.exercise.key or record.get("seed") != self.seed:
            raise RefusedError("The record is of another question.")
        again = Attempt(self.exercise.key, self.seed)
        again.predict(record.get("answer"))
        again.say_how_sure(record.get("sure"))
        again.say_why(record.get("reason"))
        if not again._complete:
            raise RefusedError("The record holds no whole prediction.")
        nudges, seen, neighbour = (record.get(name) for name in ("nudges", "seen", "neighbour"))
        remark = _text(record.get("remark", ""))
        self._before = []
        self.answer, self.reason, self.sure = self._final(again.answer), again.reason, again.sure
        self.nudges = min(len(self.question.nudges), nudges) if isinstance(nudges, int) and nudges >= 0 else 0
        self.worked = record.get("worked") is True
        self.judgement = judge(self.question, self.answer)
        for line in RUBRIC:
            self.tick(line, line in _listed(record.get("ticks")))
        if isinstance(neighbour, str) and neighbour in self.question.near:
            self.neighbour = neighbour
        if isinstance(seen, str) and seen in SEEN[self.question.form.kind]:
            self.see(seen, remark)

    @cached_property
    def next_seed(self) -> int:
        """The seed of a sibling: the same exercise with other numbers."""
        for ahead in range(1, LARGEST_SEED):
            seed = (self.seed + ahead) % (LARGEST_SEED + 1)
            if self.exercise.question(seed).drawn != self.question.drawn:
                return seed
        raise AssertionError(f"{self.exercise.key} has one question only")

    def _must_be_open(self, refusal: str) -> None:
        if not self.open:
            raise RefusedError(refusal)

    def _set(self, answer: Value) -> None:
        if answer != self.answer:
            self._before = [*self._before[1 - MOST_UNDOS :], self.answer]
            self.answer = answer

    def _final(self, answer: Value) -> Value:
        """Return a prediction as it is committed: a sketch with its gaps filled."""
        form = self.question.form
        return form.filled(answer).tolist() if isinstance(form, Sketch) else answer


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RefusedError("Write some text.")
    return value[:MOST_TEXT]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
